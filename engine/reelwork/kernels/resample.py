"""Resampling: a whole frame and an affine map go in, the pixels of an output window come out."""

from __future__ import annotations

from typing import Literal

from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.values import Affine

Filter = Literal["auto", "nearest", "bilinear", "bicubic"]


class Mipmap:
    """A frame together with its smaller versions, made when first asked for; safe to share between threads."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def level(self, x: int, y: int) -> Frame:
        """The frame halved ``x`` times along x and ``y`` times along y, on a grid that starts at 0."""
        raise NotImplementedError


def resample(source: Frame | Mipmap, to_source: Affine, out: Frame, filter: Filter = "auto") -> None:  # noqa: A002
    """Fill ``out`` with the source seen through ``to_source`` (output raster pixels to source pixels)."""
    raise NotImplementedError


def resample_bounds(source: Window, to_source: Affine) -> Window:
    """Where the output may be non-zero, given the window of the source."""
    raise NotImplementedError


def resample_needs(wanted: Window, to_source: Affine) -> Window:
    """Which pixels of the source are read to make the wanted ones."""
    raise NotImplementedError


def is_copy(to_source: Affine) -> bool:
    """Whether the map only moves by whole pixels, so that resampling copies."""
    raise NotImplementedError
