"""Box blurs: planes go in, and planes come out in which each pixel is the mean of those around it.

A line is cut into blocks as long as the box, which lie at absolute places. Every box then is the end of one block and
the beginning of the next: two running sums, each begun at the edge between blocks, whatever the tile. Nothing is
subtracted, so that a sum has only what lies in the box, and the work hardly depends on how large that is (after
van Herk, "A fast algorithm for local minimum and maximum filters", 1992).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image import Window
from reelwork.kernels import kernel

Planes = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]

#: Boxes of a larger radius, wider than any canvas, are taken for this one.
_MOST: Final = 8192.0


def box_reach(radius: float) -> int:
    """How many pixels around a pixel are read for a box of ``radius`` pixels."""
    return _sides(radius)[0] + 1


def box_blur(
    source: Planes, source_window: Window, radii: tuple[float, float], passes: int, out: Planes, out_window: Window
) -> None:
    """Fill ``out`` with means over boxes, ``passes`` times one after the other.

    Sums are of double precision: constants keep their value within 1e-7.

    :param source: ``float32[plane, row, column]``; what is not in its window counts as 0
    :param radii: half the box's width and height, pixels: a box of 2.5 has the pixel itself, the two beside it, to each
        side, and no part of a third; one of 2 has half of the second. Up to 0.5 it is the pixel alone
    """
    (whole_x, part_x), (whole_y, part_y) = _sides(radii[0]), _sides(radii[1])
    x, y = box_reach(radii[0]), box_reach(radii[1])
    for left in range(passes - 1, -1, -1):
        window = out_window.expand(left * x, left * y, left * x, left * y)
        rows = Window(window.x0, window.y0 - y, window.x1, window.y1 + y)
        # rows beyond the source are nothing, and need no sums
        rows = Window(rows.x0, max(rows.y0, source_window.y0), rows.x1, min(rows.y1, source_window.y1))
        across = np.empty((len(out), rows.height, rows.width), np.float32)
        _along(source, source_window.x0, rows.y0 - source_window.y0, whole_x, part_x, rows.x0, across)
        made = out if left == 0 else np.empty((len(out), window.height, window.width), np.float32)
        _down(across, rows.y0, whole_y, part_y, window.y0, made)
        source, source_window = made, window


def _sides(radius: float) -> tuple[int, float]:
    """How many whole pixels of a box lie to each side of its middle one, and what part of the next."""
    side = max(0.0, min(radius, _MOST) - 0.5)
    return math.floor(side), side - math.floor(side)


@kernel
def _along(source: Planes, x0: Any, first: Any, whole: Any, part: Any, out_x0: Any, out: Planes) -> None:
    """Means along rows, of which ``first`` is the first in the source."""
    width = source.shape[2]
    count, size = out.shape[2] + 2 * whole + 2, 2 * whole + 1
    start = out_x0 - whole - 1  # the place of the line's first pixel
    line = np.zeros(count, np.float32)
    ends, begins = np.empty(count, np.float64), np.empty(count, np.float64)
    low, high = max(0, x0 - start), min(count, x0 + width - start)
    share = 1.0 / (np.float64(size) + 2.0 * part)
    for plane in range(out.shape[0]):
        for row in range(out.shape[1]):
            for t in range(low, high):
                line[np.uint64(t)] = source[plane, first + row, np.uint64(t + start - x0)]
            _running(line, (start // size) * size - start, size, begins, ends)
            t0, t1, t2 = np.uint64(1), np.uint64(2 * whole + 1), np.uint64(2 * whole + 2)
            for t in range(np.uint64(out.shape[2])):
                beside = np.float64(line[t]) + np.float64(line[t + t2])
                total = ends[t + t0] + begins[t + t1] + part * beside
                out[plane, row, t] = np.float32(total * share)


@kernel
def _running(line: Planes, first: Any, size: Any, begins: Sums, ends: Sums) -> None:
    """Sums within blocks of ``size``, of which ``first`` is where the first one begins: ``begins[t]`` of all up to
    ``t``, 0 for a block's last, since a box that ends there is a whole block; ``ends[t]`` of all from ``t`` on."""
    count = len(line)
    block = first
    while block < count:
        low, high = max(block, 0), min(block + size, count)
        total = 0.0
        for t in range(low, high):
            total += np.float64(line[np.uint64(t)])
            begins[np.uint64(t)] = total
        if block + size <= count:
            begins[np.uint64(block + size - 1)] = 0.0
        total = 0.0
        for t in range(high - 1, low - 1, -1):
            total += np.float64(line[np.uint64(t)])
            ends[np.uint64(t)] = total
        block += size


@kernel
def _down(source: Planes, y0: Any, whole: Any, part: Any, out_y0: Any, out: Planes) -> None:
    """Means down columns: the same sums, a row at a time. Rows that the source has not are 0."""
    size, bottom, width = 2 * whole + 1, y0 + source.shape[1], np.uint64(out.shape[2])
    share = 1.0 / (np.float64(size) + 2.0 * part)
    ends = np.empty((min(size, out.shape[1]), out.shape[2]), np.float64)
    sums, beside = np.empty(out.shape[2], np.float64), np.empty(out.shape[2], np.float64)
    for plane in range(out.shape[0]):
        row = 0
        while row < out.shape[1]:
            top = out_y0 + row - whole  # where the box of this row begins
            after = (top // size + 1) * size  # where the next block begins
            rows = min(after - top, out.shape[1] - row)
            sums[:] = 0.0
            y = after - 1
            while y >= top:
                if y0 <= y < bottom:
                    _add(source[plane, y - y0], sums)
                if y - top < rows:
                    for t in range(width):
                        ends[y - top, t] = sums[t]
                y = min(y, max(top + rows, bottom, y0)) - 1  # most of a large block may lie beyond the source
            sums[:] = 0.0
            for y in range(max(after, y0), min(top + size - 1, bottom)):
                _add(source[plane, y - y0], sums)
            for step in range(rows):
                last = top + step + size - 1
                if last >= after and y0 <= last < bottom:
                    _add(source[plane, last - y0], sums)
                beside[:] = 0.0
                if y0 <= last - size < bottom:
                    _add(source[plane, last - size - y0], beside)
                if y0 <= last + 1 < bottom:
                    _add(source[plane, last + 1 - y0], beside)
                for t in range(width):
                    out[plane, row + step, t] = np.float32((ends[step, t] + sums[t] + part * beside[t]) * share)
            row += rows


@kernel(inline=True)
def _add(row: Any, sums: Sums) -> None:
    for t in range(np.uint64(len(sums))):
        sums[t] += np.float64(row[t])
