"""Colour burn: darkens the backdrop to reflect the source."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import color_burn


class ColorBurn(SeparableMerge, name="color-burn", version=1):
    """Colour burn: darkens the backdrop to reflect the source; white leaves it, and white, or more, stays.

    >>> ColorBurn.blend(0.75, 0.5)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return color_burn(backdrop, source)
