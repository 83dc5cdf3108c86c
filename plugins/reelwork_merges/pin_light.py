"""Pin light: darken or lighten, depending on the source."""

from reelwork import SeparableMerge


class PinLight(SeparableMerge, name="pin-light", version=1):
    """Pin light: darken where the source is dark, lighten where it is light.

    >>> PinLight.blend(0.25, 0.75)
    0.5
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        return min(backdrop, 2.0 * source) if source <= 0.5 else max(backdrop, 2.0 * source - 1.0)
