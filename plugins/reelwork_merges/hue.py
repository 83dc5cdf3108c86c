"""Hue: the source's hue with the backdrop's saturation and luminosity."""

from reelwork import NonSeparableMerge
from reelwork_merges.formulas import limit, luminosity, saturation, shrunk, with_luminosity, with_saturation


class Hue(NonSeparableMerge, name="hue", version=1):
    """Hue: the source's hue with the backdrop's saturation and luminosity.

    >>> [round(channel, 4) for channel in Hue.blend(1.0, 0.5, 0.25, 0.0, 0.0, 0.5)]
    [0.5758, 0.5758, 1.0]
    """

    cost = 10.0

    @staticmethod
    def blend(rb: float, gb: float, bb: float, rs: float, gs: float, bs: float) -> tuple[float, float, float]:
        k = shrunk(rb, gb, bb, shrunk(rs, gs, bs, 1.0))
        rb, gb, bb, rs, gs, bs = rb * k, gb * k, bb * k, rs * k, gs * k, bs * k
        white = limit(rb, gb, bb, rs, gs, bs)
        r, g, b = with_saturation(rs, gs, bs, saturation(rb, gb, bb))
        r, g, b = with_luminosity(r, g, b, luminosity(rb, gb, bb), white)
        back = 1.0 / k
        return r * back, g * back, b * back
