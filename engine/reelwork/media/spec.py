"""What is to be written: the frozen specifications of a film's picture and sound, and the rules they must keep."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reelwork.image.storage import StorageFormat


@dataclass(frozen=True)
class VideoSpec:
    """The picture of a film; every field changes the bytes of a unit, and nothing else does.

    Make one with :func:`video_spec`, which knows the defaults and refuses what cannot be written.

    :param codec: ``h264 hevc vp9 av1 prores ffv1``
    :param width: columns
    :param height: rows
    :param fps: pictures a second
    :param pixel_format: FFmpeg's name
    :param storage: the same, with the colour, as planes must be handed in
    :param crf: quality of the lossy codecs, lower is better; ``None`` for prores and ffv1
    :param preset: ``ultrafast`` … ``veryslow``: how much work the encoder does
    """

    codec: str
    width: int
    height: int
    fps: Fraction
    pixel_format: str
    storage: StorageFormat
    crf: int | None = None
    preset: str = "medium"


@dataclass(frozen=True)
class SoundSpec:
    """The sound of a film or a sound file, always 48,000 Hz stereo.

    :param codec: ``aac opus flac mp3 pcm``
    :param bitrate: bits a second, for the lossy codecs
    """

    codec: str = "aac"
    bitrate: int = 192_000


def video_spec(
    suffix: str,
    *,
    size: tuple[int, int],
    fps: Fraction,
    codec: str | None = None,
    crf: int | None = None,
    preset: str | None = None,
    pixel_format: str | None = None,
    alpha: bool = False,
    matrix: str = "bt709",
    full_range: bool = False,
) -> VideoSpec:
    """The specification for a file of this suffix (``.mp4 .mov .mkv .webm``), with the defaults of the format.

    :raises OutputError: what cannot be written, and what can be instead
    """
    raise NotImplementedError


def sound_spec(suffix: str, *, codec: str | None = None, bitrate: int | None = None) -> SoundSpec:
    """The specification of the sound in a file of this suffix, a film's or a sound file's.

    :raises OutputError: the container cannot hold the codec
    """
    raise NotImplementedError
