"""Minus: takes the backdrop from the source."""

from reelwork import CompositeMerge


class Minus(CompositeMerge, name="minus", version=1):
    """Minus: takes the backdrop from the source, alpha too, which stops at 0. Colours may become negative.

    >>> Minus.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (-0.25, -0.5, -0.5, 0.0)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return rs - rb, gs - gb, bs - bb, max(alpha - ab, 0.0)
