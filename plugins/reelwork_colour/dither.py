"""Dither: few levels, and noise in place of bands."""

from __future__ import annotations

from reelwork import Example, PointEffect, maths, param
from reelwork.kinds import Number


class Dither(PointEffect, name="dither", version=1):
    """Dither: rounds display-encoded values to so many bits, with noise that keeps their mean.

    The noise is triangular, of two levels' width, so that the error depends on no value (Lipshitz and others,
    "Quantization and dither", 1992). It stands still on the layer.

    >>> Dither(bits=8).uniforms()
    (255.0,)
    """

    cost = 30.0
    space = "display"
    positional = True
    keeps_alpha = True
    examples = (Example("one bit", {"bits": 1}), Example("three bits", {"bits": 3}))

    bits: int = param(8, kind=Number(integer=True, minimum=1, maximum=16), help="Bits of each channel that stay.")

    def uniforms(self) -> tuple[float, ...]:
        return (float((1 << self.bits) - 1),)

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, r: float, g: float, b: float, a: float, top: float
    ) -> tuple[float, float, float, float]:
        key = place(int(maths.floor(x)), int(maths.floor(y)))
        return rounded(r, top, noise(key)), rounded(g, top, noise(key + 1)), rounded(b, top, noise(key + 2)), a


def rounded(x: float, top: float, noise: float) -> float:
    """A value as one of ``top + 1`` levels; black and white, which need no help, stay."""
    level = min(max(maths.floor(x * top + noise + 0.5), 0.0), top) / top
    return level if 0.0 < x < 1.0 else min(max(x, 0.0), 1.0)


def place(x: int, y: int) -> int:
    """A number for a pixel."""
    return (x * 374761393 + y * 668265263) * 4


def noise(key: int) -> float:
    """From -1 to 1, most often near 0."""
    bits = maths.scrambled(key)
    return (float(bits & 0xFFFF) - float(bits >> 16)) * (1.0 / 65536.0)
