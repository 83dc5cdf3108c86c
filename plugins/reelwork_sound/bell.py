"""Bell: lifts or lowers what lies around a frequency."""

from __future__ import annotations

from reelwork import param
from reelwork.kinds import Level, Number
from reelwork_sound.biquad import Biquad, Coefficients, angle, gain, normal


class Bell(Biquad, name="bell", version=1):
    """Lifts or lowers what lies around a frequency, and leaves the rest.

    >>> Bell(gain=0.0).is_identity()
    True
    """

    frequency: float = param(
        1000.0, kind=Number(minimum=10.0, maximum=20_000.0, unit="Hz"), help="The middle of what is changed."
    )
    gain: float = param(0.0, kind=Level(minimum=-36.0, maximum=36.0), help="By how much, there.")
    q: float = param(1.0, kind=Number(minimum=0.1, maximum=20.0), help="Quality: the higher, the narrower.")

    def is_identity(self) -> bool:
        return self.gain == 0.0

    def coefficients(self, rate: int) -> Coefficients:
        cosine, alpha = angle(self.frequency, self.q, rate)
        a = gain(self.gain)
        return normal(
            (1.0 + alpha * a, -2.0 * cosine, 1.0 - alpha * a), (1.0 + alpha / a, -2.0 * cosine, 1.0 - alpha / a)
        )
