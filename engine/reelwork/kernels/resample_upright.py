"""Resampling through an upright map, mirrored or not: first the sums down the columns of samples, then along the rows.

It does what :mod:`reelwork.kernels.resample_affine` does, in the same order, but a sum down a column is made once for
all the pixels that read it. A pixel's place decides all of its arithmetic; no result depends on where a tile begins.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.quad import between
from reelwork.kernels.resample_affine import clear, split_places, within
from reelwork.kernels.taps import (
    apart,
    limited2,
    limited4,
    limited6,
    limited8,
    mix2,
    mix4,
    mix6,
    mix8,
    weigh2,
    weigh4,
    weigh6,
    weigh8,
)

F = np.float32
U = np.uint64
#: Columns of a strip: what a few rows of it need stays in the nearer caches.
STRIP: Final = 512
#: Rows that are made together: their four channels fill a vector.
ROWS: Final = 4


@kernel(slp=True)
def resample_upright(
    source: Plane, unit: Float, full: Float, x0: Int, y0: Int,
    a: Float, d: Float, e: Float, f: Float,
    box: Doubles, steep_u: Float, steep_v: Float,
    half_u: Int, half_v: Int, squeeze_u: Float, squeeze_v: Float, linear: bool,
    out_x0: Int, out_y0: Int, out: Floats,
) -> None:  # fmt: skip
    """Fill ``out``; the parameters are those of :func:`reelwork.kernels.resample_affine.resample_affine`, and

    :param full: the sample that stands for whole alpha, where all of the source is opaque; else 0
    :param half_u, half_v: half the taps along each axis: 1 and 2 as there, 3 or 4 for a stretched kernel
    :param squeeze_u, squeeze_v: 1 over the factors by which the kernel is stretched: to 3/2 with 3, to 2 with 4

    Rows are made four at a time, since their pixels lie above each other and have the same weights along x: the sums
    down the columns are laid out with the four channels of the four rows side by side. Where the map only moves the
    picture along x, all pixels of a row have the same weights (places lie on a grid that doubles hold exactly), and
    sums are made along it as they stand.
    """
    size_x, size_y = out.shape[2], out.shape[1]
    cover_u, cover_v = np.empty(size_x, np.float64), np.empty(size_y, np.float64)
    columns, rows = np.empty(size_x, np.int64), np.empty(size_y, np.int64)
    across, down = np.empty((2 * half_u, size_x), np.float32), np.empty((2 * half_v, size_y), np.float32)
    first, last = _axis(
        a, e, out_x0, box[0], box[2], steep_u, x0, source.shape[2], half_u, squeeze_u, linear, cover_u, columns, across
    )
    upper, lower = _axis(
        d, f, out_y0, box[1], box[3], steep_v, y0, source.shape[1], half_v, squeeze_v, linear, cover_v, rows, down
    )
    for row in range(size_y):
        inside = upper <= row < lower
        clear(out, row, 0, first if inside else size_x)
        clear(out, row, last, size_x if inside else 0)
    channels = 4 if full == F(0.0) else 3
    covered, ahead = np.empty(ROWS, np.float64), np.empty(1, np.float32)
    moved = a == 1.0 and half_u <= 2
    lines, four = np.empty((ROWS, 4, 0), np.float32), np.empty((ROWS, 0), np.float32)
    sums, mixed = np.empty(0, np.float32), np.empty(4 * ROWS * STRIP, np.float32)
    targets = np.arange(STRIP) * (4 * ROWS)
    cover, column = np.empty((ROWS, STRIP), np.float32), np.empty(2 * half_v, np.float32)
    for start in range(first, last, STRIP):
        count = min(STRIP, last - start)
        low = min(columns[start], columns[start + count - 1])
        span = max(columns[start], columns[start + count - 1]) + 2 * half_u - low
        if span > lines.shape[2]:
            lines, four = np.empty((ROWS, 4, span), np.float32), np.empty((ROWS, 4 * max(span, STRIP)), np.float32)
            sums = np.empty(4 * ROWS * span, np.float32)
            lines[:, 3] = full
        fours, places = np.arange(max(span, STRIP)) * 4, (columns[start : start + count] - low) * (4 * ROWS)
        covered[:] = -1.0
        for top in range(upper, lower, ROWS):
            high = min(ROWS, lower - top)
            if d > 0.0 and top + ROWS < lower:
                read, wanted = rows[top + high - 1] + 2 * half_v, rows[min(top + 2 * ROWS, lower) - 1] + 2 * half_v
                ahead[0] = read_ahead(source, read, wanted, low, low + span, channels)
            for r in range(high):
                for tap in range(2 * half_v):
                    column[tap] = down[tap, top + r]
                down_columns(source, rows[top + r], column, low, low + span, channels, lines[r])
                if covered[r] != cover_v[top + r]:  # seldom, but at the picture's edges
                    covered[r] = cover_v[top + r]
                    for t in range(count):
                        cover[r, t] = F(cover_u[start + t] * covered[r]) * unit
                if moved and half_u == 1:
                    _along2(lines[r], columns[start] - low, across, start, cover[r], count, top + r, out)
                elif moved:
                    _along4(lines[r], columns[start] - low, across, start, cover[r], count, top + r, out)
                else:
                    _together(lines[r], span, four[r])
            if moved:
                continue
            _weave(four, fours, span, sums)
            if half_u == 1:
                mix2(sums, places, 4 * ROWS, 4 * ROWS, across, start, 0, count, targets, mixed)
            elif half_u == 2:
                mix4(sums, places, 4 * ROWS, 4 * ROWS, across, start, 0, count, targets, mixed)
            elif half_u == 3:
                mix6(sums, places, 4 * ROWS, 4 * ROWS, across, start, 0, count, targets, mixed)
            else:
                mix8(sums, places, 4 * ROWS, 4 * ROWS, across, start, 0, count, targets, mixed)
            _unweave(mixed, fours, count, four)
            for r in range(high):
                apart(four[r], cover[r], 0, count, top + r, start, out)


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
    if half == 1:
        weigh2(beyond, count, weights)
    elif half == 2:
        weigh4(beyond, count, linear, weights)
    elif half == 3:
        weigh6(beyond, count, squeeze, linear, weights)
    else:
        weigh8(beyond, count, squeeze, linear, weights)
    first, last = 0, count
    while first < last and cover[first] == 0.0:
        first += 1
    while last > first and cover[last - 1] == 0.0:
        last -= 1
    return first, last


@kernel
def read_ahead(source: Plane, top: Int, bottom: Int, left: Int, right: Int, channels: Int) -> Float:
    """Fetch rows into the cache all at once, before they are needed one by one: the processor then waits for less."""
    total, line = F(0.0), 64 // source.itemsize
    for row in range(max(top, 0), min(bottom, source.shape[1])):
        for k in range(channels):
            for column in range(max(left, 0), min(right, source.shape[2]), line):
                total += F(source[k, U(row), U(column)])
    return total


@kernel
def down_columns(source: Plane, top: Int, weights: Floats, low: Int, high: Int, channels: Int, line: Floats) -> None:
    """Sums down the columns ``low`` to ``high``; outside the picture, the edge's samples stand for those that lack.

    :param weights: of 2, 4, 6 or 8 rows, from ``top`` on
    :param channels: how many of the four, from the first
    """
    width, height = source.shape[2], source.shape[1]
    first, last = within(low, width), within(high - 1, width) + U(1)
    shift = U(first - low)
    j0, j1, j2, j3 = within(top, height), within(top + 1, height), within(top + 2, height), within(top + 3, height)
    w0, w1 = weights[0], weights[1]
    if len(weights) <= 4 and weights[len(weights) // 2 - 1] == F(1.0):
        j = j0 if len(weights) == 2 else j1
        for k in range(channels):  # the others are nothing beside it, and the sum is that sample
            for t in range(last - first):
                line[k, shift + t] = F(source[k, j, first + t])
    elif len(weights) == 2:
        for k in range(channels):
            for t in range(last - first):
                line[k, shift + t] = limited2(F(source[k, j0, first + t]), F(source[k, j1, first + t]), w0, w1)
    elif len(weights) == 4:
        w2, w3 = weights[2], weights[3]
        for k in range(channels):
            for t in range(last - first):
                i = first + t
                line[k, shift + t] = limited4(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]), w0, w1, w2, w3
                )
    elif len(weights) == 6:
        j4, j5 = within(top + 4, height), within(top + 5, height)
        w2, w3, w4, w5 = weights[2], weights[3], weights[4], weights[5]
        for k in range(channels):
            for t in range(last - first):
                i = first + t
                line[k, shift + t] = limited6(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]),
                    F(source[k, j3, i]), F(source[k, j4, i]), F(source[k, j5, i]),
                    w0, w1, w2, w3, w4, w5,
                )  # fmt: skip
    else:
        j4, j5 = within(top + 4, height), within(top + 5, height)
        j6, j7 = within(top + 6, height), within(top + 7, height)
        w2, w3 = weights[2], weights[3]
        w4, w5, w6, w7 = weights[4], weights[5], weights[6], weights[7]
        for k in range(channels):
            for t in range(last - first):
                i = first + t
                line[k, shift + t] = limited8(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]),
                    F(source[k, j4, i]), F(source[k, j5, i]), F(source[k, j6, i]), F(source[k, j7, i]),
                    w0, w1, w2, w3, w4, w5, w6, w7,
                )  # fmt: skip
    for k in range(channels):
        for t in range(shift):
            line[k, t] = line[k, shift]
        for t in range(shift + last - first, U(high - low)):
            line[k, t] = line[k, shift + last - first - U(1)]


@kernel
def _along2(
    line: Floats, at: Int, weights: Floats, start: Int, cover: Floats, count: Int, row: Int, out: Floats
) -> None:
    """Finish a run whose pixels all have the same two weights.

    :param at: where in ``line`` the first pixel's first tap stands
    """
    i, column = U(at), U(start)
    w0, w1 = weights[0, column], weights[1, column]
    for k in range(4):
        for t in range(U(count)):
            out[k, U(row), column + t] = limited2(line[k, i + t], line[k, i + t + U(1)], w0, w1) * cover[t]


@kernel
def _along4(
    line: Floats, at: Int, weights: Floats, start: Int, cover: Floats, count: Int, row: Int, out: Floats
) -> None:
    """The same with four."""
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


@kernel
def _together(line: Floats, span: Int, four: Floats) -> None:
    """Lay the four channels of a row's sums side by side."""
    for t in range(U(span)):
        red, green, blue, alpha = line[0, t], line[1, t], line[2, t], line[3, t]
        at = t * U(4)
        four[at] = red
        four[at + U(1)] = green
        four[at + U(2)] = blue
        four[at + U(3)] = alpha


@kernel(slp=True)
def _weave(four: Floats, places: Ints, count: Int, sums: Floats) -> None:
    """Lay the rows' sums side by side; their places come from an array for the reason given in ``taps.mix2``."""
    for t in range(U(count)):
        at = U(places[t])
        for r in range(U(ROWS)):
            for k in range(U(4)):
                sums[U(ROWS) * at + U(4) * r + k] = four[r, at + k]


@kernel(slp=True)
def _unweave(mixed: Floats, places: Ints, count: Int, four: Floats) -> None:
    """And apart again."""
    for t in range(U(count)):
        at = U(places[t])
        for r in range(U(ROWS)):
            for k in range(U(4)):
                four[r, at + k] = mixed[U(ROWS) * at + U(4) * r + k]
