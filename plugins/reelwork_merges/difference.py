"""Difference: how far backdrop and source are apart."""

from reelwork import SeparableMerge


class Difference(SeparableMerge, name="difference", version=1):
    """Difference: the distance of the two, channel by channel; equal pictures give black.

    >>> Difference.blend(0.25, 0.75)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return abs(backdrop - source)
