"""Notes: a process writes into shared memory whose code it runs, and how long that may take; whoever watches it reads
them, also when it is dead.

A note is entered for each call of an extension's code, thousands of times a frame, so it is a few bytes.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

Memory: TypeAlias = mmap.mmap | bytearray

#: How many calls were begun or ended, how many seconds the one that runs may take (0: none runs), the text's length.
_HEAD: Final = struct.Struct("<QdI")
_FRAME: Final = slice(32, 160)
_TEXT: Final = 160
_SIZE: Final = 1 << 14


class Note:
    """What a process writes.

    :param memory: as :func:`attached` or :func:`own` gives it
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._count = 0
        self._running: list[tuple[float, bytes]] = []
        self._written = b""

    def frame(self, words: str) -> None:
        """Say which frame is painted."""
        size = _FRAME.stop - _FRAME.start
        self._memory[_FRAME] = words.encode()[:size].ljust(size, b"\0")

    def enter(self, seconds: float, text: bytes) -> None:
        """A call begins, which may be within another one.

        :param seconds: how long it may take
        :param text: whose it is
        """
        self._running.append((seconds, text))
        self._write(seconds, text)

    def leave(self) -> None:
        """The call that was begun last ends."""
        if self._running:  # it may be empty where threads call at once
            self._running.pop()
        if self._running:
            self._write(*self._running[-1])
        else:
            self._count += 1
            _HEAD.pack_into(self._memory, 0, self._count, 0.0, 0)

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """While inside, the call that runs may take as long as it likes."""
        if not self._running:
            yield
            return
        self.enter(math.inf, self._running[-1][1])
        try:
            yield
        finally:
            self.leave()

    def _write(self, seconds: float, text: bytes) -> None:
        if text is not self._written:
            text = text[: _SIZE - _TEXT - 1]
            self._memory[_TEXT : _TEXT + len(text) + 1] = text + b"\0"  # so that what ran last can be read
            self._written = text
        self._count += 1
        _HEAD.pack_into(self._memory, 0, self._count, seconds, len(text))


@dataclass(frozen=True)
class Seen:
    """A note as it is read.

    :param count: another number after every call
    :param limit: seconds that the call may take
    :param frame: which frame is painted, in words
    :param text: whose call it is
    """

    count: int
    limit: float
    frame: str
    text: bytes


def read(memory: Memory) -> Seen | None:
    """What runs; ``None`` where nothing does."""
    count, limit, size = _HEAD.unpack_from(memory, 0)
    if limit == 0.0:
        return None
    frame = bytes(memory[_FRAME]).rstrip(b"\0").decode(errors="replace")
    return Seen(count, limit, frame, bytes(memory[_TEXT : _TEXT + size]))


def last(memory: Memory) -> Seen | None:
    """What runs, or else what ran last; ``None`` where nothing ever did."""
    count, limit, _ = _HEAD.unpack_from(memory, 0)
    frame = bytes(memory[_FRAME]).rstrip(b"\0").decode(errors="replace")
    text = bytes(memory[_TEXT:]).partition(b"\0")[0]
    return read(memory) or (Seen(count, limit, frame, text) if text else None)


class Watch:
    """Looks at a note now and then, and sees what takes too long."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._count, self._since = -1, 0.0

    def overdue(self) -> tuple[Seen, float] | None:
        """The call that has run for longer than it may, and for how many seconds it was seen to run."""
        seen, now = read(self._memory), time.monotonic()
        if seen is None or seen.count != self._count:
            self._count, self._since = -1 if seen is None else seen.count, now
            return None
        took = now - self._since
        return (seen, took) if took > seen.limit else None


@contextmanager
def shared() -> Iterator[tuple[int, mmap.mmap]]:
    """Memory to be shared with a process that is started inside, and the descriptor by which that gets it."""
    in_memory = hasattr(os, "memfd_create")
    with os.fdopen(os.memfd_create("note"), "r+b") if in_memory else tempfile.TemporaryFile() as file:
        file.write(bytes(_SIZE))  # so that no later write finds the disk full
        file.flush()
        yield file.fileno(), mmap.mmap(file.fileno(), _SIZE)


def attached(descriptor: int) -> mmap.mmap:
    """The memory that another process shares."""
    return mmap.mmap(descriptor, _SIZE)


def own() -> bytearray:
    """Memory for a process that watches itself, from a thread."""
    return bytearray(_SIZE)
