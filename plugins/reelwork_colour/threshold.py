"""Threshold: black and white, and nothing between."""

from reelwork import Example, PointEffect, param
from reelwork.kinds import Ratio
from reelwork_colour.light import brightness, smooth


class Threshold(PointEffect, name="threshold", version=1):
    """Threshold: what is brighter than a level becomes white, the rest black.

    Brightness is ``0.3 r + 0.59 g + 0.11 b`` of display-encoded values, as in W3C's blend modes.

    >>> Threshold(softness=0.0).uniforms()
    (0.5, 1000000.0)
    """

    cost = 20.0
    space = "display"
    keeps_alpha = True
    examples = (Example("with its defaults"), Example("softer, of darker things", {"level": 0.35, "softness": 0.3}))

    level: float = param(0.5, kind=Ratio(), help="How bright a colour must be to become white.")
    softness: float = param(0.0, kind=Ratio(minimum=0.0), help="The width of the greys around the level.")

    def uniforms(self) -> tuple[float, ...]:
        return (self.level, 1.0 / max(self.softness, 1e-6))

    @staticmethod
    def pixel(
        r: float, g: float, b: float, a: float, level: float, steepness: float
    ) -> tuple[float, float, float, float]:
        grey = smooth((brightness(r, g, b) - level) * steepness + 0.5)
        return grey, grey, grey, a
