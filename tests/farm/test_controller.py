import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from serving import OFFER, QUICK, figures_of, spec_of

from reelwork.errors import OutputError
from reelwork_farm.checks import DamagedError
from reelwork_farm.controller import Controller
from reelwork_farm.errors import FarmError, NotFound, UnknownWorker
from reelwork_farm.intake import IntakeError, Limits
from reelwork_farm.messages import Heartbeat, Holding, Report
from reelwork_farm.model import Cause, Failure, JobRow, JobState, Lease, WorkerRow, WorkerState
from reelwork_farm.storage import FolderStorage
from reelwork_farm.store import jobs as store_jobs
from reelwork_farm.store import open_store
from reelwork_farm.wire import dumps


class Storage(FolderStorage):
    """A folder that counts how often blobs are read, and waits with it when told."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def open(self, digest: str) -> BinaryIO:
        self.reads.append(digest)
        self.gate.wait(10)
        return super().open(digest)


class Farm:
    """A controller without a network, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage = Storage(folder / "storage")
        self.store = open_store(str(folder / "farm.sqlite"))
        self.now = 1000.0
        self.controller = self.started()
        self.bundle = self.put(b"lock")

    def started(self) -> Controller:
        controller = Controller(self.store, self.storage, self.folder / "logs", QUICK)
        controller.wake(now=self.now)
        return controller

    def put(self, data: bytes) -> str:
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}-{threading.get_ident()}"
        path.write_bytes(data)
        return self.storage.put(path)

    def submit(self, units: int, **changes: object) -> JobRow:
        return self.controller.submit(spec_of(self.bundle, units=units, **changes), now=self.now)

    def worker(self, pid: int = 1) -> str:
        return self.controller.register(replace(OFFER, pid=pid), now=self.now).worker

    def lease(self, worker: str) -> Lease:
        return self.controller.hand_out([worker], now=self.now)[worker]

    def report(self, worker: str, lease: Lease, seconds: float = 0.1) -> list[bool]:
        found = []
        for part in lease.parts:
            data = f"{lease.job} {part.index}".encode()
            figures = replace(figures_of(part, self.put(data), len(data)), seconds=seconds)
            report = Report(lease.job, part.index, part.epoch, figures=figures)
            found.append(self.controller.report(worker, report, now=self.now))
        return found


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    found = Farm(tmp_path)
    yield found
    found.store.close()


def test_more_jobs_than_the_farm_takes_are_refused(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_jobs, "MOST_OPEN", 30)
    refused = 0
    for number in range(100):
        try:
            farm.submit(1, title=f"job {number}")
        except FarmError:
            refused += 1
    assert refused == 70
    assert len(farm.store.open_jobs()) == 30
    assert farm.submit(1, title="job 3").state is JobState.QUEUED  # which is one of them


def test_open_jobs_have_so_many_units_together_and_no_more(farm: Farm) -> None:
    farm.controller.limits = Limits(open_units=30)
    first = farm.submit(9, title="one")  # and one that finishes it
    farm.submit(9, title="two")
    with pytest.raises(FarmError, match=r"have 20 units, and may have 30 with the 11 of this one: wait, or cancel"):
        farm.submit(10, title="three")
    assert farm.submit(9, title="one").id == first.id  # which is there
    farm.store.cancel(first.id, now=farm.now)
    farm.submit(19, title="four")
    for again in (lambda: farm.submit(9, title="one"), lambda: farm.controller.retry(first.id, now=farm.now)):
        with pytest.raises(FarmError, match="have 30 units"):
            again()
    assert farm.store.job(first.id).state is JobState.CANCELLED


def test_what_a_worker_tells_of_others_units_or_of_too_many_frames_counts_for_nothing(farm: Farm) -> None:
    job, one, two = farm.submit(4), farm.worker(1), farm.worker(2)
    own, other = farm.lease(one).parts[0], farm.lease(two).parts[0]

    def told(*frames: tuple[int, int, int]) -> int:
        holding = tuple(Holding(job.id, index, epoch, count) for index, epoch, count in frames)
        farm.controller.heartbeat(one, Heartbeat(holding), now=farm.now)
        return farm.controller.view(job.id, now=farm.now).frames_done

    assert told((own.index, own.epoch, 40)) == 40
    assert told((own.index, own.epoch, 10**15)) == 96
    assert told((own.index, own.epoch, 40), (other.index, other.epoch, 96), (3, 1, 96)) == 40
    assert told((own.index, own.epoch, 40), (own.index, own.epoch, 50)) == 50
    assert told((own.index, own.epoch + 1, 96)) == 0
    for wrong in (Heartbeat((Holding(job.id, own.index, own.epoch, -1),)), Heartbeat(memory=-1)):
        with pytest.raises(IntakeError, match="0 or more"):
            farm.controller.heartbeat(one, wrong, now=farm.now)


def test_a_job_whose_files_are_not_there_is_refused(farm: Farm) -> None:
    with pytest.raises(FarmError, match="upload"):
        farm.controller.submit(spec_of("0" * 64), now=farm.now)


def test_time_left_comes_from_measured_units(farm: Farm) -> None:
    job, worker = farm.submit(9), farm.worker()
    assert farm.controller.view(job.id, now=farm.now).left is None
    for _ in range(3):
        farm.report(worker, farm.lease(worker), seconds=10.0)
    lease = farm.lease(worker)
    view = farm.controller.view(job.id, now=farm.now)
    done = view.job.done
    assert view.left is not None
    assert view.cost is not None
    assert view.left.value == pytest.approx(10.0 * (10 - done))
    assert view.cost.value == pytest.approx(100.0)
    holding = (Holding(job.id, lease.parts[0].index, lease.parts[0].epoch, frames=48),)
    farm.controller.heartbeat(worker, Heartbeat(holding), now=farm.now)
    later = farm.controller.view(job.id, now=farm.now)
    assert later.frames_done == view.frames_done + 48
    assert later.left is not None
    assert later.left.value == pytest.approx(10.0 * (9.5 - done))
    farm.report(worker, lease)
    assert farm.controller.view(job.id, now=farm.now).frames_done == 96 * (done + len(lease.parts))


def test_a_silent_worker_loses_its_units_and_its_late_results(farm: Farm) -> None:
    job, slow = farm.submit(1), farm.worker()
    held = farm.lease(slow)
    farm.now += QUICK.lease + 0.1
    other = farm.worker(2)
    farm.controller.tick(now=farm.now)
    again = farm.lease(other)
    assert [part.index for part in again.parts] == [part.index for part in held.parts]
    assert farm.report(slow, held) == [False]
    assert farm.report(other, again) == [True]
    assert farm.store.job(job.id).done == 1


def test_a_controller_that_was_away_gives_workers_time(farm: Farm) -> None:
    farm.submit(1)
    worker = farm.worker()
    lease = farm.lease(worker)
    farm.now += 100 * QUICK.lost
    farm.controller = farm.started()
    farm.controller.tick(now=farm.now)
    holding = tuple(Holding(lease.job, part.index, part.epoch) for part in lease.parts)
    assert farm.controller.heartbeat(worker, Heartbeat(holding), now=farm.now).revoked == ()
    assert all(farm.report(worker, lease))


def test_a_worker_that_leaves_while_the_farm_looks_around_has_left(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, read = farm.worker(), farm.store.workers
    leaving = threading.Thread(target=lambda: farm.controller.bye(worker, now=farm.now))

    def read_slowly() -> list[WorkerRow]:
        rows = read()
        if not leaving.ident:
            leaving.start()
            leaving.join(0.3)
        return rows

    monkeypatch.setattr(farm.store, "workers", read_slowly)
    farm.controller.tick(now=farm.now)
    leaving.join()
    with pytest.raises(UnknownWorker):
        farm.controller.expect(worker, now=farm.now)


def beside(*actions: Callable[[], object]) -> list[threading.Thread]:
    """Begin with each action in a thread, and wait for it unless it waits for whoever called this."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
        thread.join(0.3)
    return threads


@pytest.mark.parametrize("leaves", [False, True])
def test_a_sign_of_life_does_not_bring_back_what_is_reported_or_given_back_meanwhile(
    farm: Farm, monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    job, worker = farm.submit(2), farm.worker()
    lease, extend = farm.lease(worker), farm.store.extend
    (part,) = lease.parts
    threads: list[threading.Thread] = []

    def extend_slowly(*given: Any, **more: Any) -> object:
        found = extend(*given, **more)
        other = farm.controller.bye if leaves else farm.report
        threads.extend(beside(lambda: other(worker, now=farm.now) if leaves else other(worker, lease)))  # type: ignore[call-arg, arg-type]
        return found

    monkeypatch.setattr(farm.store, "extend", extend_slowly)
    sign = Heartbeat((Holding(job.id, part.index, part.epoch, frames=48),))
    farm.controller.heartbeat(worker, sign, now=farm.now)
    for thread in threads:
        thread.join()
    assert farm.controller.view(job.id, now=farm.now).frames_done == (0 if leaves else 96)
    assert not any(held.frames for held in farm.controller._signs.get(worker, Heartbeat()).holding)


def test_workers_that_come_at_once_are_no_more_than_the_farm_takes(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    farm.controller.limits, register = Limits(workers=1), farm.store.register
    threads: list[threading.Thread] = []
    refused: list[IntakeError] = []

    def second() -> None:
        try:
            farm.worker(2)
        except IntakeError as error:
            refused.append(error)

    def register_slowly(*given: Any, **more: Any) -> str:
        if not threads:
            threads.append(threading.Thread())
            threads[:] = beside(second)
        return register(*given, **more)

    monkeypatch.setattr(farm.store, "register", register_slowly)
    farm.worker(1)
    threads[0].join()
    assert len(refused) == len(farm.store.workers()) == 1


def test_a_worker_that_was_lost_may_come_back_and_one_that_left_may_not(farm: Farm) -> None:
    farm.submit(1)
    worker = farm.worker()
    farm.now += QUICK.lost + 0.1
    farm.controller.tick(now=farm.now)
    assert [row.state for row in farm.store.workers()] == [WorkerState.LOST]
    farm.controller.expect(worker, now=farm.now)
    assert farm.lease(worker).parts
    farm.controller.bye(worker, now=farm.now)
    assert farm.store.held() == []
    for ask in (
        lambda: farm.controller.expect(worker, now=farm.now),
        lambda: farm.controller.heartbeat(worker, Heartbeat(), now=farm.now),
        lambda: farm.controller.bye(worker, now=farm.now),
    ):
        with pytest.raises(UnknownWorker):
            ask()


def test_a_blob_is_read_once_however_often_it_is_reported(farm: Farm) -> None:
    farm.submit(1)
    worker = farm.worker()
    lease = farm.lease(worker)
    farm.storage.reads.clear()
    farm.storage.gate.clear()
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.extend(farm.report(worker, lease))) for _ in range(4)]
    for thread in threads:
        thread.start()
    farm.storage.gate.set()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]
    assert len(farm.storage.reads) == 1


@pytest.mark.parametrize("changes", [{"size": 1}, {"frames": 95}, {"frames": 97}, {"digest": "0" * 64}])
def test_figures_that_do_not_fit_are_refused_and_the_unit_stays(farm: Farm, changes: dict[str, object]) -> None:
    job, worker = farm.submit(1), farm.worker()
    (part,) = farm.lease(worker).parts
    digest = farm.put(b"segment")
    figures = replace(figures_of(part, digest, 7), **changes)  # type: ignore[arg-type]
    with pytest.raises(DamagedError):
        farm.controller.report(worker, Report(job.id, part.index, part.epoch, figures=figures), now=farm.now)
    good = Report(job.id, part.index, part.epoch, figures=figures_of(part, digest, 7))
    assert farm.controller.report(worker, good, now=farm.now)


@pytest.mark.parametrize("changes", [{"seconds": 1e154}, {"cpu": 1e300}, {"memory": 1 << 52}, {"seconds": -1.0}])
def test_figures_that_would_spoil_all_sums_are_refused(farm: Farm, changes: dict[str, object]) -> None:
    job, worker = farm.submit(1), farm.worker()
    (part,) = farm.lease(worker).parts
    figures = replace(figures_of(part, farm.put(b"segment"), 7), **changes)  # type: ignore[arg-type]
    with pytest.raises(IntakeError, match=next(iter(changes))):
        farm.controller.report(worker, Report(job.id, part.index, part.epoch, figures=figures), now=farm.now)
    assert dumps(farm.controller.view(job.id, now=farm.now))


@pytest.mark.parametrize("title", ["a\x9bb", "a\u202eb", "a\u2028b", "a\x1bb", "a/b", ""])
def test_titles_that_give_orders_to_a_terminal_are_refused(farm: Farm, title: str) -> None:
    with pytest.raises(IntakeError, match="title"):
        farm.controller.submit(spec_of("b" * 64, title=title), now=farm.now)


@pytest.mark.parametrize("both", [True, False])
def test_a_report_says_either_or(farm: Farm, both: bool) -> None:
    job, worker = farm.submit(1), farm.worker()
    (part,) = farm.lease(worker).parts
    figures, failure = figures_of(part, "0" * 64, 1), Failure(Cause.MEDIA, "x")
    report = Report(job.id, part.index, part.epoch, figures if both else None, failure if both else None)
    with pytest.raises(FarmError, match="either"):
        farm.controller.report(worker, report, now=farm.now)


def test_the_start_of_an_id_names_a_job_if_only_one_has_it(farm: Farm) -> None:
    ids = [farm.submit(1, title=f"job {number}").id for number in range(40)]
    assert farm.controller.find(ids[0][:10]) == ids[0]
    shared = next(first for first in "0123456789abcdef" if sum(each.startswith(first) for each in ids) > 1)
    for start in (shared, hashlib.sha256(b"none").hexdigest()[:12]):
        with pytest.raises(NotFound):
            farm.controller.find(start)


def test_a_full_disk_keeps_the_unit_and_says_so(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    job = farm.submit(1)
    farm.controller.put_log(job.id, 0, b"first")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OutputError, match="No space left"):
            farm.controller.put_log(job.id, 0, b"second")
    assert farm.controller.log(job.id, 0) == b"first"
    assert sum(path.is_file() for path in (farm.folder / "logs").rglob("*")) == 1
