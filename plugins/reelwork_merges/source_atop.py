"""Source atop: the source over the backdrop, within its outline."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class SourceAtop(CompositeMerge, name="source-atop", version=1):
    """Source atop: the source over the backdrop, but only where that is: its outline stays the backdrop's.

    >>> SourceAtop.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.5, 0.25, 0.25, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 1.0 - alpha, ab)
