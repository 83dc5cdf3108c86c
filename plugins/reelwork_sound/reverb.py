"""Reverb: a room."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from reelwork import SoundContext, SoundEffect, maths, param
from reelwork.kinds import Level, Ratio, Time

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound

#: Milliseconds of the lines in a room of usual size; without a common measure, so that their echoes do not meet.
_LINES: Final = (29.7, 37.1, 41.1, 43.7, 53.3, 61.7, 67.9, 73.1)


class Reverb(SoundEffect, name="reverb", version=1):
    """The sound of a room: eight delay lines that feed each other (a feedback delay network, Jot and Chaigne 1991).

    ``decay`` is the time in which what rings falls by 60 dB; highs fall sooner by ``damping``.

    >>> Reverb(decay=Fraction(2), pre_delay=Fraction(0)).tail()
    2.0
    """

    presets: ClassVar = {
        "room": {"decay": "500ms", "size": "50%", "damping": "50%", "pre-delay": "5ms"},
        "hall": {"decay": "2.2s", "size": "120%", "pre-delay": "30ms"},
        "cathedral": {"decay": "6s", "size": "250%", "damping": "20%", "pre-delay": "60ms", "level": "-9dB"},
    }

    decay: Fraction = param(
        Fraction(3, 2), kind=Time(minimum=0.1, maximum=20.0), help="How long it rings, down to -60 dB."
    )
    size: float = param(
        1.0, kind=Ratio(minimum=0.2, maximum=3.0), animated=False, help="How large the room is; 100% is a hall."
    )
    damping: float = param(0.3, kind=Ratio(minimum=0.0, maximum=0.9), help="How much of the highs its walls swallow.")
    pre_delay: Fraction = param(
        Fraction(1, 50), kind=Time(minimum=0.0, maximum=1.0), help="How long until the first of it is heard."
    )
    level: float = param(-12.0, kind=Level(minimum=-60.0, maximum=12.0), help="How loud the room is beside the sound.")

    def tail(self) -> float:
        return float(self.pre_delay + self.decay)

    def begin(self, context: SoundContext) -> Room:
        import numpy as np

        lengths = np.array([round(line * self.size * context.rate / 1000) for line in _LINES], np.int64)
        before = round(self.pre_delay * context.rate) + 1
        return Room(
            np.zeros((len(_LINES), int(lengths.max()))),
            lengths,
            np.zeros(len(_LINES)),
            np.zeros((context.channels, before)),
            np.zeros(1, np.int64),
        )

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        import numpy as np

        from reelwork_sound.samples import rung

        seconds = float(self.decay) * context.rate
        # What a line of that length leaves of a sound that falls by 60 dB in the time of the decay.
        left = [maths.power(10.0, -3.0 * length / seconds) for length in state.lengths]
        # A sound goes into four lines, and again and again through all: together it then has the energy that came in.
        energy = 4.0 / (1.0 - sum(each * each for each in left) / len(left))
        level, kept = maths.power(10.0, self.level / 20.0) / maths.sqrt(energy), np.array(left)
        rung(sound, kept, self.damping, level, state.lines, state.lengths, state.damped, state.before, state.count, out)


@dataclass(frozen=True, eq=False)
class Room:
    """What a reverb remembers.

    :param lines: what travels, each a ring of one of the ``lengths``
    :param damped: the last sample out of each line, its highs swallowed
    :param before: what has not come into the room yet, a ring for each channel
    :param count: how many samples there were
    """

    lines: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.int64]
    damped: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]
    count: npt.NDArray[np.int64]
