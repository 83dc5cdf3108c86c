"""Colour dodge: brightens the backdrop to reflect the source."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import color_dodge


class ColorDodge(SeparableMerge, name="color-dodge", version=1):
    """Colour dodge: brightens the backdrop to reflect the source; black leaves it, and black stays black.

    It stops at white, or at the backdrop where that is brighter.

    >>> ColorDodge.blend(0.25, 0.5)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return color_dodge(backdrop, source)
