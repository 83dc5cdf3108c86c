"""Sound sources: a file goes in, any run of its samples at 48,000 Hz in stereo comes out."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from reelwork import folders
from reelwork.catalogue.facts import Reading
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.downmix import Matrix, matrix_of, mixed_down
from reelwork.media.sound.run import Run
from reelwork.media.sound.stretch import stretched
from reelwork.media.sound.waves import waves

Samples = npt.NDArray[np.float32]

#: Samples a second of everything that is mixed.
RATE: Final = 48_000
# How many samples are worked on at a time.
_BLOCK: Final = 1 << 16
_FRAME_BYTES: Final = 8


class AudioSource:
    """The sound of a file at 48,000 Hz, stereo; a sample has the same value however it is asked for.

    Sample 0 is heard at the start of the file's first picture, or is the first sample where there are no pictures. One
    channel is heard on both sides as it is; more than two are mixed down by ITU-R BS.775. What was decoded is kept in a
    nameless temporary file until :meth:`close`. Not to be shared between threads.

    :param path: the file
    :param speed: how fast it plays, with its pitch kept: sample ``n`` is heard at ``n * speed`` of the source. Below 0
        it plays backwards from its end: sample ``n`` is heard at the source's duration less ``n * -speed``
    :param stream: which of its streams of sound, from 1; 0 for the one that players choose
    :raises MediaError: the file has no sound or cannot be read
    """

    def __init__(self, path: Path, *, speed: Fraction = Fraction(1), stream: int = 0) -> None:
        audio = probe(path, reading=Reading(sound=stream)).audio
        if audio is None:
            raise MediaError(f"{path}: holds no sound")
        if speed == 0:
            raise MediaError(f"{path}: sound cannot play at a speed of 0")
        self.path = path
        self.speed = speed
        end = audio.offset + audio.duration
        self._source_samples = max(0, math.ceil(end * RATE))
        #: How many samples there are at 48,000 Hz, at this speed.
        self.samples = max(0, math.ceil(end * RATE / abs(speed)))
        self._plain = _Kept(_decoded(path, audio.offset, stream))
        self._played = self._plain if speed == 1 else _Kept(stretched(self._source, abs(speed), self.samples))

    def __enter__(self) -> AudioSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def duration(self) -> Fraction:
        """Seconds of sound at this speed."""
        return Fraction(self.samples, RATE)

    def read(self, start: int, count: int) -> Samples:
        """``float32[2, count]`` from sample ``start``; silence before the first sample and after the last.

        :raises MediaError: the file is damaged there
        """
        return self._played.read(start, count)

    def close(self) -> None:
        """Let decoders and what they made go; the source cannot be read any more."""
        self._played.close()
        self._plain.close()

    def _source(self, start: int, count: int) -> Samples:
        if self.speed > 0:
            return self._plain.read(start, count)
        return self._plain.read(self._source_samples - start - count, count)[:, ::-1]


class _Kept:
    """Blocks that come one after another, kept so that any run of samples can be read again."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        # On disk, since a film's sound is larger than memory may be; it has no name and goes with the process.
        self._file = tempfile.TemporaryFile(dir=folders.caches())  # noqa: SIM115  # closed by close()
        self._samples = 0

    def read(self, start: int, count: int) -> Samples:
        out = np.zeros((2, count), np.float32)
        end = start + count
        while self._samples < end and (block := next(self._blocks, None)) is not None:
            self._file.seek(self._samples * _FRAME_BYTES)
            self._file.write(np.ascontiguousarray(block.T).tobytes())
            self._samples += block.shape[1]
        first, last = max(start, 0), min(end, self._samples)
        if first < last:
            self._file.seek(first * _FRAME_BYTES)
            data = self._file.read((last - first) * _FRAME_BYTES)
            out[:, first - start : last - start] = np.frombuffer(data, np.float32).reshape(-1, 2).T
        return out

    def close(self) -> None:
        self._blocks = iter(())
        self._file.close()


def _decoded(path: Path, offset: Fraction, stream: int) -> Iterator[Samples]:
    """A file's sound in stereo at 48,000 Hz, from time 0 on."""
    skipped = max(0, -round(offset * RATE))
    yield from _in_pieces(np.broadcast_to(np.float32(0), (2, max(0, round(offset * RATE)))))
    with waves(path, stream) as sound:
        for block in _resampled(_stereo(sound.runs, path)):
            left = min(skipped, block.shape[1])
            skipped -= left
            if left < block.shape[1]:
                yield block[:, left:]


def _stereo(runs: Iterator[Run], path: Path) -> Iterator[tuple[int, Samples]]:
    """Samples in stereo, and how many of them are a second."""
    known: tuple[object, ...] | None = None
    matrix: Matrix = ()
    for run in runs:
        if known != run[1:]:  # recordings of television go from stereo to 5.1 and back
            known = run[1:]
            matrix = matrix_of(run.channels, run.layout, path, run.levels)
        for piece in _in_pieces(run.samples):
            yield run.rate, mixed_down(piece, matrix)


def _in_pieces(samples: Samples) -> Iterator[Samples]:
    """The same samples, no more at a time than memory should hold."""
    for start in range(0, samples.shape[1], _BLOCK):
        yield samples[:, start : start + _BLOCK]


def _resampled(stereo: Iterator[tuple[int, Samples]]) -> Iterator[Samples]:
    for rate, pieces in groupby(stereo, key=itemgetter(0)):
        blocks = (block for _, block in pieces)
        if rate == RATE:
            yield from blocks
            continue
        resampler = soxr.ResampleStream(rate, RATE, 2, dtype="float32", quality="VHQ")
        for block in blocks:
            yield resampler.resample_chunk(np.ascontiguousarray(block.T)).T
        yield resampler.resample_chunk(np.empty((0, 2), np.float32), last=True).T
