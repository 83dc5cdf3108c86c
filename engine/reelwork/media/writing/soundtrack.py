"""Encoding sound: blocks of samples go in, the packets of one stream come out; and sound files of their own."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from reelwork.errors import OutputError
from reelwork.media.packets import attach
from reelwork.media.portable import portable_arithmetic
from reelwork.media.whole import whole_file
from reelwork.media.writing.integers import codes_of
from reelwork.media.writing.spec import SoundSpec, sound_spec

#: Sound on its way to a file: ``float32[2, n]`` blocks of any length at 48,000 Hz.
Blocks = Iterable[npt.NDArray[np.float32]]

RATE: Final = 48_000
# Encoder, sample format, and bits of an integer sample.
_LOSSY: Final = {"aac": ("aac", "fltp", 0), "opus": ("libopus", "flt", 0), "mp3": ("libmp3lame", "fltp", 0)}
_LOSSLESS: Final = {
    ("flac", 16): ("flac", "s16", 16),
    ("flac", 24): ("flac", "s32", 24),
    ("pcm", 16): ("pcm_s16le", "s16", 16),
    ("pcm", 24): ("pcm_s24le", "s32", 24),
    ("pcm", 32): ("pcm_f32le", "flt", 0),
}
_FORMATS: Final = {".wav": "wav", ".flac": "flac", ".mp3": "mp3", ".m4a": "ipod", ".opus": "opus"}
_BLOCK: Final = 1024
# Up to so many kilobits a second, LAME's presets make what they encode quieter by this factor.
_LAME_SCALES: Final = ((176, 0.95), (208, 0.97), (240, 0.98))


class SoundTrack:
    """One stream of sound in a container that is being written.

    :param blocks: what is heard; samples beyond -1 to 1 are clipped where the codec stores integers, and dithered where
        these have 16 bits
    """

    def __init__(self, container: OutputContainer, spec: SoundSpec, blocks: Blocks) -> None:
        lossy = _LOSSY.get(spec.codec)
        name, self._format, self._bits = lossy or _LOSSLESS[spec.codec, spec.depth]
        with portable_arithmetic():
            stream = cast(AudioStream, container.add_stream(name, rate=RATE))
            stream.layout = "stereo"
            stream.format = self._format
            if lossy:
                stream.bit_rate = spec.bitrate
            stream.codec_context.flags |= av.codec.context.Flags.bitexact
            stream.codec_context.open()
        self._stream = stream
        self._blocks = blocks
        self._samples = 0
        self._scale = _lame_scale(spec.bitrate) if spec.codec == "mp3" else 1.0
        self._matroska_aac = spec.codec == "aac" and container.format.name == "matroska"

    def packets(self) -> Iterator[Packet[Any]]:
        """The packets, in order; blocks are asked for as they are needed."""
        last: Packet[Any] | None = None
        for packet in self._encoded():
            if last is not None:
                yield last
            last = packet
        if last is not None:
            if self._matroska_aac and last.pts is not None:
                # MP4 says how many samples of the last frame are sound; Matroska does only if it is told like this.
                filling = last.pts + self._stream.codec_context.frame_size - self._samples
                attach(last, "skip_samples", struct.pack("<IIBB", 0, max(0, filling), 0, 0))
            yield last

    def _encoded(self) -> Iterator[Packet[Any]]:
        for samples in _cut(self._blocks, self._stream.codec_context.frame_size or _BLOCK):
            frame = self._frame(samples)
            frame.rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
            self._samples += samples.shape[1]
            yield from self._stream.encode(frame)
        yield from self._stream.encode(None)

    def _frame(self, samples: npt.NDArray[np.float32]) -> AudioFrame:
        if self._scale != 1:
            samples = samples / np.float32(self._scale)  # so that levels stay what they are
        if self._format == "fltp":
            return AudioFrame.from_ndarray(np.ascontiguousarray(samples), self._format, "stereo")
        if self._bits:
            samples = codes_of(samples, self._bits, self._samples)
        return AudioFrame.from_ndarray(np.ascontiguousarray(samples.T).reshape(1, -1), self._format, "stereo")


def write_sound(blocks: Blocks, to: Path, spec: SoundSpec | None = None) -> None:
    """Write sound alone; codec and container follow from the suffix where ``spec`` is not given.

    :raises OutputError: an unknown suffix, or a place that cannot be written
    """
    if to.suffix not in _FORMATS:
        raise OutputError(f"{to}: sound cannot be written as {to.suffix!r}; use one of {', '.join(_FORMATS)}")
    spec = spec or sound_spec(to.suffix)
    options = {"fflags": "+bitexact", "movie_timescale": str(RATE)} if to.suffix == ".m4a" else {"fflags": "+bitexact"}
    with whole_file(to) as temporary:
        try:
            with av.open(str(temporary), "w", format=_FORMATS[to.suffix], container_options=options) as container:
                for packet in SoundTrack(container, spec, blocks).packets():
                    container.mux_one(packet)
        except av.FFmpegError as error:
            raise OutputError(f"cannot write {to}: {error.strerror}") from error


def _lame_scale(bitrate: int) -> float:
    return next((scale for most, scale in _LAME_SCALES if bitrate // 1000 <= most), 1.0)


def _cut(blocks: Blocks, size: int) -> Iterator[npt.NDArray[np.float32]]:
    """The same samples in blocks of ``size``, the last one shorter."""
    rest = np.empty((2, 0), np.float32)
    for block in blocks:
        rest = np.concatenate((rest, block), axis=1) if rest.shape[1] else block
        whole = rest.shape[1] // size * size
        for start in range(0, whole, size):
            yield rest[:, start : start + size]
        rest = rest[:, whole:]
    if rest.shape[1]:
        yield rest
