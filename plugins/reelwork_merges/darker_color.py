"""Darker colour: the darker of the two colours."""

from reelwork import NonSeparableMerge
from reelwork_merges.formulas import luminosity


class DarkerColor(NonSeparableMerge, name="darker-color", version=1):
    """Darker colour: of the two colours, the one of less luminosity, with all its channels.

    >>> DarkerColor.blend(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    (1.0, 0.0, 0.0)
    """

    cost = 10.0

    @staticmethod
    def blend(rb: float, gb: float, bb: float, rs: float, gs: float, bs: float) -> tuple[float, float, float]:
        of_source = luminosity(rs, gs, bs) < luminosity(rb, gb, bb)
        return (rs if of_source else rb, gs if of_source else gb, bs if of_source else bb)
