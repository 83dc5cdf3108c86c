"""A finished film in the storage goes in; in which it is not the film that is due comes out, told from its packets.

Nothing is decoded: who finished it has done that, and this is for the case that they lie, or are broken. What a worker
put there may be anything, so that another process reads it: :mod:`reelwork_farm.listing`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from typing import IO, BinaryIO, Final, cast

from reelwork_farm.blobfile import BLOCK
from reelwork_farm.checks import DamagedError
from reelwork_farm.rendering import clean_environment
from reelwork_farm.storage import OpenStorage

#: Seconds for a film, and for each of its bytes: what takes longer to be listed is none of ours.
_SECONDS: Final = 60.0
_SECONDS_A_BYTE: Final = 1 / (1 << 20)
#: Characters of what is wrong.
_LONGEST: Final = 500
#: Films that are remembered as right.
_REMEMBERED: Final = 10_000


class Films:
    """Looks into the finished films of one storage, each once. May be used by several threads."""

    def __init__(self, storage: OpenStorage) -> None:
        self._storage = storage
        self._right: OrderedDict[tuple[str, int, str, bool], None] = OrderedDict()
        self._looking: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def expect(self, digest: str, *, frames: int, fps: str, sound: bool) -> None:
        """See whether a film can be listed, and has so many pictures in the time that they take.

        :param fps: pictures a second, a fraction
        :param sound: whether it should be heard
        :raises DamagedError: it is not so, or it is no film
        :raises StorageError: it cannot be read
        """
        asked = (digest, frames, fps, sound)
        with self._guard:
            looking = self._looking.setdefault(digest, threading.Lock())
        try:
            with looking:  # who asks again meanwhile, since the answer takes its time, waits for the same
                if asked in self._right:
                    return
                problem = self._problem(*asked)
                if problem:
                    raise DamagedError(f"the finished film is not what it should be: {problem}")
                with self._guard:
                    self._right[asked] = None
                    while len(self._right) > _REMEMBERED:
                        self._right.popitem(last=False)
        finally:
            with self._guard:
                self._looking.pop(digest, None)

    def _problem(self, digest: str, frames: int, fps: str, sound: bool) -> str:
        seconds = _SECONDS + (self._storage.size(digest) or 0) * _SECONDS_A_BYTE
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reelwork_farm.listing", str(frames), fps, "sound" if sound else "silent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(dict(os.environ)),
            start_new_session=True,
        )
        end = threading.Timer(seconds, process.kill)
        end.start()
        try:
            with self._storage.open(digest) as film:
                _feed(film, cast(IO[bytes], process.stdin))
            said = cast(IO[bytes], process.stdout).read(_LONGEST).decode(errors="replace")
            code = process.wait()
        finally:
            end.cancel()
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    cast(IO[bytes], stream).close()
        if code == 0:
            return ""
        if code == 1 and said:
            return "".join(letter if letter.isprintable() else " " for letter in said).strip()
        how = signal.Signals(-code).name if code < 0 else f"code {code}"
        return f"whoever lists its packets ends with {how}"


def _feed(film: BinaryIO, to: IO[bytes]) -> None:
    """Hand on a film until its end, or until nobody wants more of it."""
    with contextlib.suppress(BrokenPipeError):
        while block := film.read(BLOCK):
            to.write(block)
        to.close()
