"""Destination out: the source cuts a hole into the backdrop."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class DestinationOut(CompositeMerge, name="destination-out", version=1):
    """Destination out: the source cuts a hole into the backdrop.

    >>> DestinationOut.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.25, 0.25, 0.5)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 1.0 - alpha, 0.0)
