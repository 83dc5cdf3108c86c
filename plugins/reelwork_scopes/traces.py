"""Traces: counts go in, what a scope's screen shows of them comes out as light."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel
from reelwork.kernels.curves import bt1886_decode, exp, srgb_decode

Planes = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

F = np.float32
U = np.uint64
# How many steps 8-bit video has from black to white; the beam is as wide, so that they do not show as stripes.
_STEPS: Final = 219.0


def beam(pixels: float, span: float, steps: float = 1.0) -> Planes:
    """Weights, which sum to 1, of pixels around each along a scale: a tent.

    :param pixels: of the whole scale
    :param span: which values it shows, 1 from black to white
    :param steps: to each side, it has so many steps of 8-bit video
    """
    half = max(1.0, steps * pixels / (span * _STEPS))
    whole = math.floor(half)
    weights = [max(0.0, half - abs(k)) for k in range(-whole, whole + 1)]
    total = math.fsum(weights)
    return np.array([weight / total for weight in weights], np.float32)


@kernel
def _shine(line: Planes, bt1886: Any) -> None:
    """Turn display-encoded values of a line, at most 1, into light."""
    if bt1886:
        for t in range(U(len(line))):
            line[t] = bt1886_decode(line[t] if line[t] < F(1.0) else F(1.0))
    else:
        for t in range(U(len(line))):
            line[t] = srgb_decode(line[t] if line[t] < F(1.0) else F(1.0))


@kernel
def _swept(shares: Planes, beam: Planes, place: Any, x: Any, gain: Any, line: Planes) -> None:
    """How bright each pixel of a line is where the beam draws out the rows around a place: at first in proportion to
    what falls on it, at last not more than 1."""
    half = len(beam) // 2
    for t in range(U(len(line))):
        line[t] = F(0.0)
    for k in range(max(0, place - half), min(len(shares), place + half + 1)):
        weight = beam[k - place + half]
        for t in range(U(len(line))):
            line[t] += weight * shares[k, U(x) + t]
    for t in range(U(len(line))):
        line[t] = F(1.0) - exp(-F(gain) * line[t])


@kernel
def paint_columns(
    shares: Planes, beam: Planes, gain: Any, colours: Planes, ground: Planes, bt1886: Any, x: Any, y: Any, out: Planes
) -> None:
    """Fill ``out`` with the trace of a waveform.

    :param shares: ``[channel, row, column]``, the lowest value first, of each pixel of the screen how many of its
        column's pixels have its value, 1 where they are spread evenly over all
    :param beam: weights of as many rows around each
    :param gain: how bright an even spread is
    :param colours: of each channel, display-encoded red, green and blue
    :param ground: the screen's own display-encoded colour
    :param x, y: where the first pixel of ``out`` lies on the screen
    """
    channels, line = len(shares), np.empty(out.shape[2], np.float32)
    for row in range(out.shape[1]):
        for c in range(3):
            out[c, row] = ground[c]
        for channel in range(channels):
            _swept(shares[channel], beam, shares.shape[1] - 1 - (y + row), x, gain, line)
            for c in range(U(3)):
                colour = colours[channel, c]
                for t in range(U(len(line))):
                    out[c, U(row), t] += colour * line[t]
        for c in range(3):
            _shine(out[c, row], bt1886)
        out[3, row] = F(1.0)


@kernel
def paint_pairs(
    shares: Planes, beam: Planes, gain: Any, tints: Planes, ground: Planes, bt1886: Any, x: Any, y: Any, out: Planes
) -> None:
    """Fill ``out`` with the trace of a vectorscope.

    :param shares: ``[second, first]``, the lowest values first, drawn out along the first by the beam already; 1 where
        values are spread evenly over the whole screen
    :param gain: how bright an even spread is
    :param tints: how red, green and blue the trace is: of each, what it has in the middle, and what it gains to the
        right and upwards, at the edge of the screen
    """
    bins, line = len(shares), np.empty(out.shape[2], np.float32)
    for row in range(out.shape[1]):
        place = bins - 1 - (y + row)
        up = F(2 * place + 1 - bins) / F(bins)
        _swept(shares, beam, place, x, gain, line)
        for c in range(3):
            for t in range(len(line)):
                along = F(2 * (x + t) + 1 - bins) / F(bins)
                tint = tints[c, 0] + tints[c, 1] * along + tints[c, 2] * up
                tint = tint if tint > F(0.1) else F(0.1)
                tint = tint if tint < F(1.0) else F(1.0)
                out[c, row, t] = ground[c] + line[t] * tint
            _shine(out[c, row], bt1886)
        out[3, row] = F(1.0)


@kernel
def paint_areas(
    heights: Planes,
    colours: Planes,
    line: Any,
    thickness: Any,
    ground: Planes,
    bt1886: Any,
    x: Any,
    y: Any,
    out: Planes,
) -> None:
    """Fill ``out`` with areas that are added to each other, and the last of them as a line.

    :param heights: ``[channel, column]``, of each how high its area is, pixels from the lowest row's bottom
    :param colours: of each, display-encoded red, green and blue
    :param line: whether the last one is a line
    :param y: how many rows lie between the bottom of the screen and that of the first row of ``out``
    """
    channels, columns = heights.shape
    for row in range(out.shape[1]):
        bottom = F(y - row)
        for t in range(out.shape[2]):
            for c in range(3):
                out[c, row, t] = ground[c]
            for channel in range(channels):
                here = heights[channel, x + t]
                cover = here - bottom
                if line and channel == channels - 1:
                    after = heights[channel, min(x + t + 1, columns - 1)]
                    high, low = max(here, after) + F(thickness), min(here, after)
                    cover = min(high, bottom + F(1.0)) - max(low, bottom)
                cover = cover if cover > F(0.0) else F(0.0)
                cover = cover if cover < F(1.0) else F(1.0)
                for c in range(3):
                    out[c, row, t] += cover * colours[channel, c]
        for c in range(3):
            _shine(out[c, row], bt1886)
        out[3, row] = F(1.0)


@kernel
def drawn_out(counts: Ints, weights: Planes, share: Any) -> Planes:
    """Counts, ``[row, column]``, times a share and spread along the columns by a beam."""
    rows, bins, half = counts.shape[0], counts.shape[1], len(weights) // 2
    out = np.empty((rows, bins), np.float32)
    for row in range(rows):
        for place in range(bins):
            total = F(0.0)
            for k in range(max(0, place - half), min(bins, place + half + 1)):
                total += weights[k - place + half] * F(counts[row, k])
            out[row, place] = total * F(share)
    return out


@kernel
def lay_out(shares: Planes, height: Any, out: Planes) -> None:
    """Heights of a curve over the columns of a screen, from its values in the middle of equal parts of it.

    A column's height is the mean of 16 places in it.
    """
    bins, columns = shares.shape[1], out.shape[1]
    for row in range(len(out)):
        for column in range(columns):
            total = F(0.0)
            for part in range(16):
                place = (np.float64(16 * column + part) + 0.5) / np.float64(16 * columns) * bins - 0.5
                place = min(max(place, 0.0), np.float64(bins - 1))
                before = min(np.int64(place), bins - 2)
                along = F(place - before)
                total += shares[row, before] * (F(1.0) - along) + shares[row, before + 1] * along
            out[row, column] = total * F(0.0625) * F(height)
