"""Looking things up in tables: an array and numbers go in, what stands between its entries comes out.

Tables are flat: the channels of curves stand one after the other, the corners of a cube blue first, then green, then
red. The functions are plain Python, in double precision; kernels have them in single precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import frexp
from typing import Final

from reelwork.maths import floor

__all__ = ["by_half", "interpolated", "tetrahedral"]

#: The last finite half-precision number, and where it stands.
LARGEST: Final = 65504.0
LAST: Final = 31743
#: The smallest one with ten bits after the first.
SMALLEST: Final = 6.103515625e-05


def interpolated(table: Sequence[float], first: float, size: float, x: float) -> float:
    """The value of a curve of ``size`` entries from ``first`` on, evenly spaced from 0 to 1, straight between them;
    held beyond its ends.

    >>> interpolated((0.0, 10.0, 40.0), 0.0, 3.0, 0.75)
    25.0
    """
    place = min(max(x, 0.0), 1.0) * (size - 1.0)
    below = min(floor(place), size - 2.0)
    t = place - below
    i = int(first + below)
    return table[i] * (1.0 - t) + table[i + 1] * t


def by_half(table: Sequence[float], first: float, x: float) -> float:
    """The value of a curve with an entry for each half-precision number (IEEE 754 binary16), in the order of their bits
    from ``first`` on; straight between them, and held beyond the largest.

    Such a table is fine near 0 and coarse far from it, as light is seen: ten bits between a number and its double.
    """
    size = min(abs(x), LARGEST)
    fraction, exponent = frexp(size)
    place = size * 16777216.0 if size < SMALLEST else (exponent + 13.0 + 2.0 * fraction) * 1024.0
    below = min(floor(place), LAST - 1.0)
    t = place - below
    i = int(first + below) + (0 if x >= 0.0 else 32768)
    return table[i] * (1.0 - t) + table[i + 1] * t


def tetrahedral(table: Sequence[float], size: float, r: float, g: float, b: float) -> tuple[float, float, float]:
    """The colour in a cube of ``size`` colours along each side, from 0 to 1, between the four corners of the
    tetrahedron around a colour; held at the cube's faces.

    A tetrahedron has black's and white's corner of the small cube around the colour and two more, by which channel is
    farthest from black's and which is nearest (Kasson, Nin, Plouffe and Hafner, 1995).
    """
    last = size - 1.0
    red, green, blue = min(max(r, 0.0), 1.0) * last, min(max(g, 0.0), 1.0) * last, min(max(b, 0.0), 1.0) * last
    i, j, k = min(floor(red), last - 1.0), min(floor(green), last - 1.0), min(floor(blue), last - 1.0)
    steps = sorted(((blue - k, 3.0), (green - j, 3.0 * size), (red - i, 3.0 * size * size)), reverse=True)
    place = ((i * size + j) * size + k) * 3.0
    corner, before, found = place, 1.0, [0.0, 0.0, 0.0]
    for step, stride in (*steps, (0.0, 0.0)):
        found = [value + table[int(corner) + n] * (before - step) for n, value in enumerate(found)]
        corner, before = corner + stride, step
    return found[0], found[1], found[2]
