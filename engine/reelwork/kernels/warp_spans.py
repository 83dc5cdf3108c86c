"""What the pixels of a warp span: places go in, into how many parts each pixel is split, and where those lie, come out.

A pixel spans what lies between the places of its four corners. Most maps are smooth, and most pixels span about as much
as there is between the places of their centre and their neighbours', which are known anyway: corners are looked at only
where these lie apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.kernels.arrays import Bytes, Doubles, Float, Int, Ints
from reelwork.kernels.decorator import kernel

U = np.uint64
#: At most so many samples along each side of a pixel.
MOST: Final = 16.0
# What a pixel may span, in pixels of the source, and still be interpolated at its centre alone.
_SLACK: Final = 1.25
# By how much single precision may make a span seem larger.
_NOISE: Final = 0.01
# The square of what lies between the places of two neighbours that make one look at corners: less than the slack, by as
# much as a span may differ from the largest distance around it where a map bends sharply.
_APART: Final = 1.44


@kernel
def lay_grid(x0: Float, y0: Float, columns: Int, xs: Doubles, ys: Doubles) -> None:
    """Fill ``xs`` and ``ys`` with points, 1 apart, row by row, the first one at ``x0, y0``."""
    for row in range(xs.shape[0] // columns):
        line, lines = xs[row * columns : (row + 1) * columns], ys[row * columns : (row + 1) * columns]
        for column in range(columns):
            line[U(column)] = x0 + np.float64(np.int32(column))
            lines[U(column)] = y0 + np.float64(np.int32(row))


@kernel
def find_steep(
    us: Doubles, vs: Doubles, x0: Float, y0: Float, x1: Float, y1: Float, links: Bytes, steep: Bytes
) -> bool:
    """Find the pixels whose corners must be looked at; whether there are any.

    They, or some of the eight around them, lie apart from a neighbour, and not both beyond one side of the picture.

    :param us, vs: the places of centres, ``[row, column]``, a row and a column more on each side than there are pixels
    :param x0, y0, x1, y1: the box that shows any of the picture
    :param links: room, ``[axis, row, column]``, as large
    :param steep: filled: ``[row, column]``, 1 for such a pixel
    """
    rows, columns = U(us.shape[0]), U(us.shape[1])
    found = np.uint8(0)
    for axis in range(2):
        by_row, by_column = U(axis), U(1 - axis)
        for row in range(rows - by_row):
            for i in range(columns - by_column):
                u, v, u2, v2 = us[row, i], vs[row, i], us[row + by_row, i + by_column], vs[row + by_row, i + by_column]
                near = (u2 - u) * (u2 - u) + (v2 - v) * (v2 - v) <= _APART
                shown = ((u > x0) | (u2 > x0)) & ((u < x1) | (u2 < x1))
                shown &= ((v > y0) | (v2 > y0)) & ((v < y1) | (v2 < y1))
                link = np.uint8(1) if shown & (not near) else np.uint8(0)
                links[U(axis), row, i] = link
                found |= link
    if not found:
        return False
    for row in range(rows - U(2)):
        for i in range(columns - U(2)):
            one = links[U(0), row, i] | links[U(0), row + U(1), i] | links[U(0), row + U(2), i]
            other = links[U(0), row, i + U(1)] | links[U(0), row + U(1), i + U(1)] | links[U(0), row + U(2), i + U(1)]
            upper = links[U(1), row, i] | links[U(1), row, i + U(1)] | links[U(1), row, i + U(2)]
            lower = links[U(1), row + U(1), i] | links[U(1), row + U(1), i + U(1)] | links[U(1), row + U(1), i + U(2)]
            steep[row, i] = one | other | upper | lower
    return True


@kernel
def corners(steep: Bytes, x0: Int, y0: Int, numbers: Ints, xs: Doubles, ys: Doubles) -> Int:
    """The corners of the pixels that must be looked at, each once, and how many these are.

    :param x0, y0: the first pixel
    :param numbers: filled: ``[row, column]``, a row and a column more than there are pixels: which number a corner has
    :param xs, ys: filled: where they stand
    """
    rows, columns = steep.shape
    count = U(0)
    for row in range(rows + 1):
        upper, lower = steep[max(row - 1, 0)], steep[min(row, rows - 1)]
        for column in range(columns + 1):
            left, right = U(max(column - 1, 0)), U(min(column, columns - 1))
            if upper[left] | upper[right] | lower[left] | lower[right]:
                numbers[U(row), U(column)] = count
                xs[count], ys[count] = np.float64(x0 + column), np.float64(y0 + row)
                count += U(1)
    return np.int64(count)


@kernel
def spans(
    steep: Bytes, numbers: Ints, us: Doubles, vs: Doubles, x0: Float, y0: Float, x1: Float, y1: Float,
    counts: Bytes, totals: Ints,
) -> None:  # fmt: skip
    """Into how many parts pixels are split along x and along y, given the places of their corners.

    A pixel whose corners all lie beyond one side of the picture is not split.

    :param us, vs: the places of the corners, by their numbers
    :param x0, y0, x1, y1: the box that shows any of the picture
    :param counts: 0s, filled for pixels that are split: ``[axis, row, column]``
    :param totals: filled: how many parts each row has
    """
    for row in range(U(counts.shape[1])):
        total = 0
        for column in range(U(counts.shape[2])):
            if not steep[row, column]:
                continue
            a, b = U(numbers[row, column]), U(numbers[row, column + U(1)])
            c, d = U(numbers[row + U(1), column]), U(numbers[row + U(1), column + U(1)])
            if _are_beyond(us, a, b, c, d, x0, x1) or _are_beyond(vs, a, b, c, d, y0, y1):
                continue
            upper, lower = _square(us, vs, a, b), _square(us, vs, c, d)
            left, right = _square(us, vs, a, c), _square(us, vs, b, d)
            x, y = _parts(upper if upper > lower else lower), _parts(left if left > right else right)
            if x * y > 1:
                counts[U(0), row, column], counts[U(1), row, column] = np.uint8(x), np.uint8(y)
                total += x * y
        totals[row] = total


@kernel
def split(counts: Bytes, x0: Int, y0: Int, xs: Doubles, ys: Doubles) -> None:
    """The centres of the parts of all pixels that are split, in order."""
    at = 0
    for row in range(counts.shape[1]):
        for column in range(counts.shape[2]):
            across, down = np.int64(counts[0, row, column]), np.int64(counts[1, row, column])
            for j in range(down):
                for i in range(across):
                    xs[at] = np.float64(x0 + column) + (i + 0.5) / across
                    ys[at] = np.float64(y0 + row) + (j + 0.5) / down
                    at += 1


@kernel(inline=True)
def _are_beyond(places: Doubles, a: Int, b: Int, c: Int, d: Int, low: Float, high: Float) -> bool:
    """Whether a pixel's corners all lie before ``low``, or all after ``high``, or are no numbers."""
    some_after = (places[a] > low) | (places[b] > low) | (places[c] > low) | (places[d] > low)
    some_before = (places[a] < high) | (places[b] < high) | (places[c] < high) | (places[d] < high)
    return bool(not (some_after & some_before))


@kernel(inline=True)
def _square(us: Doubles, vs: Doubles, one: Int, other: Int) -> Float:
    """The square of the distance between two places."""
    u, v = us[other] - us[one], vs[other] - vs[one]
    return u * u + v * v


@kernel(inline=True)
def _parts(square: Float) -> Int:
    """Into how many parts a side is split that spans so much, squared; what is no number is torn."""
    if square <= _SLACK * _SLACK:
        return 1
    return np.int64(np.ceil(np.sqrt(square) - _NOISE)) if square < MOST * MOST else np.int64(MOST)
