"""Pictures that memory has no room for: converted pixels go in, and come back from a file in a hundredth of the time
that decoding them again would take.

The file has no name, so that it is gone with the process, however that ends. Nothing depends on it: where the disk is
full, or the folder cannot be written to, pictures are decoded again.
"""

from __future__ import annotations

import math
import mmap
import tempfile
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from reelwork.errors import OutputError
from reelwork.folders import caches

#: What one process writes at most, bytes.
SPILL_BYTES: Final = 4 << 30

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class _Lying:
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def nameless_file() -> BinaryIO:
    """A file in the caches folder that has no name and no buffer.

    :raises OSError, OutputError: it cannot be made there
    """
    return tempfile.TemporaryFile(dir=caches(), buffering=0)


def write_at(file: BinaryIO, offset: int, array: npt.NDArray[Any]) -> None:
    """Write all of a C-contiguous array to an unbuffered file.

    :raises OSError: there is no room for it
    """
    file.seek(offset)
    rest = memoryview(array.data).cast("B")
    while rest:
        rest = rest[file.write(rest) :]


class Spill(Generic[K]):
    """Arrays under their keys, in a file of this process. What is put there stays, and is read as often as asked for.

    :param most: bytes that are written at most; further arrays are not kept
    """

    def __init__(self, most: int = SPILL_BYTES) -> None:
        self._most = most
        self._end = 0
        self._file: BinaryIO | None = None
        self._lying: dict[K, _Lying] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._lying

    @property
    def has_room(self) -> bool:
        """Whether more can be put there, as far as is known."""
        return self._end < self._most

    def put(self, key: K, array: npt.NDArray[Any]) -> None:
        """Keep a C-contiguous array, if there is room; one that is there already is the same."""
        if key in self._lying or self._end + array.nbytes > self._most:
            return
        try:
            if self._file is None:
                self._file = nameless_file()
            write_at(self._file, self._end, array)
        except (OSError, OutputError):
            self._most = 0  # no room, or nowhere to write: what is there can still be read
            return
        self._lying[key] = _Lying(self._end, array.shape, array.dtype)
        self._end += -(-array.nbytes // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY

    def get(self, key: K) -> npt.NDArray[Any] | None:
        """An array, read from the file as far as it is looked at; ``None`` if it is not there, or cannot be read."""
        lying = self._lying.get(key)
        if lying is None or self._file is None:
            return None
        size = lying.dtype.itemsize * math.prod(lying.shape)
        try:
            # private to this process and writable: to a kernel, what cannot be written to is of another type
            pages = mmap.mmap(self._file.fileno(), size, offset=lying.offset, access=mmap.ACCESS_COPY)
        except (OSError, ValueError):
            del self._lying[key]
            return None
        return np.frombuffer(pages, lying.dtype).reshape(lying.shape)
