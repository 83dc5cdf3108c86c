"""What lenses and cameras do to pixels: arrays go in, arrays are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel

Planes = npt.NDArray[np.float32]

F = np.float32


@kernel(inline=True)
def _at(plane: Planes, u: Any, v: Any) -> Any:
    """A plane between its pixels, bilinear; beyond it there is nothing."""
    i, j = np.floor(u - 0.5), np.floor(v - 0.5)
    along, down = F(u - 0.5 - i), F(v - 0.5 - j)
    column, row = np.int64(i), np.int64(j)
    total = F(0.0)
    for dj in range(2):
        for di in range(2):
            x, y = column + di, row + dj
            if 0 <= x < plane.shape[1] and 0 <= y < plane.shape[0]:
                weight = (along if di else F(1.0) - along) * (down if dj else F(1.0) - down)
                total += plane[np.uint64(y), np.uint64(x)] * weight
    return total


@kernel
def spread_colours(
    source: Planes, x0: Any, y0: Any, box: Any, amount: Any, out_x0: Any, out_y0: Any, out: Planes
) -> None:
    """Fill ``out`` with red enlarged around the middle of a box and blue made smaller; alpha covers all three.

    Beyond the box is nothing; its outermost pixels stand for what is read from there.

    :param box: ``x0, y0, x1, y1``
    :param amount: by which share
    """
    centre_x, centre_y = 0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])
    for row in range(out.shape[1]):
        y = np.float64(out_y0 + row) + 0.5 - centre_y
        for column in range(out.shape[2]):
            x = np.float64(out_x0 + column) + 0.5 - centre_x
            alpha = F(0.0)
            for channel in range(3):
                by = 1.0 - amount * (1 - channel)
                u = min(max(centre_x + x * by, box[0] + 0.5), box[2] - 0.5) - x0
                v = min(max(centre_y + y * by, box[1] + 0.5), box[3] - 0.5) - y0
                out[channel, row, column] = _at(source[channel], u, v)
                covered = _at(source[3], u, v)
                alpha = covered if covered > alpha else alpha
            out[3, row, column] = alpha
            beside = abs(x) > centre_x - box[0] or abs(y) > centre_y - box[1]
            for channel in range(4):
                out[channel, row, column] = F(0.0) if beside else out[channel, row, column]
