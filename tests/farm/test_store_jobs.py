"""The store's jobs: one contract, held by SQLite and PostgreSQL alike."""

from dataclasses import replace

import pytest
from storing import check, figures, kinds, render, spec, worker

from reelwork.render.units import units as engine_units
from reelwork_farm.errors import FarmError, NotFound, Refused, UnknownWorker
from reelwork_farm.model import (
    Cause,
    Failure,
    JobState,
    UnitKind,
    UnitState,
)
from reelwork_farm.store import Store

LOST = Failure(Cause.INFRASTRUCTURE, "the storage was gone")


# -- jobs


def test_the_same_submit_twice_is_one_job(store: Store) -> None:
    first = store.submit(spec(), now=1.0)
    assert store.submit(spec(), now=2.0) == first
    assert kinds(store)["job submitted"] == 1
    assert len(first.id) == 16


def test_priority_and_notice_do_not_make_another_job_but_the_work_does(store: Store) -> None:
    job = store.submit(spec(), now=1.0)
    assert store.submit(replace(spec(), priority=5, notify="http://here"), now=1.0).id == job.id
    others = [spec(481), spec(bundle="c" * 64), spec(project="else"), spec(file="film.mkv"), spec(segmented=False)]
    assert len({store.submit(other, now=1.0).id for other in others} | {job.id}) == 6
    check(store)


@pytest.mark.parametrize(("first", "stop"), [(0, 1), (0, 96), (0, 97), (50, 300), (95, 97), (96, 192), (1000, 1001)])
def test_units_lie_on_the_engines_grid_and_the_last_one_finishes(store: Store, first: int, stop: int) -> None:
    job = store.submit(spec(stop - first, first=first), now=1.0)
    *renders, finish = store.units(job.id)
    assert [(unit.index, unit.first, unit.stop) for unit in renders] == [
        (unit.index, unit.first, unit.stop) for unit in engine_units(first, stop, "")
    ]
    assert {(unit.kind, unit.state) for unit in renders} == {(UnitKind.RENDER, UnitState.READY)}
    assert (finish.kind, finish.state, finish.first, finish.stop) == (UnitKind.FINISH, UnitState.WAITING, first, stop)
    check(store)


def test_what_is_not_segmented_is_one_unit(store: Store) -> None:
    job = store.submit(spec(segmented=False), now=1.0)
    assert store.ready(job.id, 10, now=1.0) == [(0, UnitKind.FINISH, 0, 480, (), False)]
    assert render(store, worker(store), job.id, now=2.0) == 1
    assert store.job(job.id).state is JobState.DONE
    check(store)


def test_jobs_without_frames_and_with_too_many_are_refused(store: Store) -> None:
    for frames, first in ((0, 0), (-5, 10), (10, -1), (2**50, 0), (96_000_000, 0)):
        with pytest.raises(FarmError):
            store.submit(spec(frames, first=first), now=1.0)
    with pytest.raises(NotFound, match="come after"):
        store.submit(spec(after=("0" * 16,)), now=1.0)
    assert store.jobs() == []
    assert store.events() == []


def test_what_is_unknown_is_said_to_be(store: Store) -> None:
    job = store.submit(spec(), now=1.0).id
    for ask in (store.job, store.units, lambda unknown: store.cancel(unknown, now=1.0)):
        with pytest.raises(NotFound, match="nobody's"):
            ask("nobody's")
    with pytest.raises(NotFound, match="no unit 6"):
        store.unit(job, 6)
    for act in (store.seen, lambda unknown, now: store.grant(unknown, job, [0], until=9.0, now=now)):
        with pytest.raises(UnknownWorker):
            act("nobody", now=1.0)


def test_a_job_from_its_submit_to_its_end(store: Store) -> None:
    job = store.submit(spec(), now=1.0)
    assert (job.state, job.units, job.done) == (JobState.QUEUED, 6, 0)
    who = worker(store)
    assert render(store, who, job.id, now=2.0, most=4) == 4
    row = store.job(job.id)
    assert (row.state, row.started, row.done, row.seconds, row.squares) == (JobState.RUNNING, 2.0, 4, 8.0, 16.0)
    assert store.unit(job.id, 5).state is UnitState.WAITING
    assert render(store, who, job.id, now=3.0, most=1) == 1
    assert store.ready(job.id, 10, now=3.0) == [(5, UnitKind.FINISH, 0, 480, (), False)]
    (part,) = store.grant(who, job.id, [5], until=9.0, now=4.0)
    assert store.commit(who, job.id, 5, part.epoch, figures("f"), now=5.0)
    row = store.job(job.id)
    assert (row.state, row.ended, row.result, row.done, row.leased) == (JobState.DONE, 5.0, "f" * 64, 6, 0)
    for refused in (store.cancel, store.pause, store.resume, store.retry):
        with pytest.raises(Refused):
            refused(job.id, now=6.0)
    assert store.submit(spec(), now=7.0) == row
    told = kinds(store, job.id)
    assert (told["unit leased"], told["unit committed"], told["job finished"]) == (6, 6, 1)
    check(store)


def test_jobs_are_listed_newest_first_and_by_state(store: Store) -> None:
    ids = [store.submit(spec(frames), now=float(frames)).id for frames in (100, 200, 300)]
    store.cancel(ids[1], now=400.0)
    assert [row.id for row in store.jobs()] == ids[::-1]
    assert [row.id for row in store.jobs(limit=2)] == ids[:0:-1]
    assert [row.id for row in store.jobs(states=[JobState.CANCELLED])] == [ids[1]]
    assert [row.id for row in store.open_jobs()] == [ids[0], ids[2]]


def test_a_job_waits_for_those_that_it_comes_after(store: Store) -> None:
    first, second = store.submit(spec(100), now=1.0), store.submit(spec(200), now=1.0)
    third = store.submit(spec(300, after=(first.id, second.id)), now=1.0)
    who = worker(store)
    assert third.state is JobState.BLOCKED
    assert store.grant(who, third.id, [0], until=9.0, now=2.0) == ()
    render(store, who, first.id, now=2.0)
    assert store.job(third.id).state is JobState.BLOCKED
    render(store, who, second.id, now=3.0)
    assert store.job(third.id).state is JobState.QUEUED
    late = store.submit(spec(400, after=(first.id,)), now=9.0)
    assert late.state is JobState.QUEUED
    check(store)


def test_a_paused_job_finishes_what_is_handed_out_and_nothing_else(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    (part,) = store.grant(who, job, [0], until=9.0, now=2.0)
    for _ in range(2):
        assert store.pause(job, now=3.0).state is JobState.PAUSED
    assert store.grant(who, job, [1], until=9.0, now=4.0) == ()
    assert store.commit(who, job, 0, part.epoch, figures(), now=5.0)
    for _ in range(2):
        assert store.resume(job, now=6.0).state is JobState.RUNNING
    render(store, who, job, now=7.0)
    assert store.job(job).state is JobState.DONE
    check(store)


def test_a_paused_job_that_was_blocked_or_queued_goes_back_there(store: Store) -> None:
    first = store.submit(spec(100), now=1.0).id
    second = store.submit(spec(200, after=(first,)), now=1.0).id
    for job, state in ((first, JobState.QUEUED), (second, JobState.BLOCKED)):
        store.pause(job, now=2.0)
        assert store.resume(job, now=3.0).state is state
    store.pause(second, now=4.0)
    render(store, worker(store), first, now=5.0)
    assert store.job(second).state is JobState.PAUSED
    assert store.resume(second, now=6.0).state is JobState.QUEUED


def test_a_job_may_end_while_it_is_paused(store: Store) -> None:
    job, who = store.submit(spec(segmented=False), now=1.0).id, worker(store)
    (part,) = store.grant(who, job, [0], until=9.0, now=2.0)
    store.pause(job, now=3.0)
    assert store.commit(who, job, 0, part.epoch, figures(), now=4.0)
    assert store.job(job).state is JobState.DONE


def test_a_cancelled_job_keeps_what_is_done_and_goes_on_from_there(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    render(store, who, job, now=2.0, most=2)
    (part,) = store.grant(who, job, [2], until=9.0, now=3.0)
    for _ in range(2):
        assert store.cancel(job, now=4.0).state is JobState.CANCELLED
    assert store.extend(who, until=20.0, now=4.0) == set()
    assert not store.commit(who, job, 2, part.epoch, figures(), now=5.0)
    check(store)
    again = store.submit(spec(), now=6.0)
    assert (again.state, again.done, again.ended) == (JobState.RUNNING, 2, None)
    assert not store.commit(who, job, 2, part.epoch, figures(), now=6.0)
    assert render(store, who, job, now=7.0) == 4
    assert store.job(job).state is JobState.DONE
    check(store)


def test_priority_changes_and_is_written_down(store: Store) -> None:
    job = store.submit(spec(), now=1.0).id
    assert store.set_priority(job, 7, now=2.0).priority == 7
    assert store.events(job=job)[-1].detail == {"was": 0, "is": 7}


# -- leases
