"""What several effects do to a colour, in scene-linear light: matrices, powers, saturation."""

from __future__ import annotations

from reelwork import maths


def mixed(r: float, g: float, b: float, a: float, *matrix: float) -> tuple[float, float, float, float]:
    """A pixel's colour by a matrix, nine numbers row by row."""
    return (
        r * matrix[0] + g * matrix[1] + b * matrix[2],
        r * matrix[3] + g * matrix[4] + b * matrix[5],
        r * matrix[6] + g * matrix[7] + b * matrix[8],
        a,
    )


def raised(x: float, exponent: float) -> float:
    """A power, no more than what half-precision floats hold; what is not above black stays."""
    return min(maths.power(x, exponent), 65504.0) if x > 0.0 and exponent != 1.0 else x


def saturated(r: float, g: float, b: float, saturation: float) -> tuple[float, float, float]:
    """Every channel's distance from the luminance, multiplied."""
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    kept = saturation == 1.0
    return (
        r if kept else y + (r - y) * saturation,
        g if kept else y + (g - y) * saturation,
        b if kept else y + (b - y) * saturation,
    )
