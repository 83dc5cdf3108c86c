"""White balance: a shift in mireds goes in, gains of linear red, green and blue come out."""

from __future__ import annotations

from typing import Final

#: The colour temperature of the white of Rec.709, kelvin.
_D65: Final = 6504.0
#: From CIE XYZ to linear Rec.709 (IEC 61966-2-1).
_TO_RGB: Final = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)


def temperature_gains(mireds: float) -> tuple[float, float, float]:
    """What red, green and blue are multiplied by so that white becomes warmer by so many mireds (colder below 0).

    White moves along the Planckian locus, as behind a photographer's filter (an 85 is +112, an 82A -21), and keeps its
    luminance. The locus is the cubic fit of Kim et al. (US patent 7024034, 2002), valid from 1667 to 25000 kelvin,
    where the shift is held.

    >>> temperature_gains(0.0)
    (1.0, 1.0, 1.0)
    """
    if mireds == 0.0:
        return (1.0, 1.0, 1.0)
    kelvin = 1e6 / min(max(1e6 / _D65 + mireds, 40.0), 599.0)
    red, green, blue = (there / here for there, here in zip(_white(kelvin), _white(_D65), strict=True))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (red / luminance, green / luminance, blue / luminance)


def _white(kelvin: float) -> tuple[float, float, float]:
    """Linear Rec.709 of a black body of that temperature, of luminance 1."""
    t = 1000.0 / kelvin
    if kelvin < 4000.0:
        x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
    else:
        x = ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390
    if kelvin < 2222.0:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif kelvin < 4000.0:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    xyz = (x / y, 1.0, (1.0 - x - y) / y)
    red, green, blue = (max(a * xyz[0] + b * xyz[1] + c * xyz[2], 1e-3) for a, b, c in _TO_RGB)
    return (red, green, blue)
