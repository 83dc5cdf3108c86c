"""Geometric: between the two, nearer to the lesser."""

from reelwork import CompositeMerge

#: The largest number in single precision.
_LARGEST = 3.4028234663852886e38


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
    lesser, greater = min(a, b), max(a, b)
    # the formula as it stands leaves the range of floats before its result does
    usual = ((lesser > 1e-18) & (greater < 1e18)) | (greater > _LARGEST)
    made = 2.0 * a * b / (a + b) if usual else lesser * (2.0 / (1.0 + lesser / max(greater, 1e-38)))
    return made if a > 0.0 and b > 0.0 else 0.0
