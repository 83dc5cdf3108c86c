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

from reelwork.sound.effects import processed
from reelwork.sound.gains import RATE, Level, gains
from reelwork.sound.plan import Bus, Clock, Envelope, Part, Voice

Block = npt.NDArray[np.float32]
# What is smaller is a denormal, at -760 dB, and slows down whoever reckons with it.
_TINY = np.finfo(np.float32).tiny
# A file, the speed that it is played at, and which of its streams of sound.
_File = tuple[str, Fraction, int]


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

    def __call__(self, path: Path, /, *, speed: Fraction, stream: int) -> Source:
        """A stream of a file's sound, played at ``speed`` (above 0) with its pitch kept."""
        ...


def sample_at(time: Fraction) -> int:
    """The number of the sample nearest to an instant, the later of two."""
    return floor(time * RATE + Fraction(1, 2))


def mix(
    parts: Iterable[Part],
    duration: Fraction,
    *,
    opener: Opener,
    start: Fraction = Fraction(0),
    block: int = RATE,
) -> Iterator[Block]:
    """The sound of a stretch, as ``float32[2, n]`` blocks, all of ``block`` samples but the last.

    Voices are cut at the samples nearest to their start and end, the end excluded, and summed in float64 in the order
    they come in; where nothing sounds there is silence. Samples may lie beyond ±1. The block size changes none of them.
    What is mixed for effects is so from the sample nearest to its layer's start, and its voices lie as they would if
    that were the beginning of everything.

    :param parts: voices and buses
    :param start: the instant of the parts' time where the stretch begins, seconds
    :param duration: the stretch's length, seconds
    """
    total = sample_at(duration)
    sources = _Sources(opener)
    mixer = _Mixer((part.within(Clock(-start)) for part in parts), sources, 0, total)
    try:
        for first in range(0, total, block):
            mixed = mixer.next(first, min(first + block, total)).astype(np.float32)
            mixed[np.abs(mixed) < _TINY] = 0.0
            yield mixed
    finally:
        sources.close()


class _Mixer:
    """Sums parts; asked for one run of samples after another.

    :param first: the first sample that is asked for
    :param last: where the last run ends, at most
    """

    def __init__(self, parts: Iterable[Part], sources: _Sources, first: int, last: int | None = None) -> None:
        placed = [_PlacedBus(part) if isinstance(part, Bus) else _Placed.of(part) for part in parts]
        heard = [part for part in placed if part.last > first and (last is None or part.first < last)]
        self._order = {id(part): index for index, part in enumerate(placed)}
        self._waiting = sorted(heard, key=lambda part: part.first, reverse=True)
        self._sounding: list[_Placed | _PlacedBus] = []
        self._sources = sources
        sources.expect(part for part in heard if isinstance(part, _Placed))

    def next(self, first: int, stop: int) -> npt.NDArray[np.float64]:
        """The sum of what is heard at some samples."""
        while self._waiting and self._waiting[-1].first < stop:
            self._sounding.append(self._waiting.pop())
        self._sounding.sort(key=lambda part: self._order[id(part)])
        summed = _sum(self._sounding, self._sources, first, stop)
        for part in [part for part in self._sounding if part.last <= stop]:
            self._sounding.remove(part)
            if isinstance(part, _Placed):
                self._sources.done(part)
        return summed


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
    def source(self) -> _File:
        return self.voice.source, self.voice.speed, self.voice.stream

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        return self.voice.envelopes

    def read(self, sources: _Sources, first: int, stop: int) -> Block:
        """Its samples, before its envelopes, at some of the output's sample numbers."""
        source = sources.of(self)
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


class _PlacedBus:
    """A bus in samples. Its inside is counted from its own start.

    :param bus: in the output's time
    """

    def __init__(self, bus: Bus) -> None:
        self.envelopes = bus.envelopes
        self._start = sample_at(bus.start)
        first, last = bus.heard
        self.first, self.last = sample_at(first), sample_at(last)
        self._bus = bus.within(Clock(-bus.start))
        self._blocks: Iterator[Block] | None = None
        self._rest = np.zeros((2, 0), np.float32)
        self._position = 0

    def read(self, sources: _Sources, first: int, stop: int) -> Block:
        """Its samples, before its envelopes; asked for one run after another."""
        if self._blocks is None:
            self._blocks = self._processed(sources)
        first, stop = first - self._start, stop - self._start
        while self._position < first:  # what lies before is worked through for what the effects remember of it
            self._next(first - self._position)
        taken = []
        while self._position < stop:
            taken.append(self._next(stop - self._position))
        return np.concatenate(taken, axis=1)

    def _next(self, most: int) -> Block:
        assert self._blocks is not None
        if not self._rest.shape[1]:
            self._rest = next(self._blocks)
        taken, self._rest = self._rest[:, :most], self._rest[:, most:]
        self._position += taken.shape[1]
        return taken

    def _processed(self, sources: _Sources) -> Iterator[Block]:
        bus = self._bus
        mixer = _Mixer(bus.parts, sources, 0)
        return processed(
            bus.effects, lambda first, stop: mixer.next(first, stop).astype(np.float32), bus.clock, bus.path
        )


class _Sources:
    """Files that are open: each opened when it is first heard and closed when nothing needs it any more."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._open: dict[_File, Source] = {}
        self._needed: dict[_File, int] = {}

    def expect(self, voices: Iterable[_Placed]) -> None:
        for voice in voices:
            self._needed[voice.source] = self._needed.get(voice.source, 0) + 1

    def of(self, voice: _Placed) -> Source:
        if voice.source not in self._open:
            path, speed, stream = voice.source
            self._open[voice.source] = self._opener(Path(path), speed=speed, stream=stream)
        return self._open[voice.source]

    def done(self, voice: _Placed) -> None:
        self._needed[voice.source] -= 1
        if not self._needed[voice.source] and voice.source in self._open:
            self._open.pop(voice.source).close()

    def close(self) -> None:
        for source in self._open.values():
            source.close()
        self._open.clear()


def _sum(parts: Iterable[_Placed | _PlacedBus], sources: _Sources, first: int, stop: int) -> npt.NDArray[np.float64]:
    total = np.zeros((2, stop - first))
    for part in parts:
        begin, end = max(first, part.first), min(stop, part.last)
        if begin >= end:
            continue
        left, right = _product(part.envelopes, begin, end)
        if isinstance(left, float) and left == 0.0 and isinstance(right, float) and right == 0.0:
            continue
        # Widened first: numpy would multiply float32 by a single gain in float32, and by a run of gains in float64.
        heard = part.read(sources, begin, end).astype(np.float64)
        if not np.isfinite(heard).all():  # a float file may hold anything, and one infinity would silence a whole mix
            heard = np.nan_to_num(heard, nan=0.0, posinf=0.0, neginf=0.0)
        total[0, begin - first : end - first] += heard[0] * left
        total[1, begin - first : end - first] += heard[1] * right
    return total


def _product(envelopes: Iterable[Envelope], first: int, stop: int) -> tuple[Level, Level]:
    left: Level = 1.0
    right: Level = 1.0
    for envelope in envelopes:
        its_left, its_right = gains(envelope, first, stop)
        left, right = left * its_left, right * its_right
    return left, right
