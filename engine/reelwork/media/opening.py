"""Opening films and sounds: a path goes in, FFmpeg's container comes out, or an error that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from reelwork.errors import MediaError
from reelwork.media.cut_short import lacks_index
from reelwork.media.files import check_file
from reelwork.media.links import Part, links_of
from reelwork.media.wave_files import padded_of

# Formats that are self-contained. Playlists are not here: they would read other files and reach the network.
_FORMATS: Final = (
    "mov", "mp4", "matroska", "webm", "avi", "flv", "mpegts", "mpeg", "asf", "mxf", "ogg",
    "dv", "yuv4mpegpipe", "nut", "gxf", "rm", "ivf", "obu", "h264", "hevc", "m4v", "mpegvideo", "mjpeg",
    "wav", "w64", "caf", "aiff", "au", "flac", "mp3", "aac", "ac3", "eac3",
    "loas", "dts", "dtshd", "truehd", "mlp", "gsm", "voc", "tta", "wv", "ape", "tak", "amr", "amrnb", "amrwb", "dsf",
    "iff", "mpc", "mpc8", "oma", "spdif", "xwma", "ircam", "nistsphere", "qcp", "sox", "rso", "aea", "shn", "osq",
)  # fmt: skip
# Of several layers, FFmpeg takes bare streams for nothing that it knows.
_BARE: Final = {".hevc": "hevc", ".h265": "hevc", ".265": "hevc"}
_OPTIONS: Final = {"format_whitelist": ",".join(_FORMATS), "protocol_whitelist": "file,subfile"}
#: Pictures larger than this are refused: they would fill the memory.
MAX_PIXELS: Final = 1 << 27
# Opening a file decodes some of it.
_DECODERS: Final = {"max_pixels": str(MAX_PIXELS), "threads": "1"}
# How often in a row reading may fail.
_PATIENCE: Final = 64
_NOT_FILM: Final = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@contextmanager
def opened(path: Path, *, edited: bool = True, part: Part | None = None) -> Iterator[InputContainer]:
    """A container for as long as the block lasts; FFmpeg's errors in it become ours.

    :param edited: as of :func:`open_container`
    :param part: as of :func:`open_container`

    :raises MediaError: the file cannot be read, or is damaged where it is read
    """
    with naming(path), open_container(path, edited=edited, part=part) as container:
        yield container


def open_container(path: Path, *, edited: bool = True, part: Part | None = None) -> InputContainer:
    """A container that the caller closes.

    :param edited: whether the edit lists of MP4 and MOV are heeded; else packets have their tracks' own times
    :param part: the bytes that are the file; of a chain, default: its first link

    :raises MediaError: the file is of no kind that can be read
    """
    check_file(path)
    name, padded = str(path.absolute()), padded_of(path)
    if part := part or (padded and padded.part) or next(iter(links_of(path)), None):
        name = f"subfile,,start,{part[0]},end,{part[1]},,:{name}"
    options = dict(_OPTIONS) if edited else {**_OPTIONS, "ignore_editlist": "1"}
    kind = None
    if padded is not None:
        kind, options = padded.form, {"sample_rate": str(padded.rate), "ch_layout": padded.layout}
    try:
        return _open(name, kind, options)
    except av.InvalidDataError as error:
        if path.suffix.lower() in _BARE:
            with suppress(av.FFmpegError):
                return _open(name, _BARE[path.suffix.lower()], options)
        raise _unreadable(path) from error
    except (av.ArgumentError, av.EOFError) as error:
        raise _unreadable(path) from error
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


def _unreadable(path: Path) -> MediaError:
    if lacks_index(path):
        return MediaError(
            f"{path}: its index (moov) is missing: the recording was cut off before it was closed, or the file is not "
            "copied whole; copy it again, or rebuild the index by a whole recording of the same camera, as untrunc does"
        )
    return MediaError(f"{path}: is damaged, or of no kind of picture or sound that can be read")


def _open(name: str, kind: str | None, options: dict[str, str]) -> InputContainer:
    decoders = dict(_DECODERS)
    return av.open(name, "r", format=kind, options=decoders, container_options=options, metadata_errors="replace")


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


def is_edited(container: InputContainer) -> bool:
    """Whether a container is of those that may have edit lists: MP4 and MOV."""
    return str(container.format.name).startswith("mov")


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
