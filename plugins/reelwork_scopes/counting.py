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
Ints = npt.NDArray[np.int64]

F = np.float32


@kernel(inline=True)
def _encoded(x: Any, bt1886: Any) -> Any:
    return bt1886_encode(x) if bt1886 else srgb_encode(x)


@kernel(inline=True)
def _mixed(matrix: Planes, channel: Any, r: Any, g: Any, b: Any) -> Any:
    return (
        matrix[channel, 0] * r + matrix[channel, 1] * g + matrix[channel, 2] * b
    ) + matrix[channel, 3]  # fmt: skip


@kernel(inline=True)
def _bin(value: Any, low: Any, high: Any, bins: Any) -> Any:
    """Which of the equal parts between two values one lies in; the first and the last have all beyond, too."""
    value = value if value > low else low
    value = value if value < high else high
    place = np.int64((value - low) / (high - low) * F(bins))
    return place if place < bins else bins - 1


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
    for row in range(y, y + height):
        for i in range(width):
            column = i * columns // width
            samples[column] += 1
            if light[3, row, x + i] > F(0.0):
                r = _encoded(light[0, row, x + i], bt1886)
                g = _encoded(light[1, row, x + i], bt1886)
                b = _encoded(light[2, row, x + i], bt1886)
                for channel in range(channels):
                    counts[channel, column, _bin(_mixed(matrix, channel, r, g, b), F(low), F(high), bins)] += 1


@kernel
def count_pairs(
    light: Planes, x: Any, y: Any, width: Any, height: Any, bt1886: Any, matrix: Planes, most: Any, counts: Ints
) -> None:
    """Add up how many pixels have which two values.

    :param matrix: of the two, the shares of red, green and blue, and what is added
    :param most: values from ``-most`` to ``most`` have places of their own
    :param counts: ``[second, first]``, the lowest values first
    """
    bins = len(counts)
    for row in range(y, y + height):
        for i in range(x, x + width):
            if light[3, row, i] > F(0.0):
                r = _encoded(light[0, row, i], bt1886)
                g = _encoded(light[1, row, i], bt1886)
                b = _encoded(light[2, row, i], bt1886)
                first = _bin(_mixed(matrix, 0, r, g, b), -F(most), F(most), bins)
                second = _bin(_mixed(matrix, 1, r, g, b), -F(most), F(most), bins)
                counts[second, first] += 1
