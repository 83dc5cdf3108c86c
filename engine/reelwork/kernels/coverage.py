"""Rasterising: outlines and an affine map go in, antialiased coverage or painted pixels come out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reelwork.image.drawing import Drawing, Path
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.values import Affine


def rasterise(path: Path, matrix: Affine, window: Window, out: npt.NDArray[np.float32]) -> None:
    """Fill ``out[row, column]`` with the coverage (0 to 1) of the path in ``window``; ``matrix`` leads to the raster."""
    raise NotImplementedError


def draw(drawing: Drawing, matrix: Affine, out: Frame) -> None:
    """Paint all fills of the drawing over nothing; ``matrix`` leads from pixels of the drawing to the raster."""
    raise NotImplementedError


def drawing_bounds(drawing: Drawing, matrix: Affine) -> Window:
    """A window outside of which the drawing has no ink; ``EMPTY`` if it has none at all."""
    raise NotImplementedError


def clip_to_quad(frame: Frame, matrix: Affine, width: float, height: float) -> None:
    """Multiply the frame, in place, by the antialiased box ``0, 0, width, height`` seen through ``matrix`` (to raster)."""
    raise NotImplementedError
