"""Samples of a picture at any places: places go in, interpolated pixels and means of several come out.

The picture is laid out anew, the four channels of a sample side by side, with a border of transparency, so that vectors
take a pixel's taps whole and no tap has to be looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.image.frame import Pixels
from reelwork.kernels.alpha import reciprocal
from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints
from reelwork.kernels.curves import bt1886_encode, srgb_encode
from reelwork.kernels.decorator import kernel
from reelwork.kernels.resample_affine import clear
from reelwork.kernels.taps import apart, limited2, mix4, weigh4
from reelwork.values import Display

F = np.float32
U = np.uint64
#: Samples of transparency around the picture: as far as taps reach from a place that shows any of it.
BORDER: Final = 2
#: At most so many samples along each side of a pixel.
MOST: Final = 16.0
# What a pixel may span, in pixels of the source, and still be interpolated at its centre alone.
_SLACK: Final = 1.25
# By how much single precision may make a span seem larger.
_NOISE: Final = 0.01
_BLOCK: Final = 64


def lay_out(pixels: Pixels) -> Floats:
    """Planes as ``float32[row, column, channel]`` with a border; without any samples where there are no pixels."""
    height, width = pixels.shape[1:]
    if not width or not height:
        return np.empty((0, 0, 4), np.float32)
    samples = np.zeros((height + 2 * BORDER, width + 2 * BORDER, 4), np.float32)
    _lay_out(pixels, samples)
    return samples


@kernel
def _lay_out(pixels: Floats, samples: Floats) -> None:
    for row in range(U(pixels.shape[1])):
        for column in range(U(pixels.shape[2])):
            for k in range(U(4)):
                samples[row + U(BORDER), column + U(BORDER), k] = pixels[k, row, column]


def encoded(pixels: Pixels, display: Display) -> Pixels:
    """Premultiplied display-encoded values of premultiplied light."""
    out = np.empty_like(pixels)
    if out.size:
        _encode(pixels, display == "srgb", out)
    return out


@kernel
def _encode(pixels: Floats, srgb: bool, out: Floats) -> None:
    for row in range(U(pixels.shape[1])):
        for column in range(U(pixels.shape[2])):
            alpha = pixels[3, row, column]
            by = reciprocal(alpha)
            out[3, row, column] = alpha
            for k in range(U(3)):
                straight = pixels[k, row, column] * by
                out[k, row, column] = (srgb_encode(straight) if srgb else bt1886_encode(straight)) * alpha


@kernel(slp=True)
def interpolate(samples: Floats, x0: Int, y0: Int, us: Doubles, vs: Doubles, out: Floats) -> None:
    """Fill ``out`` with the picture at places, one for each pixel.

    :param x0, y0: where the picture's first sample stands, in the coordinates of the places
    :param us, vs: ``[row, column]``
    """
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    columns, cover = np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.float32)
    beyond_u, beyond_v = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    across, down = np.empty((4, _BLOCK), np.float32), np.empty((4, _BLOCK), np.float32)
    sums, mixed = np.empty(16 * _BLOCK, np.float32), np.empty(4 * _BLOCK, np.float32)
    sum_places, mixed_places = np.arange(_BLOCK) * 16, np.arange(_BLOCK) * 4
    for row in range(out.shape[1]):
        for start in range(0, out.shape[2], _BLOCK):
            count = min(_BLOCK, out.shape[2] - start)
            for t in range(count):
                u, v = us[row, start + t] - x0 - 0.5, vs[row, start + t] - y0 - 0.5
                inside = _is_inside(u, v, width, height)
                u, v = u if inside else 0.0, v if inside else 0.0
                before_u, before_v = np.floor(u), np.floor(v)
                cover[t] = F(1.0) if inside else F(0.0)
                beyond_u[t], beyond_v[t] = F(u - before_u), F(v - before_v)
                columns[t] = pitch * (np.int64(before_v) + BORDER - 1) + 4 * (np.int64(before_u) + BORDER - 1)
            weigh4(beyond_u, count, False, across)
            weigh4(beyond_v, count, False, down)
            mix4(flat, columns, pitch, 16, down, 0, 0, count, sum_places, sums)
            mix4(sums, sum_places, 4, 4, across, 0, 0, count, mixed_places, mixed)
            apart(mixed, cover, 0, count, row, start, out)
            for t in range(count):
                if cover[t] == F(0.0):  # whatever stood in for it, a pixel without a number too
                    clear(out, row, start + t, start + t + 1)


@kernel
def spans(samples: Floats, x0: Int, y0: Int, us: Doubles, vs: Doubles, counts: Ints, totals: Ints) -> None:
    """Into how many parts pixels are split along x and along y, given the places of their corners.

    A pixel whose corners all lie beyond one side of the picture is not split.

    :param us, vs: ``[row, column]``, a row and a column more than there are pixels
    :param counts: filled: ``[axis, row, column]``; 0 for a pixel that is not split
    :param totals: filled: how many parts each row has
    """
    right_end, bottom_end = x0 + samples.shape[1] - 2 * BORDER + 0.5, y0 + samples.shape[0] - 2 * BORDER + 0.5
    for row in range(counts.shape[1]):
        total = 0
        for column in range(counts.shape[2]):
            counts[0, row, column] = counts[1, row, column] = 0
            if _are_beyond(us, row, column, x0 - 0.5, right_end) or _are_beyond(vs, row, column, y0 - 0.5, bottom_end):
                continue
            upper = _distance(us, vs, row, column, row, column + 1)
            lower = _distance(us, vs, row + 1, column, row + 1, column + 1)
            left = _distance(us, vs, row, column, row + 1, column)
            right = _distance(us, vs, row, column + 1, row + 1, column + 1)
            x, y = _parts(upper if upper > lower else lower), _parts(left if left > right else right)
            if x * y > 1:
                counts[0, row, column], counts[1, row, column] = x, y
                total += x * y
        totals[row] = total


@kernel
def split(counts: Ints, x0: Int, y0: Int, xs: Doubles, ys: Doubles) -> None:
    """The centres of the parts of all pixels that are split, in order."""
    at = 0
    for row in range(counts.shape[1]):
        for column in range(counts.shape[2]):
            across, down = counts[0, row, column], counts[1, row, column]
            for j in range(down):
                for i in range(across):
                    xs[at] = np.float64(x0 + column) + (i + 0.5) / across
                    ys[at] = np.float64(y0 + row) + (j + 0.5) / down
                    at += 1


@kernel(slp=True)
def average(
    samples: Floats, x0: Int, y0: Int, us: Doubles, vs: Doubles, counts: Ints, top: Int, out: Floats
) -> None:  # fmt: skip
    """Set those pixels of ``out`` that are split to the mean of their parts, whose places are in order.

    :param top: the first row of ``out`` that ``counts`` is about
    """
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    sums = np.empty(4, np.float32)
    at = 0
    for row in range(counts.shape[1]):
        for column in range(counts.shape[2]):
            count = counts[0, row, column] * counts[1, row, column]
            if count == 0:
                continue
            sums[:] = F(0.0)
            for part in range(at, at + count):
                u, v = us[part] - x0 - 0.5, vs[part] - y0 - 0.5
                if _is_inside(u, v, width, height):
                    _add(flat, pitch, u, v, sums)
            at += count
            for k in range(4):
                out[k, top + row, column] = sums[k] / F(count)


@kernel(slp=True)
def sample(samples: Floats, x0: Int, y0: Int, xs: Doubles, ys: Doubles, out: Floats) -> None:
    """Fill ``out[channel, point]`` with bilinear samples at points.

    The outermost pixels go on for a pixel beyond the picture: as far as the edges of what is read by it fade.
    """
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    found = np.empty(4, np.float32)
    for at in range(U(xs.shape[0])):
        found[:] = F(0.0)
        u, v = xs[at] - x0 - 0.5, ys[at] - y0 - 0.5
        if (u > -1.5) & (u < width + 0.5) & (v > -1.5) & (v < height + 0.5):
            _add(flat, pitch, min(max(u, 0.0), width - 1.0), min(max(v, 0.0), height - 1.0), found)
        for k in range(4):
            out[U(k), at] = found[k]


@kernel(slp=True, inline=True)
def _add(flat: Floats, pitch: Int, u: Float, v: Float, sums: Floats) -> None:
    """Add a bilinear sample."""
    before_u, before_v = np.floor(u), np.floor(v)
    across, down = F(u - before_u), F(v - before_v)
    p = U(pitch * (np.int64(before_v) + BORDER) + 4 * (np.int64(before_u) + BORDER))
    q = p + U(pitch)
    for k in range(U(4)):
        upper = limited2(flat[p + k], flat[p + U(4) + k], F(1.0) - across, across)
        lower = limited2(flat[q + k], flat[q + U(4) + k], F(1.0) - across, across)
        sums[k] += limited2(upper, lower, F(1.0) - down, down)


@kernel(inline=True)
def _is_inside(u: Float, v: Float, width: Int, height: Int) -> bool:
    """Whether a place shows any of the picture; one that is no number does not."""
    return bool((u > -1.0) & (u < width) & (v > -1.0) & (v < height))


@kernel(inline=True)
def _are_beyond(places: Doubles, row: Int, column: Int, low: Float, high: Float) -> bool:
    """Whether a pixel's corners all lie before ``low``, or all after ``high``, or are no numbers."""
    a, b = places[row, column], places[row, column + 1]
    c, d = places[row + 1, column], places[row + 1, column + 1]
    some_after = (a > low) | (b > low) | (c > low) | (d > low)
    some_before = (a < high) | (b < high) | (c < high) | (d < high)
    return bool(not (some_after & some_before))


@kernel(inline=True)
def _distance(us: Doubles, vs: Doubles, row: Int, column: Int, other_row: Int, other_column: Int) -> Float:
    u, v = us[other_row, other_column] - us[row, column], vs[other_row, other_column] - vs[row, column]
    return np.sqrt(u * u + v * v)


@kernel(inline=True)
def _parts(span: Float) -> Int:
    """Into how many parts a side is split; what is no number is torn."""
    return 1 if span <= _SLACK else np.int64(np.ceil(span - _NOISE)) if span < MOST else np.int64(MOST)
