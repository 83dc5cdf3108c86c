"""Invert: a negative."""

from reelwork import PointEffect


class Invert(PointEffect, name="invert", version=1):
    """Invert: each display-encoded value becomes what it lacks of white; what is brighter becomes black.

    >>> Invert.pixel(0.25, 0.0, 2.0, 1.0)
    (0.75, 1.0, 0.0, 1.0)
    """

    cost = 20.0
    space = "display"
    keeps_alpha = True

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float) -> tuple[float, float, float, float]:
        return max(1.0 - r, 0.0), max(1.0 - g, 0.0), max(1.0 - b, 0.0), a
