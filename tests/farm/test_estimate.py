import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import spec_of

from reelwork_farm.estimate import estimate
from reelwork_farm.model import JobRow, JobState

FRESH = JobRow(
    "0" * 16, spec_of("0" * 64), JobState.RUNNING, 0, 0.0, 0.0, None,
    units=101, done=0, leased=0, quarantined=0, seconds=0.0, result=None,
)  # fmt: skip


def after(times: list[float], **changes: object) -> JobRow:
    measured = {"done": len(times), "seconds": sum(times), "squares": sum(time**2 for time in times)}
    return replace(FRESH, **(measured | changes))  # type: ignore[arg-type]


def test_nothing_is_said_before_anything_is_measured() -> None:
    assert estimate(FRESH, begun=3.0, workers=2) == (None, None)


def test_equal_units_leave_no_doubt() -> None:
    left, cost = estimate(after([4.0] * 51), begun=0.0, workers=5)
    assert left is not None
    assert cost is not None
    assert (left.low, left.value, left.high) == pytest.approx((40.0, 40.0, 40.0))
    assert (cost.low, cost.value, cost.high) == pytest.approx((404.0, 404.0, 404.0))


def test_one_unit_leaves_much_doubt() -> None:
    left, _ = estimate(after([4.0]), begun=0.0, workers=1)
    assert left is not None
    assert left.value == pytest.approx(400.0)
    assert left.high > 1.5 * left.value


@given(st.lists(st.floats(0.1, 100.0), min_size=1, max_size=100), st.floats(0.0, 5.0), st.integers(0, 8))
def test_bars_hold_the_value_and_nothing_is_negative(times: list[float], begun: float, workers: int) -> None:
    for measure in estimate(after(times), begun=begun, workers=workers):
        if measure is not None:
            assert 0.0 <= measure.low <= measure.value * (1 + 1e-9)
            assert measure.value <= measure.high * (1 + 1e-9)


def test_a_job_that_nobody_renders_has_no_end_but_a_cost() -> None:
    for row, workers in ((after([4.0]), 0), (after([4.0], state=JobState.PAUSED), 2)):
        left, cost = estimate(row, begun=0.0, workers=workers)
        assert left is None
        assert cost is not None


def test_nine_of_ten_jobs_end_within_the_bars() -> None:
    random = np.random.default_rng(0)
    hits = []
    for _ in range(400):
        times = random.gamma(4.0, 2.0, 101).tolist()
        left, _ = estimate(after(times[:20]), begun=0.0, workers=1)
        assert left is not None
        hits.append(left.low <= sum(times[20:]) <= left.high)
    assert 0.83 <= statistics.mean(hits) <= 0.96
