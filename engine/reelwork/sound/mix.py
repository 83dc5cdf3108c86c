"""Mixing: voices go in, blocks of samples come out, 48,000 Hz stereo, in memory that a film's length does not touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from reelwork.sound.gains import RATE, Level, gains
from reelwork.sound.plan import Clock, Voice

Block = npt.NDArray[np.float32]


class Source(Protocol):
    """The sound of a file at 48,000 Hz, stereo, at some speed; a sample has the same value however it is asked for."""

    def read(self, start: int, count: int, /) -> Block:
        """``float32[2, count]`` from sample ``start``; silence before the first sample and after the last."""
        ...

    def close(self) -> None:
        """Let decoders and memory go."""
        ...


class Opener(Protocol):
    """Opens files: what :func:`mix` is handed, since mixing itself knows no file."""

    def __call__(self, path: Path, /, *, speed: Fraction) -> Source:
        """The sound of a file, played at ``speed`` (above 0) with its pitch kept."""
        ...


def sample_at(time: Fraction) -> int:
    """The number of the sample nearest to an instant, the later of two."""
    return floor(time * RATE + Fraction(1, 2))


def mix(
    voices: Iterable[Voice],
    duration: Fraction,
    *,
    opener: Opener,
    start: Fraction = Fraction(0),
    block: int = RATE,
) -> Iterator[Block]:
    """The sound of a stretch, as ``float32[2, n]`` blocks, all of ``block`` samples but the last.

    Voices are cut at the samples nearest to their start and end, the end excluded, and summed in float64 in the order
    they come in; where nothing sounds there is silence. Samples may lie beyond ±1. The block size changes none of them.

    :param start: the instant of the voices' time where the stretch begins, seconds
    :param duration: the stretch's length, seconds
    """
    placed = [_Placed.of(voice.within(Clock(-start))) for voice in voices]
    total = sample_at(duration)
    order = {id(voice): index for index, voice in enumerate(placed)}
    heard = (voice for voice in placed if voice.first < total and voice.last > 0)
    waiting = sorted(heard, key=lambda voice: voice.first, reverse=True)
    sources = _Sources(opener, waiting)
    sounding: list[_Placed] = []
    try:
        for first in range(0, total, block):
            stop = min(first + block, total)
            while waiting and waiting[-1].first < stop:
                sounding.append(waiting.pop())
            sounding.sort(key=lambda voice: order[id(voice)])
            yield _sum(sounding, sources, first, stop)
            for voice in [voice for voice in sounding if voice.last <= stop]:
                sounding.remove(voice)
                sources.done(voice)
    finally:
        sources.close()


@dataclass(frozen=True, eq=False)
class _Placed:
    """A voice in samples.

    :param first: the output's sample where it starts
    :param last: where it has ended
    :param origin: the sample of its source, at its speed, that stands at 0 on its tape
    :param head: where on its tape, in samples, it starts
    """

    voice: Voice
    first: int
    last: int
    origin: int
    head: int

    @classmethod
    def of(cls, voice: Voice) -> _Placed:
        origin = sample_at(voice.begin / voice.speed)
        return cls(voice, sample_at(voice.start), sample_at(voice.end), origin, sample_at(voice.head))

    @property
    def source(self) -> tuple[str, Fraction]:
        return self.voice.source, self.voice.speed

    def read(self, source: Source, first: int, stop: int) -> Block:
        """Its samples, before its envelopes, at some of the output's sample numbers."""
        if self.voice.backwards:
            to = self.head - (first - self.first)
            return self._tape(source, to - (stop - first), to)[:, ::-1]
        begin = self.head + first - self.first
        return self._tape(source, begin, begin + stop - first)

    def _tape(self, source: Source, first: int, stop: int) -> Block:
        turn = self.voice.turn
        if turn is None:
            return source.read(self.origin + first, stop - first)
        # Each repetition begins at its own nearest sample, so that rounding does not add up.
        length = max(turn * RATE, Fraction(1))
        parts: list[Block] = []
        while first < stop:
            number = ceil((first + Fraction(1, 2)) / length) - 1
            begin, end = floor(number * length + Fraction(1, 2)), floor((number + 1) * length + Fraction(1, 2))
            count = min(stop, end) - first
            if self.voice.ping_pong and number % 2:
                mirrored = self.origin + end - first - count
                parts.append(source.read(mirrored, count)[:, ::-1])
            else:
                parts.append(source.read(self.origin + first - begin, count))
            first += count
        return np.concatenate(parts, axis=1)


class _Sources:
    """Files that are open: each opened when it is first heard and closed when nothing needs it any more."""

    def __init__(self, opener: Opener, voices: Iterable[_Placed]) -> None:
        self._opener = opener
        self._open: dict[tuple[str, Fraction], Source] = {}
        self._needed: dict[tuple[str, Fraction], int] = {}
        for voice in voices:
            self._needed[voice.source] = self._needed.get(voice.source, 0) + 1

    def of(self, voice: _Placed) -> Source:
        if voice.source not in self._open:
            path, speed = voice.source
            self._open[voice.source] = self._opener(Path(path), speed=speed)
        return self._open[voice.source]

    def done(self, voice: _Placed) -> None:
        self._needed[voice.source] -= 1
        if not self._needed[voice.source] and voice.source in self._open:
            self._open.pop(voice.source).close()

    def close(self) -> None:
        for source in self._open.values():
            source.close()
        self._open.clear()


def _sum(voices: Iterable[_Placed], sources: _Sources, first: int, stop: int) -> Block:
    total = np.zeros((2, stop - first))
    for voice in voices:
        begin, end = max(first, voice.first), min(stop, voice.last)
        if begin >= end:
            continue
        left, right = _product(voice.voice, begin, end)
        if isinstance(left, float) and left == 0.0 and isinstance(right, float) and right == 0.0:
            continue
        # Widened first: numpy would multiply float32 by a single gain in float32, and by a run of gains in float64.
        heard = voice.read(sources.of(voice), begin, end).astype(np.float64)
        if not np.isfinite(heard).all():  # a float file may hold anything, and one infinity would silence a whole mix
            heard = np.nan_to_num(heard, nan=0.0, posinf=0.0, neginf=0.0)
        total[0, begin - first : end - first] += heard[0] * left
        total[1, begin - first : end - first] += heard[1] * right
    return total.astype(np.float32)


def _product(voice: Voice, first: int, stop: int) -> tuple[Level, Level]:
    left: Level = 1.0
    right: Level = 1.0
    for envelope in voice.envelopes:
        its_left, its_right = gains(envelope, first, stop)
        left, right = left * its_left, right * its_right
    return left, right
