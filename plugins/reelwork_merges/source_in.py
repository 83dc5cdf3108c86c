"""Source in: the source inside the backdrop."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class SourceIn(CompositeMerge, name="source-in", version=1):
    """Source in: the source, as far as the backdrop is opaque; nothing of the backdrop stays.

    >>> SourceIn.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.0, 0.0, 0.5)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 0.0, ab)
