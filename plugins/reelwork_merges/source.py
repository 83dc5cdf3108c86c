"""Source: the source replaces the backdrop."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class Source(CompositeMerge, name="source", version=1):
    """Source: the source replaces the backdrop, also where it is transparent (Porter and Duff's *copy*).

    >>> Source.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.0, 0.0, 0.5)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 0.0, 1.0)
