"""Workers in threads of the test's own process, who render for a pretended controller."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pretending import PretendedController

from reelwork_farm import worker as worker_module
from reelwork_farm.model import Timing, WorkerOffer
from reelwork_farm.storage import FolderStorage
from reelwork_farm.worker import Worker

Bundle = Callable[[dict[int, str]], Path]

TIMING = Timing(heartbeat=0.05, poll=0.02)
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

    def wait(self, what: Callable[[], object], seconds: float = 300.0) -> None:
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
            thread.join(300.0)
            assert not thread.is_alive()


@pytest.fixture
def bundle(pretended_renderer: Bundle, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """What units do; without a call, nothing but what they should."""

    def bundled(deeds: dict[int, str]) -> Path:
        folder = pretended_renderer(deeds)
        monkeypatch.setattr(worker_module, "materialise", lambda digest, storage, into: folder)
        return folder

    bundled({})
    return bundled
