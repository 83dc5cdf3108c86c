"""Vivid light: colour burn or colour dodge, depending on the source."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import color_burn, color_dodge


class VividLight(SeparableMerge, name="vivid-light", version=1):
    """Vivid light: colour burn where the source is dark, colour dodge where it is light.

    >>> VividLight.blend(0.25, 0.75)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return color_burn(backdrop, 2.0 * source) if source <= 0.5 else color_dodge(backdrop, 2.0 * source - 1.0)
