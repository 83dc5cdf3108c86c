"""Compressor: turns down what is loud."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from reelwork import SoundContext, SoundEffect, param
from reelwork.kinds import Level, Number, Time
from reelwork_sound.dynamics import share_left

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound


class Compressor(SoundEffect, name="compressor", version=1):
    """Turns down what is louder than a threshold, so that loud and quiet come nearer together.

    Both channels are turned down alike. The curve has a soft knee; the reduction, in dB, follows with attack and
    release (Giannoulis, Massberg and Reiss, *Digital dynamic range compressor design*, JAES 60, 2012).

    >>> Compressor(ratio=1.0).is_identity()
    True
    """

    threshold: float = param(-18.0, kind=Level(minimum=-60.0, maximum=0.0), help="What is louder is turned down.")
    ratio: float = param(
        4.0, kind=Number(minimum=1.0, maximum=100.0), help="How many dB over the threshold become one."
    )
    attack: Fraction = param(
        Fraction(1, 100), kind=Time(minimum=0.0, maximum=1.0), help="How fast it turns down: two thirds of the way."
    )
    release: Fraction = param(
        Fraction(15, 100), kind=Time(minimum=0.0, maximum=5.0), help="How fast it comes back: two thirds of the way."
    )
    knee: float = param(
        6.0, kind=Level(minimum=0.0, maximum=40.0), help="Around the threshold, how much is turned down by degrees."
    )
    make_up: float = param(0.0, kind=Level(minimum=-36.0, maximum=36.0), help="By how much all is lifted afterwards.")

    def is_identity(self) -> bool:
        return self.ratio == 1.0 and self.make_up == 0.0

    def begin(self, context: SoundContext) -> npt.NDArray[np.float64]:
        import numpy as np

        return np.zeros(1)

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        from reelwork_sound.samples import compressed

        attack, release = share_left(self.attack, context.rate), share_left(self.release, context.rate)
        slope = 1.0 - 1.0 / self.ratio
        compressed(sound, self.threshold, slope, self.knee, attack, release, self.make_up, state, out)
