"""Audits: units that others render again, from the submit to the word that two workers disagree."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import OFFER, Served, blob, figures_of, served, spec_of
from storing import CRASH, TIMING, check, figures, render, spec, worker

from reelwork_farm import auth
from reelwork_farm.capability import bad_hosts
from reelwork_farm.commands import farm as group
from reelwork_farm.dispatch import Dispatch
from reelwork_farm.errors import FarmError
from reelwork_farm.messages import Report
from reelwork_farm.model import JobState, Lease, UnitKind, UnitState, WorkerOffer
from reelwork_farm.store import Store, open_store


@pytest.fixture
def memory() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def grant(store: Store, who: str, job: str, index: int, now: float):
    (part,) = store.grant(who, job, [index], until=now + 30.0, now=now)
    return part


def audits(store: Store, job: str) -> list[tuple[int, int]]:
    return [(unit.first, unit.stop) for unit in store.units(job, limit=10_000) if unit.kind is UnitKind.AUDIT]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 5000), st.integers(0, 300), st.floats(0.01, 100.0), st.text("ab", max_size=6))
def test_audits_are_of_so_many_different_units_and_the_same_each_time(memory, frames, first, share, title) -> None:
    job = memory.submit(spec(frames, first=first, audit=share, title=title or "x"), now=1.0)
    units = memory.units(job.id, limit=10_000)
    runs = [(unit.first, unit.stop) for unit in units if unit.kind is UnitKind.RENDER]
    found = audits(memory, job.id)
    assert len(found) == job.audits == max(1, round(len(runs) * share / 100))
    assert found == sorted(set(found))
    assert set(found) <= set(runs)
    again = open_store(":memory:")
    assert audits(again, again.submit(job.spec, now=9.0).id) == found
    again.close()


def test_every_unit_may_be_the_one_that_is_audited(memory: Store) -> None:
    chosen = set()
    for number in range(60):
        chosen.update(audits(memory, memory.submit(spec(title=f"film {number}", audit=1.0), now=1.0).id))
    assert len(chosen) == 5


def test_a_job_is_done_when_its_audits_are_and_its_file_waits_for_none(store: Store) -> None:
    job = store.submit(spec(audit=40.0), now=1.0)
    maker, other = worker(store, 1), worker(store, 2)
    assert (job.units, job.finish, job.audits) == (8, 5, 2)
    assert store.grant(maker, job.id, [6], until=9.0, now=1.0) == ()
    render(store, maker, job.id, now=2.0, most=5)
    assert [index for index, *_ in store.ready(job.id, 10, now=2.0)] == [5, 6, 7]
    assert {row[4] for row in store.ready(job.id, 10, now=2.0)[1:]} == {(maker,)}
    check(store)
    part = grant(store, other, job.id, 5, 3.0)
    assert store.commit(other, job.id, 5, part.epoch, figures("f"), now=4.0)
    assert (store.job(job.id).state, store.job(job.id).result) == (JobState.RUNNING, "f" * 64)
    follower = store.submit(spec(100, after=(job.id,)), now=4.0)
    check(store)
    for index in (6, 7):
        assert store.job(follower.id).state is JobState.BLOCKED
        part = grant(store, other, job.id, index, 5.0)
        assert store.commit(other, job.id, index, part.epoch, figures(), now=6.0)
    row = store.job(job.id)
    assert (row.state, row.ended, row.audited, row.audits_failed) == (JobState.DONE, 6.0, 2, 0)
    assert store.job(follower.id).state is JobState.QUEUED
    passed = [event for event in store.events(job=job.id) if event.kind == "audit passed"]
    assert [(event.worker, event.detail["made_by"], event.detail["same_worker"]) for event in passed] == [
        (other, maker, False)
    ] * 2
    check(store)


def test_a_failed_audit_names_both_changes_nothing_and_makes_both_suspicious(store: Store) -> None:
    job = store.submit(spec(audit=1.0), now=1.0)
    maker, other, third, _ = (worker(store, number) for number in (1, 2, 3, 4))
    render(store, maker, job.id, now=2.0, most=5)
    before = store.units(job.id)[:5]
    part = grant(store, other, job.id, 6, 3.0)
    assert store.commit(other, job.id, 6, part.epoch, figures("c"), now=4.0)
    assert store.units(job.id)[:5] == before
    assert store.job(job.id).audits_failed == 1
    (event,) = store.events(job=job.id, kind="audit failed")
    assert (event.worker, event.detail["made_by"]) == (other, maker)
    assert (event.detail["digest"], event.detail["found"]) == ("d" * 64, "c" * 64)
    assert bad_hosts(store.workers(), 4.0) == (maker, other)
    assert render(store, third, job.id, now=5.0) == 1
    assert store.job(job.id).state is JobState.DONE
    check(store)


def test_one_worker_alone_audits_itself_and_the_history_says_so(memory: Store) -> None:
    job, who = memory.submit(spec(audit=1.0), now=1.0), worker(memory)
    dispatch = Dispatch(memory, TIMING)
    now = 2.0
    while not memory.job(job.id).ended:
        lease = dispatch.hand_out([who], now)[who]
        for part in lease.parts:
            now += 2.0
            assert memory.commit(who, job.id, part.index, part.epoch, figures(), now=now)
            dispatch.finished(who, job.id, part.index, 2.0, now)
    (event,) = memory.events(job=job.id, kind="audit passed")
    assert event.detail["same_worker"] is True
    check(memory)


def test_the_maker_gets_no_audit_and_the_file_comes_first(memory: Store) -> None:
    job = memory.submit(spec(audit=100.0), now=1.0)
    maker, other, third = (worker(memory, number) for number in (1, 2, 3))
    render(memory, maker, job.id, now=2.0, most=5)
    dispatch = Dispatch(memory, TIMING)  # which knows nothing of what was before
    leases = dispatch.hand_out([other, third, maker], 3.0)
    assert [part.index for part in leases[other].parts] == [5]
    assert {part.kind for part in leases[third].parts} == {UnitKind.AUDIT}
    assert maker not in leases
    dispatch.watch(4.0)
    assert len(memory.held()) == sum(len(lease.parts) for lease in leases.values())
    assert dispatch.hand_out([maker], 500.0) == {}  # nor the part of one that takes long


def test_a_lost_worker_does_not_end_its_audit(store: Store) -> None:
    job = store.submit(spec(audit=1.0), now=1.0)
    maker, other = worker(store, 1), worker(store, 2)
    render(store, maker, job.id, now=2.0, most=5)
    late = grant(store, other, job.id, 6, 3.0)
    store.expire(TIMING, now=100.0)
    check(store)
    assert not store.commit(other, job.id, 6, late.epoch, figures("c"), now=101.0)
    assert store.job(job.id).audits_failed == 0
    assert [index for index, *_ in store.ready(job.id, 10, now=101.0)] == [5, 6]


def test_an_audit_that_nobody_can_render_fails_no_job(store: Store) -> None:
    job = store.submit(spec(audit=1.0), now=1.0)
    maker, other, third = (worker(store, number) for number in (1, 2, 3))
    render(store, maker, job.id, now=2.0, most=5)
    assert render(store, maker, job.id, now=2.0, most=1) == 1
    now = 10.0
    for who in (other, third, other):
        part = grant(store, who, job.id, 6, now)
        assert store.fail(who, job.id, 6, part.epoch, CRASH, TIMING, now=now)
        check(store)
        now += 1000.0
    row = store.job(job.id)
    assert (row.state, row.quarantined, row.audited, row.audits_failed) == (JobState.DONE, 1, 0, 0)


@pytest.mark.parametrize("finished", [False, True])
def test_a_cancelled_job_that_is_opened_again_is_audited(store: Store, finished: bool) -> None:
    job = store.submit(spec(audit=1.0), now=1.0)
    maker, other = worker(store, 1), worker(store, 2)
    render(store, maker, job.id, now=2.0, most=6 if finished else 5)
    grant(store, other, job.id, 6, 3.0) if not finished else None
    store.cancel(job.id, now=4.0)
    check(store)
    assert store.submit(job.spec, now=5.0).state is JobState.RUNNING
    check(store)
    assert {row[0]: row[4] for row in store.ready(job.id, 10, now=5.0)}[6] == (maker,)
    render(store, other, job.id, now=6.0)
    assert store.job(job.id).state is JobState.DONE
    check(store)


def test_units_that_fail_keep_audits_waiting_and_end_the_job(store: Store) -> None:
    job = store.submit(spec(audit=20.0), now=1.0)
    workers = [worker(store, number) for number in (1, 2)]
    now = 10.0
    for number in range(3):
        part = grant(store, workers[number % 2], job.id, 0, now)
        assert store.fail(workers[number % 2], job.id, 0, part.epoch, CRASH, TIMING, now=now)
        now += 1000.0
    render(store, workers[0], job.id, now=now)
    assert store.job(job.id).state is JobState.FAILED
    assert store.unit(job.id, 6).state is UnitState.WAITING
    check(store)
    store.retry(job.id, now=now)
    check(store)
    assert render(store, workers[0], job.id, now=now) == 3
    assert store.job(job.id).state is JobState.DONE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("dcflx")), max_size=60), st.floats(1.0, 100.0))
def test_whatever_happens_the_counts_are_right(steps, share) -> None:
    memory = open_store(":memory:")
    job = memory.submit(spec(300, audit=share), now=1.0).id
    workers = [worker(memory, number) for number in (1, 2, 3)]
    dispatch = Dispatch(memory, TIMING)
    now = 10.0
    for number, what in steps:
        now += 7.0
        who = workers[number]
        memory.seen(who, now=now)
        lease = dispatch.hand_out([who], now).get(who)
        if lease is None or lease.job != job or what == "l":
            continue
        part = lease.parts[0]
        if what == "x":
            memory.cancel(job, now=now)
            memory.retry(job, now=now)
        elif what == "f":
            memory.fail(who, job, part.index, part.epoch, CRASH, TIMING, now=now)
        else:
            memory.commit(who, job, part.index, part.epoch, figures(what), now=now)
        check(memory)
    memory.close()


# -- what people see of it


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "farm") as found:
        yield found


def hand_in(farm: Served, folder: Path, who: str, lease: Lease, mark: str) -> None:
    for part in lease.parts:
        data = f"{mark} {part.first}".encode()
        figures = figures_of(part, blob(farm.client(), folder, data), len(data))
        assert farm.client().report(who, Report(lease.job, part.index, part.epoch, figures=figures))


def leased(farm: Served, who: str) -> Lease:
    while (lease := farm.client().lease(who)) is None:
        pass
    return lease


def test_a_failed_audit_is_seen_everywhere_and_outlives_the_controller(farm, tmp_path, monkeypatch) -> None:
    client = farm.client()
    job = client.submit(spec_of(blob(client, tmp_path, b"lock"), units=2, audit=1.0))
    first = client.register(WorkerOffer(**{**vars(OFFER), "node": "near"})).worker
    while client.job(job.id).job.rendered < 2:
        hand_in(farm, tmp_path, first, leased(farm, first), "one")
    second = client.register(OFFER).worker
    hand_in(farm, tmp_path, first, leased(farm, first), "file")
    assert client.job(job.id).job.state is JobState.RUNNING
    hand_in(farm, tmp_path, second, leased(farm, second), "two")
    view = client.job(job.id)
    assert view.job.state is JobState.DONE
    (told,) = view.audits
    assert first in told
    assert second in told
    assert 'reelwork_audits_total{result="failed"} 1.0' in client.metrics()
    monkeypatch.setenv(auth.VARIABLE, farm.tokens.secret)

    def run(*arguments: str) -> str:
        return CliRunner().invoke(group, [arguments[0], "--farm", farm.address, *arguments[1:]]).stdout

    assert "AUDITS FAILED" in run("jobs")
    assert second in run("job", job.id)
    assert json.loads(run("jobs", "--json"))[0]["audits_failed"] == 1


def test_audits_of_what_has_no_units_and_of_more_than_all_are_refused(farm: Served, tmp_path: Path) -> None:
    client = farm.client()
    good = spec_of(blob(client, tmp_path, b"lock"), audit=100.0)
    for bad in (replace(good, audit=-1.0), replace(good, audit=100.5), replace(good, segmented=False)):
        with pytest.raises(FarmError, match="audit"):
            client.submit(bad)
    assert client.submit(good).audits == 3
