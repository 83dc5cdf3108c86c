"""Sound effects at work: the effects of a layer and its sound go in, block after block, what they make of it comes out.

All of it is counted from the layer's start: blocks have one length there, and parameters that move are read every
:data:`STEP` samples, so that neither the mix's blocks nor where one begins to listen change anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import PluginError
from reelwork.faults import Calling, PluginFault
from reelwork.graph.model import SoundEffectUse, SoundUse
from reelwork.plan import asking
from reelwork.plan.evaluate import Scope, instance, is_constant, key_times
from reelwork.plan.uses import seed
from reelwork.sound.gains import RATE, Level, curve_values
from reelwork.sound.plan import Clock
from reelwork.sound_effect import SoundContext, SoundEffect
from reelwork.timecode import format_seconds

Block = npt.NDArray[np.float32]

#: Samples of a block, and samples for which a moving parameter stays as it is.
BLOCK: Final = 4096
STEP: Final = 64


def effects_of(sound: SoundUse) -> tuple[SoundEffectUse, ...]:
    """The effects of a layer that may change something."""
    return tuple(use for use in sound.effects if not _changes_nothing(use))


def ringing(effects: tuple[SoundEffectUse, ...], duration: Fraction) -> Fraction:
    """Seconds that a layer rings on after its end.

    :param duration: of the layer, seconds: when on its clock it ends
    """
    total = Fraction(0)
    for use in effects:
        effect = _at(use, duration)
        with Calling(effect, doing="tail()"):
            total += Fraction(max(0.0, effect.tail()))
    return total


def processed(
    effects: tuple[SoundEffectUse, ...], read: Callable[[int, int], Block], clock: Clock, path: str
) -> Iterator[Block]:
    """What effects make of a sound, from sample 0 on and without an end, in blocks of any length.

    :param read: ``(first, stop)`` to those samples of the sound; asked for one run after another
    :param clock: that parameters are keyframed on, over the sound's seconds
    :param path: of the layer, in the scene
    :raises PluginFault: a plugin fails at it
    """
    context = SoundContext(seed=seed(path))
    stages = [_Stage(use, clock, context) for use in effects]
    late = sum(stage.latency for stage in stages)
    first = 0
    while True:
        block = read(first, first + BLOCK)
        for stage in stages:
            block = stage.process(block, first)
        first += BLOCK
        skipped = min(late, block.shape[1])
        late -= skipped
        if skipped < block.shape[1]:
            yield block[:, skipped:]


class _Stage:
    """One effect, with what it remembers."""

    def __init__(self, use: SoundEffectUse, clock: Clock, context: SoundContext) -> None:
        self._use, self._clock, self._context = use, clock, context
        self._effect = _at(use, clock.at(Fraction(0)))
        keys = sorted(key_times(use.params))
        self._keyed = (keys[0], keys[-1]) if keys else None
        self._is_mixed = not (use.mix.is_constant and use.mix.keys[0].value == 1.0)
        with Calling(self._effect, doing="begin()"):
            self._state = self._effect.begin(context)
        with Calling(self._effect, doing="latency()"):
            self.latency = max(0, int(self._effect.latency(context)))
        self._dry = np.zeros((context.channels, self.latency), np.float32)

    def process(self, sound: Block, first: int) -> Block:
        """The next block, which begins at a sample."""
        out, count = np.zeros_like(sound), sound.shape[1]
        step = STEP if self._moves(first, first + count) else count
        for begin in range(0, count, step):
            out[:, begin : begin + step] = self._made(sound[:, begin : begin + step], first + begin)
        return self._mixed(sound, out, first) if self._is_mixed else out

    def _moves(self, first: int, stop: int) -> bool:
        """Whether a parameter may move between two samples."""
        if self._keyed is None:
            return False
        begin, end = sorted(self._clock.at(Fraction(sample, RATE)) for sample in (first, stop))
        return begin < self._keyed[1] and end > self._keyed[0]

    def _made(self, sound: Block, first: int) -> Block:
        made = np.zeros(sound.shape, np.float32)
        try:
            if self._keyed is not None:
                self._effect = _at(self._use, self._clock.at(Fraction(first, RATE)))
            with Calling(self._effect, doing="process()"):
                self._effect.process(np.ascontiguousarray(sound), made, self._state, self._context)
                if not np.isfinite(made).all():
                    raise PluginError("it makes infinities, or what is no number")
        except PluginFault as fault:
            raise fault.at(f"{format_seconds(Fraction(first, RATE))} after the layer's start") from fault
        return made

    def _mixed(self, sound: Block, made: Block, first: int) -> Block:
        """The sound as it was, as late as the effect makes it, and what was made of it."""
        both = np.concatenate((self._dry, sound), axis=1)
        count = sound.shape[1]
        dry, self._dry = both[:, :count], both[:, count:]
        share: Level = curve_values(self._use.mix, self._clock, first, first + count)
        result: Block = (dry + (made.astype(np.float64) - dry) * share).astype(np.float32)
        return result


def _at(use: SoundEffectUse, time: Fraction) -> SoundEffect:
    """The effect as it is when the layer's clock says ``time``."""
    return instance(use.effect, use.params, Scope(time, (0.0, 0.0), (0.0, 0.0)), use.path)


def _changes_nothing(use: SoundEffectUse) -> bool:
    if use.mix.is_constant and use.mix.keys[0].value == 0.0:
        return True
    effect = _at(use, Fraction(0))
    return is_constant(use.params) and asking.is_identity(effect)
