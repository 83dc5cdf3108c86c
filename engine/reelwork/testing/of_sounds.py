"""What must hold for sound effects."""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.sound_effect import SoundEffect
from reelwork.testing.hearing import CONTEXT, heard, sample
from reelwork.testing.promise import Promises, trials
from reelwork.testing.samples import ordinary

PROMISES: Final = Promises()
#: Into how many samples at a time the sound is cut.
_CUTS: Final = ((64, 1000), (1, 63, 4096), (4800, 7, 333))
#: Tails that are longer are not listened to, seconds.
_LONGEST: Final = 8.0
_BURST: Final = 1200
_SILENCE: Final = 0.001


@PROMISES("it makes sound of sound", SoundEffect, basic=True)
def _sounds(cls: type[SoundEffect]) -> None:
    assert not trials(cls).basic, trials(cls).basic


@PROMISES("it makes sound at the ends of its parameters' ranges", SoundEffect)
def _extremes(cls: type[SoundEffect]) -> None:
    first, *others = trials(cls).faults or ("",)
    assert not first, f"{first}{f'; and {len(others)} others' if others else ''}"
    for effect in trials(cls).instances:
        for sound in (np.zeros((2, 500), np.float32), np.full((2, 500), 100.0, np.float32)):
            assert np.isfinite(heard(effect, sound)).all(), f"{effect!r} makes infinities, or what is no number"


@PROMISES("blocks of any length give the same samples", SoundEffect)
def _blocks(cls: type[SoundEffect]) -> None:
    effect, sound = ordinary(cls), sample()
    whole = heard(effect, sound)
    for lengths in _CUTS:
        found = heard(effect, sound, lengths)
        differ = int((found != whole).any(axis=0).sum())
        assert found.tobytes() == whole.tobytes(), (
            f"in blocks of {lengths} samples {differ} samples differ: what one needs of another lies in the state"
        )


@PROMISES("it gives the same each time, and leaves what it was given", SoundEffect)
def _again(cls: type[SoundEffect]) -> None:
    effect, sound = ordinary(cls), sample()
    assert heard(effect, sound).tobytes() == heard(effect, sound).tobytes(), "the second time it gives something else"
    assert (sound == sample()).all(), "it changes the sound that it was given"


@PROMISES("what says that it changes no sound changes none", SoundEffect)
def _identity(cls: type[SoundEffect]) -> None:
    for effect in trials(cls).instances:
        if effect.is_identity():
            difference = abs(heard(effect, sample()) - sample()).max()
            assert difference < 1e-5, f"{effect!r} is_identity(), but changes samples by {difference:.3g}"


@PROMISES("it rings no longer than it says", SoundEffect)
def _tail(cls: type[SoundEffect]) -> None:
    for effect in trials(cls).instances:
        tail = effect.tail()
        assert tail >= 0.0, f"{effect!r} has a tail of {tail} s"
        if tail > _LONGEST:
            continue
        end = _BURST + effect.latency(CONTEXT) + int(tail * CONTEXT.rate)
        silence = heard(effect, np.zeros((2, end + CONTEXT.rate // 10), np.float32))
        sound = np.zeros_like(silence)
        sound[:, :_BURST] = sample()[:, :_BURST]
        left = abs(heard(effect, sound) - silence)[:, end:].max()
        assert left <= 2 * _SILENCE, f"{effect!r} is still heard ({left:.3g}) after the {tail:.3g} s of its tail"
