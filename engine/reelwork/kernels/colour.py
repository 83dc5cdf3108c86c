"""Conversion at the edge: planes as they are stored go in and scene-linear light comes out, and back."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.image.window import Window

Plane = npt.NDArray[Any]


def decode(planes: tuple[Plane, ...], storage: StorageFormat, width: int, height: int, out: Frame) -> None:
    """Fill ``out`` with the pixels of a stored picture whose top left corner is ``(0, 0)``; transparent outside it.

    :param planes: as :class:`StorageFormat` orders and types them; chroma is interpolated linearly between its sites
    :param width: columns of the picture
    :param height: rows of the picture
    """
    raise NotImplementedError


def encode(
    frame: Frame,
    storage: StorageFormat,
    width: int,
    height: int,
    planes: tuple[Plane, ...],
    window: Window | None = None,
) -> None:
    """Fill ``planes`` with a frame as it is stored, its pixel ``(0, 0)`` at the top left corner.

    Values are rounded to the nearest code. Without alpha in the storage, light falls on black. Outside its window the
    frame is transparent.

    :param width: columns of the picture
    :param height: rows of the picture
    :param planes: as :class:`StorageFormat` orders and types them, writable
    :param window: the part of the picture to write (default: all), which starts on a chroma sample. Chroma is
        low-passed over its neighbours: the frame must reach 2 pixels beyond the window, as far as the picture does
    """
    raise NotImplementedError


def empty_planes(storage: StorageFormat, width: int, height: int) -> tuple[Plane, ...]:
    """Planes for a picture of that size, whose values are not set yet."""
    raise NotImplementedError
