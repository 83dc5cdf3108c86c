"""Hard light: multiply where the source is dark, screen where it is light."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import hard_light


class HardLight(SeparableMerge, name="hard-light", version=1):
    """Hard light: multiplies where the source is dark and screens where it is light, as a harsh lamp.

    >>> HardLight.blend(0.5, 0.25)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return hard_light(backdrop, source)
