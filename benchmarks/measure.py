"""Measuring: a command goes in, how long its process and all that come from it took, and what they held, come out."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: Seconds between two looks at the memory. Each costs a few milliseconds of somebody's processor time.
_PAUSE: Final = 0.25
#: A program that is not done after so many seconds is ended.
LONGEST: Final = 900.0


@dataclass(frozen=True)
class Command:
    """What is run.

    :param argv: the program and its arguments
    :param env: variables beside those of this process
    """

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    folder: Path = field(default_factory=Path.cwd)


@dataclass(frozen=True)
class Sample:
    """One run.

    :param wall: seconds from its start to its end
    :param cpu: seconds of processor time, of all its processes
    :param peak: the most bytes that its processes held at once, what they share counted once
    """

    wall: float
    cpu: float
    peak: int


class Failed(Exception):
    """A command ended with an error; its last words are the message."""


def cores(count: int) -> frozenset[int]:
    """The first so many of the cores that this process may use.

    :raises ValueError: there are fewer
    """
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < count:
        raise ValueError(f"{count} cores are wanted, and {len(usable)} can be used")
    return frozenset(usable[:count])


def pinned(on: int) -> Callable[[], None]:
    """What a new process calls to stay on so many cores.

    :raises ValueError: there are fewer
    """
    chosen = cores(on)
    return lambda: os.sched_setaffinity(0, chosen)


def run(command: Command, *, on: int, longest: float = LONGEST) -> Sample:
    """Run a command to its end on so many cores.

    :param longest: seconds that it may take
    :raises Failed: it did not end well, or in time
    """
    with tempfile.TemporaryFile() as words:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            env={**os.environ, **dict(command.env)},
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            preexec_fn=pinned(on),
        )
        watch = _Watch(process.pid, begin + longest)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        watch.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        if watch.late:
            raise Failed(f"{Path(command.argv[0]).name} was not done after {longest:.0f} s")
        if process.returncode:
            words.seek(0)
            said = words.read().decode(errors="replace").strip().splitlines()
            raise Failed(f"{Path(command.argv[0]).name} ended with {process.returncode}: " + " | ".join(said[-3:]))
    return Sample(wall, usage.ru_utime + usage.ru_stime, watch.peak)


class _Watch(threading.Thread):
    """Looks at what a tree of processes holds, now and then, until it is stopped, or ends the tree when it is late."""

    def __init__(self, root: int, until: float) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._until = until
        self.late = False
        self._over = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._over.wait(_PAUSE):
            processes = tree(self._root)
            self.peak = max(self.peak, sum(held(process) for process in processes))
            if time.perf_counter() > self._until:
                self.late = True
                for process in processes:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

    def stop(self) -> None:
        self._over.set()
        self.join()


def tree(root: int) -> list[int]:
    """A process and all that come from it."""
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{process}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def held(process: int) -> int:
    """Bytes that a process holds, what it shares with others counted in parts."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0
