"""Min: the lesser of the two."""

from reelwork import CompositeMerge


class Min(CompositeMerge, name="min", version=1):
    """Min: the lesser of the two in each channel, alpha too: what both of two masks cover.

    >>> Min.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.25, 0.0, 0.0, 0.5)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return min(rb, rs), min(gb, gs), min(bb, bs), min(ab, alpha)
