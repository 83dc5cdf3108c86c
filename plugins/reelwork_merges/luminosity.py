"""Luminosity: the source's luminosity with the backdrop's hue and saturation."""

from reelwork import NonSeparableMerge
from reelwork_merges.formulas import limit, luminosity, shrunk, with_luminosity


class Luminosity(NonSeparableMerge, name="luminosity", version=1):
    """Luminosity: the source's luminosity with the backdrop's hue and saturation, the reverse of ``color``.

    >>> [round(channel, 4) for channel in Luminosity.blend(1.0, 0.5, 0.25, 0.5, 0.5, 0.5)]
    [0.8775, 0.3775, 0.1275]
    """

    cost = 10.0

    @staticmethod
    def blend(rb: float, gb: float, bb: float, rs: float, gs: float, bs: float) -> tuple[float, float, float]:
        k = shrunk(rb, gb, bb, shrunk(rs, gs, bs, 1.0))
        rb, gb, bb, rs, gs, bs = rb * k, gb * k, bb * k, rs * k, gs * k, bs * k
        r, g, b = with_luminosity(rb, gb, bb, luminosity(rs, gs, bs), limit(rb, gb, bb, rs, gs, bs))
        back = 1.0 / k
        return r * back, g * back, b * back
