"""Samples of a picture at any places: places go in, interpolated pixels and means of several come out.

The picture is laid out anew, the four channels of a sample side by side, with a border of transparency, so that vectors
take a pixel's taps whole and no tap has to be looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.image.frame import Pixels
from reelwork.kernels.alpha import held, reciprocal
from reelwork.kernels.arrays import Bytes, Doubles, Float, Floats, Int, Ints
from reelwork.kernels.curves import bt1886_encode, srgb_encode
from reelwork.kernels.decorator import kernel
from reelwork.kernels.resample_affine import clear
from reelwork.kernels.taps import mix2, mix4, weigh2, weigh4
from reelwork.values import Display

F = np.float32
U = np.uint64
#: Samples of transparency around the picture: as far as taps reach from a place that shows any of it.
BORDER: Final = 2
_BLOCK: Final = 64
#: A power of two, by which samples are multiplied so that sums of the most that there are of a pixel are floats.
_PART: Final = F(2.0**-16)


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
def interpolate(
    samples: Floats, x0: Int, y0: Int, us: Doubles, vs: Doubles, counts: Bytes, top: Int, out: Floats
) -> None:  # fmt: skip
    """Fill rows of ``out`` with the picture at the places of pixels; those that are split become transparent.

    :param x0, y0: where the picture's first sample stands, in the coordinates of the places
    :param us, vs: ``[row, column]``, a row and a column more on each side than there are pixels
    :param counts: ``[axis, row, column]``, 0 for a pixel that is not split
    :param top: the first of the rows
    """
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    places, targets = np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.int64)
    beyond_u, beyond_v = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    across, down = np.empty((4, _BLOCK), np.float32), np.empty((4, _BLOCK), np.float32)
    sums, mixed = np.empty(16 * _BLOCK, np.float32), np.empty(4 * _BLOCK, np.float32)
    sum_places, mixed_places = np.arange(_BLOCK) * 16, np.arange(_BLOCK) * 4
    for row in range(U(counts.shape[1])):
        for start in range(0, counts.shape[2], _BLOCK):
            last = min(start + _BLOCK, counts.shape[2])
            clear(out, top + row, start, last)
            count = U(0)
            for column in range(U(start), U(last)):
                u, v = us[row + U(1), column + U(1)] - x0 - 0.5, vs[row + U(1), column + U(1)] - y0 - 0.5
                if (counts[U(0), row, column] == 0) & _is_inside(u, v, width, height):
                    before_u, before_v = np.floor(u), np.floor(v)
                    beyond_u[count], beyond_v[count] = F(u - before_u), F(v - before_v)
                    places[count] = pitch * (np.int64(before_v) + BORDER - 1) + 4 * (np.int64(before_u) + BORDER - 1)
                    targets[count] = column
                    count += U(1)
            weigh4(beyond_u, count, False, across)
            weigh4(beyond_v, count, False, down)
            mix4(flat, places, pitch, 16, down, 0, 0, count, sum_places, sums)
            mix4(sums, sum_places, 4, 4, across, 0, 0, count, mixed_places, mixed)
            for t in range(count):
                for k in range(U(4)):
                    out[k, U(top) + row, U(targets[t])] = mixed[t * U(4) + k]


@kernel(slp=True)
def average(
    samples: Floats, x0: Int, y0: Int, us: Doubles, vs: Doubles, counts: Bytes, top: Int, out: Floats
) -> None:  # fmt: skip
    """Set those pixels of ``out`` that are split to the mean of their parts, whose places are in order.

    :param top: the first row of ``out`` that ``counts`` is about
    """
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    places = np.empty(_BLOCK, np.int64)
    beyond_u, beyond_v = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    pair_places, mixed_places = np.arange(_BLOCK) * 8, np.arange(_BLOCK) * 4
    across, down = np.empty((2, _BLOCK), np.float32), np.empty((2, _BLOCK), np.float32)
    pairs = np.empty(8 * _BLOCK, np.float32)
    mixed, sums = np.empty(4 * _BLOCK, np.float32), np.empty(4, np.float32)
    begun, at = 0, _BLOCK
    for row in range(U(counts.shape[1])):
        for column in range(U(counts.shape[2])):
            count = np.int64(counts[U(0), row, column]) * np.int64(counts[U(1), row, column])
            if count == 0:
                continue
            sums[:] = F(0.0)
            for _ in range(count):
                if at == _BLOCK:
                    several = min(_BLOCK, us.shape[0] - begun)
                    for t in range(U(several)):
                        u, v = us[U(begun) + t] - x0 - 0.5, vs[U(begun) + t] - y0 - 0.5
                        _place_taps(u, v, _is_inside(u, v, width, height), pitch, t, places, beyond_u, beyond_v)
                    _bilinear(
                        flat,
                        pitch,
                        several,
                        places,
                        beyond_u,
                        beyond_v,
                        across,
                        down,
                        pair_places,
                        pairs,
                        mixed_places,
                        mixed,
                    )
                    begun, at = begun + several, 0
                for k in range(U(4)):
                    sums[k] += mixed[U(4) * U(at) + k] * _PART
                at += 1
            for k in range(U(4)):
                out[k, U(top) + row, column] = held(sums[k] / (F(count) * _PART), sums[k])


@kernel(slp=True)
def sample(samples: Floats, x0: Int, y0: Int, xs: Doubles, ys: Doubles, out: Floats) -> None:
    """Fill ``out[channel, point]`` with bilinear samples at points.

    The outermost pixels go on for a pixel beyond the picture: as far as the edges of what is read by it fade.
    """
    width, height = samples.shape[1] - 2 * BORDER, samples.shape[0] - 2 * BORDER
    flat, pitch = samples.reshape(-1), 4 * samples.shape[1]
    if width < 1 or height < 1:
        out[:] = F(0.0)
        return
    places = np.empty(_BLOCK, np.int64)
    beyond_u, beyond_v = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    pair_places, mixed_places = np.arange(_BLOCK) * 8, np.arange(_BLOCK) * 4
    across, down = np.empty((2, _BLOCK), np.float32), np.empty((2, _BLOCK), np.float32)
    pairs = np.empty(8 * _BLOCK, np.float32)
    mixed = np.empty(4 * _BLOCK, np.float32)
    for begun in range(0, xs.shape[0], _BLOCK):
        several = min(_BLOCK, xs.shape[0] - begun)
        for t in range(U(several)):
            u, v = xs[U(begun) + t] - x0 - 0.5, ys[U(begun) + t] - y0 - 0.5
            shown = (u > -1.5) & (u < width + 0.5) & (v > -1.5) & (v < height + 0.5)
            u, v = min(max(u, 0.0), width - 1.0), min(max(v, 0.0), height - 1.0)
            _place_taps(u, v, shown, pitch, t, places, beyond_u, beyond_v)
        _bilinear(
            flat, pitch, several, places, beyond_u, beyond_v, across, down, pair_places, pairs, mixed_places, mixed
        )
        for t in range(U(several)):
            for k in range(U(4)):
                out[k, U(begun) + t] = mixed[U(4) * t + k]


@kernel
def sample_centres(pixels: Floats, x0: Int, y0: Int, columns: Int, out: Floats) -> None:
    """Fill ``out[channel, point]`` with what :func:`sample` gives at the centres of pixels, row by row.

    :param pixels: the picture as it is, ``[channel, row, column]``
    :param x0, y0: at which of its pixels the first point stands
    :param columns: how many points a row has
    """
    height, width = pixels.shape[1:]
    for row in range(out.shape[1] // columns):
        i = y0 + row
        # where columns lie on the picture, or a pixel beyond it
        first, last = min(max(-1 - x0, 0), columns), min(max(width + 1 - x0, 0), columns)
        if (i < -1) | (i > height) | (first >= last) | (width * height == 0):
            first = last = columns
        for k in range(4):
            to = out[k, row * columns : (row + 1) * columns]
            to[:first] = F(0.0)
            to[last:] = F(0.0)
            if first < last:
                line = pixels[k, min(max(i, 0), height - 1)]
                for column in range(U(max(first, -x0)), U(min(last, width - x0))):
                    to[column] = line[column + U(x0)]
                if x0 + first < 0:
                    to[first] = line[0]
                if x0 + last > width:
                    to[last - 1] = line[width - 1]


@kernel(inline=True)
def _place_taps(
    u: Float, v: Float, shown: bool, pitch: Int, t: Int, places: Ints, beyond_u: Floats, beyond_v: Floats
) -> None:
    """Where the first of a sample's two by two taps lies, and how far beyond that it is.

    :param shown: whether it shows anything; else its taps are some of the border
    """
    u, v = u if shown else -np.float64(BORDER), v if shown else -np.float64(BORDER)
    before_u, before_v = np.floor(u), np.floor(v)
    beyond_u[t], beyond_v[t] = F(u - before_u), F(v - before_v)
    places[t] = pitch * (np.int64(before_v) + BORDER) + 4 * (np.int64(before_u) + BORDER)


@kernel(slp=True, inline=True)
def _bilinear(
    flat: Floats, pitch: Int, count: Int, places: Ints, beyond_u: Floats, beyond_v: Floats,
    across: Floats, down: Floats, pair_places: Ints, pairs: Floats, mixed_places: Ints, mixed: Floats,
) -> None:  # fmt: skip
    """Fill ``mixed`` with so many bilinear samples, their channels side by side.

    :param pair_places, mixed_places: where in ``pairs`` and in ``mixed`` each sample's begin
    """
    weigh2(beyond_u, count, across)
    weigh2(beyond_v, count, down)
    mix2(flat, places, pitch, 8, down, 0, 0, count, pair_places, pairs)
    mix2(pairs, pair_places, 4, 4, across, 0, 0, count, mixed_places, mixed)


@kernel(inline=True)
def _is_inside(u: Float, v: Float, width: Int, height: Int) -> bool:
    """Whether a place shows any of the picture; one that is no number does not."""
    return bool((u > -1.0) & (u < width) & (v > -1.0) & (v < height))
