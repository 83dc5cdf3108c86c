"""Doubles for a worker's tests: what is rendered in its process, which misbehaves as told, and a controller."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reelwork_farm.errors import UnknownWorker, Unreachable
from reelwork_farm.messages import Heartbeat, Holding, Orders, Registration, Report
from reelwork_farm.model import Figures, Lease, Part, Timing, UnitKind, UnitRow, UnitState, WorkerOffer

#: Runs at the start of every Python of a test, and puts a pretended renderer into the place of the real one. What it
#: does for a unit stands in the file ``deeds.json`` of the bundle: words, done in order.
_RENDERER = """
import sys, types

def deed(words, report):
    import ctypes, os, signal, time
    for word in words.split():
        if word == "segfault": ctypes.string_at(0)
        elif word == "exit": os._exit(3)
        elif word == "hang": time.sleep(3600)
        elif word == "eat":
            held = []
            while True: held.append(bytes([1]) * (32 << 20))
        elif word == "memory-error": raise MemoryError
        elif word == "media":
            from reelwork.errors import MediaError
            raise MediaError("a.mp4: it is torn")
        elif word == "full":
            import errno
            raise OSError(errno.ENOSPC, "No space left on device")
        elif word == "limited":
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (5, resource.RLIM_INFINITY))
        elif word == "wrong": raise ValueError("an effect has a fault")
        elif word == "cores":
            import resource
            print(resource.getrlimit(resource.RLIMIT_CORE)[0])
        elif word == "said": print("said by an effect")
        elif word == "environment": print(sorted(os.environ))
        elif word == "slow":
            for _ in range(30): time.sleep(0.05); report.advance()
        elif word.isdigit(): os.kill(os.getpid(), int(word))

class Work:
    heard = None
    def __init__(self, folder, into):
        import json
        self.deeds, self.into = json.loads((folder / "deeds.json").read_text()), into
    def render(self, part, report):
        report.stage("rendering")
        deed(self.deeds.get(str(part.index), ""), report)
        name = "../outside" if "outside" in self.deeds.get(str(part.index), "") else f"{part.index}.segment"
        path = self.into / name
        path.write_text(f"frames {part.first} to {part.stop}\\n")
        report.advance(part.stop - part.first)
        return path, part.stop - part.first
    def finish(self, segments, report):
        path = self.into / "film.mp4"
        path.write_text("".join(each.read_text() for each in segments))
        return path, 96 * len(segments)

module = types.ModuleType("reelwork_farm.work")
module.open_work = Work
sys.modules["reelwork_farm.work"] = module
"""


@pytest.fixture
def pretended_renderer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[int, str]], Path]:
    """Makes a bundle's folder, from the deeds that are done for each of its units."""
    code = tmp_path / "pretended"
    code.mkdir()
    (code / "sitecustomize.py").write_text(_RENDERER)
    monkeypatch.setenv("PYTHONPATH", str(code))

    def bundle(deeds: dict[int, str]) -> Path:
        folder = tmp_path / "bundle"
        folder.mkdir(exist_ok=True)
        (folder / "deeds.json").write_text(json.dumps(deeds))
        return folder

    return bundle


def part(index: int, *, kind: UnitKind = UnitKind.RENDER, epoch: int = 1) -> Part:
    """A part as it stands in a lease."""
    return Part(index, kind, index * 96, index * 96 + 96, epoch)


class PretendedController:
    """A controller of one job with neither network nor store; a test changes and reads its attributes.

    :param units: how many of kind render; one of kind finish follows them
    """

    def __init__(self, units: int, timing: Timing, *, batch: int = 2) -> None:
        self.units_left = list(range(units))
        self.count, self.timing, self.batch = units, timing, batch
        self.accepted: dict[int, Figures] = {}
        self.failures: dict[int, list[str]] = defaultdict(list)
        self.logs: dict[int, str] = {}
        self.held: dict[int, int] = {}
        self.epochs: dict[int, int] = defaultdict(int)
        self.late: list[int] = []
        self.revoked: set[int] = set()
        self.signs: list[Heartbeat] = []
        self.away = self.drain = False
        self.known: set[str] = set()
        self.gone: list[str] = []
        self.engine = "e" * 64
        self.lock = threading.Lock()

    @contextmanager
    def _asked(self, worker: str | None = None) -> Iterator[None]:
        with self.lock:
            if self.away:
                raise Unreachable("nobody answers")
            if worker is not None and worker not in self.known:
                raise UnknownWorker("never heard of it")
            yield

    @property
    def over(self) -> bool:
        """Whether the file is there."""
        return self.count in self.accepted

    def register(self, offer: WorkerOffer) -> Registration:
        with self._asked():
            name = f"worker-{len(self.known) + len(self.gone)}"
            self.known.add(name)
            return Registration(name, self.timing)

    def lease(self, worker: str) -> Lease | None:
        with self._asked(worker):
            taken, self.units_left = self.units_left[: self.batch], self.units_left[self.batch :]
            if len(self.accepted) == self.count and not self.over:
                taken = [self.count]
            if not taken:
                return None
            for index in taken:
                self.epochs[index] += 1
                self.held[index] = self.epochs[index]
            parts = (
                part(index, epoch=self.epochs[index], kind=UnitKind.FINISH if index == self.count else UnitKind.RENDER)
                for index in taken
            )
            return Lease("job", "b" * 64, self.engine, "film.mp4", tuple(parts), self.timing.lease)

    def heartbeat(self, worker: str, heartbeat: Heartbeat) -> Orders:
        with self._asked(worker):
            self.signs.append(heartbeat)
            lost = tuple(each for each in heartbeat.holding if each.index in self.revoked)
            for each in lost:
                self.held.pop(each.index, None)
            return Orders(tuple(Holding(each.job, each.index, each.epoch) for each in lost), self.drain)

    def report(self, worker: str, report: Report) -> bool:
        with self._asked(worker):
            if self.held.get(report.index) != report.epoch:
                self.late.append(report.index)
                return False
            del self.held[report.index]
            if report.figures is not None:
                self.accepted[report.index] = report.figures
            elif report.failure is not None:
                self.failures[report.index].append(f"{report.failure.cause}: {report.failure.message}")
            return True

    def bye(self, worker: str) -> None:
        with self._asked(worker):
            self.known.discard(worker)
            self.gone.append(worker)
            self.units_left = sorted([*self.units_left, *self.held])
            self.held.clear()

    def put_log(self, job: str, index: int, text: str) -> None:
        with self._asked():
            self.logs[index] = text

    def units(self, job: str, *, first: int = 0, limit: int = 1000) -> list[UnitRow]:
        with self._asked():
            return [
                UnitRow(
                    job="job",
                    index=index,
                    kind=UnitKind.RENDER,
                    first=index * 96,
                    stop=index * 96 + 96,
                    state=UnitState.DONE,
                    epoch=1,
                    attempts=0,
                    not_before=0.0,
                    tried=(),
                    worker=None,
                    lease_until=None,
                    digest=self.accepted[index].digest,
                    seconds=1.0,
                    cause=None,
                    message=None,
                )
                for index in range(first, min(self.count, first + limit))
            ]
