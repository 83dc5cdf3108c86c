"""Leases from a real store: what is lost on the way, a controller that begins anew, slow and bad workers."""

import dataclasses
from collections.abc import Iterator

import pytest

from reelwork_farm.dispatch import Dispatch
from reelwork_farm.model import Cause, Failure, Figures, JobSpec, Lease, Part, Timing, WorkerOffer, WorkerState
from reelwork_farm.store import Store, open_store

ENGINE = "e" * 64
SPEC = JobSpec("film", "b" * 64, ENGINE, 0, 12 * 96, "24", True, "film.mp4")
TIMING = Timing(lease=30, heartbeat=1, lost=45, batch=20, aside=100)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def join(store: Store, number: int, **offer: object) -> str:
    whole = WorkerOffer(f"node{number}", number, 1, 1 << 30, ENGINE, "x86_64")
    return store.register(dataclasses.replace(whole, **offer), now=0.0)


def report(store: Store, dispatch: Dispatch, worker: str, lease: Lease, part: Part, seconds: float, now: float) -> bool:
    figures = Figures("d" * 64, 1, part.stop - part.first, seconds, seconds, 1)
    taken = store.commit(worker, lease.job, part.index, part.epoch, figures, now=now)
    dispatch.finished(worker, lease.job, part.index, seconds if taken else None, now)
    return taken


def indexes(lease: Lease) -> tuple[int, ...]:
    return tuple(part.index for part in lease.parts)


def test_a_lease_names_all_that_a_worker_must_know(store: Store) -> None:
    job = store.submit(SPEC, now=0.0)
    worker = join(store, 1)
    lease = Dispatch(store, TIMING).hand_out([worker], 1.0)[worker]
    assert (lease.job, lease.bundle, lease.engine, lease.file, lease.seconds) == (
        job.id,
        SPEC.bundle,
        ENGINE,
        "film.mp4",
        30,
    )
    assert indexes(lease) == (0,)


def test_nobody_gets_anything_who_is_unknown_drained_or_of_another_engine(store: Store) -> None:
    store.submit(SPEC, now=0.0)
    other, drained, gone = join(store, 1, engine="f" * 64), join(store, 2), join(store, 3)
    dispatch = Dispatch(store, TIMING)
    assert drained in dispatch.hand_out([drained], 0.5)
    store.set_worker(drained, WorkerState.DRAINING, now=1.0)
    store.set_worker(gone, WorkerState.GONE, now=1.0)
    assert dispatch.hand_out([other, drained, gone, "nobody"], 1.1) == {}  # by what it saw before
    dispatch.look_again()
    assert dispatch.hand_out([other, drained, gone, "nobody"], 1.2) == {}


def test_what_was_in_an_answer_that_got_lost_is_handed_out_again(store: Store) -> None:
    store.submit(dataclasses.replace(SPEC, stop=96), now=0.0)
    first, second = join(store, 1), join(store, 2)
    dispatch = Dispatch(store, TIMING)
    lost = dispatch.hand_out([first], 1.0)[first]
    again = dispatch.hand_out([first], 2.0)[first]
    assert indexes(again) == indexes(lost) == (0,)
    assert not report(store, dispatch, first, lost, lost.parts[0], 1.0, 3.0)
    assert report(store, dispatch, first, again, again.parts[0], 1.0, 4.0)
    assert indexes(dispatch.hand_out([second], 5.0)[second]) == (1,)


def test_leases_grow_when_units_are_measured_and_a_controller_that_begins_anew_goes_on(store: Store) -> None:
    store.submit(SPEC, now=0.0)
    worker = join(store, 1)
    before = Dispatch(store, TIMING)
    lease = before.hand_out([worker], 1.0)[worker]
    assert report(store, before, worker, lease, lease.parts[0], 4.0, 5.0)
    lease = before.hand_out([worker], 5.0)[worker]
    assert indexes(lease) == (1, 2, 3, 4, 5)
    after = Dispatch(store, TIMING)
    after.watch(6.0)
    other = join(store, 2)
    assert set(indexes(after.hand_out([other], 6.0)[other])).isdisjoint(indexes(lease))
    assert all(report(store, after, worker, lease, part, 4.0, 9.0) for part in lease.parts)


def test_an_idle_worker_takes_over_what_another_has_not_begun_and_doubles_what_takes_too_long(store: Store) -> None:
    job = store.submit(dataclasses.replace(SPEC, stop=5 * 96), now=0.0)
    slow, fast = join(store, 1), join(store, 2)
    dispatch = Dispatch(store, TIMING)
    first = dispatch.hand_out([slow], 0.0)[slow]
    report(store, dispatch, slow, first, first.parts[0], 4.0, 4.0)
    slow_lease = dispatch.hand_out([slow], 4.0)[slow]
    assert indexes(slow_lease) == (1, 2)
    for index in (3, 4):
        lease = dispatch.hand_out([fast], 4.1)[fast]
        assert indexes(lease) == (index,)
        report(store, dispatch, fast, lease, lease.parts[0], 4.0, 4.2)
    assert dispatch.hand_out([fast], 4.3) == {}
    dispatch.watch(4.4)
    assert store.extend(slow, until=90.0, now=4.5) == {(job.id, 1)}
    lease = dispatch.hand_out([fast], 4.6)[fast]
    assert indexes(lease) == (2,)
    report(store, dispatch, fast, lease, lease.parts[0], 4.0, 8.6)
    assert dispatch.hand_out([fast], 11.0) == {}
    doubled = dispatch.hand_out([fast], 13.0)[fast]
    assert indexes(doubled) == (1,)
    assert report(store, dispatch, fast, doubled, doubled.parts[0], 4.0, 17.0)
    assert not report(store, dispatch, slow, slow_lease, slow_lease.parts[0], 30.0, 34.0)
    assert indexes(dispatch.hand_out([fast], 34.0)[fast]) == (5,)


def test_a_machine_that_fails_far_too_often_is_left_alone_for_a_while(store: Store) -> None:
    job = store.submit(SPEC, now=0.0)
    bad, good = join(store, 1), join(store, 2)
    dispatch = Dispatch(store, TIMING)
    for number in range(3):
        now = 10.0 * number
        lease = dispatch.hand_out([bad], now)[bad]
        fault = Failure(Cause.PLUGIN, "it crashed")
        assert store.fail(bad, job.id, lease.parts[0].index, lease.parts[0].epoch, fault, TIMING, now=now + 1)
        dispatch.finished(bad, job.id, lease.parts[0].index, None, now + 1)
        store.seen(good, now=now)
    dispatch.watch(40.0)
    assert {row.id: row.state for row in store.workers()} == {bad: WorkerState.ASIDE, good: WorkerState.IDLE}
    assert list(dispatch.hand_out([bad, good], 42.0)) == [good]
    store.seen(bad, now=139.0)
    dispatch.watch(141.0)
    assert bad in dispatch.hand_out([bad], 142.0)


@pytest.mark.parametrize("state", [WorkerState.DRAINING, WorkerState.GONE])
def test_a_bad_worker_that_is_told_to_leave_meanwhile_leaves(
    store: Store, monkeypatch: pytest.MonkeyPatch, state: WorkerState
) -> None:
    bad, other = join(store, 1), join(store, 2)

    def meanwhile(*_: object) -> tuple[str, ...]:
        store.set_worker(bad, state, now=1.0)
        return (bad,)

    monkeypatch.setattr("reelwork_farm.dispatch.bad_hosts", meanwhile)
    Dispatch(store, TIMING).watch(1.0)
    assert {row.id: row.state for row in store.workers()} == {bad: state, other: WorkerState.IDLE}


def test_a_job_says_why_it_waits(store: Store) -> None:
    job = store.submit(SPEC, now=0.0)
    dispatch = Dispatch(store, TIMING)
    assert "the farm has no workers" in str(dispatch.why_waiting(job, 0.0))
    join(store, 1)
    dispatch.look_again()
    assert "it is next" in str(dispatch.why_waiting(job, 1.0))


def test_a_job_that_is_handed_out_meanwhile_is_not_said_to_have_failed(store: Store) -> None:
    job = store.submit(dataclasses.replace(SPEC, stop=96), now=0.0)
    worker = join(store, 1)
    dispatch = Dispatch(store, TIMING)
    (lease,) = dispatch.hand_out([worker], 2.0).values()
    assert dispatch.why_waiting(job, 1.0) is None  # as it was before
    store.give_back(worker, [(job.id, 0)], now=3.0)
    assert "failed" not in str(dispatch.why_waiting(job, 2.5))  # by a clock from before
    (lease,) = dispatch.hand_out([worker], 4.0).values()
    assert store.fail(worker, job.id, 0, lease.parts[0].epoch, Failure(Cause.PLUGIN, "no"), TIMING, now=5.0)
    assert "1 units of it failed and are left alone" in str(dispatch.why_waiting(job, 6.0))


def test_a_unit_that_lacked_memory_is_tried_where_there_is_more(store: Store) -> None:
    job = store.submit(dataclasses.replace(SPEC, stop=96), now=0.0)
    first, second, big = join(store, 1), join(store, 2), join(store, 3, memory=8 << 30)
    dispatch = Dispatch(store, TIMING)
    (lease,) = dispatch.hand_out([first], 1.0).values()
    fault = Failure(Cause.MEMORY, "it held too much")
    assert store.fail(first, job.id, 0, lease.parts[0].epoch, fault, TIMING, now=2.0)
    assert dispatch.hand_out([second], 12.0) == {}
    assert list(dispatch.hand_out([second, big], 12.0)) == [big]
