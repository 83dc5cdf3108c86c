"""The programs of a farm on one machine go in; they are kept running until the supervisor is told to end.

A program is first started when those before it say that they can be used. One that fails is started again, at once at
first and less and less often if it fails again; one that ends by itself without an error has done what it was for.
What runs is written to ``running.json`` in the farm's folder, and a lock on ``supervisor.lock`` says that it is true.
``python -m reelwork_farm.supervisor FOLDER`` runs the programs in ``programs.json``.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import fcntl
import functools
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from reelwork_farm import wire
from reelwork_farm.errors import FarmError

_log = logging.getLogger(__name__)

#: Seconds between two looks at what runs.
_LOOK: Final = 0.1
#: Seconds before a program that failed is started again: at first, and at most.
_SOON, _LATE = 0.2, 3.0
#: Seconds of life after which a failure counts as the first again.
_WELL: Final = 20.0
#: Seconds that a program has to end when it is told to.
_GRACE: Final = 8.0
#: Bytes of a program's log, beyond which it begins anew; the one before is kept.
_LONGEST_LOG: Final = 16 << 20
#: The most bytes, and the most lines, of what a program printed last that people are shown when it has failed.
_WORDS, _LINES = 4096, 15


@dataclass(frozen=True)
class Program:
    """A program of the farm.

    :param name: what people call it, and its log
    :param environment: what it gets beside the supervisor's own
    :param order: those of the lowest start first, and end last
    :param end: the signal that tells it to end now
    :param orphaned: the signal that it gets when the supervisor is gone, however that ended
    :param leisure: seconds that it has to end after ``end``, before SIGINT tells it to give up what it does; ``None``:
        it only has the grace that all have before they are killed
    :param ready: a file in the farm's folder that it writes when it can be used; before that, none of those of a
        higher order is started
    """

    name: str
    argv: tuple[str, ...]
    environment: dict[str, object] = field(default_factory=dict)
    order: int = 0
    end: int = signal.SIGTERM
    orphaned: int = signal.SIGKILL
    leisure: float | None = None
    ready: str | None = None


@dataclass(frozen=True)
class Running:
    """What a supervisor keeps running.

    :param pid: of the supervisor
    :param programs: process ids by name
    :param failures: how often each has failed
    :param words: of each that has failed, the last lines that it had printed then
    """

    pid: int
    programs: dict[str, object]
    failures: dict[str, object]
    words: dict[str, object] = field(default_factory=dict)


class _Kept:
    """A program that is kept running.

    :param waits: files without which it is not started for the first time
    """

    def __init__(self, program: Program, log: Path, waits: Iterable[Path] = ()) -> None:
        self.program, self.failures, self.words = program, 0, ""
        self._log, self._waits, self._printed = log, list(waits), 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._due = 0.0
        self._pause = _SOON
        self.over = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def look(self, now: float) -> bool:
        """Start it if it is due; whether anything has changed."""
        if self.over:
            return False
        if self._process is None:
            if now < self._due or not all(path.exists() for path in self._waits):
                return False
            self._waits.clear()
            try:
                self._start(now)
            except OSError as error:  # the disk is full, or the machine has no memory or processes left
                self._put_off(now, f"cannot be started: {error.strerror or error};")
            return True
        code = self._process.poll()
        if code is None:
            return False
        self._process = None
        if code == 0:
            _log.info("%s has ended", self.program.name)
            self.over = True
            return True
        self.words = _last_lines(self._log, self._printed)
        self._put_off(now, f"ended with {code} and")
        return True

    def _put_off(self, now: float, what: str) -> None:
        self.failures += 1
        self._pause = _SOON if now - self._started > _WELL else min(_LATE, 2 * self._pause)
        self._due = now + self._pause
        _log.warning("%s %s is started again in %.1f s", self.program.name, what, self._pause)

    def _start(self, now: float) -> None:
        self._started = now
        with _appending(self._log) as log:
            self._printed = os.fstat(log).st_size
            self._process = subprocess.Popen(
                self.program.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **{name: str(value) for name, value in self.program.environment.items()}},
                start_new_session=True,  # so that it can be ended with all that it started
                preexec_fn=functools.partial(_when_orphaned, self.program.orphaned),  # nothing here has threads
            )
        _log.info("%s runs as process %s", self.program.name, self._process.pid)

    def tell(self, number: int) -> None:
        """Send a signal."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def hurry(self, until: float, now: Callable[[], bool]) -> None:
        """Leave it its leisure, unless there is none any more, and then tell it to give up."""
        while self._process is not None and self._process.poll() is None:
            if now() or time.monotonic() > until:
                self.tell(signal.SIGINT)
                return
            time.sleep(_LOOK)

    def wait(self, until: float) -> None:
        """Wait for its end, and kill it with all that it started when the time is over."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, until - time.monotonic()))
        killed = self._process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _log.info("%s was %s", self.program.name, "killed" if killed else "ended")
        self._process.wait()


def supervise(folder: Path, programs: tuple[Program, ...]) -> None:
    """Keep programs running until SIGTERM or SIGINT, or until all have done what they were for.

    SIGINT, then or later, says that none of them has leisure to end.

    :param folder: the farm's
    :raises FarmError: another supervisor does that already
    """
    ended = hurried = False

    def end(number: int, _: FrameType | None) -> None:
        nonlocal ended, hurried
        ended, hurried = True, hurried or number == signal.SIGINT

    with _only_one(folder):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        (folder / "running.json").unlink(missing_ok=True)  # of one that was killed: nothing in it is true any more
        (folder / "logs").mkdir(exist_ok=True)
        ordered = sorted(programs, key=lambda program: program.order)
        kept = [
            _Kept(program, folder / "logs" / f"{program.name}.log", _before(folder, program, ordered))
            for program in ordered
        ]
        for program in programs:
            if program.ready is not None:  # what is there was left by one that was killed
                (folder / program.ready).unlink(missing_ok=True)
        try:
            changed = False
            while not ended and not all(each.over for each in kept):
                for each in kept:
                    changed |= each.look(time.monotonic())
                changed = changed and not _write_running(folder, kept)
                time.sleep(_LOOK)
        finally:
            _end_all(kept, lambda: hurried)
            (folder / "running.json").unlink(missing_ok=True)


def running(folder: Path) -> Running | None:
    """What a supervisor keeps running in a farm's folder; ``None`` where none does."""
    try:
        with (folder / "supervisor.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        pass
    with contextlib.suppress(OSError, wire.WireError):
        return wire.from_json(Running, wire.loads((folder / "running.json").read_bytes()))
    return Running(0, {}, {})  # it has just begun, or is about to end


def write_programs(folder: Path, programs: tuple[Program, ...]) -> None:
    """Leave the programs where a supervisor of this folder finds them; only the owner may read them."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".programs-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(wire.dumps(programs))
        os.replace(name, folder / "programs.json")  # whole, whoever else writes it at this moment
    except BaseException:
        os.unlink(name)
        raise


def read_programs(folder: Path) -> tuple[Program, ...]:
    """What :func:`write_programs` left.

    :raises FarmError: nothing, or something else
    """
    path = folder / "programs.json"
    try:
        return tuple(wire.from_json(list[Program], wire.loads(path.read_bytes())))
    except (OSError, wire.WireError) as error:
        raise FarmError(f"cannot read {path}, which `reelwork farm up` writes: {error}") from error


def _end_all(kept: list[_Kept], hurried: Callable[[], bool]) -> None:
    """End programs, the last started first."""
    for order in sorted({each.program.order for each in kept}, reverse=True):
        group = [each for each in kept if each.program.order == order]
        for each in group:
            each.tell(each.program.end)
        begun = time.monotonic()
        for each in group:
            if each.program.leisure is not None:
                each.hurry(begun + each.program.leisure, hurried)
        until = time.monotonic() + _GRACE
        for each in group:
            each.wait(until)


def _write_running(folder: Path, kept: list[_Kept]) -> bool:
    """Say what runs; whether that could be written."""
    state = Running(
        os.getpid(),
        {each.program.name: each.pid for each in kept if each.pid is not None},
        {each.program.name: each.failures for each in kept},
        {each.program.name: each.words for each in kept if each.words},
    )
    path = folder / "running.json.new"
    try:
        path.write_text(json.dumps(dataclasses.asdict(state)), encoding="utf-8")
        os.replace(path, folder / "running.json")
    except OSError:  # a full disk: the programs go on, and it is written when there is room
        return False
    return True


def _before(folder: Path, program: Program, programs: Iterable[Program]) -> Iterator[Path]:
    """What says that those are ready which a program waits for."""
    for other in programs:
        if other.ready is not None and other.order < program.order:
            yield folder / other.ready


def _last_lines(log: Path, start: int) -> str:
    """What stands last in a log, from a place in it on."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(start, file.seek(0, os.SEEK_END) - _WORDS))
        return "\n".join(file.read().decode("utf-8", "replace").strip().splitlines()[-_LINES:])
    return ""


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "supervisor.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FarmError(f"the farm in {folder} is up already; `reelwork farm down` ends it") from None
        yield


@contextlib.contextmanager
def _appending(path: Path) -> Iterator[int]:
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _LONGEST_LOG:
            os.replace(path, path.with_suffix(".log.1"))
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield log
    finally:
        os.close(log)


def _when_orphaned(number: int) -> None:
    """In a new process: have Linux send it a signal when the supervisor is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, number)  # PR_SET_PDEATHSIG, prctl(2)


def main(folder: Path) -> None:
    """Keep the programs of a farm's folder running."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    supervise(folder, read_programs(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
