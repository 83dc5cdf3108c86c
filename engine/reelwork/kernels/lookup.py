"""The functions of :mod:`reelwork.tables` in single precision, without branches: loops over them become vector code."""

from __future__ import annotations

from typing import Any

import numpy as np

from reelwork import maths
from reelwork.kernels.bits import bits_of
from reelwork.kernels.decorator import kernel

# To mypy, numpy's numbers do not mix with Python's; to numba they do.
float32: Any = np.float32
int32: Any = np.int32
uint32: Any = np.uint32
uintp: Any = np.uintp

_1 = uintp(1)
_2 = uintp(2)
_INDEX_BITS = int32(0x3FFFFFFF)
# The bits by which a float32 is finer than a half, and what the exponents of the two differ by.
_FINER_BITS = int32(13)
_FINER_MASK = int32(0x1FFF)
_REBIASED = int32(112 << 10)


@kernel(inline=True)
def interpolated(table: Any, first: Any, size: Any, x: Any) -> Any:
    """A curve of evenly spaced entries."""
    last = size - float32(1.0)
    place = _within(x) * last
    below = _below(place, last)
    t = place - below
    i = _place(first + below)
    return table[i] * (float32(1.0) - t) + table[i + _1] * t


@kernel(inline=True)
def by_half(table: Any, first: Any, x: Any) -> Any:
    """A curve with an entry for each half-precision number."""
    size = float32(abs(x))
    size = size if size < float32(65504.0) else float32(65504.0)
    bits = bits_of(size)
    small = size * float32(16777216.0)
    whole = maths.floor(small)
    normal = size >= float32(6.103515625e-05)
    index = int32(int32(bits >> _FINER_BITS) - _REBIASED)
    below = float32(index) if normal else whole
    t = float32(int32(bits & _FINER_MASK)) * float32(1.0 / 8192.0) if normal else small - whole
    at_end = below > float32(31742.0)
    below = float32(31742.0) if at_end else below
    t = float32(1.0) if at_end else t
    below = below if x >= float32(0.0) else below + float32(32768.0)
    i = _place(float32(first) + below)
    return table[i] * (float32(1.0) - t) + table[i + _1] * t


@kernel(inline=True)
def tetrahedral(table: Any, size: Any, r: Any, g: Any, b: Any) -> Any:
    """A cube of colours."""
    last = size - float32(1.0)
    red, green, blue = _within(r) * last, _within(g) * last, _within(b) * last
    i, j, k = _below(red, last), _below(green, last), _below(blue, last)
    x, y, z = red - i, green - j, blue - k
    most, least = max(x, max(y, z)), min(x, min(y, z))
    middle = max(min(x, y), min(max(x, y), z))
    blues = float32(3.0)
    greens = blues * size
    reds = greens * size
    farthest = reds if x >= max(y, z) else (greens if y >= z else blues)
    nearest = blues if z <= min(x, y) else (greens if y <= x else reds)
    black = i * reds + j * greens + k * blues
    white = black + (reds + greens + blues)
    p, q, s, t = _place(black), _place(black + farthest), _place(white - nearest), _place(white)
    u, v, w = float32(1.0) - most, most - middle, middle - least
    return (
        table[p] * u + table[q] * v + table[s] * w + table[t] * least,
        table[p + _1] * u + table[q + _1] * v + table[s + _1] * w + table[t + _1] * least,
        table[p + _2] * u + table[q + _2] * v + table[s + _2] * w + table[t + _2] * least,
    )


@kernel(inline=True)
def _place(whole: Any) -> Any:
    """The index that a float holds; the compiler sees that it is below 2 ** 30, and gathers by 32 bits."""
    return uintp(uint32(int32(whole) & _INDEX_BITS))


@kernel(inline=True)
def _within(x: Any) -> Any:
    """Between 0 and 1; 0 for what is no number."""
    above = x if x > float32(0.0) else float32(0.0)
    return above if above < float32(1.0) else float32(1.0)


@kernel(inline=True)
def _below(place: Any, last: Any) -> Any:
    """The entry below a place, never the last one."""
    whole = maths.floor(place)
    before = last - float32(1.0)
    return whole if whole < before else before
