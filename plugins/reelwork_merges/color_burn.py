"""Colour burn: darkens the backdrop to reflect the source."""

from reelwork import SeparableMerge


class ColorBurn(SeparableMerge, name="color-burn", version=1):
    """Colour burn: darkens the backdrop to reflect the source; white leaves it, and white, or more, stays.

    >>> ColorBurn.blend(0.75, 0.5)
    0.5
    """

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        burned = 1.0 - min((1.0 - backdrop) / source, 1.0) if source > 0.0 else 0.0
        return burned if backdrop < 1.0 else backdrop
