"""Plus: adds all channels."""

from reelwork import CompositeMerge


class Plus(CompositeMerge, name="plus", version=1):
    """Plus: adds all channels, alpha too, which stops at 1: what two masks cover together, where they do not overlap.

    >>> Plus.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.75, 0.5, 0.5, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return rb + rs, gb + gs, bb + bs, min(ab + alpha, 1.0)
