"""Counting: light goes in, how many pixels have which value comes out, in whole numbers.

Values are display-encoded. What is transparent is not counted; what is partly transparent counts as over black. What
is no number counts as the lowest value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel
from reelwork.kernels.curves import bt1886_encode, srgb_encode

Planes = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

F = np.float32
U = np.uint64


@kernel
def _encode(light: Planes, bt1886: Any, out: Planes) -> None:
    """A line of light, display-encoded."""
    if bt1886:
        for t in range(U(len(out))):
            out[t] = bt1886_encode(light[t])
    else:
        for t in range(U(len(out))):
            out[t] = srgb_encode(light[t])


@kernel
def _places(encoded: Planes, mix: Planes, low: Any, high: Any, bins: Any, out: Ints) -> None:
    """In which of the equal parts between two values those of a line lie; in the first and the last is all beyond.

    :param encoded: the line's red, green and blue
    :param mix: the shares of the three, and what is added
    """
    red, green, blue, more = mix[0], mix[1], mix[2], mix[3]
    low, span, last = F(low), F(bins) / (F(high) - F(low)), F(bins - 1)
    for t in range(U(len(out))):
        place = ((red * encoded[0, t] + green * encoded[1, t] + blue * encoded[2, t]) + more - low) * span
        place = place if place > F(0.0) else F(0.0)
        place = place if place < last else last
        out[t] = np.int32(place)


@kernel
def count_columns(
    light: Planes, x: Any, y: Any, width: Any, height: Any, bt1886: Any, matrix: Planes, low: Any, high: Any,
    counts: Ints, samples: Ints,
) -> None:  # fmt: skip
    """Add up how many pixels of each part of a picture's width have which value.

    :param x, y, width, height: the part of ``light`` that is the picture
    :param matrix: of each channel, the shares of red, green and blue, and what is added
    :param low, high: the first and the last value that have rows of their own
    :param counts: ``[channel, column, row]``, the lowest value first
    :param samples: how many pixels belong to each column
    """
    channels, columns, bins = counts.shape
    encoded, places = np.empty((3, width), np.float32), np.empty(width, np.int32)
    for row in range(y, y + height):
        for c in range(3):
            _encode(light[c, row, x : x + width], bt1886, encoded[c])
        for channel in range(channels):
            _places(encoded, matrix[channel], low, high, bins, places)
            for t in range(width):
                if light[3, row, x + t] > F(0.0):
                    counts[channel, t * columns // width, places[t]] += 1
    for t in range(width):
        samples[t * columns // width] += height


@kernel
def count_pairs(
    light: Planes, x: Any, y: Any, width: Any, height: Any, bt1886: Any, matrix: Planes, most: Any, counts: Ints
) -> None:
    """Add up how many pixels have which two values.

    :param matrix: of the two, the shares of red, green and blue, and what is added
    :param most: values from ``-most`` to ``most`` have places of their own
    :param counts: ``[second, first]``, the lowest values first
    """
    encoded = np.empty((3, width), np.float32)
    first, second = np.empty(width, np.int32), np.empty(width, np.int32)
    for row in range(y, y + height):
        for c in range(3):
            _encode(light[c, row, x : x + width], bt1886, encoded[c])
        _places(encoded, matrix[0], -most, most, len(counts), first)
        _places(encoded, matrix[1], -most, most, len(counts), second)
        for t in range(width):
            if light[3, row, x + t] > F(0.0):
                counts[second[t], first[t]] += 1
