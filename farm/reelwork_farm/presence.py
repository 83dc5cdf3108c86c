"""Which workers of a machine are registered, and whether all are to leave, as files in a folder that they share.

``python -m reelwork_farm.presence FOLDER`` waits until the machine is to leave its farm and its workers have left.
SIGTERM lets them finish what they render, SIGINT has them give it back.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final

#: Seconds between two looks whether the workers have left.
_LOOK: Final = 0.1
_MARK: Final = "present-"
_LEAVE: Final = "leave"
_REFUSED: Final = "refused"


class Leave(StrEnum):
    """How the workers of a machine are to leave."""

    DRAIN = "drain"  #: when what they render is finished
    STOP = "stop"  #: at once


class Mark:
    """Says for a worker that it is registered, until it is closed or its process ends, however that ends.

    :param folder: of the machine's workers
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._worker = ""
        self._lock: int | None = None

    def __enter__(self) -> Mark:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._take_away()

    def set(self, worker: str) -> None:
        """Name the worker.

        :param worker: the id that it registered as; empty before it has
        """
        if worker == self._worker:
            return
        lock, made = tempfile.mkstemp(dir=self._folder, prefix=f".{_MARK}")
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(lock, worker.encode())
        # It is never seen without its lock, and under a name of its own: who takes a dead one away takes no other.
        path = self._folder / Path(made).name.removeprefix(".")
        os.replace(made, path)
        self._take_away()
        self._path, self._worker, self._lock = path, worker, lock

    def _take_away(self) -> None:
        if self._path is not None and self._lock is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._lock)


def present(folder: Path) -> frozenset[str]:
    """Ids of the workers of a machine that are registered now.

    :param folder: of the machine's workers
    """
    found = set()
    for path in folder.glob(f"{_MARK}*"):
        with contextlib.suppress(FileNotFoundError), path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.add(file.read())
            else:  # of a process that was killed
                path.unlink(missing_ok=True)
    return frozenset(found)


def ask(folder: Path, leave: Leave | None) -> None:
    """Have the workers of a machine leave, those that only come as well; ``None``: let them stay.

    :param folder: of the machine's workers
    """
    _leave_word(folder, _LEAVE, leave)


def asked(folder: Path) -> Leave | None:
    """Whether the workers of a machine are to leave."""
    try:
        return Leave((folder / _LEAVE).read_text())
    except FileNotFoundError:
        return None


def refuse(folder: Path, why: str | None) -> None:
    """Leave word why the farm does not take a machine's workers; ``None``: forget it.

    :param folder: of the machine's workers
    """
    _leave_word(folder, _REFUSED, why)


def refused(folder: Path) -> str | None:
    """Why the farm does not take a machine's workers, if it does not."""
    try:
        return (folder / _REFUSED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _leave_word(folder: Path, name: str, text: str | None) -> None:
    """Write a file whole, or remove it."""
    if text is None:
        (folder / name).unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".{name}-{os.getpid()}"
    made.write_text(text, encoding="utf-8")
    os.replace(made, folder / name)


def main(folder: Path) -> None:
    """Wait for a signal, then for the workers of a machine to leave."""

    def leave(number: int, _: FrameType | None) -> None:
        ask(folder, Leave.STOP if number == signal.SIGINT else Leave.DRAIN)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    while asked(folder) is None:
        time.sleep(_LOOK)
    while present(folder):
        time.sleep(_LOOK)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
