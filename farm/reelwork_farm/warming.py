"""Kernels are compiled once on each machine: of the processes that begin a job, one goes ahead, and the others wait."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

#: Seconds between two looks whether the one that went ahead has compiled.
_LOOK: Final = 0.2


class Warming:
    """Lets the first of a machine's processes compile the kernels of a job, which all keep in one cache.

    :param folder: of the job, the same for all processes of the machine
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".warm"
        self._file: BinaryIO | None = None
        self._warm = False

    def begin(self, waits: Callable[[], None]) -> None:
        """Before the first frame: wait until another process has compiled, if one is about to.

        :param waits: called again and again meanwhile
        """
        if self._warm:
            return
        with contextlib.suppress(OSError):  # a folder that cannot be written to is not worth an error
            file = self._path.open("a+b")
            while not _locked(file):
                waits()
                time.sleep(_LOOK)
            self._file = file
            if file.tell() > 0:
                self.done()

    def done(self) -> None:
        """After the first frame: let the others begin, which find what they need in the cache."""
        if self._file is not None:
            with self._file as file, contextlib.suppress(OSError):
                file.write(b"warm\n")
        self._file, self._warm = None, True


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    file.seek(0, 2)
    return True
