"""Source out: the source outside the backdrop."""

from reelwork import CompositeMerge
from reelwork_merges.formulas import composited


class SourceOut(CompositeMerge, name="source-out", version=1):
    """Source out: the source, as far as the backdrop is transparent; nothing of the backdrop stays.

    >>> SourceOut.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.0, 0.0, 0.0, 0.0)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return composited(rb, gb, bb, ab, rs, gs, bs, alpha, 0.0, 1.0 - ab)
