"""Destination in: the backdrop inside the source."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class DestinationIn(CompositeMerge, name="destination-in", version=1):
    """Destination in: the backdrop, as far as the source is opaque: the source is a mask.

    >>> DestinationIn.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.25, 0.25, 0.5)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, alpha, 0.0)
