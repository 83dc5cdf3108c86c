"""Decoding sound: a file goes in, its samples come out from the first to the last, as floats at the file's own rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags2
from av.container import InputContainer

from reelwork.catalogue.facts import AudioFacts
from reelwork.errors import MediaError
from reelwork.media.edits import EditList, edits_of
from reelwork.media.joints import is_jump
from reelwork.media.links import Part, links_of
from reelwork.media.offered import footage_reader
from reelwork.media.opening import is_edited, opened, patient, sound_stream, sound_streams
from reelwork.media.portable import portable_arithmetic
from reelwork.media.probe import probe
from reelwork.media.sound.chain import chained
from reelwork.media.sound.downmix import levels_of, matrix_of
from reelwork.media.sound.edited import edited
from reelwork.media.sound.ends import end_of, is_counted, missing_at_end
from reelwork.media.sound.run import LONGEST, Run, Samples, Stretch, Waves, silence
from reelwork.media.video.plugins import blocks_by
from reelwork.media.wave_files import is_open_ended

#: Samples a second, at least and at most.
RATES: Final = (1000, 3_000_000)
_MOST_CHANNELS: Final = 64
# A frame is late or early where it is so by three quarters of itself, in these bounds; less is rounding, and the
# unsteady clocks of recorders.
_LEAST_GAP_SECONDS, _GAP_SECONDS = 0.005, 0.015
# Samples by which a codec's last frames may be longer than what was recorded.
_MOST_FILLING: Final = 8192
# What a sample of each integer format is divided by.
_SCALES: Final = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31, "s64": 1 << 63}
# Damage that lies nearer together is told as one; no more than so many places are told apart.
_NEAR_SECONDS: Final = Fraction(1, 2)
_MOST_PLACES: Final = 50
# These say no length: what FFmpeg gives is the difference of two stamps, which may be of two recordings.
_UNSAID: Final = {"mpegts", "mpeg"}
# Nothing but frames; where such files were put one after the other, their tags stand between them.
_BARE: Final = {"mp3", "aac", "loas", "ac3", "eac3", "dts", "truehd", "mlp"}
_TAGS: Final = (b"ID3", b"TAG", b"APETAGEX")
# What a plugin's footage has, by their number.
_CHANNELS: Final = {1: ("FC",), 2: ("FL", "FR"), 6: ("FL", "FR", "FC", "LFE", "BL", "BR")}


class Counted(NamedTuple):
    """What is known of a file's sound once all of it was decoded.

    :param facts: their offset is the container's time of the first sample
    :param jumps: as of :class:`Waves`
    """

    facts: AudioFacts
    jumps: tuple[Fraction, ...]


@contextmanager
def waves(path: Path, number: int = 0) -> Iterator[Waves]:
    """Open a file's sound, without the encoder's priming and filling, with recorded gaps and damage as silence.

    :param number: which of its streams of sound, from 1; 0 for the one that players choose
    :raises MediaError: there is no sound in it, or it cannot be read
    """
    if reader := footage_reader(path):
        yield _of_footage(path, blocks_by(reader, path))
        return
    with _read(path, number) as sound:
        if sound is None:
            raise MediaError(f"{path}: holds no sound that can be decoded")
        yield sound


@contextmanager
def _read(path: Path, number: int) -> Iterator[Waves | None]:
    with opened(path) as container:
        stream = sound_stream(container, number)
        edits = EditList()
        if stream is not None and is_edited(container):
            edits, number = edits_of(path, stream.id), sound_streams(container).index(stream) + 1
        # One edit alone says where sound begins and ends; more of them FFmpeg cuts by whole packets, and fragments not
        # at all.
        alone = len(edits.edits) == 1 and not edits.fragmented
        if edits.first is None or (alone and not edits.first.stands):
            sound, rest = _Reading.of(container, path, number), links_of(path)[1:]
            yield sound and (chained(sound, [partial(_link, path, number, part) for part in rest]) if rest else sound)
            return
    with opened(path, edited=False) as container:
        sound = _Reading.of(container, path, number, edited=False)
        yield sound and edited(sound, edits, path)


@contextmanager
def _link(path: Path, number: int, part: Part) -> Iterator[Waves | None]:
    with opened(path, part=part) as container:
        yield _Reading.of(container, path, number)


def _of_footage(path: Path, blocks: Iterator[Samples]) -> Waves:
    audio = probe(path).audio
    if audio is None:
        raise MediaError(f"{path}: holds no sound")
    like = audio.rate, _CHANNELS[audio.channels], audio.layout
    runs = (Run(block, *like) for block in blocks)
    return Waves(audio.codec, audio.rate, audio.layout, audio.channels, Fraction(0), runs)


def count_samples(path: Path, number: int = 0) -> Counted | None:
    """What is known of a file's sound. Decodes everything.

    ``None`` where a stream of sound is there and nothing in it.

    :raises MediaError: as :func:`waves`
    """
    with _read(path, number) as sound:
        if sound is None:
            return None
        counts: Counter[int] = Counter()
        for run in sound.runs:
            counts[run.rate] += run.samples.shape[1]
        samples = round(sum(Fraction(count * sound.rate, rate) for rate, count in counts.items()))
        facts = AudioFacts(
            sound.codec, sound.rate, sound.channels, sound.layout, samples, sound.start, tuple(sound.damage)
        )
        return Counted(facts, tuple(sound.jumps))


def check_claims(stream: AudioStream, path: Path) -> None:
    """Look at what a stream of sound says of itself, before anything of it is read.

    :raises MediaError: it is more than can be read
    """
    channels = len(stream.codec_context.layout.channels)
    if channels > _MOST_CHANNELS:
        raise MediaError(f"{path}: its sound has {channels:,} channels; up to {_MOST_CHANNELS} can be read")
    claimed = (stream.duration or 0) * (stream.time_base or 0)
    if claimed > LONGEST and stream.container.format.name not in _UNSAID:
        raise MediaError(
            f"{path}: says that its sound lasts {float(claimed / 3600):,.0f} hours; up to {LONGEST // 3600} can be "
            "read: cut it first"
        )


class _Reading:
    """One pass over a file's sound: packets are decoded, placed by their times, and cut off where sound ends."""

    def __init__(self, container: InputContainer, stream: AudioStream, path: Path, *, edited: bool) -> None:
        self._edited = edited
        self._container, self._stream, self._path = container, stream, path
        self._rate = 0
        self._damage: list[Stretch] = []
        self._broken = False
        # Until when packets last, in the stream's ticks.
        self._reach: int | None = None
        self._is_bare = container.format.name in _BARE
        # How long tags between the frames of a bare stream would last if they were sound, seconds.
        self._passed = Fraction(0)
        # By how much such a stream's stamps are late by then, as they count those and frames that are shorter, seconds.
        self._drift = Fraction(0)
        # By how much the clock jumped each time that another recording began, seconds.
        self._jumps: list[Fraction] = []

    @classmethod
    def of(cls, container: InputContainer, path: Path, number: int, *, edited: bool = True) -> Waves | None:
        """The sound of an open container, if it has any.

        :param edited: whether priming and filling are left out; else all comes that the packets hold
        """
        stream = sound_stream(container, number)
        if stream is None:
            return None
        check_claims(stream, path)
        reading = cls(container, stream, path, edited=edited)
        if not edited:
            stream.codec_context.flags2 |= Flags2.skip_manual
        with portable_arithmetic():
            stream.codec_context.open(strict=False)
        frames = reading._frames()
        first = next(frames, None)
        if first is None:
            return None
        reading._rate = first.sample_rate
        matrix_of(_names(first), first.layout.name, path)  # what cannot be heard is said before anything is mixed
        _check_rate(first, path)
        return Waves(
            codec=stream.codec_context.codec.canonical_name,
            rate=first.sample_rate,
            layout=first.layout.name,
            channels=len(first.layout.channels),
            start=_time(first) or Fraction(0),
            runs=reading._bounded(reading._whole(first, frames)),
            damage=reading._damage,
            jumps=reading._jumps,
        )

    def _frames(self) -> Iterator[AudioFrame]:
        """Decoded frames; what cannot be decoded before the first and after the last is no sound (tags, covers)."""
        begun = False
        for packet in patient(self._container, self._stream):
            if packet is None:
                self._broken = begun
                continue
            if packet.pts is not None and packet.size:
                end = packet.pts + _signed(packet.duration or 0)
                self._reach = end if self._reach is None else max(self._reach, end)
            if self._is_bare and bytes(packet)[:8].startswith(_TAGS):
                self._passed += _signed(packet.duration or 0) * packet.time_base
                continue
            try:
                decoded = self._stream.codec_context.decode(packet if packet.size else None)
            except av.EOFError:
                break
            except av.MemoryError:
                raise
            except av.FFmpegError:
                self._broken = begun
                continue
            for frame in decoded:
                if not frame.samples:
                    continue
                if frame.is_corrupt and not is_open_ended(self._path):
                    self._broken = begun
                    continue
                begun = True
                yield frame

    def _whole(self, first: AudioFrame, frames: Iterator[AudioFrame]) -> Iterator[Run]:
        """Everything up to where the file says that sound ends, the filling of its codec's last frames left out."""
        held: list[Run] = []
        many = emitted = 0
        for run in self._placed(first, frames):
            held.append(run)
            many += self._counted(run)
            while many - self._counted(held[0]) >= _MOST_FILLING:
                many -= self._counted(held[0])
                emitted += self._counted(held[0])
                yield held.pop(0)
        start = _time(first) or Fraction(0)
        length = end_of(self._container, self._stream, self._rate, start, self._reach, edited=self._edited)
        surplus = 0 if length is None else emitted + many - length
        if not 0 < surplus <= min(_MOST_FILLING, many) or any(run.rate != self._rate for run in held):
            surplus = 0
        for run in _without_last(held, surplus):
            emitted += self._counted(run)
            yield run
        missing = missing_at_end(
            self._container, self._stream, self._rate, start + sum(self._jumps) + self._drift, self._reach, emitted
        )
        if missing:
            self._note(Fraction(emitted, self._rate), Fraction(emitted + missing, self._rate))
            yield silence(missing * held[-1].rate // self._rate, held[-1])

    def _counted(self, run: Run) -> int:
        """How many samples a run is at the rate that the sound begins with."""
        many: int = run.samples.shape[1]
        return -(-many * self._rate // run.rate)

    def _placed(self, first: AudioFrame, frames: Iterator[AudioFrame]) -> Iterator[Run]:
        """Frames where their times put them: what is missing between them is silence, what comes twice is left out."""
        rate, origin, position = self._rate, _time(first), 0
        begin = Fraction(0)  # when sample 0 of this rate is heard
        for frame in _chain(first, frames):
            if frame.sample_rate != rate:
                _check_rate(frame, self._path)
                begin += Fraction(position, rate)
                origin = None if origin is None else origin + Fraction(position, rate)
                rate, position = frame.sample_rate, 0
            run = Run(_floats(frame), rate, _names(frame), frame.layout.name, levels_of(frame, self._stream))
            samples = run.samples
            time, before = _time(frame), position
            # A bare stream has no clock: FFmpeg counts frames, all as long as the first. Only what is lost is a gap.
            if self._is_bare and not self._broken and time is not None:
                origin = time - self._passed - Fraction(position, rate)
                self._drift = time - Fraction(position, rate) - begin - (_time(first) or 0)
            if time is not None and origin is not None:
                late = _whole_frames(round((time - self._passed - origin) * rate) - position, frame, rate)
                slack = _slack(frame, rate)
                if -slack <= late <= slack:
                    pass
                elif is_jump(Fraction(late, rate)):  # what follows is heard at once
                    origin += Fraction(late, rate)
                    self._jumps.append(Fraction(late, rate))
                elif late > 0:
                    yield silence(late, run)
                    position += late
                    self._broken = self._broken or is_counted(self._container)
                else:
                    samples = samples[:, -late:]
            if self._broken:
                self._note(begin + Fraction(before, rate), begin + Fraction(position, rate))
                self._broken = False
            position += samples.shape[1]
            if samples.shape[1]:
                yield run._replace(samples=samples)

    def _bounded(self, runs: Iterator[Run]) -> Iterator[Run]:
        """The same runs, as long as they are not too many."""
        left = LONGEST * self._rate
        for run in runs:
            left -= self._counted(run)
            if left < 0:
                raise MediaError(f"{self._path}: its sound lasts more than {LONGEST // 3600} hours; cut it first")
            yield run

    def _note(self, begin: Fraction, end: Fraction) -> None:
        """That there is damage from one time to another, seconds."""
        if self._damage and (begin - self._damage[-1][1] < _NEAR_SECONDS or len(self._damage) == _MOST_PLACES):
            begin = self._damage.pop()[0]
        self._damage.append((begin, end))


def _check_rate(frame: AudioFrame, path: Path) -> None:
    if not RATES[0] <= frame.sample_rate <= RATES[1]:
        raise MediaError(f"{path}: its sound has {frame.sample_rate:,} samples a second, which cannot be read")


def _slack(frame: AudioFrame, rate: int) -> float:
    """By how many samples a frame may be late or early without anything being wrong."""
    steady = min(max(0.75 * frame.samples, _LEAST_GAP_SECONDS * rate), _GAP_SECONDS * rate)
    return max(steady, 2 * float(frame.time_base or 0) * rate)


def _whole_frames(late: int, frame: AudioFrame, rate: int) -> int:
    """By how many samples a frame is late, where the clock is coarse and frames were lost: by so many frames."""
    lost = round(late / frame.samples) * frame.samples
    return lost if abs(late - lost) <= float(frame.time_base or 0) * rate else late


def _without_last(runs: list[Run], surplus: int) -> Iterator[Run]:
    """The same runs without their last samples."""
    left = sum(run.samples.shape[1] for run in runs) - surplus
    for run in runs:
        kept = run.samples[:, :left]
        left -= kept.shape[1]
        if kept.shape[1]:
            yield run._replace(samples=kept)


def _chain(first: AudioFrame, rest: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    yield first
    yield from rest


def _signed(duration: int) -> int:
    # FFmpeg's demuxer of Ogg subtracts the filling of a stream's last packet, and its type has no sign.
    return duration - (1 << 32) if duration >> 31 == 1 else duration


def _names(frame: AudioFrame) -> tuple[str, ...]:
    return tuple(channel.name for channel in frame.layout.channels)


def _time(frame: AudioFrame) -> Fraction | None:
    return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base


def _floats(frame: AudioFrame) -> Samples:
    data: npt.NDArray[Any] = frame.to_ndarray()
    name = frame.format.name
    channels = len(frame.layout.channels)
    if not name.endswith("p"):
        data = data.reshape(-1, channels).T
    kind = name.removesuffix("p")
    if kind in _SCALES:
        centre = 128 if kind == "u8" else 0
        data = (data.astype(np.float64) - centre) / _SCALES[kind]
    elif not np.isfinite(data).all():  # a float file may hold anything, and an infinity would silence what is by it
        data = np.nan_to_num(data, nan=0.0, posinf=0.0, neginf=0.0)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(data, np.float32)
