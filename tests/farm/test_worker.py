import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from employing import Bundle, farm

from reelwork_farm import patience
from reelwork_farm import worker as worker_module
from reelwork_farm.errors import FarmError, UnknownWorker, Unreachable
from reelwork_farm.messages import Heartbeat, Orders, Registration
from reelwork_farm.model import Part, WorkerOffer
from reelwork_farm.rendering import RenderProcess
from reelwork_farm.storage import StorageError
from reelwork_farm.worker import Worker

pytestmark = pytest.mark.usefixtures("bundle")


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


def stage_of(worker: Worker) -> str:
    process = worker._process
    return "" if process is None else process.stage


def test_units_that_crash_eat_or_hang_are_named_and_the_others_finish(tmp_path: Path, bundle: Bundle) -> None:
    bundle({1: "segfault", 2: "eat", 4: "hang", 5: "said wrong"})
    with farm(tmp_path, units=7) as made:
        worker = made.start()
        made.wait(lambda: (worker._rendering, stage_of(worker)) == (("job", 4), "rendering"))
        assert worker._process is not None
        worker._process._standstill = 0.0  # to begin with it, a process may take its time
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


def test_a_worker_that_registers_again_is_not_given_up_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with farm(tmp_path, units=1) as made:
        made.controller.units_left = []
        register, heartbeat = made.controller.register, made.controller.heartbeat
        asked, registering, answered = threading.Event(), threading.Event(), threading.Event()

        def beat(worker: str, sign: Heartbeat) -> Orders:
            if worker != "worker-0":
                return heartbeat(worker, sign)
            asked.set()
            registering.wait(60.0)
            answered.set()
            raise UnknownWorker("never heard of it")

        def register_slowly(offer: WorkerOffer) -> Registration:
            if asked.is_set():
                registering.set()
                answered.wait(60.0)
                time.sleep(0.2)
            return register(offer)

        monkeypatch.setattr(made.controller, "register", register_slowly)
        monkeypatch.setattr(made.controller, "heartbeat", beat)
        made.start()
        made.wait(asked.is_set)
        made.controller.known.clear()
        made.controller.gone.append("worker-0")
        made.wait(lambda: made.controller.signs)
        made.controller.units_left = [0]
        made.wait(lambda: made.controller.over)
        assert made.controller.known == {"worker-1"}


def test_a_worker_that_is_stopped_while_files_come_renders_nothing(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bundle({0: "hang"})
    coming, come = threading.Event(), threading.Event()

    def materialise(digest: str, storage: object, into: Path) -> Path:
        coming.set()
        come.wait(60.0)
        return folder

    monkeypatch.setattr(worker_module, "materialise", materialise)
    with farm(tmp_path, units=1) as made:
        worker = made.start()
        made.wait(coming.is_set)
        worker.stop()
        made.wait(lambda: "heartbeat" not in {thread.name for thread in threading.enumerate()})
        come.set()
        made.threads[0].join(60.0)
        assert not made.threads[0].is_alive()
        assert made.controller.units_left == [0]


def test_a_unit_that_is_revoked_just_before_it_begins_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with farm(tmp_path, units=1) as made:
        holds, made_of = Worker.holds, Worker._opened
        looks, begun = iter([False, True]), []

        def revoked_then(worker: Worker, job: str, part: Part) -> bool:
            found = holds(worker, job, part)
            if next(looks, False):
                worker.forget(job, part)
            return found

        def opened(worker: Worker, *given: Any) -> RenderProcess:
            begun.append(given)
            return made_of(worker, *given)

        monkeypatch.setattr(Worker, "holds", revoked_then)
        monkeypatch.setattr(Worker, "_opened", opened)
        made.start()
        made.wait(lambda: made.controller.epochs[0] and len(made.controller.signs) > 3)
    assert not begun


def test_a_drained_worker_finishes_its_unit_and_gives_back_the_rest(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "slow"})
    with farm(tmp_path, units=2) as made:
        made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        made.controller.drain = True
        made.threads[0].join(60.0)
        assert sorted(made.controller.accepted) == [0]
        assert made.controller.units_left == [1]
        assert made.controller.gone == ["worker-0"]


def test_a_stopped_worker_gives_back_all(tmp_path: Path, bundle: Bundle) -> None:
    bundle({0: "hang"})
    with farm(tmp_path, units=2) as made:
        worker = made.start()
        made.wait(lambda: made.controller.signs and made.controller.signs[-1].holding)
        worker.stop()
        made.threads[0].join(60.0)
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
