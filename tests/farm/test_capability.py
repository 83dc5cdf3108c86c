"""Who may render what, and who is set aside."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduling import NOW, OFFER, SPEC, worker

from reelwork_farm.capability import BIG_MEMORY, bad_hosts, check_needs, objections
from reelwork_farm.errors import FarmError


@pytest.mark.parametrize(
    ("needs", "offer", "clause"),
    [
        ((), {}, None),
        (("gpu",), {"tags": ("gpu", "ssd")}, None),
        (("gpu",), {"tags": ("gpus",)}, "it offers no gpu"),
        (("big-memory",), {"memory": BIG_MEMORY}, None),
        (("big-memory",), {"memory": BIG_MEMORY - 1}, "it offers no big-memory"),
        (("big-memory",), {"tags": ("big-memory",)}, None),
        (("cores:8", "memory:4G"), {"cores": 8}, None),
        (("cores:8",), {"cores": 7}, "it offers no cores:8"),
        (("memory:5G",), {}, "it offers no memory:5G"),
        ((), {"engine": "f" * 64}, "it renders with the engine and plugins ffffffffffff, not eeeeeeeeeeee"),
    ],
)
def test_a_worker_is_matched_by_what_it_offers(needs: tuple[str, ...], offer: dict, clause: str | None) -> None:
    spec = dataclasses.replace(SPEC, needs=needs)
    assert objections(spec, dataclasses.replace(OFFER, **offer)) == (() if clause is None else (clause,))


def test_a_job_for_one_architecture_goes_to_no_other() -> None:
    assert objections(dataclasses.replace(SPEC, machine="x86_64"), OFFER) == ()
    assert objections(dataclasses.replace(SPEC, machine="aarch64"), OFFER)


@pytest.mark.parametrize("need", ["", "GPU", "a b", "cores:0", "cores:8G", "memory:32", "-x", "ü", "x" * 64])
def test_needs_that_nobody_can_offer_are_refused(need: str) -> None:
    with pytest.raises(FarmError, match="nothing that a worker can offer"):
        check_needs([need])


def test_needs_that_somebody_can_offer_are_taken() -> None:
    check_needs(["gpu", "big-memory", "cores:8", "memory:32G", "cuda-12.4"])


def test_a_machine_that_fails_far_more_often_than_others_is_set_aside() -> None:
    good = [worker(f"g{number}", node=f"good{number}", faults=1) for number in range(3)]
    bad = [worker("b1", node="bad", faults=2), worker("b2", node="bad", faults=2)]
    assert set(bad_hosts([*good, *bad], NOW)) == {"b1", "b2"}
    assert bad_hosts(bad, NOW) == ()
    assert bad_hosts([*good, worker("b1", node="bad", faults=3)], NOW) == ()
    assert bad_hosts([worker(f"w{number}", node=f"n{number}", faults=9) for number in range(4)], NOW) == ()


@given(st.lists(st.integers(0, 20), max_size=12))
def test_at_most_half_of_the_machines_are_set_aside(faults: list[int]) -> None:
    rows = [worker(f"w{number}", node=f"n{number}", faults=count) for number, count in enumerate(faults)]
    assert len(bad_hosts(rows, NOW)) <= len(rows) / 2
