"""Colour temperature: a shift in mireds becomes gains of scene-linear Rec.709 red, green and blue."""

from __future__ import annotations

#: Where shifts start from: the temperature of D65, in kelvin.
_NEUTRAL = 6504.0
#: The range of the approximation below, in kelvin.
_COOLEST, _WARMEST = 25000.0, 1667.0


def temperature_gains(mireds: float) -> tuple[float, float, float]:
    """Gains that make neutral light look as if it came from a source so many mireds warmer (negative: cooler).

    A mired is a million by kelvin; equal steps look about equally large. Luminance stays the same.

    >>> temperature_gains(0.0)
    (1.0, 1.0, 1.0)
    """
    if mireds == 0.0:
        return (1.0, 1.0, 1.0)
    shifted = 1e6 / _NEUTRAL + mireds
    kelvin = _COOLEST if shifted <= 1e6 / _COOLEST else max(_WARMEST, 1e6 / shifted)
    red, green, blue = (a / b for a, b in zip(_planckian(kelvin), _planckian(_NEUTRAL), strict=True))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (red / luminance, green / luminance, blue / luminance)


def _planckian(kelvin: float) -> tuple[float, float, float]:
    """Linear Rec.709 of a black body, luminance 1.

    Kim et al., "Design of advanced color temperature control system for HDTV applications", Journal of the Korean
    Physical Society 41 (2002): cubic approximations of the Planckian locus in CIE 1931 xy.
    """
    t = 1e3 / kelvin
    if kelvin <= 4000.0:
        x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
    else:
        x = ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390
    if kelvin <= 2222.0:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif kelvin <= 4000.0:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    cie_x, cie_z = x / y, (1.0 - x - y) / y
    red = 3.2404542 * cie_x - 1.5371385 - 0.4985314 * cie_z
    green = -0.9692660 * cie_x + 1.8760108 + 0.0415560 * cie_z
    blue = 0.0556434 * cie_x - 0.2040259 + 1.0572252 * cie_z
    return (max(red, 1e-3), max(green, 1e-3), max(blue, 1e-3))
