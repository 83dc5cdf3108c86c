"""Add: the light of the source is added to the backdrop's."""

from reelwork import CompositeMerge


class Add(CompositeMerge, name="add", version=1):
    """Add: light adds up, as fire, sparks and glows do; nothing is held at white.

    >>> Add.pixel(0.5, 0.5, 0.5, 1.0, 0.75, 0.0, 0.0, 1.0)
    (1.25, 0.5, 0.5, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return rs + rb, gs + gb, bs + bb, alpha + ab * (1.0 - alpha)
