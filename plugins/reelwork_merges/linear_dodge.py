"""Linear dodge: adds the two, up to white."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import held


class LinearDodge(SeparableMerge, name="linear-dodge", version=1):
    """Linear dodge: adds the two; it stops at white, or at the brighter of the two where that is more.

    >>> LinearDodge.blend(0.25, 0.5)
    0.75
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return held(backdrop + source, backdrop, source)
