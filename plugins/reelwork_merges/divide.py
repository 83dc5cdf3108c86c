"""Divide: divides the backdrop by the source."""

from reelwork import SeparableMerge


class Divide(SeparableMerge, name="divide", version=1):
    """Divide: divides the backdrop by the source; it stops at white, or at the brighter of the two where that is more.

    A flat picture of a lamp's light takes that light out of a photograph.

    >>> Divide.blend(0.25, 0.5)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        limit = max(1.0, max(backdrop, source))
        quotient = min(backdrop / source, limit) if source > 0.0 else limit
        return quotient if backdrop > 0.0 else backdrop
