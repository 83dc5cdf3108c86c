"""Hypot: lights that meet, less harsh than added."""

from reelwork import CompositeMerge, maths

#: The largest number in single precision, and powers of two.
_LARGEST = 3.4028234663852886e38
_TINY = 2.0**-70
_HUGE = 2.0**70


class Hypot(CompositeMerge, name="hypot", version=1):
    """Hypot: ``sqrt(a² + b²)`` in each channel, alpha too, which stops at 1: lights that meet, less harsh than added.

    >>> Hypot.pixel(0.75, 0.5, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0)
    (1.25, 0.5, 0.5, 1.0)
    """

    cost = 10.0

    @staticmethod
    def pixel(
        rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        return length(rb, rs), length(gb, gs), length(bb, bs), min(length(ab, alpha), 1.0)


def length(a: float, b: float) -> float:
    """The hypotenuse; where one of them is none, the other one to the bit."""
    most = max(abs(a), abs(b))
    # by a power of two to where squares are floats
    k = _TINY if most > 1e18 else (_HUGE if most < 1e-18 else 1.0)
    back = _HUGE if most > 1e18 else (_TINY if most < 1e-18 else 1.0)
    found = maths.sqrt((a * k) * (a * k) + (b * k) * (b * k)) * back
    found = _LARGEST if (found > _LARGEST) & (most <= _LARGEST) else found
    return found if a != 0.0 and b != 0.0 else a + b
