"""Normal: the source over the backdrop."""

from reelwork import CompositeMerge


class Normal(CompositeMerge, name="normal", version=1):
    """Normal: the source covers the backdrop as far as it is opaque (Porter and Duff's *over*).

    >>> Normal.pixel(0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 0.5)
    (0.5, 0.25, 0.25, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        rest = 1.0 - alpha
        return rs + rb * rest, gs + gb * rest, bs + bb * rest, alpha + ab * rest
