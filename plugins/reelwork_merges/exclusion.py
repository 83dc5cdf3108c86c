"""Exclusion: like difference, but with less contrast."""

from reelwork import SeparableMerge


class Exclusion(SeparableMerge, name="exclusion", version=1):
    """Exclusion: like difference, but with less contrast.

    Above white, where its formula turns over, it is the difference.

    >>> Exclusion.blend(0.25, 0.75)
    0.625
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        apart = abs(backdrop - source)
        plain = (min(backdrop, source) < 0.0) | (max(backdrop, source) <= 1.0)
        return max(backdrop + source - 2.0 * backdrop * source, apart) if plain else apart
