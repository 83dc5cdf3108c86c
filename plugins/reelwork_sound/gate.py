"""Gate: turns down what is quiet."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from reelwork import SoundContext, SoundEffect, param
from reelwork.kinds import Level, Time
from reelwork_sound.dynamics import share_left

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound


class Gate(SoundEffect, name="gate", version=1):
    """Turns down what is quieter than a threshold: noise between words.

    It opens as soon as the sound is loud enough, and closes when it has been too quiet for the time of ``hold``.

    >>> Gate(floor=0.0).is_identity()
    True
    """

    threshold: float = param(-40.0, kind=Level(minimum=-90.0, maximum=0.0), help="What is quieter is turned down.")
    floor: float = param(-60.0, kind=Level(minimum=-90.0, maximum=0.0), help="By how much.")
    attack: Fraction = param(
        Fraction(1, 1000), kind=Time(minimum=0.0, maximum=1.0), help="How fast it opens: two thirds of the way."
    )
    hold: Fraction = param(
        Fraction(5, 100), kind=Time(minimum=0.0, maximum=5.0), help="How long it stays open after the last loud sample."
    )
    release: Fraction = param(
        Fraction(1, 10), kind=Time(minimum=0.0, maximum=5.0), help="How fast it closes: two thirds of the way."
    )

    def is_identity(self) -> bool:
        return self.floor == 0.0

    def begin(self, context: SoundContext) -> npt.NDArray[np.float64]:
        import numpy as np

        return np.array([self.floor, 0.0])

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        from reelwork_sound.samples import gated

        attack, release = share_left(self.attack, context.rate), share_left(self.release, context.rate)
        hold = float(round(self.hold * context.rate))
        gated(sound, self.threshold, self.floor, attack, hold, release, state, out)
