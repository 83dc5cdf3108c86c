"""Resampling through any affine map: samples around each point go in, weighted along both axes of the source.

Coordinates are worked out in double precision from a pixel's absolute position, so that no pixel depends on where a
tile begins. Pixels are made in short runs: coordinates, weights, sums down the columns of samples, sums along the rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.quad import between
from reelwork.kernels.taps import across4, across8, limited4, limited8, weigh4, weigh8

F = np.float32
U = np.uint64
#: Pixels of a run: what it needs stays in the first-level cache.
RUN: Final = 256
# How far beyond the picture a point may lie before it is drawn nearer: no covered pixel's does, but for those that span
# more of the picture than the halvings and the kernel can; and so there is always a sample among its taps.
_REACH: Final = 1.0


@kernel(slp=True)
def resample_affine(
    source: Plane, unit: Float, x0: Int, y0: Int,
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float,
    box: Doubles, steep_u: Float, steep_v: Float,
    half: Int, squeeze_u: Float, squeeze_v: Float, linear: bool,
    out_x0: Int, out_y0: Int, out: Floats,
) -> None:  # fmt: skip
    """Fill ``out``, whose first pixel stands at ``out_x0, out_y0``.

    :param source: samples; floats, or codes of 16 bits
    :param unit: light of a sample of 1
    :param x0, y0: where the source's first sample stands, in the coordinates that the map leads to
    :param box: the source's edges in those coordinates, ``u0, v0, u1, v1``
    :param steep_u, steep_v: as in :func:`reelwork.kernels.quad.between`
    :param half: 2 for four taps along each axis, 4 for eight
    :param squeeze_u, squeeze_v: 1 over the factors by which the interpolation kernel is stretched
    """
    us, vs = np.empty(RUN, np.float64), np.empty(RUN, np.float64)
    columns, rows = np.empty(RUN, np.int64), np.empty(RUN, np.int64)
    beyond_u, beyond_v = np.empty(RUN, np.float32), np.empty(RUN, np.float32)
    across, down = np.empty((2 * half, RUN), np.float32), np.empty((2 * half, RUN), np.float32)
    sums = np.empty((4, 2 * half * RUN), np.float32)
    cover = np.empty(RUN, np.float32)
    ahead = np.empty(1, np.float32)
    next_row = 2 * half if d >= 0.0 else -1
    width, height = source.shape[2], source.shape[1]
    for row in range(out.shape[1]):
        for start in range(0, out.shape[2], RUN):
            count = min(RUN, out.shape[2] - start)
            y = np.float64(out_y0 + row) + 0.5
            row_u, row_v = c * y + e, d * y + f
            for t in range(count):
                x = np.float64(out_x0 + start + t) + 0.5
                us[t] = a * x + row_u
                vs[t] = b * x + row_v
            first, last = _covered(us, vs, count, box, steep_u, steep_v, cover)
            if first > 0 or last < count:
                for channel in range(4):
                    for t in range(count):
                        out[channel, U(row), U(start + t)] = F(0.0)
                if first == last:
                    continue
            for t in range(first, last):
                cover[t] *= unit
            split_places(us, count, x0, width, half, columns, beyond_u)
            split_places(vs, count, y0, height, half, rows, beyond_v)
            low, high = _whole(columns, rows, first, last, width - 2 * half, height - 2 * half)
            ahead[0] = _read_ahead(source, columns, rows, low, high, next_row)
            if half == 2:
                weigh4(beyond_u, count, linear, across)
                weigh4(beyond_v, count, linear, down)
                _down4_clamped(source, columns, rows, down, first, low, sums)
                _down4(source, columns, rows, down, low, high, sums)
                _down4_clamped(source, columns, rows, down, high, last, sums)
                across4(sums, across, 0, cover, first, last, row, start, out)
            else:
                weigh8(beyond_u, count, squeeze_u, linear, across)
                weigh8(beyond_v, count, squeeze_v, linear, down)
                _down8_clamped(source, columns, rows, down, first, low, sums)
                _down8(source, columns, rows, down, low, high, sums)
                _down8_clamped(source, columns, rows, down, high, last, sums)
                across8(sums, across, 0, cover, first, last, row, start, out)


@kernel
def _covered(
    us: Doubles, vs: Doubles, count: Int, box: Doubles, steep_u: Float, steep_v: Float, cover: Floats
) -> tuple[Int, Int]:
    """Fill in the coverage of a run by the source's box; which pixels have any, from the first to beyond the last."""
    u0, v0, u1, v1 = box[0], box[1], box[2], box[3]
    first_u, last_u, first_v, last_v = us[0], us[count - 1], vs[0], vs[count - 1]
    low_u, high_u = (first_u, last_u) if first_u < last_u else (last_u, first_u)
    low_v, high_v = (first_v, last_v) if first_v < last_v else (last_v, first_v)
    margin_u, margin_v = 0.5 / steep_u, 0.5 / steep_v
    if high_u <= u0 - margin_u or low_u >= u1 + margin_u or high_v <= v0 - margin_v or low_v >= v1 + margin_v:
        return 0, 0
    ends = between(first_u, u0, u1, steep_u) * between(first_v, v0, v1, steep_v)
    ends *= between(last_u, u0, u1, steep_u) * between(last_v, v0, v1, steep_v)
    if ends == 1.0:  # where coverage is whole is convex
        for t in range(count):
            cover[t] = F(1.0)
        return 0, count
    for t in range(count):
        cover[t] = F(between(us[t], u0, u1, steep_u) * between(vs[t], v0, v1, steep_v))
    first, last = 0, count
    while first < last and cover[first] == F(0.0):
        first += 1
    while last > first and cover[last - 1] == F(0.0):
        last -= 1
    return first, last


@kernel
def split_places(places: Doubles, count: Int, origin: Int, size: Int, half: Int, first: Ints, beyond: Floats) -> None:
    """For each point its first tap's index, and how far the point lies beyond the sample before it."""
    low, high = np.float64(origin) - _REACH, np.float64(origin + size) + _REACH
    shift = origin + half - 1
    for t in range(count):
        place = places[t]
        place = place if place > low else low
        place = (place if place < high else high) - 0.5
        before = np.floor(place)
        first[t] = np.int64(np.int32(before)) - shift
        beyond[t] = F(place - before)


@kernel
def _whole(columns: Ints, rows: Ints, first: Int, last: Int, most_x: Int, most_y: Int) -> tuple[Int, Int]:
    """The part of a run all of whose taps are samples; where it ends is where the run leaves the picture."""
    while first < last and not (0 <= columns[first] <= most_x and 0 <= rows[first] <= most_y):
        first += 1
    while last > first and not (0 <= columns[last - 1] <= most_x and 0 <= rows[last - 1] <= most_y):
        last -= 1
    return first, last


@kernel
def _read_ahead(source: Plane, columns: Ints, rows: Ints, first: Int, last: Int, next_row: Int) -> Float:
    """Fetch into the cache what the run below will read first: on slanted runs the processor does not foresee it."""
    total = F(0.0)
    for t in range(first, last, 8):
        i, j = U(columns[t]), within(rows[t] + next_row, source.shape[1])
        total += F(source[0, j, i]) + F(source[1, j, i]) + F(source[2, j, i]) + F(source[3, j, i])
    return total


@kernel
def within(index: Int, size: Int) -> Int:
    """The index of the sample that stands for one that may lie outside."""
    index = index if index > 0 else 0
    return U(index if index < size else size - 1)


@kernel(slp=True)
def _down4(source: Plane, columns: Ints, rows: Ints, weights: Floats, first: Int, last: Int, sums: Floats) -> None:
    for t in range(U(first), U(last)):
        i0, j0, at = U(columns[t]), U(rows[t]), t * U(4)
        i1, i2, i3 = i0 + U(1), i0 + U(2), i0 + U(3)
        j1, j2, j3 = j0 + U(1), j0 + U(2), j0 + U(3)
        wa, wb, wc, wd = weights[0, t], weights[1, t], weights[2, t], weights[3, t]
        for k in range(4):
            s0 = limited4(
                F(source[k, j0, i0]), F(source[k, j1, i0]), F(source[k, j2, i0]), F(source[k, j3, i0]), wa, wb, wc, wd
            )
            s1 = limited4(
                F(source[k, j0, i1]), F(source[k, j1, i1]), F(source[k, j2, i1]), F(source[k, j3, i1]), wa, wb, wc, wd
            )
            s2 = limited4(
                F(source[k, j0, i2]), F(source[k, j1, i2]), F(source[k, j2, i2]), F(source[k, j3, i2]), wa, wb, wc, wd
            )
            s3 = limited4(
                F(source[k, j0, i3]), F(source[k, j1, i3]), F(source[k, j2, i3]), F(source[k, j3, i3]), wa, wb, wc, wd
            )
            sums[k, at] = s0
            sums[k, at + U(1)] = s1
            sums[k, at + U(2)] = s2
            sums[k, at + U(3)] = s3


@kernel
def _down4_clamped(
    source: Plane, columns: Ints, rows: Ints, weights: Floats, first: Int, last: Int, sums: Floats
) -> None:
    """The same where taps may lie outside: there, the edge's samples stand for them."""
    width, height = source.shape[2], source.shape[1]
    for t in range(U(first), U(last)):
        row = rows[t]
        j0, j1 = within(row, height), within(row + 1, height)
        j2, j3 = within(row + 2, height), within(row + 3, height)
        wa, wb, wc, wd = weights[0, t], weights[1, t], weights[2, t], weights[3, t]
        for tap in range(4):
            i = within(columns[t] + tap, width)
            for k in range(4):
                sums[k, U(4) * t + U(tap)] = limited4(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]), wa, wb, wc, wd
                )


@kernel(slp=True)
def _down8(source: Plane, columns: Ints, rows: Ints, weights: Floats, first: Int, last: Int, sums: Floats) -> None:
    for t in range(U(first), U(last)):
        j, at = U(rows[t]), t * U(8)
        for k in range(4):
            for part in range(2):
                i, to = U(columns[t]) + U(4) * U(part), at + U(4) * U(part)
                s0 = _column8(source, k, j, i, weights, t)
                s1 = _column8(source, k, j, i + U(1), weights, t)
                s2 = _column8(source, k, j, i + U(2), weights, t)
                s3 = _column8(source, k, j, i + U(3), weights, t)
                sums[k, to] = s0
                sums[k, to + U(1)] = s1
                sums[k, to + U(2)] = s2
                sums[k, to + U(3)] = s3


@kernel(slp=True)
def _column8(source: Plane, k: Int, j: Int, i: Int, weights: Floats, t: Int) -> Float:
    return limited8(
        F(source[k, j, i]), F(source[k, j + U(1), i]), F(source[k, j + U(2), i]), F(source[k, j + U(3), i]),
        F(source[k, j + U(4), i]), F(source[k, j + U(5), i]), F(source[k, j + U(6), i]), F(source[k, j + U(7), i]),
        weights[0, t], weights[1, t], weights[2, t], weights[3, t],
        weights[4, t], weights[5, t], weights[6, t], weights[7, t],
    )  # fmt: skip


@kernel
def _down8_clamped(
    source: Plane, columns: Ints, rows: Ints, weights: Floats, first: Int, last: Int, sums: Floats
) -> None:
    width, height = source.shape[2], source.shape[1]
    for t in range(U(first), U(last)):
        row = rows[t]
        j0, j1, j2, j3 = within(row, height), within(row + 1, height), within(row + 2, height), within(row + 3, height)
        j4, j5, j6, j7 = (
            within(row + 4, height), within(row + 5, height), within(row + 6, height), within(row + 7, height),
        )  # fmt: skip
        for tap in range(8):
            i = within(columns[t] + tap, width)
            for k in range(4):
                sums[k, U(8) * t + U(tap)] = limited8(
                    F(source[k, j0, i]), F(source[k, j1, i]), F(source[k, j2, i]), F(source[k, j3, i]),
                    F(source[k, j4, i]), F(source[k, j5, i]), F(source[k, j6, i]), F(source[k, j7, i]),
                    weights[0, t], weights[1, t], weights[2, t], weights[3, t],
                    weights[4, t], weights[5, t], weights[6, t], weights[7, t],
                )  # fmt: skip
