"""Overlay: multiply where the backdrop is dark, screen where it is light."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import hard_light


class Overlay(SeparableMerge, name="overlay", version=1):
    """Overlay: multiplies where the backdrop is dark and screens where it is light, which keeps its contrast.

    >>> Overlay.blend(0.25, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return hard_light(source, backdrop)
