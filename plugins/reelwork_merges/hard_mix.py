"""Hard mix: each channel becomes black or white."""

from reelwork import SeparableMerge


class HardMix(SeparableMerge, name="hard-mix", version=1):
    """Hard mix: each channel is white where the two add up to white or more, and black elsewhere.

    >>> HardMix.blend(0.25, 0.75)
    1.0
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return 1.0 if backdrop + source >= 1.0 else 0.0
