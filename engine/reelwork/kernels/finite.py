"""Whether pixels are numbers: a frame goes in, how many of its values are none, or infinite, comes out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from reelwork.image.frame import Frame
from reelwork.kernels.decorator import kernel

#: The bits of a positive infinity; what is no number has greater ones.
_INFINITY: Final = 0x7F800000


def all_finite(frame: Frame) -> bool:
    """Whether all values of a frame are numbers, and none is infinite."""
    return bool(_greatest(frame.data.view(np.int32).reshape(-1)) < _INFINITY)


def first_not_finite(frame: Frame) -> tuple[float, int, int, int] | None:
    """Of what is not finite the first value, its column and row in the raster, and in how many pixels there is such a
    one; ``None`` where all are finite."""
    wrong = ~np.isfinite(frame.data)
    pixels = wrong.any(axis=0)
    if not pixels.any():
        return None
    row, column = (int(index[0]) for index in np.nonzero(pixels))
    value = float(frame.data[:, row, column][wrong[:, row, column]][0])
    return value, frame.window.x0 + column, frame.window.y0 + row, int(pixels.sum())


@kernel
def _greatest(bits: Any) -> Any:
    # of whole numbers, since a search for the greatest float is not vectorised without fast maths
    greatest = np.int32(0)
    for i in range(bits.shape[0]):
        greatest = max(greatest, bits[i] & np.int32(0x7FFFFFFF))
    return greatest
