"""Resampling through any affine map: samples around each point go in, weighted along both axes of the source.

Coordinates are worked out in double precision from a pixel's absolute position, so that no pixel depends on where a
tile begins. Pixels are made in blocks. The samples that a block reads are laid out anew, the four channels of a sample
side by side, so that a vector takes a pixel's taps whole; what a block reads beyond the picture is laid out too, and no
tap has to be looked at. Then, in runs along a row: coordinates, weights, sums down the columns of samples, sums along
the rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.quad import between
from reelwork.kernels.taps import apart, mix2, mix4, weigh2, weigh4

F = np.float32
U = np.uint64
#: Width and height of a block: the samples that it needs stay in the second-level cache.
BLOCK: Final = 64
# How far beyond the picture a point may lie before it is drawn nearer: no covered pixel's does, but for those that span
# more of the picture than the halvings and the kernel can.
_REACH: Final = 1.0


@kernel(slp=True)
def resample_affine(
    source: Plane, unit: Float, x0: Int, y0: Int,
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float,
    box: Doubles, steep_u: Float, steep_v: Float,
    half: Int, linear: bool,
    out_x0: Int, out_y0: Int, out: Floats,
) -> None:  # fmt: skip
    """Fill ``out``, whose first pixel stands at ``out_x0, out_y0``.

    :param source: samples; floats, or codes of 16 bits
    :param unit: light of a sample of 1
    :param x0, y0: where the source's first sample stands, in the coordinates that the map leads to
    :param box: the source's edges in those coordinates, ``u0, v0, u1, v1``
    :param steep_u, steep_v: as in :func:`reelwork.kernels.quad.between`
    :param half: half the taps along each axis: 1 (linear interpolation's) or 2
    """
    us, vs = np.empty(BLOCK, np.float64), np.empty(BLOCK, np.float64)
    columns, rows = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    beyond_u, beyond_v = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    across, down = np.empty((2 * half, BLOCK), np.float32), np.empty((2 * half, BLOCK), np.float32)
    sums, mixed = np.empty(8 * half * BLOCK, np.float32), np.empty(4 * BLOCK, np.float32)
    sum_places, mixed_places = np.arange(BLOCK) * (8 * half), np.arange(BLOCK) * 4
    cover, samples = np.empty(BLOCK, np.float32), np.empty(0, np.float32)
    width, height = source.shape[2], source.shape[1]
    for top in range(0, out.shape[1], BLOCK):
        bottom = min(top + BLOCK, out.shape[1])
        for start in range(0, out.shape[2], BLOCK):
            count = min(BLOCK, out.shape[2] - start)
            # Places change steadily along rows and columns, rounded too, so that the corners' are the outermost.
            for corner in range(4):
                x = np.float64(out_x0 + (start if corner % 2 == 0 else start + count - 1)) + 0.5
                y = np.float64(out_y0 + (top if corner < 2 else bottom - 1)) + 0.5
                us[corner] = a * x + (c * y + e)
                vs[corner] = b * x + (d * y + f)
            inside, outside = _whereabouts(us, vs, box, steep_u, steep_v)
            if outside:
                for row in range(top, bottom):
                    clear(out, row, start, start + count)
                continue
            split_places(us, 4, x0, width, half, columns, beyond_u)
            split_places(vs, 4, y0, height, half, rows, beyond_v)
            (left, right), (upper, lower) = _extent(columns), _extent(rows)
            right, lower = right + 2 * half, lower + 2 * half
            pitch = 4 * (right - left)
            if len(samples) < pitch * (lower - upper):
                samples = np.empty(pitch * (lower - upper), np.float32)
            _lay_out(source, left, right, upper, lower, samples)
            cover[:] = unit
            for row in range(top, bottom):
                y = np.float64(out_y0 + row) + 0.5
                row_u, row_v = c * y + e, d * y + f
                for t in range(count):
                    x = np.float64(out_x0 + start + t) + 0.5
                    us[t] = a * x + row_u
                    vs[t] = b * x + row_v
                first, last = 0, count
                if not inside:
                    first, last = _covered(us, vs, count, box, steep_u, steep_v, unit, cover)
                    clear(out, row, start, start + first)
                    clear(out, row, start + last, start + count)
                    if first == last:
                        continue
                split_places(us, count, x0, width, half, columns, beyond_u)
                split_places(vs, count, y0, height, half, rows, beyond_v)
                for t in range(count):
                    columns[t] = 4 * (columns[t] - left) + pitch * (rows[t] - upper)
                if half == 1:
                    weigh2(beyond_u, count, across)
                    weigh2(beyond_v, count, down)
                    mix2(samples, columns, pitch, 8, down, 0, first, last, sum_places, sums)
                    mix2(sums, sum_places, 4, 4, across, 0, first, last, mixed_places, mixed)
                else:
                    weigh4(beyond_u, count, linear, across)
                    weigh4(beyond_v, count, linear, down)
                    mix4(samples, columns, pitch, 16, down, 0, first, last, sum_places, sums)
                    mix4(sums, sum_places, 4, 4, across, 0, first, last, mixed_places, mixed)
                apart(mixed, cover, first, last, row, start, out)


@kernel
def _whereabouts(us: Doubles, vs: Doubles, box: Doubles, steep_u: Float, steep_v: Float) -> tuple[bool, bool]:
    """Whether a block, given its four corners' places, lies wholly inside the source's box; and wholly outside."""
    (low_u, high_u), (low_v, high_v) = _extent(us), _extent(vs)
    margin_u, margin_v = 0.5 / steep_u, 0.5 / steep_v
    outside = (
        high_u <= box[0] - margin_u or low_u >= box[2] + margin_u
        or high_v <= box[1] - margin_v or low_v >= box[3] + margin_v
    )  # fmt: skip
    least = 1.0
    for corner in range(4):  # where coverage is whole is convex
        least *= between(us[corner], box[0], box[2], steep_u) * between(vs[corner], box[1], box[3], steep_v)
    return least == 1.0, outside


@kernel
def _extent(places: Doubles | Ints) -> tuple[Float, Float]:
    """The least and the greatest of a block's four corners."""
    low = high = places[0]
    for corner in range(1, 4):
        low = places[corner] if places[corner] < low else low
        high = places[corner] if places[corner] > high else high
    return low, high


@kernel
def _covered(
    us: Doubles, vs: Doubles, count: Int, box: Doubles, steep_u: Float, steep_v: Float, unit: Float, cover: Floats
) -> tuple[Int, Int]:
    """Fill in a run's coverage by the source's box, times ``unit``; which pixels have any, first to beyond the last."""
    for t in range(count):
        covered = between(us[t], box[0], box[2], steep_u) * between(vs[t], box[1], box[3], steep_v)
        cover[t] = F(covered) * unit
    first, last = 0, count
    while first < last and cover[first] == F(0.0):
        first += 1
    while last > first and cover[last - 1] == F(0.0):
        last -= 1
    return first, last


@kernel
def clear(out: Floats, row: Int, first: Int, last: Int) -> None:
    """Make part of a row transparent."""
    for k in range(4):
        for column in range(first, last):
            out[k, U(row), U(column)] = F(0.0)


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
def within(index: Int, size: Int) -> Int:
    """The index of the sample that stands for one that may lie outside."""
    index = index if index > 0 else 0
    return U(index if index < size else size - 1)


@kernel
def _lay_out(source: Plane, left: Int, right: Int, upper: Int, lower: Int, samples: Floats) -> None:
    """Fill ``samples`` with a box of the source, sample by sample; beyond the picture, the edge's stand for them."""
    width, height = source.shape[2], source.shape[1]
    first, last = min(max(left, 0), right), max(min(right, width), left)
    at = U(0)
    for j in range(lower - upper):
        row = within(upper + j, height)
        for _ in range(left, first):
            _side_by_side(source, row, U(0), at, samples)
            at += U(4)
        for i in range(U(max(0, last - first))):
            _side_by_side(source, row, U(first) + i, at + U(4) * i, samples)
        at += U(4) * U(max(0, last - first))
        for _ in range(max(last, first), right):
            _side_by_side(source, row, U(width - 1), at, samples)
            at += U(4)


@kernel(inline=True)
def _side_by_side(source: Plane, row: Int, column: Int, at: Int, samples: Floats) -> None:
    """Set the four channels of a sample."""
    red, green = source[0, row, column], source[1, row, column]
    blue, alpha = source[2, row, column], source[3, row, column]
    samples[at] = F(red)
    samples[at + U(1)] = F(green)
    samples[at + U(2)] = F(blue)
    samples[at + U(3)] = F(alpha)
