"""Delay: echoes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from reelwork import SoundContext, SoundEffect, maths, param
from reelwork.kinds import Level, Ratio, Time

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound


class Delay(SoundEffect, name="delay", version=1):
    """Echoes: the sound again after a time, and that again, ever quieter.

    >>> Delay(feedback=0.0, time=Fraction(1, 4)).tail()
    0.25
    """

    presets: ClassVar = {
        "slapback": {"time": "90ms", "feedback": "5%", "level": "-5dB"},
        "canyon": {"time": "700ms", "feedback": "55%", "level": "-8dB"},
    }

    time: Fraction = param(Fraction(3, 10), kind=Time(minimum=0.001, maximum=5.0), help="From the sound to its echo.")
    feedback: float = param(
        0.35, kind=Ratio(minimum=0.0, maximum=0.95), help="How much of an echo there is in the next one."
    )
    level: float = param(-6.0, kind=Level(minimum=-60.0, maximum=0.0), help="How loud the first echo is.")

    def tail(self) -> float:
        if self.feedback <= 0.001:
            return float(self.time)
        more = maths.floor(maths.log(0.001) / maths.log(self.feedback)) + 1.0
        return float(self.time) * (1.0 + more)

    def begin(self, context: SoundContext) -> Line:
        import numpy as np

        return Line(np.zeros((context.channels, max(1, round(self.time * context.rate)))), np.zeros(1, np.int64))

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        from reelwork_sound.samples import echoed

        echoed(sound, self.feedback, maths.power(10.0, self.level / 20.0), state.samples, state.place, out)


@dataclass(frozen=True, eq=False)
class Line:
    """What lies between a sound and its echo, a ring, and the place in it."""

    samples: npt.NDArray[np.float64]
    place: npt.NDArray[np.int64]
