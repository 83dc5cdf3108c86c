"""Posterise time: fewer frames a second."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from reelwork import Context, TemporalEffect, param
from reelwork.kinds import Number

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class PosteriseTime(TemporalEffect, name="posterise-time", version=1):
    """Posterise time: each picture is held until the next is due, as in animation that is drawn on twos.

    The pictures are those of 0, 1, 2, … parts of the layer's own clock. On an adjustment layer all that is below it is
    held.
    """

    cost = 100.0
    keeps_opaque = True

    rate: float = param(12.0, kind=Number(minimum=0.01, maximum=1000.0, unit="fps"), help="How many a second.")

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """When the present picture became due."""
        rate = Fraction(str(self.rate))  # as it is written: 23.976 is not what is nearest to it in binary
        return ((context.time * rate).__floor__() / rate - context.time,)

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """Show it."""
        out.data[:] = sources[0].crop(out.window).data
