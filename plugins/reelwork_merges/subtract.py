"""Subtract: takes the source from the backdrop."""

from reelwork import SeparableMerge
from reelwork_merges.formulas import held


class Subtract(SeparableMerge, name="subtract", version=1):
    """Subtract: takes the source from the backdrop; it stops at black.

    >>> Subtract.blend(0.75, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return held(backdrop - source, backdrop, source)
