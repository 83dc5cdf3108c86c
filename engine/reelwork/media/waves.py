"""Decoding sound: a file goes in, its samples come out from the first to the last, as floats at the file's own rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from reelwork.catalogue.facts import AudioFacts
from reelwork.errors import MediaError
from reelwork.media.offered import footage_reader
from reelwork.media.opening import opened, sound_stream
from reelwork.media.plugin_footage import blocks_by
from reelwork.media.portable import portable_arithmetic
from reelwork.media.probe import probe

Samples = npt.NDArray[np.float32]

# A jump in the clock by more than this is a gap that was recorded; less is rounding.
_GAP_SECONDS: Final = 0.02
# And by more than this, the clock of another recording.
_LONGEST_GAP_SECONDS: Final = 600
# These say exactly how many samples they hold.
_COUNTED: Final = {"flac", "wav", "w64", "aiff", "caf"}
# Samples by which a codec's last frames may be longer than what was recorded.
_MOST_FILLING: Final = 4096
# What a sample of each integer format is divided by.
_SCALES: Final = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31, "s64": 1 << 63}
# What a plugin's footage has, by their number.
_CHANNELS: Final = {1: ("FC",), 2: ("FL", "FR"), 6: ("FL", "FR", "FC", "LFE", "BL", "BR")}


@dataclass(frozen=True)
class Waves:
    """The sound of an open file.

    :param codec: FFmpeg's name
    :param rate: samples a second
    :param layout: FFmpeg's name of the layout
    :param channels: the channels' names, such as ``FL``
    :param start: when the container says that the first sample is heard, in seconds
    :param blocks: ``float32[channel, n]``, to be read once
    """

    codec: str
    rate: int
    layout: str
    channels: tuple[str, ...]
    start: Fraction
    blocks: Iterator[Samples]


@contextmanager
def waves(path: Path) -> Iterator[Waves]:
    """Open a file's sound, without the encoder's priming, with recorded gaps as silence.

    :raises MediaError: there is no sound in it, or it is damaged
    """
    if reader := footage_reader(path):
        yield _of_footage(path, blocks_by(reader, path))
        return
    with opened(path) as container:
        sound = _waves(container, path)
        if sound is None:
            raise MediaError(f"{path}: holds no sound that can be decoded")
        yield sound


def _of_footage(path: Path, blocks: Iterator[Samples]) -> Waves:
    audio = probe(path).audio
    if audio is None:
        raise MediaError(f"{path}: holds no sound")
    return Waves(audio.codec, audio.rate, audio.layout, _CHANNELS[audio.channels], Fraction(0), blocks)


def count_samples(path: Path) -> AudioFacts | None:
    """What is known of a file's sound; its offset is the container's time of the first sample. Decodes everything.

    ``None`` where a stream of sound is there and nothing in it.

    :raises MediaError: as :func:`waves`
    """
    with opened(path) as container:
        sound = _waves(container, path)
        if sound is None:
            return None
        samples = sum(block.shape[1] for block in sound.blocks)
        return AudioFacts(sound.codec, sound.rate, len(sound.channels), sound.layout, samples, sound.start)


def _waves(container: InputContainer, path: Path) -> Waves | None:
    stream = sound_stream(container)
    if stream is None:
        return None
    with portable_arithmetic():
        stream.codec_context.open(strict=False)
    frames = _frames(container, stream, path)
    first = next(frames, None)
    if first is None:
        return None
    return Waves(
        codec=stream.codec_context.codec.canonical_name,
        rate=first.sample_rate,
        layout=first.layout.name,
        channels=tuple(channel.name for channel in first.layout.channels),
        start=_time(first) or Fraction(0),
        blocks=_measured(_continuous(first, frames, container, path), container, stream, first.sample_rate, path),
    )


def _frames(container: InputContainer, stream: AudioStream, path: Path) -> Iterator[AudioFrame]:
    """Decoded frames. What cannot be decoded at either end is no sound (tags, covers); in between it is damage."""
    begun, broken = False, False
    for packet in container.demux(stream):
        try:
            decoded = stream.codec_context.decode(packet if packet.size else None)
        except av.InvalidDataError:
            broken = begun
            continue
        except av.EOFError:
            break
        for frame in decoded:
            if broken:
                raise MediaError(f"{path}: its sound is damaged before {float(_time(frame) or 0):.3f} s")
            begun = True
            yield frame


def _continuous(
    first: AudioFrame, frames: Iterator[AudioFrame], container: InputContainer, path: Path
) -> Iterator[Samples]:
    rate, channels, expected = first.sample_rate, len(first.layout.channels), _time(first)
    for frame in _chain(first, frames):
        if frame.sample_rate != rate or len(frame.layout.channels) != channels:
            raise MediaError(f"{path}: its sound changes its rate or its channels midway; convert it first")
        samples = _floats(frame)
        time = _time(frame)
        if time is not None and expected is not None:
            gap = float(time - expected)
            if gap > _GAP_SECONDS and container.format.name in _COUNTED:
                raise MediaError(f"{path}: its sound is damaged before {float(time):.3f} s")
            if _GAP_SECONDS < gap < _LONGEST_GAP_SECONDS:
                yield np.zeros((channels, round(gap * rate)), np.float32)
            elif -_LONGEST_GAP_SECONDS < gap < -_GAP_SECONDS:
                samples = samples[:, round(-gap * rate) :]
        if time is not None:
            expected = time
        if expected is not None:
            expected += Fraction(frame.samples, rate)
        if samples.shape[1]:
            yield samples


def _chain(first: AudioFrame, rest: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    yield first
    yield from rest


def _limited(blocks: Iterator[Samples], length: int | None) -> Iterator[Samples]:
    """Blocks up to a length, if what lies beyond it is no more than the filling of a codec's last frames."""
    position = 0
    beyond: list[Samples] = []
    for block in blocks:
        inside = block.shape[1] if length is None else min(max(length - position, 0), block.shape[1])
        position += block.shape[1]
        if inside:
            yield block[:, :inside]
        if inside < block.shape[1]:
            beyond.append(block[:, inside:])
        if length is not None and position - length > _MOST_FILLING:
            yield from beyond
            beyond, length = [], None


def _measured(
    blocks: Iterator[Samples], container: InputContainer, stream: AudioStream, rate: int, path: Path
) -> Iterator[Samples]:
    said = None if not stream.duration or stream.time_base is None else round(stream.duration * stream.time_base * rate)
    # MP4 alone says how many samples there were before the encoder filled its last frame.
    samples = 0
    for block in _limited(blocks, said if container.format.name.startswith("mov") else None):
        samples += block.shape[1]
        yield block
    if container.format.name in _COUNTED and said is not None and samples < said:
        raise MediaError(f"{path}: {said - samples:,} of its {said:,} samples are damaged or missing")


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
    return np.ascontiguousarray(data, np.float32)
