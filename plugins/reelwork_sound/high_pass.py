"""High-pass: takes the lows away."""

from __future__ import annotations

from reelwork import param
from reelwork.kinds import Number
from reelwork_sound.biquad import Biquad, Coefficients, angle, normal


class HighPass(Biquad, name="high-pass", version=1):
    """Takes away what lies below a frequency, 12 dB an octave: rumble, wind, steps.

    >>> HighPass(frequency=120.0).frequency
    120.0
    """

    frequency: float = param(
        80.0, kind=Number(minimum=10.0, maximum=20_000.0, unit="Hz"), help="Where it begins: 3 dB are gone there."
    )
    q: float = param(
        0.7071, kind=Number(minimum=0.1, maximum=20.0), help="Quality; above 0.7 the frequency itself is lifted."
    )

    def coefficients(self, rate: int) -> Coefficients:
        cosine, alpha = angle(self.frequency, self.q, rate)
        b = (1.0 + cosine) / 2.0
        return normal((b, -(1.0 + cosine), b), (1.0 + alpha, -2.0 * cosine, 1.0 - alpha))
