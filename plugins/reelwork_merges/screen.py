"""Screen: the complements of backdrop and source are multiplied."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import screen


class Screen(SeparableMerge, name="screen", version=1):
    """Screen: the complements are multiplied, which lightens, as two projectors on one wall.

    Above white, where complements are negative, it is the brighter of the two.

    >>> Screen.blend(0.5, 0.5)
    0.75
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return screen(backdrop, source)
