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
        dark = ((16.0 * backdrop - 12.0) * backdrop + 4.0) * backdrop
        lifted = dark if backdrop <= 0.25 else maths.sqrt(backdrop)
        darken = backdrop * max(1.0 - backdrop, 0.0)
        lighten = lifted - backdrop if backdrop < 1.0 else 0.0
        # No source is brighter than half-precision floats, so that twice it is no infinity, and nothing of that no NaN.
        return backdrop + (2.0 * min(source, 65504.0) - 1.0) * (darken if source <= 0.5 else lighten)
