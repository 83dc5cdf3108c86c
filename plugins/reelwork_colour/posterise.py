"""Posterise: a few levels of each channel."""

from reelwork import Example, PointEffect, maths, param
from reelwork.kinds import Number


class Posterise(PointEffect, name="posterise", version=1):
    """Posterise: each display-encoded channel keeps only a few levels, as in a screen print.

    Black and white are among them. What is brighter than white becomes white.

    >>> Posterise(levels=2).uniforms()
    (2.0, 1.0)
    """

    cost = 20.0
    space = "display"
    keeps_alpha = True
    examples = (Example("with its defaults"), Example("two levels", {"levels": 2}))

    levels: int = param(
        4, kind=Number(integer=True, minimum=2, maximum=256, soft_range=(2, 16)), help="How many levels each keeps."
    )

    def uniforms(self) -> tuple[float, ...]:
        return (float(self.levels), 1.0 / (self.levels - 1))

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, levels: float, step: float) -> tuple[float, float, float, float]:
        return stepped(r, levels, step), stepped(g, levels, step), stepped(b, levels, step), a


def stepped(x: float, levels: float, step: float) -> float:
    """The level of a value: each has an equal part of what lies between black and white."""
    return min(max(maths.floor(x * levels), 0.0), levels - 1.0) * step
