"""Colour dodge: brightens the backdrop to reflect the source."""

from reelwork import SeparableMerge


class ColorDodge(SeparableMerge, name="color-dodge", version=1):
    """Colour dodge: brightens the backdrop to reflect the source; black leaves it, and black stays black.

    It stops at white, or at the backdrop where that is brighter.

    >>> ColorDodge.blend(0.25, 0.5)
    0.5
    """

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        limit = max(backdrop, 1.0)
        rest = 1.0 - source
        dodged = min(backdrop / rest, limit) if rest > 0.0 else limit
        return dodged if backdrop > 0.0 else backdrop
