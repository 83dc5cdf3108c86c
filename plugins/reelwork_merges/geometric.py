"""Geometric: between the two, nearer to the lesser."""

from reelwork import CompositeMerge


class Geometric(CompositeMerge, name="geometric", version=1):
    """Geometric: ``2 a b / (a + b)`` in each channel, alpha too, nearer to the lesser of the two.

    >>> Geometric.pixel(0.25, 0.5, 0.5, 0.75, 0.25, 0.5, 0.5, 0.75)
    (0.25, 0.5, 0.5, 0.75)
    """

    cost = 10.0
    clears = True

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return mean(rb, rs), mean(gb, gs), mean(bb, bs), mean(ab, alpha)


def mean(a: float, b: float) -> float:
    """Twice the product by the sum, of light above black; nothing where one of them is none."""
    return 2.0 * a * b / (a + b) if a > 0.0 and b > 0.0 else 0.0
