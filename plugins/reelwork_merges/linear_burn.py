"""Linear burn: darkens the backdrop by what the source lacks of white."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import held


class LinearBurn(SeparableMerge, name="linear-burn", version=1):
    """Linear burn: darkens the backdrop by what the source lacks of white; it stops at black.

    >>> LinearBurn.blend(0.75, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return held(backdrop + source - 1.0, backdrop, source)
