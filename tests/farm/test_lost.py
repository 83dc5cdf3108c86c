"""Files that rot in the storage or vanish from it: of a scene, and of a job that is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pretending
import pytest
from bundling import task_of, write_scene
from serving import OFFER, Served, blob, figures_of, served, spec_of
from storing import check, figures, kinds, render, spec, worker

from reelwork_farm.bundle import pin, upload
from reelwork_farm.client import FarmClient
from reelwork_farm.materialise import LackingError, materialise
from reelwork_farm.messages import Report
from reelwork_farm.model import Cause, Failure, JobRow, JobState, Lease, Timing, UnitState
from reelwork_farm.storage import FolderStorage
from reelwork_farm.store import Store
from reelwork_farm.worker import Worker

SAID = "n: scene/a.mov is missing or damaged in the farm's storage"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "farm") as found:
        yield found


def storage_of(farm: Served) -> FolderStorage:
    storage = farm.controller.storage
    assert isinstance(storage, FolderStorage)
    return storage


def leased(client: FarmClient, *workers: str) -> tuple[str, Lease]:
    """Whoever gets something first."""
    while True:
        for who in workers:
            if (lease := client.lease(who)) is not None:
                return who, lease


def made(client: FarmClient, folder: Path, who: str, job: JobRow) -> JobRow:
    """The job when a worker has made all that is left of it."""
    while (row := client.job(job.id).job).state is not JobState.DONE:
        _, lease = leased(client, who)
        for part in lease.parts:
            data = f"made of {part.index}".encode()
            figures = figures_of(part, blob(client, folder, data), len(data))
            assert client.report(who, Report(job.id, part.index, part.epoch, figures=figures))
    return row


# -- files of a scene


@pytest.mark.parametrize("harm", ["rots", "vanishes"])
def test_a_job_whose_file_is_lost_fails_after_some_tries_until_it_is_submitted_again(
    farm: Served, tmp_path: Path, harm: str
) -> None:
    client, storage = farm.client(), storage_of(farm)
    digest = blob(client, tmp_path, b"a file of the scene")
    job = client.submit(spec_of(digest, units=2))
    workers = [client.register(OFFER).worker, client.register(OFFER).worker]
    storage.path(digest).write_bytes(b"a file of tbe scene") if harm == "rots" else storage.discard(digest)
    tries = 0
    while client.job(job.id).job.state is not JobState.FAILED:
        who, lease = leased(client, *workers)
        for part in lease.parts:
            tries += 1
            failure = Failure(Cause.INFRASTRUCTURE, SAID, lacking=(digest,))
            client.report(who, Report(job.id, part.index, part.epoch, failure=failure))
        assert tries < 20
    unit = client.units(job.id)[0]
    assert (unit.state, unit.cause, len(unit.tried)) == (UnitState.QUARANTINED, Cause.MEDIA, 2)
    assert "scene/a.mov" in str(unit.message)
    assert "submit the same scene again" in str(unit.message)
    assert client.missing_blobs([digest]) == {digest}  # also the damaged one: it is uploaded again
    blob(client, tmp_path, b"a file of the scene")
    assert client.submit(spec_of(digest, units=2)).id == job.id
    assert made(client, tmp_path, workers[0], job).state is JobState.DONE


def test_a_file_that_only_got_lost_on_the_way_is_no_fault_of_the_job(farm: Served, tmp_path: Path) -> None:
    client = farm.client()
    digest, strange = blob(client, tmp_path, b"lock"), blob(client, tmp_path, b"of nobody")
    storage_of(farm).path(strange).write_bytes(b"rotten")
    job, who = client.submit(spec_of(digest, units=1)), client.register(OFFER).worker
    _, lease = leased(client, who)
    (part,) = lease.parts
    failure = Failure(Cause.INFRASTRUCTURE, SAID, lacking=(digest, strange, "no digest", "0" * 64))
    assert client.report(who, Report(job.id, part.index, part.epoch, failure=failure))
    unit = client.units(job.id)[0]
    assert (unit.cause, unit.attempts, unit.message) == (Cause.INFRASTRUCTURE, 0, SAID)


def test_a_worker_names_all_files_that_it_cannot_have(tmp_path: Path) -> None:
    bundle = pin(task_of(write_scene(tmp_path / "scene"), tmp_path / "film.mp4"))
    storage = FolderStorage(tmp_path / "storage")
    lock = upload(bundle, storage)
    rotten, gone = bundle.lock.files[1], bundle.lock.files[4]
    storage.path(rotten.digest).write_bytes(bytes(rotten.size))
    storage.discard(gone.digest)
    with pytest.raises(LackingError, match=f"^{rotten.path} and 1 other files of the job are missing or damaged"):
        materialise(lock, storage, tmp_path / "worker")
    failing = Worker(None, storage, OFFER, tmp_path / "worker")  # type: ignore[arg-type]
    lease = Lease("job", lock, OFFER.engine, "film.mp4", (), Timing().lease)
    part = pretending.part(0)
    failing._held[lease.job, part.index] = part.epoch
    failure = failing._made(lease, part, tmp_path)
    assert isinstance(failure, Failure)
    assert (failure.cause, failure.lacking) == (Cause.INFRASTRUCTURE, (rotten.digest, gone.digest))
    assert rotten.path in failure.message
    upload(bundle, storage)  # what is gone; what rots is replaced when the controller has taken it away
    storage.discard(rotten.digest)
    upload(bundle, storage)
    assert materialise(lock, storage, tmp_path / "worker").is_dir()
    storage.discard(lock)
    with pytest.raises(LackingError, match="lock is missing"):
        materialise(lock, storage, tmp_path / "other")


# -- files of jobs that are done


@pytest.mark.parametrize("harm", ["rots", "vanishes"])
def test_a_film_that_is_lost_is_made_again_when_it_is_submitted_again(farm: Served, tmp_path: Path, harm: str) -> None:
    client, storage = farm.client(), storage_of(farm)
    digest, who = blob(client, tmp_path, b"lock"), client.register(OFFER).worker
    job = made(client, tmp_path, who, client.submit(spec_of(digest, units=2)))
    assert job.result is not None
    assert client.submit(spec_of(digest, units=2)).state is JobState.DONE  # it is there
    farm.controller.checks.unmark(job.result)  # and was not looked at just now
    storage.path(job.result).write_bytes(b"rotten") if harm == "rots" else storage.discard(job.result)
    again = client.submit(spec_of(digest, units=2, priority=3))
    assert (again.id, again.state, again.done, again.result, again.priority) == (job.id, JobState.RUNNING, 2, None, 3)
    assert made(client, tmp_path, who, job).result == job.result
    assert storage.has(job.result)


def test_only_what_makes_the_file_is_opened_again(store: Store) -> None:
    task, who = spec(audit=40.0), worker(store)
    job = store.submit(task, now=1.0)
    follower = store.submit(spec(title="next", after=(job.id,)), now=1.0)
    render(store, who, job.id, now=2.0)
    done = store.job(job.id)
    assert store.remake("0" * 64, task, now=3.0) == done  # it has another file
    row = store.remake(str(done.result), task, now=3.0)
    check(store)
    assert (row.state, row.done, row.rendered, row.audited, row.ended) == (JobState.RUNNING, 7, 5, 2, None)
    assert [index for index, *_ in store.ready(job.id, 10, now=3.0)] == [done.finish]
    assert store.remake(str(done.result), task, now=4.0) == row
    (part,) = store.grant(who, job.id, [done.finish], until=90.0, now=5.0)
    assert store.commit(who, job.id, part.index, part.epoch, figures(), now=6.0)
    check(store)
    after = store.job(job.id)
    assert (after.state, after.seconds, after.squares) == (JobState.DONE, done.seconds, done.squares)
    assert kinds(store, job.id)["job reopened"] == 1
    assert store.job(follower.id).state is JobState.QUEUED
