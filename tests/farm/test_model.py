"""Settings with which no farm can work are refused where they are made."""

from __future__ import annotations

import pytest

from reelwork_farm.errors import FarmError
from reelwork_farm.model import Timing


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"lease": -1.0}, "'lease' must be more than 0 seconds, not -1"),
        ({"poll": 0.0}, "'poll' must be more than 0 seconds"),
        ({"standstill": float("inf")}, "'standstill'"),
        ({"batch": float("nan")}, "'batch'"),
        ({"backoff": -0.5}, "'backoff' cannot be -0.5 seconds"),
        ({"heartbeat": 30.0}, "'heartbeat' (30) shorter"),
    ],
)
def test_times_that_cannot_be(times: dict[str, float], said: str) -> None:
    with pytest.raises(FarmError) as error:
        Timing(**times)
    assert said in str(error.value)


def test_a_farm_may_try_again_at_once_and_forgive_at_once() -> None:
    assert Timing(backoff=0.0, aside=0.0).backoff == 0.0
