"""The store's leases and workers: one contract, held by SQLite and PostgreSQL alike."""

import random
import threading

import pytest
from storing import CRASH, TIMING, check, figures, kinds, render, spec, worker

from reelwork_farm.errors import Refused, UnknownWorker
from reelwork_farm.model import (
    Cause,
    Failure,
    JobState,
    Share,
    UnitState,
    WorkerState,
)
from reelwork_farm.states import longest_wait
from reelwork_farm.store import Store, open_store

LOST = Failure(Cause.INFRASTRUCTURE, "the storage was gone")


# -- jobs


def test_a_unit_is_handed_out_once(store: Store) -> None:
    job, one, two = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    assert [part.index for part in store.grant(one, job, [0, 1, 2], until=9.0, now=2.0)] == [0, 1, 2]
    assert [part.index for part in store.grant(two, job, [1, 2, 3, 5, 77], until=9.0, now=2.0)] == [3]
    assert store.job(job).leased == 4
    assert [row.state for row in store.workers()] == [WorkerState.BUSY, WorkerState.BUSY]
    check(store)


@pytest.mark.parametrize("state", [WorkerState.DRAINING, WorkerState.ASIDE, WorkerState.LOST])
def test_nothing_is_handed_to_a_worker_that_takes_nothing(store: Store, state: WorkerState) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    if state is WorkerState.ASIDE:
        store.set_aside(who, until=100.0, now=2.0)
    else:
        store.set_worker(who, state, now=2.0)
    assert store.grant(who, job, [0], until=9.0, now=3.0) == ()


def test_the_first_valid_report_wins_and_all_others_are_counted(store: Store) -> None:
    job, one, two = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    (part,) = store.grant(one, job, [0], until=9.0, now=2.0)
    wrong = [(two, 0, part.epoch), (one, 1, part.epoch), (one, 0, part.epoch + 1), (one, 0, part.epoch - 1)]
    assert not any(store.commit(who, job, index, epoch, figures("x"), now=3.0) for who, index, epoch in wrong)
    assert store.commit(one, job, 0, part.epoch, figures("a"), now=3.0)
    assert not store.commit(one, job, 0, part.epoch, figures("a"), now=3.0)
    assert not store.fail(one, job, 0, part.epoch, CRASH, TIMING, now=3.0)
    assert store.unit(job, 0).digest == "a" * 64
    assert kinds(store)["late report dropped"] == 6
    assert store.job(job).done == 1
    check(store)


def test_a_worker_that_was_stopped_past_its_lease_is_fenced_off(store: Store) -> None:
    job, slow, quick = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    (stale,) = store.grant(slow, job, [0], until=30.0, now=1.0)
    store.seen(slow, now=31.0)
    assert store.expire(TIMING, now=31.0) == 1
    assert not store.commit(slow, job, 0, stale.epoch, figures("a"), now=32.0)
    (fresh,) = store.grant(quick, job, [0], until=60.0, now=33.0)
    assert fresh.epoch > stale.epoch
    assert not store.commit(slow, job, 0, stale.epoch, figures("a"), now=34.0)
    assert not store.commit(slow, job, 0, fresh.epoch, figures("a"), now=34.0)
    assert store.commit(quick, job, 0, fresh.epoch, figures("b"), now=35.0)
    assert store.unit(job, 0).digest == "b" * 64
    assert store.unit(job, 0).attempts == 0
    check(store)


def test_a_straggler_is_doubled_and_whoever_is_first_wins(store: Store) -> None:
    job, slow, quick = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    (stale,) = store.grant(slow, job, [0], until=90.0, now=1.0)
    assert store.grant(slow, job, [0], until=90.0, now=50.0, doubled=True) == ()
    assert store.grant(quick, job, [0, 1], until=90.0, now=50.0) != ()
    (fresh,) = store.grant(quick, job, [0, 2], until=90.0, now=50.0, doubled=True)
    assert fresh.index == 0
    assert [(row.worker, row.epoch) for row in store.held() if row.index == 0] == [
        (slow, stale.epoch),
        (quick, fresh.epoch),
    ]
    check(store)
    assert store.commit(slow, job, 0, stale.epoch, figures("a"), now=60.0)
    assert not store.commit(quick, job, 0, fresh.epoch, figures("a"), now=61.0)
    assert store.extend(quick, until=99.0, now=61.0) == {(job, 1)}
    check(store)


def test_a_unit_that_fails_wherever_it_is_doubled_is_given_up(store: Store) -> None:
    job, first, second = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    (part,) = store.grant(first, job, [0], until=900.0, now=1.0)
    has = {first: part.epoch}
    for number, (who, other) in enumerate([(first, second), (second, first), (first, second)]):
        now = 10.0 * (number + 1)
        (part,) = store.grant(other, job, [0], until=900.0, now=now, doubled=True)
        has[other] = part.epoch
        assert store.fail(who, job, 0, has[who], Failure(Cause.PLUGIN, "it crashed"), TIMING, now=now + 1.0)
        check(store)
    assert store.unit(job, 0).state is UnitState.QUARANTINED
    assert store.held() == []


@pytest.mark.parametrize("end", ["fail", "expire", "give back"])
def test_a_doubled_unit_stays_with_the_one_who_still_has_it(store: Store, end: str) -> None:
    job, slow, quick = store.submit(spec(), now=1.0).id, worker(store, 1), worker(store, 2)
    (stale,) = store.grant(slow, job, [0], until=30.0, now=1.0)
    (fresh,) = store.grant(quick, job, [0], until=90.0, now=20.0, doubled=True)
    if end == "fail":
        assert store.fail(slow, job, 0, stale.epoch, CRASH, TIMING, now=31.0)
    elif end == "expire":
        assert store.expire(TIMING, now=31.0) == 1
    else:
        assert store.give_back(slow, [(job, 0)], now=31.0) == 1
    assert store.unit(job, 0).state is UnitState.LEASED
    check(store)
    assert store.commit(quick, job, 0, fresh.epoch, figures(), now=40.0)
    check(store)


def test_an_extended_lease_lasts_and_one_that_the_worker_never_heard_of_does_not(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    known, lost, _ = store.grant(who, job, [0, 1, 2], until=30.0, now=1.0)
    holding = [(job, 0, known.epoch), (job, 1, lost.epoch + 1), (job, 4, 1)]
    assert store.extend(who, until=50.0, now=20.0, holding=holding) == {(job, 0)}
    assert store.expire(TIMING, now=31.0) == 2
    assert store.extend(who, until=60.0, now=32.0) == {(job, 0)}
    assert [row.lease_until for row in store.held()] == [60.0]
    assert store.extend(who, until=70.0, now=33.0, holding=[]) == set()
    check(store)


def test_a_drained_worker_gives_back_what_it_has_not_begun(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    parts = store.grant(who, job, [0, 1, 2], until=30.0, now=1.0)
    store.set_worker(who, WorkerState.DRAINING, now=2.0)
    assert store.give_back(who, [(job, 1), (job, 2), (job, 3)], now=2.0) == 2
    assert store.give_back(who, [], now=2.0) == 0
    assert store.commit(who, job, 0, parts[0].epoch, figures(), now=3.0)
    assert [index for index, *_ in store.ready(job, 10, now=3.0)] == [1, 2, 3, 4]
    store.set_worker(who, WorkerState.GONE, now=4.0)
    with pytest.raises(UnknownWorker):
        store.extend(who, until=30.0, now=5.0)
    check(store)


def test_a_worker_that_goes_leaves_nothing_leased(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    store.grant(who, job, [0, 1], until=30.0, now=1.0)
    store.set_worker(who, WorkerState.GONE, now=2.0)
    assert store.held() == []
    assert store.ready(job, 10, now=2.0)[0][0] == 0
    check(store)


def test_the_store_can_tell_when_a_unit_was_begun(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    parts = store.grant(who, job, [0, 1, 2], until=90.0, now=10.0)
    assert [row.began for row in store.held()] == [10.0, None, None]
    store.commit(who, job, 0, parts[0].epoch, figures(), now=25.0)
    assert [(row.index, row.began) for row in store.held()] == [(1, 25.0), (2, None)]


# -- failures


def test_a_poison_unit_is_quarantined_while_the_rest_goes_on(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, [worker(store, 1), worker(store, 2)]
    now = 10.0
    for attempt in range(3):
        (part,) = store.grant(who[attempt % 2], job, [2], until=now + 9, now=now)
        assert store.fail(who[attempt % 2], job, 2, part.epoch, CRASH, TIMING, now=now)
        assert store.grant(who[0], job, [2], until=now + 9, now=now + TIMING.backoff * 2**attempt - 0.1) == ()
        now += 100.0
    unit = store.unit(job, 2)
    assert (unit.state, unit.cause, unit.attempts) == (UnitState.QUARANTINED, Cause.PLUGIN, 3)
    assert unit.tried == tuple(who)
    assert unit.message == CRASH.message
    assert store.job(job).state is JobState.RUNNING
    assert render(store, who[0], job, now=now) == 4
    row = store.job(job)
    assert (row.state, row.quarantined, row.ended) == (JobState.FAILED, 1, now)
    check(store)
    assert store.retry(job, now=now).state is JobState.RUNNING
    assert render(store, who[1], job, now=now) == 2
    assert store.job(job).state is JobState.DONE
    check(store)


def test_the_only_worker_has_six_tries(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    for attempt in range(6):
        now = 1000.0 * (attempt + 1)
        (part,) = store.grant(who, job, [0], until=now + 9, now=now)
        assert store.unit(job, 0).attempts == attempt
        store.fail(who, job, 0, part.epoch, CRASH, TIMING, now=now)
    assert store.unit(job, 0).state is UnitState.QUARANTINED


def test_a_last_unit_that_fails_fails_the_job(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, [worker(store, 1), worker(store, 2)]
    render(store, who[0], job, now=2.0, most=5)
    for attempt in range(3):
        now = 1000.0 * (attempt + 1)
        (part,) = store.grant(who[attempt % 2], job, [5], until=now + 9, now=now)
        store.fail(who[attempt % 2], job, 5, part.epoch, CRASH, TIMING, now=now)
    assert store.job(job).state is JobState.FAILED
    check(store)
    assert store.submit(spec(), now=5000.0).state is JobState.RUNNING
    assert render(store, who[0], job, now=5000.0) == 1
    check(store)


def test_infrastructure_is_not_the_units_fault(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    for attempt in range(10):
        now = 1000.0 * (attempt + 1)
        (part,) = store.grant(who, job, [0], until=now + 9, now=now)
        assert store.fail(who, job, 0, part.epoch, LOST, TIMING, now=now)
    unit = store.unit(job, 0)
    assert (unit.state, unit.attempts, unit.tried, unit.cause) == (UnitState.READY, 0, (), Cause.INFRASTRUCTURE)
    assert unit.not_before > 10_000.0, "a unit that is lost often waits, so that it cannot keep the farm down"
    assert store.ready(job, 10, now=10_000.0)[0][0] == 1
    check(store)


# -- workers and time


def test_a_silent_worker_is_lost_and_may_be_found_again(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    store.grant(who, job, [0, 1], until=1000.0, now=1.0)
    assert store.expire(TIMING, now=44.0) == 0
    assert store.expire(TIMING, now=46.0) == 2
    assert [row.state for row in store.workers()] == [WorkerState.LOST]
    assert store.extend(who, until=90.0, now=50.0) == set()
    assert [row.state for row in store.workers()] == [WorkerState.IDLE]
    assert kinds(store)["worker lost"] == kinds(store)["worker found"] == 1
    check(store)


def test_a_worker_set_aside_is_forgiven_and_one_long_gone_forgotten(store: Store) -> None:
    bad, gone = worker(store, 1), worker(store, 2)
    store.set_aside(bad, until=40.0, now=1.0)
    store.set_worker(gone, WorkerState.GONE, now=1.0)
    store.seen(bad, now=40.0)
    store.expire(TIMING, now=39.0)
    assert store.workers()[0].state is WorkerState.ASIDE
    store.expire(TIMING, now=41.0)
    assert (store.workers()[0].state, store.workers()[0].aside_until) == (WorkerState.IDLE, None)
    store.seen(bad, now=90_000.0)
    store.expire(TIMING, now=90_001.0)
    assert [row.id for row in store.workers()] == [bad]


def test_a_worker_has_a_speed_and_faults(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    parts = store.grant(who, job, [0, 1, 2, 3], until=90.0, now=1.0)
    assert store.workers()[0].speed is None
    store.commit(who, job, 0, parts[0].epoch, figures(seconds=2.0), now=3.0)
    assert store.workers()[0].speed == 48.0
    store.commit(who, job, 1, parts[1].epoch, figures(seconds=4.0), now=7.0)
    assert 24.0 < float(store.workers()[0].speed or 0) < 48.0
    store.fail(who, job, 2, parts[2].epoch, CRASH, TIMING, now=8.0)
    assert store.workers()[0].faults == 1
    store.commit(who, job, 3, parts[3].epoch, figures(seconds=0.0), now=9.0)
    assert store.workers()[0].faults == 0


def test_the_same_offer_at_the_same_time_is_one_worker(store: Store) -> None:
    assert worker(store, 1) == worker(store, 1)
    assert len({worker(store, 1), worker(store, 2), worker(store, 1, now=9.0)}) == 3
    assert worker(store, 1).startswith("node-1-101-")


def test_leases_outlive_a_controller_that_was_away(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0).id, worker(store)
    (part,) = store.grant(who, job, [0], until=30.0, now=1.0)
    store.awake(TIMING, now=5000.0)
    assert store.expire(TIMING, now=5001.0) == 0
    assert store.commit(who, job, 0, part.epoch, figures(), now=5002.0)


def test_what_waits_does_not_wait_for_a_clock_that_was_set_back(store: Store) -> None:
    year = 365 * 86_400.0
    job, other = store.submit(spec(), now=year).id, store.submit(spec(100), now=year + 1.0).id
    who, aside = worker(store, 1, now=year), worker(store, 2, now=year)
    failed, held = store.grant(who, job, [0, 1], until=year + 30.0, now=year)
    assert store.fail(who, job, 0, failed.epoch, CRASH, TIMING, now=year + 1.0)
    store.set_aside(aside, until=year + 600.0, now=year + 1.0)
    store.awake(TIMING, now=1000.0)
    assert [index for index, *_ in store.ready(job, 10, now=1000.0)] == [2, 3, 4]
    assert [index for index, *_ in store.ready(job, 10, now=1000.0 + longest_wait(TIMING))] == [0, 2, 3, 4]
    assert [row.id for row in store.open_jobs()] == [job, other]
    assert all(row.submitted <= 1000.0 for row in store.open_jobs())
    assert {row.lease_until for row in store.held()} == {1030.0}
    assert {row.seen for row in store.workers()} == {1000.0}
    assert store.expire(TIMING, now=1029.0) == 0
    assert store.commit(who, job, held.index, held.epoch, figures(), now=1020.0)
    store.expire(TIMING, now=1000.0 + TIMING.aside)
    assert WorkerState.ASIDE not in {row.state for row in store.workers()}
    store.seen(who, now=2000.0)
    render(store, who, job, now=2000.0)
    assert store.job(job).state is JobState.DONE
    check(store)
    store.awake(TIMING, now=2001.0)
    assert kinds(store)["clock set back"] == 1


# -- the rest


def test_the_history_is_in_order_and_can_be_read_on(store: Store) -> None:
    job = store.submit(spec(), now=1.0).id
    store.submit(spec(100), now=1.0)
    render(store, worker(store), job, now=2.0)
    every = store.events()
    assert [event.id for event in every] == sorted({event.id for event in every})
    assert store.events(after=every[3].id, limit=5) == every[4:9]
    assert store.events(job=job) == [event for event in every if event.job == job]
    assert store.events(after=every[-1].id) == []


def test_shares_are_kept(store: Store) -> None:
    store.set_share("film", 2.5, None)
    store.set_share("film", 3.0, 12)
    store.set_share("trailer", 1.0, None)
    assert store.shares() == {"film": Share(3.0, 12), "trailer": Share(1.0, None)}


def test_a_store_that_is_opened_again_is_the_same(address: str) -> None:
    store = open_store(address)
    job = store.submit(spec(title='Ĥ"\\\n🎬'), now=1.0).id
    render(store, worker(store), job, now=2.0, most=3)
    before = (store.jobs(), store.units(job), store.events(), store.workers())
    store.close()
    again = open_store(address)
    assert (again.jobs(), again.units(job), again.events(), again.workers()) == before
    again.close()


def test_many_threads_commit_each_unit_once(store: Store) -> None:
    job = store.submit(spec(96 * 60), now=1.0).id
    workers = [worker(store, number) for number in range(4)]
    wrong: list[BaseException] = []

    def run(number: int) -> None:
        choice = random.Random(number)
        try:
            while store.job(job).state is not JobState.DONE:
                ready = store.ready(job, 8, now=2.0)
                for part in store.grant(workers[number], job, [index for index, *_ in ready], until=9.0, now=2.0):
                    if choice.random() < 0.2:
                        store.give_back(workers[number], [(job, part.index)], now=2.0)
                    else:
                        assert store.commit(workers[number], job, part.index, part.epoch, figures(), now=2.0)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    check(store)


@pytest.mark.parametrize("seed", [0, 1])
def test_whatever_happens_counts_are_right_and_units_are_committed_once(store: Store, seed: int) -> None:
    choice = random.Random(seed)
    ids = [store.submit(spec(frames), now=0.0).id for frames in (100, 300, 700)]
    ids.append(store.submit(spec(200, after=(ids[0],)), now=0.0).id)
    workers = [worker(store, number) for number in range(3)]
    held: list[tuple[str, str, int, int]] = []
    now = 1.0
    for _ in range(150):
        now += choice.expovariate(1 / 4)
        who, job = choice.choice(workers), choice.choice(ids)
        act = choice.random()
        try:
            if act < 0.3:
                some = [index for index, *_ in store.ready(job, 3, now=now)]
                held += [(who, job, p.index, p.epoch) for p in store.grant(who, job, some, until=now + 30, now=now)]
            elif act < 0.35:
                some = [row.index for row in store.held() if row.job == job]
                parts = store.grant(who, job, some[:1], until=now + 30, now=now, doubled=True)
                held += [(who, job, part.index, part.epoch) for part in parts]
            elif act < 0.65 and held:
                at = choice.choice(held)
                store.commit(*at, figures(), now=now)
            elif act < 0.8 and held:
                store.fail(*choice.choice(held), choice.choice([CRASH, LOST]), TIMING, now=now)
            elif act < 0.9:
                choice.choice([store.expire, store.awake])(TIMING, now=now)
                store.extend(who, until=now + 30, now=now)
            elif act < 0.93:
                store.give_back(who, [(job, index) for _, job, index, _ in held], now=now)
            else:
                choice.choice([store.cancel, store.pause, store.resume, store.retry])(job, now=now)
        except Refused:
            pass
        if choice.random() < 0.1:
            check(store)
    check(store)
    for job in ids:
        if store.job(job).state is not JobState.DONE:
            store.resume(job, now=now) if store.job(job).state is JobState.PAUSED else store.retry(job, now=now)
    for who in workers:
        store.set_worker(who, WorkerState.GONE, now=now)
    last = worker(store, 99, now=now)
    for job in ids:
        store.retry(job, now=now) if store.job(job).state is not JobState.DONE else None
        render(store, last, job, now=now + 10_000.0)
        assert store.job(job).state is JobState.DONE
    check(store)
