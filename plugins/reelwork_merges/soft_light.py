"""Soft light: darkens or lightens the backdrop gently, depending on the source."""

from reelwork import SeparableMerge, maths


class SoftLight(SeparableMerge, name="soft-light", version=1):
    """Soft light: darkens or lightens, depending on the source, as a diffuse lamp; the formula is W3C's.

    A backdrop above white is left as it is.

    >>> SoftLight.blend(0.25, 0.5)
    0.25
    """

    cost = 10.0

    @staticmethod
    def blend(backdrop: float, source: float) -> float:
        low = max(backdrop, -65504.0)
        dark = ((16.0 * low - 12.0) * low + 4.0) * low
        lifted = dark if backdrop <= 0.25 else maths.sqrt(backdrop)
        darken = low * max(1.0 - low, 0.0)
        lighten = lifted - backdrop if backdrop < 1.0 else 0.0
        # Nothing lies beyond half-precision floats, so that no infinity is made, and nothing of it no NaN.
        return backdrop + (2.0 * min(max(source, -65504.0), 65504.0) - 1.0) * (darken if source <= 0.5 else lighten)
