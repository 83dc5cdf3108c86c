"""A decoded picture in its storage type: planes as they were stored, and how they are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from reelwork.image.storage import StorageFormat


@dataclass(frozen=True, eq=False)
class Picture:
    """Planes as stored, and their meaning. They are read only and may be the decoder's own memory.

    :param planes: C-contiguous ``[row, column]`` arrays in the order of :class:`StorageFormat`, which may have more
        columns than the picture (padding that means nothing)
    :param storage: how the planes are to be read
    :param width: columns
    :param height: rows
    """

    planes: tuple[npt.NDArray[Any], ...]
    storage: StorageFormat
    width: int
    height: int
