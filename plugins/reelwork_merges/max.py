"""Max: the greater of the two."""

from reelwork import CompositeMerge


class Max(CompositeMerge, name="max", version=1):
    """Max: the greater of the two in each channel, alpha too: what either of two masks covers.

    >>> Max.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.5, 0.5, 0.5, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return max(rb, rs), max(gb, gs), max(bb, bs), max(ab, alpha)
