"""Destination atop: the backdrop over the source, within its outline."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class DestinationAtop(CompositeMerge, name="destination-atop", version=1):
    """Destination atop: the backdrop over the source, but only where that is: the outline becomes the source's.

    >>> DestinationAtop.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.25, 0.25, 0.5)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, alpha, 1.0 - ab)
