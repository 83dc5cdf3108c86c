"""Darken: the darker of backdrop and source."""

from reelwork import SeparableMerge


class Darken(SeparableMerge, name="darken", version=1):
    """Darken: the darker of the two, channel by channel.

    >>> Darken.blend(0.25, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return min(backdrop, source)
