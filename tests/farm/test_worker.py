import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pretending import PretendedController

from reelwork_farm import patience
from reelwork_farm import worker as worker_module
from reelwork_farm.blobfile import AwayError
from reelwork_farm.errors import FarmError, Unreachable
from reelwork_farm.model import Timing, WorkerOffer
from reelwork_farm.storage import FolderStorage, StorageError
from reelwork_farm.worker import Worker

Bundle = Callable[[dict[int, str]], Path]

TIMING = Timing(heartbeat=0.05, poll=0.02, standstill=5.0)
OFFER = WorkerOffer(node="here", pid=1, cores=1, memory=1 << 28, engine="e" * 64, machine="x86_64")


class Farm:
    """A pretended controller, a real storage, and workers in threads."""

    def __init__(self, folder: Path, controller: PretendedController) -> None:
        self.controller, self.folder = controller, folder
        self.storage = FolderStorage(folder / "storage")
        self.workers: list[Worker] = []
        self.threads: list[threading.Thread] = []

    def start(self, controller: PretendedController | None = None) -> Worker:
        worker = Worker(controller or self.controller, self.storage, OFFER, self.folder / "worker")
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        self.workers.append(worker)
        self.threads.append(thread)
        return worker

    def wait(self, what: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, "it did not come to that"
            time.sleep(0.01)

    def texts(self) -> dict[int, str]:
        return {
            index: self.storage.path(figures.digest).read_text() for index, figures in self.controller.accepted.items()
        }


@contextmanager
def farm(tmp_path: Path, units: int = 4) -> Iterator[Farm]:
    made = Farm(tmp_path, PretendedController(units, TIMING))
    try:
        yield made
    finally:
        for worker in made.workers:
            worker.stop()
        for thread in made.threads:
            thread.join(30.0)
            assert not thread.is_alive()


@pytest.fixture(autouse=True)
def bundle(pretended_renderer: Bundle, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """What units do; without a call, nothing but what they should."""

    def bundled(deeds: dict[int, str]) -> Path:
        folder = pretended_renderer(deeds)
        monkeypatch.setattr(worker_module, "materialise", lambda digest, storage, into: folder)
        return folder

    bundled({})
    return bundled


def test_all_units_are_rendered_and_the_file_holds_them_in_order(tmp_path: Path) -> None:
    with farm(tmp_path, units=5) as made:
        made.start()
        made.wait(lambda: made.controller.over)
        texts = made.texts()
        assert texts[5] == "".join(texts[index] for index in range(5))
        assert all(figures.frames for figures in made.controller.accepted.values())
        assert all(figures.size == len(texts[index]) for index, figures in made.controller.accepted.items())
    assert made.controller.gone == ["worker-0"]
    assert not list((tmp_path / "worker").glob("making-*"))


def test_units_that_crash_eat_or_hang_are_named_and_the_others_finish(tmp_path: Path, bundle: Bundle) -> None:
    bundle({1: "segfault", 2: "eat", 4: "hang", 5: "said wrong"})
    with farm(tmp_path, units=7) as made:
        made.start()
        made.wait(lambda: len(made.controller.accepted.keys() | made.controller.failures.keys()) == 7)
        failures = {index: said[0] for index, said in made.controller.failures.items()}
        assert sorted(failures) == [1, 2, 4, 5]
        assert failures[1].startswith("plugin: it crashed with SIGSEGV while it rendered frames 96-191")
        assert failures[2].startswith("memory: it held")
        assert failures[4].startswith("plugin: it stood still")
        assert failures[5] == "plugin: ValueError: an effect has a fault"
        made.wait(lambda: 5 in made.controller.logs)
        assert "said by an effect" in made.controller.logs[5]
        assert sorted(made.controller.accepted) == [0, 3, 6]


def test_a_worker_renders_on_while_the_controller_is_away_and_reports_when_it_is_back(
    tmp_path: Path, bundle: Bundle
) -> None:
    bundle({0: "slow"})
    with farm(tmp_path, units=1) as made:
        worker = made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        made.controller.away = True
        made.wait(lambda: worker._delivery.waiting)
        assert not made.controller.accepted
        made.controller.away = False
        made.wait(lambda: made.controller.over)
        assert made.controller.epochs == {0: 1, 1: 1}


def test_a_worker_waits_for_a_controller_that_is_not_there_yet(tmp_path: Path) -> None:
    with farm(tmp_path, units=1) as made:
        made.controller.away = True
        made.start()
        time.sleep(0.1)
        made.controller.away = False
        made.wait(lambda: made.controller.over)


def test_revoked_units_are_given_up_and_the_others_are_not(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "hang"})
    with farm(tmp_path, units=2) as made:
        made.controller.timing = Timing(heartbeat=0.05, poll=0.02)
        made.controller.revoked = {0}
        made.start()
        made.wait(lambda: 1 in made.controller.accepted)
        assert not made.controller.failures
        assert not made.controller.late


def test_a_revocation_that_comes_too_late_stops_nothing_else(tmp_path: Path) -> None:
    with farm(tmp_path, units=3) as made:
        worker = made.start()
        made.wait(lambda: worker._process is not None)
        assert worker._process is not None
        worker._process.stop()  # as if the unit had been finished in this moment
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


def test_a_worker_that_was_given_up_registers_again(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "slow"})
    with farm(tmp_path, units=2) as made:
        worker = made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        with made.controller.lock:
            made.controller.known.clear()
            made.controller.gone.append("worker-0")
            made.controller.held.clear()
            made.controller.units_left = [0, 1]
        bundle({})
        made.wait(lambda: made.controller.over)
        assert worker.id == "worker-1"


def test_a_drained_worker_finishes_its_unit_and_gives_back_the_rest(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "slow"})
    with farm(tmp_path, units=2) as made:
        made.controller.timing = Timing(heartbeat=0.05, poll=0.02)
        made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        made.controller.drain = True
        made.threads[0].join(15.0)
        assert sorted(made.controller.accepted) == [0]
        assert made.controller.units_left == [1]
        assert made.controller.gone == ["worker-0"]


def test_a_stopped_worker_gives_back_all(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "hang"})
    with farm(tmp_path, units=2) as made:
        worker = made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        worker.stop()
        made.threads[0].join(5.0)
        assert made.controller.units_left == [0, 1]


def test_a_job_of_another_engine_is_refused_before_anything_is_rendered(tmp_path: Path) -> None:
    with farm(tmp_path, units=2) as made:
        made.controller.engine = "f" * 64
        made.start()
        made.wait(lambda: len(made.controller.failures) == 2)
        assert all("the engine, a plugin or a library differs" in said[0] for said in made.controller.failures.values())
        assert all(said[0].startswith("infrastructure") for said in made.controller.failures.values())


def test_a_full_storage_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with farm(tmp_path, units=1) as made:
        put, full = made.storage.put, iter([True])

        def sometimes(path: Path) -> str:
            if next(full, False):
                raise StorageError("no space is left")
            return put(path)

        monkeypatch.setattr(made.storage, "put", sometimes)
        made.start()
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


def test_what_the_controller_does_not_accept_is_reported_as_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with farm(tmp_path, units=1) as made:
        report = made.controller.report

        def refusing(worker: str, said):  # type: ignore[no-untyped-def]
            if said.figures is not None and said.index == 0:
                raise FarmError("the storage does not have it")
            return report(worker, said)

        monkeypatch.setattr(made.controller, "report", refusing)
        made.start()
        made.wait(lambda: made.controller.failures)
        assert made.controller.failures[0] == ["infrastructure: the storage does not have it"]


def test_signs_of_life_tell_how_far_a_unit_is(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "slow"})
    with farm(tmp_path, units=1) as made:
        made.start()
        made.wait(lambda: any(each.frames for sign in made.controller.signs for each in sign.holding))
        assert any(sign.memory for sign in made.controller.signs)


def test_a_spare_process_that_died_is_not_used(tmp_path: Path) -> None:
    with farm(tmp_path, units=1) as made:
        left, made.controller.units_left = made.controller.units_left, []
        worker = made.start()
        made.wait(lambda: worker._spare is not None)
        assert worker._spare is not None
        os.kill(worker._spare.pid, signal.SIGKILL)
        made.wait(lambda: worker._spare is not None and not worker._spare.is_alive)
        made.controller.units_left = left
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


def test_a_controller_that_is_away_is_waited_for_with_what_goes_through_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_FIRST", 0.01)
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    with farm(tmp_path, units=1) as made:
        put, away = made.storage.put, iter(range(3))

        def through(path: Path) -> str:
            if next(away, None) is not None:
                raise Unreachable("nobody answers")
            return put(path)

        monkeypatch.setattr(made.storage, "put", through)
        made.start()
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


def test_what_nobody_thought_of_costs_one_unit_and_not_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with farm(tmp_path, units=2) as made:
        put, heartbeat = made.storage.put, made.controller.heartbeat
        puts, signs = iter([True]), iter([True])

        def failing(path: Path) -> str:
            if next(puts, False):
                raise RuntimeError("what nobody thought of")
            return put(path)

        def silent(worker, said):  # type: ignore[no-untyped-def]
            if next(signs, False):
                raise RuntimeError("what nobody thought of")
            return heartbeat(worker, said)

        monkeypatch.setattr(made.storage, "put", failing)
        monkeypatch.setattr(made.controller, "heartbeat", silent)
        made.start()
        made.wait(lambda: 1 in made.controller.accepted and made.controller.signs)
        made.controller.units_left = [0]  # whose lease has run out
        made.wait(lambda: made.controller.over)


class Going:
    """A storage that is away when it is told so."""

    def __init__(self, storage: FolderStorage) -> None:
        self.storage, self.away, self.refused = storage, False, 0
        self.path, self.has, self.missing = storage.path, storage.has, storage.missing

    def put(self, path: Path) -> str:
        self._come()
        return self.storage.put(path)

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        self._come()
        self.storage.get(digest, to, most=most)

    def _come(self) -> None:
        if self.away:
            self.refused += 1
            raise AwayError("the storage does not answer")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that is away is asked again often, and waited for as long as ever."""
    monkeypatch.setattr(patience, "_FIRST", 0.01)
    monkeypatch.setattr(patience, "_LONGEST", 0.05)


@pytest.mark.usefixtures("quick")
def test_what_is_rendered_while_the_storage_is_away_is_kept_and_delivered_once(tmp_path: Path) -> None:
    with farm(tmp_path, units=6) as made:
        made.controller.batch = 6
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        worker = made.start()
        made.wait(lambda: worker._delivery.waiting >= 5 and going.refused > 20)  # it renders on, up to a limit
        assert not made.controller.accepted
        assert not made.controller.failures
        going.away = False
        made.wait(lambda: len(made.controller.accepted) >= 6)
        going.away = True  # and while the finish fetches its segments
        refused = going.refused
        made.wait(lambda: made.controller.over or going.refused > refused)
        going.away = False
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures
        assert set(made.controller.epochs.values()) == {1}
        assert made.texts()[6] == "".join(made.texts()[index] for index in range(6))
    assert not list((tmp_path / "worker").rglob("*.segment"))


@pytest.mark.usefixtures("quick")
def test_a_bundle_is_waited_for_while_the_storage_is_away(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bundle({})

    def materialise(digest: str, storage, into: Path) -> Path:  # type: ignore[no-untyped-def]
        storage.get(here, tmp_path / "fetched")
        return folder

    monkeypatch.setattr(worker_module, "materialise", materialise)
    with farm(tmp_path, units=1) as made:
        source = tmp_path / "source"
        source.write_bytes(b"media")
        here = made.storage.put(source)
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        made.start()
        made.wait(lambda: going.refused > 10)
        going.away = False
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


@pytest.mark.usefixtures("quick")
def test_a_storage_that_stays_away_costs_the_unit_and_not_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    with farm(tmp_path, units=1) as made:
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        made.start()
        made.wait(lambda: made.controller.failures)
        assert made.controller.failures[0] == ["infrastructure: here: the storage does not answer"]
        assert going.refused > 3
        going.away = False
        made.controller.units_left = [0]
        made.wait(lambda: made.controller.over)


@pytest.mark.usefixtures("quick")
def test_a_unit_that_is_another_workers_by_now_is_not_delivered(tmp_path: Path) -> None:
    with farm(tmp_path, units=1) as made:
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        worker = made.start()
        made.wait(lambda: going.refused > 3)
        made.controller.revoked = {0}
        made.wait(lambda: not worker._delivery.waiting)
        assert not made.controller.failures
        assert not made.controller.late
