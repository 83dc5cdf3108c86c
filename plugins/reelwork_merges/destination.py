"""Destination: the backdrop stays as it is."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class Destination(CompositeMerge, name="destination", version=1):
    """Destination: the backdrop stays as it is, and nothing of the source is seen.

    >>> Destination.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.5, 0.5, 0.5, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 1.0, 0.0)
