"""Lighten: the lighter of backdrop and source."""

from reelwork import SeparableMerge


class Lighten(SeparableMerge, name="lighten", version=1):
    """Lighten: the lighter of the two, channel by channel.

    >>> Lighten.blend(0.25, 0.5)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return max(backdrop, source)
