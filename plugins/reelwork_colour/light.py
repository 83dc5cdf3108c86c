"""What several effects do to a colour: matrices, powers, saturation; how bright it is; smooth steps."""

from __future__ import annotations

from typing import Final

from reelwork import maths

#: The most light that a power makes: what half-precision floats hold, so that no number overflows further on.
MOST: Final = 65504.0
#: The most light that any number makes of light: a thousandth of the largest float, so that sums of it are floats too.
LARGEST: Final = 1e36


def mixed(r: float, g: float, b: float, a: float, *matrix: float) -> tuple[float, float, float, float]:
    """A pixel's colour by a matrix, nine numbers row by row."""
    r, g, b = held(r), held(g), held(b)
    return (
        r * matrix[0] + g * matrix[1] + b * matrix[2],
        r * matrix[3] + g * matrix[4] + b * matrix[5],
        r * matrix[6] + g * matrix[7] + b * matrix[8],
        a,
    )


def raised(x: float, exponent: float) -> float:
    """A power, no more than the most light; what is not above black stays."""
    return min(maths.power(x, exponent), MOST) if x > 0.0 and exponent != 1.0 else x


def held(x: float) -> float:
    """Light as it is, or the most of it."""
    return min(max(x, -LARGEST), LARGEST)


def saturated(r: float, g: float, b: float, saturation: float) -> tuple[float, float, float]:
    """Every channel's distance from the luminance, multiplied."""
    y = luminance(r, g, b)
    kept = saturation == 1.0
    return (
        r if kept else y + (r - y) * saturation,
        g if kept else y + (g - y) * saturation,
        b if kept else y + (b - y) * saturation,
    )


def luminance(r: float, g: float, b: float) -> float:
    """Rec.709's, of light; its luma, of display-encoded values."""
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def brightness(r: float, g: float, b: float) -> float:
    """That of W3C's blend modes, of display-encoded values."""
    return 0.3 * r + 0.59 * g + 0.11 * b


def smooth(x: float) -> float:
    """A smooth step: 0 up to 0, 1 from 1 on."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)
