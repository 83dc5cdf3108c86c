from hypothesis import given
from hypothesis import strategies as st

from reelwork.render.schedule import Schedule


@given(st.integers(0, 60), st.integers(1, 7), st.randoms(use_true_random=False))
def test_every_unit_is_handed_out_once_whoever_asks_when(units: int, workers: int, random) -> None:  # type: ignore[no-untyped-def]
    schedule = Schedule(range(units), workers)
    taken = []
    while (unit := schedule.take(random.randrange(workers))) is not None:
        taken.append(unit)
    assert sorted(taken) == list(range(units))
    assert all(schedule.take(worker) is None for worker in range(workers))


def test_workers_read_forward() -> None:
    schedule = Schedule(range(10), 2)
    assert [schedule.take(0) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert schedule.take(1) == 5


def test_an_idle_worker_takes_the_later_half_of_what_is_left() -> None:
    schedule = Schedule(range(10), 2)
    assert [schedule.take(0) for _ in range(6)] == [0, 1, 2, 3, 4, 7]
    assert [schedule.take(1) for _ in range(2)] == [5, 6]
    assert schedule.take(0) == 8
    assert schedule.take(1) == 9


def test_more_workers_than_units() -> None:
    schedule = Schedule([7], 3)
    assert schedule.take(2) == 7
    assert schedule.take(0) is None
