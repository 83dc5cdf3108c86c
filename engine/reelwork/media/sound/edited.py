"""Edited sound: the sound of a whole track and its edit list go in, what is heard of it comes out, to the sample.

Each edit begins and ends at the sample that is nearest to its times in the film, and takes those from the one on that
is nearest to its time in the track. What a codec's frames hold beside is not heard, and not missed. Where
the track stands (a dwell), there is silence.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np

from reelwork import folders
from reelwork.errors import MediaError
from reelwork.media.edits import EditList
from reelwork.media.sound.run import LONGEST, Run, Stretch, Waves, silence

# Samples that are read at a time.
_BLOCK: Final = 1 << 16


class _Piece(NamedTuple):
    """From which sample of the track, ``None`` of silence, and how many."""

    begin: int | None
    length: int


def edited(sound: Waves, edits: EditList, path: Path) -> Waves:
    """What is heard of a track's sound.

    :param sound: all of it, with the encoder's priming, at the track's own times
    :raises MediaError: it lasts too long, while it is read
    """
    first = edits.first
    start = first.begin if first else Fraction(0)
    damage: list[Stretch] = []
    return replace(sound, start=start, damage=damage, runs=_runs(sound, edits, start, damage, path))


def _runs(sound: Waves, edits: EditList, start: Fraction, damage: list[Stretch], path: Path) -> Iterator[Run]:
    with tempfile.TemporaryFile(dir=folders.caches()) as file:
        track = _Track(file, _of_one_rate(sound, path))
        pieces = _pieces(sound, edits, start, track.samples)
        if start + Fraction(sum(piece.length for piece in pieces), sound.rate) > LONGEST:
            raise MediaError(f"{path}: its sound lasts more than {LONGEST // 3600} hours; cut it first")
        damage.extend(_heard(sound, pieces))
        for begin, count in pieces:
            yield from track.read(begin, count)


def _of_one_rate(sound: Waves, path: Path) -> Iterator[Run]:
    for run in sound.runs:
        if run.rate != sound.rate:
            raise MediaError(f"{path}: its sound changes its rate midway, under several edits; convert it first")
        yield run


def _pieces(sound: Waves, edits: EditList, start: Fraction, samples: int) -> list[_Piece]:
    rate, found = sound.rate, []
    origin = round(sound.start * rate)
    for number, (begin, end, media, stands) in enumerate(edits.edits):
        if begin < start:
            continue
        own = None if media is None or stands else round(media * rate) - origin
        left = 0 if own is None else max(0, samples - own)
        count = left if end is None else round(end * rate) - round(begin * rate)
        # The last is rounded too, and beyond a track's end there is nothing to be heard.
        if own is not None and number == len(edits.edits) - 1 and count > left - edits.tick * rate:
            count = left
        found.append(_Piece(own, count))
    return found


def _heard(sound: Waves, pieces: Sequence[_Piece]) -> Iterator[Stretch]:
    """The damage of a track where its edits let it be heard."""
    at = 0
    for begin, count in pieces:
        for first, last in sound.damage if begin is not None else ():
            low = max(round(first * sound.rate) - (begin or 0), 0)
            high = min(round(last * sound.rate) - (begin or 0), count)
            if low < high:
                yield Fraction(at + low, sound.rate), Fraction(at + high, sound.rate)
        at += count


class _Track:
    """All samples of a track, in a file, since edits take them in any order; silence takes no room."""

    def __init__(self, file: BinaryIO, runs: Iterator[Run]) -> None:
        self._file = file
        self._starts: list[int] = []
        # What each run is, without its samples, and where these are; nowhere where it is silence.
        self._runs: list[tuple[Run, int | None]] = []
        self.samples = 0
        for run in runs:
            count = run.samples.shape[1]
            place = None if not any(run.samples.strides) else file.tell()
            if place is not None:
                file.write(np.ascontiguousarray(run.samples.T).tobytes())
            if place is None or not self._goes_on(run):
                self._starts.append(self.samples)
                self._runs.append((run._replace(samples=np.empty((len(run.channels), 0), np.float32)), place))
            self.samples += count

    def read(self, begin: int | None, count: int) -> Iterator[Run]:
        """So many samples from one on; silence before the first and after the last, and where there is none."""
        like = self._runs[0][0] if begin is None else self._runs[self._number(begin)][0]
        if begin is None:
            yield silence(count, like)
            return
        at, stop = begin, begin + count
        if at < 0:
            yield silence(min(stop, 0) - at, like)
            at = min(stop, 0)
        while at < min(stop, self.samples):
            number = self._number(at)
            end = self._starts[number + 1] if number + 1 < len(self._starts) else self.samples
            many = min(end, stop, at + _BLOCK) - at
            run, place = self._runs[number]
            if place is None:
                yield silence(many, run)
            else:
                size = 4 * len(run.channels)
                self._file.seek(place + (at - self._starts[number]) * size)
                data = np.frombuffer(self._file.read(many * size), np.float32)
                yield run._replace(samples=np.ascontiguousarray(data.reshape(many, -1).T))
            at += many
        if at < stop:
            yield silence(stop - at, like)

    def _goes_on(self, run: Run) -> bool:
        """Whether a run lies behind the one before as if it were of it."""
        return bool(self._runs) and self._runs[-1][1] is not None and self._runs[-1][0][1:] == run[1:]

    def _number(self, at: int) -> int:
        return max(0, bisect_right(self._starts, at) - 1)
