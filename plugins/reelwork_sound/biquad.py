"""Biquads, the filters that equalisers are made of: parameters become coefficients, and these change sound.

The formulas are those of Robert Bristow-Johnson's *Audio EQ Cookbook* (W3C Working Group Note, 2021): ``cosine`` and
``alpha`` stand for its cos(w0) and alpha. Coefficients are ``(b0, b1, b2, a1, a2)``, divided by a0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reelwork import SoundContext, SoundEffect, maths

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.kernels.arrays import Sound

Coefficients = tuple[float, float, float, float, float]

_TURN: Final = 6.283185307179586


class Biquad(SoundEffect):
    """An effect that is one biquad, and says which."""

    def coefficients(self, rate: int) -> Coefficients:
        """The filter at so many samples a second."""
        raise NotImplementedError

    def tail(self) -> float:
        """By the pole that rings longest."""
        rate = SoundContext().rate
        _, _, _, a1, a2 = self.coefficients(rate)
        apart = a1 * a1 / 4.0 - a2
        pole = maths.sqrt(a2) if apart < 0.0 else abs(a1) / 2.0 + maths.sqrt(apart)
        return maths.log(0.001) / maths.log(pole) / rate

    def begin(self, context: SoundContext) -> npt.NDArray[np.float64]:
        import numpy as np

        return np.zeros((context.channels, 2))

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        from reelwork_sound.samples import filtered

        filtered(sound, *self.coefficients(context.rate), state, out)


def angle(frequency: float, q: float, rate: int) -> tuple[float, float]:
    """The cookbook's cos(w0) and alpha.

    :param frequency: Hz
    :param q: quality: how narrow, or how resonant
    """
    turn = _TURN * frequency / rate
    return maths.cos(turn), maths.sin(turn) / (2.0 * q)


def gain(decibels: float) -> float:
    """The cookbook's A: the square root of a level's factor."""
    return maths.power(10.0, decibels / 40.0)


def normal(b: tuple[float, float, float], a: tuple[float, float, float]) -> Coefficients:
    """Coefficients, divided by a0."""
    return (b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0])
