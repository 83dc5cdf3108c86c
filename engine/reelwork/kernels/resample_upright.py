"""Resampling through an upright map, mirrored or not: first the sums down the columns of samples, then along the rows.

It does what :mod:`reelwork.kernels.resample_affine` does, in the same order, but a sum down a column is made once for
all the pixels that read it. A pixel's place decides all of its arithmetic; no result depends on where a tile begins.
"""

from __future__ import annotations

import numpy as np

from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.quad import between
from reelwork.kernels.resample_affine import RUN, split_places, within
from reelwork.kernels.taps import across4, across8, limited4, limited8, weigh4, weigh8

F = np.float32
U = np.uint64


@kernel
def resample_upright(
    source: Plane, unit: Float, x0: Int, y0: Int,
    a: Float, d: Float, e: Float, f: Float,
    box: Doubles, steep_u: Float, steep_v: Float,
    half_u: Int, half_v: Int, squeeze_u: Float, squeeze_v: Float, linear: bool,
    out_x0: Int, out_y0: Int, out: Floats,
) -> None:  # fmt: skip
    """Fill ``out``; the parameters are those of :func:`reelwork.kernels.resample_affine.resample_affine`, but for
    ``half_u`` and ``half_v``: taps differ along the two axes.

    Where the map only moves the picture along x, all pixels of a row have the same weights (places lie on a grid that
    doubles hold exactly), and the sums are made as they are elsewhere, only faster.
    """
    size_x, size_y = out.shape[2], out.shape[1]
    cover_u, cover_v = np.empty(size_x, np.float64), np.empty(size_y, np.float64)
    columns, rows = np.empty(size_x, np.int64), np.empty(size_y, np.int64)
    across, down = np.empty((2 * half_u, size_x), np.float32), np.empty((2 * half_v, size_y), np.float32)
    first, last = _axis(
        a, e, out_x0, box[0], box[2], steep_u, x0, source.shape[2], half_u, squeeze_u, linear, cover_u, columns, across
    )
    _axis(d, f, out_y0, box[1], box[3], steep_v, y0, source.shape[1], half_v, squeeze_v, linear, cover_v, rows, down)
    low = min(columns[first], columns[last - 1]) if first < last else 0
    high = max(columns[first], columns[last - 1]) + 2 * half_u if first < last else 0
    line, column = np.empty((4, high - low), np.float32), np.empty(2 * half_v, np.float32)
    sums, cover = np.empty((4, 2 * half_u * RUN), np.float32), np.empty(RUN, np.float32)
    for row in range(size_y):
        if cover_v[row] == 0.0 or first == last:
            _clear(out, row, 0, size_x)
            continue
        _clear(out, row, 0, first)
        _clear(out, row, last, size_x)
        for tap in range(2 * half_v):
            column[tap] = down[tap, row]
        down_columns(source, rows[row], column, low, high, line)
        for start in range(first, last, RUN):
            count = min(RUN, last - start)
            for t in range(count):
                cover[t] = F(cover_u[start + t] * cover_v[row]) * unit
            if half_u == 2 and a == 1.0:
                _along4(line, columns[start] - low, across, start, cover, count, row, out)
            elif half_u == 2:
                _spread4(line, columns, start, low, count, sums)
                across4(sums, across, start, cover, 0, count, row, start, out)
            else:
                _spread8(line, columns, start, low, count, sums)
                across8(sums, across, start, cover, 0, count, row, start, out)


@kernel
def _axis(
    step: Float, offset: Float, out_origin: Int, low: Float, high: Float, steep: Float,
    origin: Int, size: Int, half: Int, squeeze: Float, linear: bool,
    cover: Doubles, first_tap: Ints, weights: Floats,
) -> tuple[Int, Int]:  # fmt: skip
    """Coverage, first tap and weights of each place along an axis; where there is any, from first to beyond last."""
    count = len(cover)
    places, beyond = np.empty(count, np.float64), np.empty(count, np.float32)
    for t in range(count):
        places[t] = step * (np.float64(out_origin + t) + 0.5) + offset
        cover[t] = between(places[t], low, high, steep)
    split_places(places, count, origin, size, half, first_tap, beyond)
    if half == 2:
        weigh4(beyond, count, linear, weights)
    else:
        weigh8(beyond, count, squeeze, linear, weights)
    first, last = 0, count
    while first < last and cover[first] == 0.0:
        first += 1
    while last > first and cover[last - 1] == 0.0:
        last -= 1
    return first, last


@kernel
def _clear(out: Floats, row: Int, first: Int, last: Int) -> None:
    for k in range(4):
        for column in range(first, last):
            out[k, U(row), U(column)] = F(0.0)


@kernel
def down_columns(source: Plane, top: Int, weights: Floats, low: Int, high: Int, line: Floats) -> None:
    """Sums down the columns ``low`` to ``high``; outside the picture, the edge's samples stand for those that lack.

    :param weights: of 4 or 8 rows, from ``top`` on
    """
    width, height = source.shape[2], source.shape[1]
    first, last = within(low, width), within(high - 1, width) + U(1)
    shift = U(first - low)
    j0, j1, j2, j3 = within(top, height), within(top + 1, height), within(top + 2, height), within(top + 3, height)
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    if len(weights) == 4 and w1 == F(1.0):
        for k in range(4):  # the others are nothing beside it, and the sum is that sample
            for t in range(last - first):
                line[k, shift + t] = F(source[k, j1, first + t])
    elif len(weights) == 4:
        for k in range(4):
            for t in range(last - first):
                i = first + t
                line[k, shift + t] = limited4(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]), w0, w1, w2, w3
                )
    else:
        j4, j5 = within(top + 4, height), within(top + 5, height)
        j6, j7 = within(top + 6, height), within(top + 7, height)
        w4, w5, w6, w7 = weights[4], weights[5], weights[6], weights[7]
        for k in range(4):
            for t in range(last - first):
                i = first + t
                line[k, shift + t] = limited8(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]),
                    F(source[k, j4, i]), F(source[k, j5, i]), F(source[k, j6, i]), F(source[k, j7, i]),
                    w0, w1, w2, w3, w4, w5, w6, w7,
                )  # fmt: skip
    for k in range(4):
        for t in range(shift):
            line[k, t] = line[k, shift]
        for t in range(shift + last - first, U(high - low)):
            line[k, t] = line[k, shift + last - first - U(1)]


@kernel
def _along4(
    line: Floats, at: Int, weights: Floats, start: Int, cover: Floats, count: Int, row: Int, out: Floats
) -> None:
    """Finish a run whose pixels all have the same four weights: as :func:`reelwork.kernels.taps.across4`.

    :param at: where in ``line`` the first pixel's first tap stands
    """
    i, column = U(at), U(start)
    w0, w1, w2, w3 = weights[0, column], weights[1, column], weights[2, column], weights[3, column]
    if w1 == F(1.0):
        for k in range(4):  # the others are nothing beside it, and the sum is that sample
            for t in range(U(count)):
                out[k, U(row), column + t] = line[k, i + t + U(1)] * cover[t]
    else:
        for k in range(4):
            for t in range(U(count)):
                value = limited4(
                    line[k, i + t], line[k, i + t + U(1)], line[k, i + t + U(2)], line[k, i + t + U(3)], w0, w1, w2, w3
                )
                out[k, U(row), column + t] = value * cover[t]


@kernel(slp=True)
def _spread4(line: Floats, columns: Ints, start: Int, low: Int, count: Int, sums: Floats) -> None:
    """Lay each pixel's four sums side by side, from where they can be read in whole vectors."""
    for t in range(U(count)):
        i, at = U(columns[U(start) + t] - low), t * U(4)
        for k in range(4):
            s0, s1, s2, s3 = line[k, i], line[k, i + U(1)], line[k, i + U(2)], line[k, i + U(3)]
            sums[k, at] = s0
            sums[k, at + U(1)] = s1
            sums[k, at + U(2)] = s2
            sums[k, at + U(3)] = s3


@kernel(slp=True)
def _spread8(line: Floats, columns: Ints, start: Int, low: Int, count: Int, sums: Floats) -> None:
    """The same with eight."""
    for t in range(U(count)):
        i, at = U(columns[U(start) + t] - low), t * U(8)
        for k in range(4):
            s0, s1, s2, s3 = line[k, i], line[k, i + U(1)], line[k, i + U(2)], line[k, i + U(3)]
            s4, s5, s6, s7 = line[k, i + U(4)], line[k, i + U(5)], line[k, i + U(6)], line[k, i + U(7)]
            sums[k, at] = s0
            sums[k, at + U(1)] = s1
            sums[k, at + U(2)] = s2
            sums[k, at + U(3)] = s3
            sums[k, at + U(4)] = s4
            sums[k, at + U(5)] = s5
            sums[k, at + U(6)] = s6
            sums[k, at + U(7)] = s7
