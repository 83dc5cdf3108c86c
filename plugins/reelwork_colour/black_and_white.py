"""Black and white: greys, with a say in how bright each hue becomes."""

from __future__ import annotations

from typing import Any, ClassVar

from reelwork import Example, PointEffect, param
from reelwork.kinds import Ratio


def _brightness(default: float, hues: str) -> Any:
    return param(default, kind=Ratio(minimum=-2.0, maximum=3.0), help=f"How bright {hues} become.")


class BlackAndWhite(PointEffect, name="black-and-white", version=1):
    """Black and white: as on film behind coloured filters, which brighten their own hue and darken others.

    Of a display-encoded colour, what all channels share stays; what two share counts as yellow, cyan or magenta, and
    what only one has as red, green or blue. Shares between 0 and 1 keep white white and black black.

    >>> BlackAndWhite.pixel(0.5, 0.5, 0.5, 1.0, 0.4, 0.6, 0.4, 0.6, 0.2, 0.8)
    (0.5, 0.5, 0.5, 1.0)
    """

    cost = 20.0
    space = "display"
    keeps_alpha = True
    presets: ClassVar = {
        "red-filter": {"reds": 1.2, "yellows": 1.1, "greens": 0.2, "cyans": -0.1, "blues": -0.3, "magentas": 0.7},
        "orthochromatic": {"reds": -0.1, "yellows": 0.4, "greens": 0.6, "cyans": 0.9, "blues": 0.9, "magentas": 0.3},
    }
    examples = (Example("with its defaults"),)

    reds: float = _brightness(0.4, "reds")
    yellows: float = _brightness(0.6, "yellows")
    greens: float = _brightness(0.4, "greens")
    cyans: float = _brightness(0.6, "cyans")
    blues: float = _brightness(0.2, "blues")
    magentas: float = _brightness(0.8, "magentas")

    def uniforms(self) -> tuple[float, ...]:
        return (self.reds, self.yellows, self.greens, self.cyans, self.blues, self.magentas)

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        reds: float,
        yellows: float,
        greens: float,
        cyans: float,
        blues: float,
        magentas: float,
    ) -> tuple[float, float, float, float]:
        least, greatest = min(r, min(g, b)), max(r, max(g, b))
        middle = r + g + b - least - greatest
        one = reds if greatest == r else greens if greatest == g else blues
        two = cyans if least == r else magentas if least == g else yellows
        grey = max(least + (middle - least) * two + (greatest - middle) * one, 0.0)
        return grey, grey, grey, a
