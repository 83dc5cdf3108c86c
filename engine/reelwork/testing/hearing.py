"""Hearing: a sound effect goes in, what it makes of a sample, in blocks of any lengths, comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from reelwork.effect import Extension
from reelwork.image.frame import Pixels
from reelwork.kernels.arrays import Sound
from reelwork.sound_effect import SoundContext, SoundEffect
from reelwork.testing.painting import painted
from reelwork.testing.samples import BOX

CONTEXT: Final = SoundContext(seed=7)
_LENGTH: Final = 12_000


def sample() -> Sound:
    """Noise, a low and a high tone, silence, a click louder than full scale; left and right are different."""
    n = np.arange(_LENGTH)
    noise = (np.sin(n * 12.9898) * 43758.5453) % 1.0 - 0.5
    left = np.where(n < 3000, noise, 0.8 * np.sin(n * 0.01) + 0.1 * np.sin(n * 1.1)) * (n < 9000)
    left[10_000] = 2.5
    return np.ascontiguousarray([left, -0.5 * left[::-1]], np.float32)


def heard(effect: SoundEffect, sound: Sound, lengths: tuple[int, ...] = (_LENGTH,)) -> Sound:
    """What becomes of a sound that comes in blocks of some lengths, in turn; every sample is set."""
    state, out = effect.begin(CONTEXT), np.full_like(sound, np.nan)
    for begin, end in _cut(sound.shape[1], lengths):
        block, made = np.ascontiguousarray(sound[:, begin:end]), np.full((len(sound), end - begin), np.nan, np.float32)
        effect.process(block, made, state, CONTEXT)
        out[:, begin:end] = made
    return out


def made(extension: Extension) -> Pixels:
    """What an extension makes of the samples: a picture or a sound."""
    return heard(extension, sample()) if isinstance(extension, SoundEffect) else painted(extension, BOX)


def _cut(count: int, lengths: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    begin, turn = 0, 0
    while begin < count:
        end = min(begin + lengths[turn % len(lengths)], count)
        yield begin, end
        begin, turn = end, turn + 1
