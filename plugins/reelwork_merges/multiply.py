"""Multiply: backdrop times source."""

from reelwork import SeparableMerge


class Multiply(SeparableMerge, name="multiply", version=1):
    """Multiply: backdrop times source, which darkens, as two slides in one projector.

    >>> Multiply.blend(0.5, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return backdrop * source
