"""White balance: a shift in mireds goes in, gains of linear red, green and blue come out; or a temperature goes in, and
a matrix that takes the light's colour out comes out."""

from __future__ import annotations

from typing import Final

from reelwork_colour.light import luminance

#: The colour temperature of the white of Rec.709, kelvin.
D65: Final = 6504.0
#: From CIE XYZ to linear Rec.709 (IEC 61966-2-1).
_TO_RGB: Final = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)

#: And back.
_TO_XYZ: Final = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
#: From CIE XYZ to the cones of Bradford's adaptation, and back (ICC.1:2022, annex E.3).
_TO_CONES: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_FROM_CONES: Final = (
    (0.9869929, -0.1470543, 0.1599627),
    (0.4323053, 0.5183603, 0.0492912),
    (-0.0085287, 0.0400428, 0.9684867),
)

_Matrix = tuple[tuple[float, ...], ...]


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
    kelvin = 1e6 / min(max(1e6 / D65 + mireds, 40.0), 599.0)
    red, green, blue = (there / here for there, here in zip(_white(kelvin), _white(D65), strict=True))
    level = luminance(red, green, blue)
    return (red / level, green / level, blue / level)


def adaptation(kelvin: float) -> tuple[float, ...]:
    """The matrix, row by row, by which linear Rec.709 seen under a black body's light becomes what daylight would show.

    White keeps its luminance. The adaptation is Bradford's.

    :param kelvin: of the light, 1667 to 25000
    """
    there, here = (_times(_TO_CONES, ((x,), (y,), (z,))) for x, y, z in (_xyz(D65), _xyz(kelvin)))
    gains = tuple(a[0] / b[0] for a, b in zip(there, here, strict=True))
    scaled = tuple(tuple(gain * value for value in row) for gain, row in zip(gains, _TO_CONES, strict=True))
    matrix = _times(_TO_RGB, _times(_FROM_CONES, _times(scaled, _TO_XYZ)))
    return tuple(value for row in matrix for value in row)


def _times(a: _Matrix, b: _Matrix) -> _Matrix:
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns) for row in a)


def _white(kelvin: float) -> tuple[float, float, float]:
    """Linear Rec.709 of a black body of that temperature, of luminance 1."""
    xyz = _xyz(kelvin)
    red, green, blue = (max(a * xyz[0] + b * xyz[1] + c * xyz[2], 1e-3) for a, b, c in _TO_RGB)
    return (red, green, blue)


def _xyz(kelvin: float) -> tuple[float, float, float]:
    """CIE XYZ of a black body of that temperature, of luminance 1."""
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
    return (x / y, 1.0, (1.0 - x - y) / y)
