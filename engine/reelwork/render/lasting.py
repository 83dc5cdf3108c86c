"""Pictures that temporal effects read, kept from one frame to the next.

A film that goes on frame by frame reads most of them again, in the next frame or some frames later, until they are too
old; but those of a layer that moves are others in every frame. So the pictures of an effect are kept once it has read
one of them again, up to a budget. The newest, which will be read for longest, takes the place of the oldest that this
frame does not read; the others have what room there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.resample import Mipmap

#: A picture that none of so many frames has read is let go, and forgotten.
_UNREAD: Final = 32


@dataclass
class _Entry:
    """A picture, or the room for one that is still to be painted.

    :param size: bytes
    :param age: what is less is older
    :param read: the last frame that read it
    """

    size: int
    age: tuple[int, int]
    read: int
    held: Mipmap[Frame] | None = None


class Lasting:
    """The pictures, by their nodes' keys; ``begin`` is called once a frame, which asks for newer pictures first.

    :param budget: bytes
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._entries: dict[bytes, _Entry] = {}
        self._read: dict[bytes, int] = {}
        self._bytes = 0
        self._frame = self._admitted = 0

    def begin(self) -> None:
        """Let go what nobody has read for long, and what was never painted."""
        self._frame += 1
        self._read = {key: frame for key, frame in self._read.items() if self._frame - frame <= _UNREAD}
        for key in [key for key, it in self._entries.items() if it.held is None or self._frame - it.read > _UNREAD]:
            self._drop(key)

    def recur(self, keys: Iterable[bytes]) -> bool:
        """Note which pictures an effect reads in this frame; whether an earlier one has read any of them."""
        known = list(keys)
        recurring = any(self._read.get(key, self._frame) < self._frame for key in known)
        self._read.update(dict.fromkeys(known, self._frame))
        return recurring

    def reads(self, key: bytes, window: Window) -> bool:
        """Note that this frame reads a window of a picture; whether all of it is there."""
        entry = self._entries.get(key)
        if entry is None or entry.held is None or not entry.held.frame.window.covers(window):
            return False
        entry.read = self._frame
        return True

    def admit(self, key: bytes, size: int, *, newest: bool) -> bool:
        """Make room for a picture that this frame paints, of so many bytes; whether there is any."""
        self._drop(key)
        if newest and size <= self._budget:
            unread = [(entry.age, old) for old, entry in self._entries.items() if entry.read < self._frame]
            for _, old in sorted(unread):
                if self._bytes + size <= self._budget:
                    break
                self._drop(old)
        if self._bytes + size > self._budget:
            return False
        self._admitted += 1
        self._entries[key] = _Entry(size, (self._frame, -self._admitted), self._frame)
        self._bytes += size
        return True

    def __contains__(self, key: bytes) -> bool:
        return key in self._entries

    def get(self, key: bytes) -> Mipmap[Frame] | None:
        """A picture, if it is there."""
        entry = self._entries.get(key)
        return None if entry is None else entry.held

    def put(self, key: bytes, held: Mipmap[Frame]) -> None:
        """Keep a picture that was admitted."""
        entry = self._entries[key]
        self._bytes += held.frame.data.nbytes - entry.size
        entry.size, entry.held = held.frame.data.nbytes, held

    def _drop(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        self._bytes -= 0 if entry is None else entry.size
