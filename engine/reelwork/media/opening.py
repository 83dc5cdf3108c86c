"""Opening films and sounds: a path goes in, FFmpeg's container comes out, or an error that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from reelwork.errors import MediaError
from reelwork.media.files import check_file

# Formats that are self-contained. Playlists are not here: they would read other files and reach the network.
_FORMATS: Final = (
    "mov", "mp4", "matroska", "webm", "avi", "flv", "mpegts", "mpeg", "asf", "mxf", "ogg",
    "dv", "yuv4mpegpipe", "nut", "gxf", "rm", "ivf", "obu", "h264", "hevc", "m4v", "mpegvideo", "mjpeg",
    "wav", "w64", "caf", "aiff", "au", "flac", "mp3", "aac", "ac3", "eac3",
    "loas", "dts", "dtshd", "truehd", "mlp", "gsm", "voc", "tta", "wv", "ape", "tak", "amr", "amrnb", "amrwb", "dsf",
    "iff", "mpc", "mpc8", "oma", "spdif", "xwma", "ircam", "nistsphere", "qcp", "sox", "rso", "aea", "shn", "osq",
)  # fmt: skip
_OPTIONS: Final = {"format_whitelist": ",".join(_FORMATS), "protocol_whitelist": "file"}
#: Pictures larger than this are refused: they would fill the memory.
MAX_PIXELS: Final = 1 << 27
# Opening a file decodes some of it.
_DECODERS: Final = {"max_pixels": str(MAX_PIXELS), "threads": "1"}
# How often in a row reading may fail.
_PATIENCE: Final = 64
_NOT_FILM: Final = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@contextmanager
def opened(path: Path, *, edited: bool = True) -> Iterator[InputContainer]:
    """A container for as long as the block lasts; FFmpeg's errors in it become ours.

    :param edited: as of :func:`open_container`

    :raises MediaError: the file cannot be read, or is damaged where it is read
    """
    with naming(path), open_container(path, edited=edited) as container:
        yield container


def open_container(path: Path, *, edited: bool = True) -> InputContainer:
    """A container that the caller closes.

    :param edited: whether the edit lists of MP4 and MOV are heeded; else packets have their tracks' own times

    :raises MediaError: the file is of no kind that can be read
    """
    check_file(path)
    try:
        return av.open(
            str(path.absolute()), "r", options=dict(_DECODERS), metadata_errors="replace",
            container_options=dict(_OPTIONS) if edited else {**_OPTIONS, "ignore_editlist": "1"},
        )  # fmt: skip
    except (av.InvalidDataError, av.ArgumentError) as error:
        raise MediaError(f"{path}: is damaged, or of no kind of picture or sound that can be read") from error
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn FFmpeg's errors into errors that name the file."""
    try:
        yield
    except av.InvalidDataError as error:
        raise MediaError(f"{path}: is damaged") from error
    except av.EOFError as error:
        raise MediaError(f"{path}: is cut short or damaged") from error
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


def patient(container: InputContainer, *streams: Stream) -> Iterator[Packet[Any] | None]:
    """The packets of a container, and ``None`` wherever something between them cannot be read.

    :raises av.InvalidDataError: nothing more of it can be
    """
    failures = 0
    while failures < _PATIENCE:
        try:
            for packet in container.demux(*streams):
                failures = 0
                yield packet
            return
        except av.InvalidDataError:
            failures += 1
            yield None
            if failures == _PATIENCE:
                raise


def film_streams(container: InputContainer) -> list[VideoStream]:
    """The streams of moving pictures that can be decoded; a song's cover is none."""
    return [s for s in container.streams.video if s.codec_context is not None and not s.disposition & _NOT_FILM]


def film_stream(container: InputContainer, number: int = 0) -> VideoStream | None:
    """A stream of moving pictures, if there is one.

    :param number: which one, from 1; 0 for the one that players choose
    """
    films = film_streams(container)
    if number:
        return films[number - 1] if number <= len(films) else None
    best = container.streams.best("video")
    return next((stream for stream in films if stream is best), films[0] if films else None)


def sound_streams(container: InputContainer) -> list[AudioStream]:
    """The streams of sound that can be decoded."""
    return [stream for stream in container.streams.audio if stream.codec_context is not None]


def sound_stream(container: InputContainer, number: int = 0) -> AudioStream | None:
    """A stream of sound, if there is one.

    :param number: which one, from 1; 0 for the one that players choose
    """
    if number:
        streams = sound_streams(container)
        return streams[number - 1] if number <= len(streams) else None
    streams = sound_streams(container)
    best = container.streams.best("audio")
    # Which stands for what cannot be decoded too, such as a telephone's spatial sound beside its stereo.
    return next((stream for stream in streams if stream is best), streams[0] if streams else None)


def cannot_be_shown(container: InputContainer) -> bool:
    """Whether it has moving pictures, and none that can be decoded."""
    pictures = [stream for stream in container.streams.video if not stream.disposition & _NOT_FILM]
    return bool(pictures) and all(stream.codec_context is None for stream in pictures)


def cannot_be_heard(container: InputContainer) -> bool:
    """Whether it has sound, and none that can be decoded."""
    return bool(container.streams.audio) and not sound_streams(container)
