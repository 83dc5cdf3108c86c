"""Linear light: linear burn or linear dodge, depending on the source."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import held


class LinearLight(SeparableMerge, name="linear-light", version=1):
    """Linear light: linear burn where the source is dark, linear dodge where it is light.

    >>> LinearLight.blend(0.25, 0.75)
    0.75
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return held(backdrop + 2.0 * source - 1.0, backdrop, source)
