"""Sound sources that are easy to read, and graphs that sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from building import composition, constant, graph, layer, retiming

from reelwork.catalogue.facts import AudioFacts, MediaFacts
from reelwork.graph.model import Layer, Media, MediaSource, Sequence, SequenceSource, SoundUse, TransitionUse
from reelwork.sound.mix import mix
from reelwork.sound.voices import collect_voices

RATE = 48_000


class Counting:
    """Sample number k has the value k + 1 on the left and its negative on the right; silence outside ``length``."""

    def __init__(self, path, *, speed, stream=0):
        self.path, self.speed, self.closed = path, speed, False
        self.length = 1 << 22

    def read(self, start, count):
        assert not self.closed
        numbers = np.arange(start, start + count)
        left = np.where((numbers >= 0) & (numbers < self.length), numbers + 1.0, 0.0)
        return np.stack([left, -left]).astype(np.float32)

    def close(self):
        self.closed = True


class Noise(Counting):
    """Noise that depends on the file's name and on the sample's number."""

    def read(self, start, count):
        seed = sum(str(self.path).encode()) + 7919 * self.speed.numerator + 104729 * self.speed.denominator
        mixed = np.arange(start, start + count).astype(np.uint64) + np.uint64(seed << 32)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        left = (mixed >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1.0
        return np.stack([left, -0.5 * left]).astype(np.float32)


class Ones(Counting):
    """Full scale on both channels, always."""

    def read(self, start, count):
        return np.ones((2, count), np.float32)


def sound(gain=0.0, pan=0.0, fade_in=0, fade_out=0, mute=False) -> SoundUse:
    curves = [value if not isinstance(value, float | int) else constant(float(value)) for value in (gain, pan)]
    return SoundUse(*curves, Fraction(fade_in), Fraction(fade_out), mute)


def song(path="/nowhere/song.wav", *, start=0, length=10, speed=1, loop="none") -> MediaSource:
    facts = MediaFacts(
        "audio",
        path,
        "wav",
        "pcm_s16le",
        duration=Fraction(length),
        audio=AudioFacts("pcm_s16le", RATE, 2, "stereo", 1),
    )
    return MediaSource(Media(path, facts), retiming(start=start, length=length, speed=speed, loop=loop))


def heard(source, *, start=0, end=2, path="compositions.main.layers[0]", visible=True, **its) -> Layer:
    return replace(layer(source, path=path, start=start, end=end, visible=visible), sound=sound(**its))


def clips(*layers: Layer, transitions=(), duration=None) -> SequenceSource:
    uses = tuple(
        TransitionUse(Fraction(start), Fraction(end), None, {}, outgoing, incoming)
        for start, end, outgoing, incoming in transitions
    )
    last = max(clip.end for clip in layers)
    return SequenceSource(Sequence(layers, uses, Fraction(duration) if duration is not None else last))


def voices(*layers: Layer, duration=2):
    return collect_voices(graph(composition(*layers, duration=duration)))


def samples(its_voices, duration, *, opener=Counting, start=0, block=RATE):
    blocks = list(mix(its_voices, Fraction(duration), opener=opener, start=Fraction(start), block=block))
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.float32)
