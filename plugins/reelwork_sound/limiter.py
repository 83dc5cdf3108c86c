"""Limiter: lets nothing pass above a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from reelwork import SoundContext, SoundEffect, maths, param
from reelwork.kinds import Level, Time
from reelwork_sound.dynamics import share_left

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound

#: Seconds that it looks ahead.
_AHEAD: Final = 0.005


class Limiter(SoundEffect, name="limiter", version=1):
    """Lets no sample pass above a ceiling, and turns down smoothly before one would.

    It looks 5 ms ahead. Between samples, and through an encoder that loses something, a wave may rise higher: leave
    a decibel or two.

    >>> Limiter(ceiling=-1.0).ceiling
    -1.0
    """

    ceiling: float = param(-1.0, kind=Level(minimum=-60.0, maximum=0.0), help="No sample lies above it.")
    release: Fraction = param(
        Fraction(1, 10), kind=Time(minimum=0.0, maximum=5.0), help="How fast it comes back: two thirds of the way."
    )

    def latency(self, context: SoundContext) -> int:
        return _ahead(context)

    def begin(self, context: SoundContext) -> State:
        import numpy as np

        ahead = _ahead(context)
        state = State(
            np.zeros((context.channels, ahead), np.float32), np.ones(ahead + 1), np.ones(ahead + 1), np.zeros(5)
        )
        state.numbers[:] = (0.0, 1.0, 0.0, 1.0, float(ahead + 1))
        return state

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        import numpy as np

        from reelwork_sound.samples import limited

        ceiling = maths.power(10.0, self.ceiling / 20.0)
        # The largest float32 that does not lie above it.
        sample = np.float32(ceiling)
        highest = float(sample if float(sample) <= ceiling else np.nextafter(sample, np.float32(0.0)))
        release = share_left(self.release, context.rate)
        limited(sound, ceiling, highest, release, state.waiting, state.allowed, state.gains, state.numbers, out)


@dataclass(frozen=True, eq=False)
class State:
    """What a limiter remembers.

    :param waiting: the samples that it has looked at and not handed on, a ring
    :param allowed: for each of the last samples, the gain that brings it to the ceiling, a ring
    :param gains: the last gains before they are averaged, a ring
    :param numbers: how many samples there were, the least of what is allowed, its place in the ring, the last gain and
        the sum of the gains
    """

    waiting: Sound
    allowed: npt.NDArray[np.float64]
    gains: npt.NDArray[np.float64]
    numbers: npt.NDArray[np.float64]


def _ahead(context: SoundContext) -> int:
    return int(_AHEAD * context.rate)
