"""Shelf: lifts or lowers all lows, or all highs."""

from __future__ import annotations

from reelwork import maths, param
from reelwork.kinds import Choice, Level, Number
from reelwork_sound.biquad import Biquad, Coefficients, angle, gain, normal


class Shelf(Biquad, name="shelf", version=1):
    """Lifts or lowers everything on one side of a frequency, as a bass or treble knob does.

    >>> Shelf(side="high", gain=0.0).is_identity()
    True
    """

    side: str = param("low", kind=Choice(("low", "high")), help="Whether lows are changed, or highs.")
    frequency: float = param(
        200.0, kind=Number(minimum=10.0, maximum=20_000.0, unit="Hz"), help="The middle of the slope."
    )
    gain: float = param(0.0, kind=Level(minimum=-36.0, maximum=36.0), help="By how much, beyond the slope.")
    q: float = param(
        0.7071, kind=Number(minimum=0.1, maximum=2.0), help="Quality: how steep; above 0.7 it swings over."
    )

    def is_identity(self) -> bool:
        return self.gain == 0.0

    def coefficients(self, rate: int) -> Coefficients:
        cosine, alpha = angle(self.frequency, self.q, rate)
        a = gain(self.gain)
        slope = 2.0 * maths.sqrt(a) * alpha
        # The cookbook's two shelves are each other's mirror image: the sign of the cosine turns with the side.
        c = cosine if self.side == "low" else -cosine
        sign = 1.0 if self.side == "low" else -1.0
        b = (
            a * ((a + 1.0) - (a - 1.0) * c + slope),
            sign * 2.0 * a * ((a - 1.0) - (a + 1.0) * c),
            a * ((a + 1.0) - (a - 1.0) * c - slope),
        )
        return normal(
            b,
            (
                (a + 1.0) + (a - 1.0) * c + slope,
                sign * -2.0 * ((a - 1.0) + (a + 1.0) * c),
                (a + 1.0) + (a - 1.0) * c - slope,
            ),
        )
