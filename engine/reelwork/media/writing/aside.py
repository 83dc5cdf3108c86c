"""Pictures put aside: those of a unit go in once and come out as often as they are asked for, from a nameless file."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from reelwork.errors import OutputError
from reelwork.media.picture import Picture


@dataclass(frozen=True)
class _Lying:
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Aside:
    """Pictures of one storage and size, in their order; one that is the same object as the one before lies there once.

    The file is gone with the process, however that ends, or with the block.

    :param folder: whose disk is used
    :raises OutputError: the disk is full, or cannot be written to
    """

    def __init__(self, pictures: Iterable[Picture], folder: Path) -> None:
        self._lying: list[tuple[_Lying, ...]] = []
        self._like: Picture | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
            end = 0
            for picture in pictures:
                if picture is self._like:
                    self._lying.append(self._lying[-1])
                    continue
                self._like = picture
                planes = []
                for plane in picture.planes:
                    planes.append(_Lying(end, plane.shape, plane.dtype))
                    end += self._file.write(np.ascontiguousarray(plane).data.cast("B"))
                self._lying.append(tuple(planes))
        except OSError as error:
            raise OutputError(f"cannot put pictures aside in {folder}: {error.strerror or error}") from error

    def __enter__(self) -> Aside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._lying)

    def __iter__(self) -> Iterator[Picture]:
        like = self._like
        before: tuple[tuple[_Lying, ...], Picture] | None = None
        for planes in self._lying:
            assert like is not None
            if before is None or before[0] is not planes:
                read = tuple(self._read(plane) for plane in planes)
                before = (planes, Picture(read, like.storage, like.width, like.height))
            yield before[1]

    def _read(self, lying: _Lying) -> npt.NDArray[Any]:
        self._file.seek(lying.offset)
        data = self._file.read(math.prod(lying.shape) * lying.dtype.itemsize)
        return np.frombuffer(data, lying.dtype).reshape(lying.shape)
