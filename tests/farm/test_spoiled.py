"""Segments that are damaged or gone when the film is to be made of them: their units are rendered again."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pretending import PretendedController
from serving import OFFER, Served, blob, figures_of, served, spec_of
from storing import TIMING, check, figures, kinds, render, spec, worker

from reelwork_farm.client import FarmClient
from reelwork_farm.messages import Report
from reelwork_farm.model import Cause, Failure, JobRow, JobState, Lease, Part, Timing, UnitKind, UnitState
from reelwork_farm.rendering import NotMade
from reelwork_farm.states import SPOILS
from reelwork_farm.storage import DamagedBlobError, FolderStorage, MissingError
from reelwork_farm.store import Store, open_store
from reelwork_farm.worker import Worker

GONE = Failure(Cause.INFRASTRUCTURE, "segments are missing", (1, 3))


def finish(store: Store, who: str, job: JobRow, now: float) -> Part:
    (part,) = store.grant(who, job.id, [job.finish], until=now + 30.0, now=now)
    return part


def test_what_is_gone_is_rendered_again_and_the_film_waits_for_it(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0), worker(store)
    render(store, who, job.id, now=2.0, most=5)
    part = finish(store, who, job, 3.0)
    assert store.fail(who, job.id, 5, part.epoch, GONE, TIMING, now=4.0, spoiled=[1, 3, 99])
    check(store)
    row = store.job(job.id)
    assert (row.state, row.done, row.seconds) == (JobState.RUNNING, 3, 6.0)
    assert [index for index, *_ in store.ready(job.id, 10, now=4.0)] == [1, 3]
    assert kinds(store)["unit spoiled"] == 2
    assert render(store, who, job.id, now=5.0) == 3
    assert store.job(job.id).state is JobState.DONE
    check(store)


def test_a_unit_that_is_spoiled_again_and_again_ends_the_job_until_somebody_asks(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0), worker(store)
    now = 10.0
    for _ in range(SPOILS + 1):
        assert store.job(job.id).state is not JobState.FAILED
        now += 1000.0
        store.seen(who, now=now)
        render(store, who, job.id, now=now, most=5 - store.job(job.id).done)
        part = finish(store, who, job, now)
        assert store.fail(who, job.id, 5, part.epoch, GONE, TIMING, now=now, spoiled=[3])
        check(store)
    unit = store.unit(job.id, 3)
    assert (store.job(job.id).state, unit.state) == (JobState.FAILED, UnitState.QUARANTINED)
    assert "look at the storage" in str(unit.message)
    store.retry(job.id, now=now)
    assert render(store, who, job.id, now=now) == 2
    check(store)


def test_audits_wait_again_too_and_whoever_had_one_is_late(store: Store) -> None:
    job, who, other = store.submit(spec(audit=40.0), now=1.0), worker(store, 1), worker(store, 2)
    render(store, who, job.id, now=2.0, most=5)
    (audit,) = store.grant(other, job.id, [6], until=90.0, now=3.0)
    part = finish(store, who, job, 3.0)
    assert store.fail(who, job.id, 5, part.epoch, GONE, TIMING, now=4.0, spoiled=[0])
    check(store)
    assert store.units(job.id, first=5, states=[UnitState.READY, UnitState.LEASED]) == []
    assert not store.commit(other, job.id, 6, audit.epoch, figures(), now=5.0)
    render(store, other, job.id, now=6.0)
    check(store)
    assert store.job(job.id).state is JobState.DONE


def test_a_late_report_spoils_nothing(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0), worker(store)
    render(store, who, job.id, now=2.0, most=5)
    part = finish(store, who, job, 3.0)
    assert not store.fail(who, job.id, 5, part.epoch - 1, GONE, TIMING, now=4.0, spoiled=[1])
    assert store.job(job.id).done == 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 3), max_size=4), max_size=8), st.sampled_from([0.0, 50.0]))
def test_however_often_it_ends(losses: list[set[int]], audit: float) -> None:
    store = open_store(":memory:")
    job, who = store.submit(spec(300, audit=audit), now=1.0), worker(store)
    now = 10.0
    for spoiled in losses:
        now += 1000.0
        store.seen(who, now=now)
        render(store, who, job.id, now=now, most=max(0, job.finish - store.job(job.id).rendered))
        if store.job(job.id).ended:
            break
        part = finish(store, who, job, now)
        store.fail(who, job.id, job.finish, part.epoch, GONE, TIMING, now=now, spoiled=sorted(spoiled))
        check(store)
    render(store, who, job.id, now=now + 1000.0)
    check(store)
    assert store.job(job.id).state in (JobState.DONE, JobState.FAILED)
    store.close()


# -- who finds it


@pytest.fixture
def farm(tmp_path: Path):
    with served(tmp_path / "farm") as found:
        yield found


def leased(client: FarmClient, who: str) -> Lease:
    while (lease := client.lease(who)) is None:
        pass
    return lease


def rendered(farm: Served, folder: Path, client: FarmClient, who: str) -> tuple[JobRow, Part]:
    """A job whose finish is handed out."""
    job = client.submit(spec_of(blob(client, folder, b"lock"), units=3))
    while True:
        lease = leased(client, who)
        for part in lease.parts:
            if part.kind is UnitKind.FINISH:
                return job, part
            data = f"segment {part.index}".encode()
            figures = figures_of(part, blob(client, folder, data), len(data))
            assert client.report(who, Report(job.id, part.index, part.epoch, figures=figures))


def test_the_controller_looks_itself_before_anything_is_rendered_again(farm: Served, tmp_path: Path) -> None:
    client = farm.client()
    who = client.register(OFFER).worker
    job, part = rendered(farm, tmp_path, client, who)
    storage = farm.controller.storage
    assert isinstance(storage, FolderStorage)
    segments = [hashlib.sha256(f"segment {index}".encode()).hexdigest() for index in range(3)]
    storage.path(segments[0]).write_bytes(b"something else")
    storage.discard(segments[1])
    failure = Failure(Cause.INFRASTRUCTURE, "no segments", (0, 1, 2))
    assert client.report(who, Report(job.id, part.index, part.epoch, failure=failure))
    states = [unit.state for unit in client.units(job.id)]
    assert states == [UnitState.READY, UnitState.READY, UnitState.DONE, UnitState.WAITING]
    assert not storage.has(segments[0])
    assert "reelwork_segments_spoiled_total 2.0" in client.metrics()


class Storage(FolderStorage):
    """One that has lost some blobs, and of which others are damaged."""

    def __init__(self, root: Path, lost: dict[int, type[Exception]]) -> None:
        super().__init__(root)
        self.lost = lost
        self.asked = 0

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        self.asked += 1
        if (fault := self.lost.get(self.asked - 1)) is not None:
            raise fault("it is not what it was")
        super().get(digest, to, most=most)


def test_a_worker_names_all_segments_that_it_cannot_have(tmp_path: Path) -> None:
    controller = PretendedController(4, Timing())
    storage = Storage(tmp_path / "storage", {1: MissingError, 3: DamagedBlobError})
    (tmp_path / "segment").write_bytes(b"segment")
    digest = storage.put(tmp_path / "segment")
    for index in range(4):
        controller.accepted[index] = figures_of(Part(index, UnitKind.RENDER, 0, 96, 1), digest, 7)
    worker = Worker(controller, storage, OFFER, tmp_path)
    lease = Lease("job", "b" * 64, OFFER.engine, "film.mp4", (), 30.0)
    part = Part(4, UnitKind.FINISH, 0, 384, 1)
    with pytest.raises(NotMade) as caught, worker._segments(lease, part, storage, tmp_path):
        pass
    assert (caught.value.failure.cause, caught.value.failure.damaged) == (Cause.INFRASTRUCTURE, (1, 3))
