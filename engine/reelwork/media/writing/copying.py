"""Copying: packets of a source go out as they are stored, with the header that a film of them must keep.

H.264 and HEVC are handed on as byte streams (a start code before each unit), whatever the container wrote before them,
so that the same stream has the same header wherever it lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from reelwork.errors import MediaError, OutputError
from reelwork.media.opening import film_stream, naming, opened
from reelwork.media.probe import digest_of, examine
from reelwork.media.remember import recall, remember
from reelwork.media.video.demux import Demux
from reelwork.media.video.index import FrameIndex
from reelwork.media.writing.codecs import ENCODERS, configure, encoder_options
from reelwork.media.writing.segment import PacketEntry, StoredPacket
from reelwork.media.writing.spec import VideoSpec

#: Codecs whose streams can be cut and joined without being understood further.
COPIED_CODECS: Final = ("h264", "hevc", "prores", "ffv1")
#: Kinds of units that are headers, and kinds of slices that nothing after them looks back beyond, by H.264's table 7-1
#: and HEVC's table 7-1.
_HEADERS: Final = {"h264": (7, 8), "hevc": (32, 33, 34)}
_FRESH: Final = {"h264": (5,), "hevc": (19, 20)}
_START: Final = b"\0\0\0\1"
#: No record of ISO/IEC 14496-15 that holds a header is shorter.
_RECORD: Final = 7
_START_CODE: Final = re.compile(rb"\x00\x00\x01")


@dataclass(frozen=True)
class StoredStream:
    """What must be known of a video to copy from it.

    :param codec: FFmpeg's name
    :param header: hexadecimal: the headers of H.264 and HEVC as a byte stream, FFV1's record, ProRes's four letters
    :param fresh: the packets, in the order of decoding, that nothing after them looks back beyond
    :param trouble: why nothing can be copied from it; else empty
    """

    codec: str
    header: str
    fresh: tuple[int, ...]
    trouble: str = ""


def stored_stream(path: Path) -> StoredStream:
    """The stream of a video; the first time, its packets are read from beginning to end.

    :raises MediaError: the file cannot be read, or is no video
    """
    digest = digest_of(path)
    known = recall("stream", digest)
    try:
        if known is not None:
            return StoredStream(**{**known, "fresh": tuple(known["fresh"])})
    except (TypeError, KeyError):
        pass  # remembered by another version
    stream = _scanned(path)
    remember("stream", digest, asdict(stream))
    return stream


def encoder_header(spec: VideoSpec) -> str:
    """The header that an encoder of this specification writes, as :attr:`StoredStream.header`.

    :raises OutputError: there is no such encoder
    """
    context = cast(VideoCodecContext, VideoCodecContext.create(ENCODERS[spec.codec], "w"))
    configure(context, spec)
    context.options = encoder_options(spec)
    try:
        context.open()
    except av.FFmpegError as error:
        raise OutputError(f"{spec.codec} cannot encode {spec.width}x{spec.height}: {error.strerror}") from error
    return _header_of(context, spec.codec)


def header_matches(context: VideoCodecContext, spec: VideoSpec) -> bool:
    """Whether an open encoder writes the header that the film keeps."""
    return spec.header is None or _header_of(context, spec.codec) == spec.header


def extradata_of(spec: VideoSpec) -> bytes:
    """The header that a film which copies keeps, as decoders and muxes want it."""
    return b"" if spec.codec == "prores" else bytes.fromhex(spec.header or "")


def keep_header(context: VideoCodecContext, spec: VideoSpec) -> None:
    """Have a film keep the header of what is copied into it, rather than that of its own encoder, which is opened."""
    if spec.codec == "prores":
        context.codec_tag = bytes.fromhex(spec.header or "").decode("ascii")
    else:
        context.extradata = extradata_of(spec)


class PacketSource:
    """Packets of one video, as they are stored; the file stays open until :meth:`close`.

    :param digest: the file's, as it was planned
    :raises MediaError: the file cannot be read, is no video, or has another digest
    """

    def __init__(self, path: Path, digest: str) -> None:
        if digest_of(path) != digest:
            raise MediaError(f"{path}: has changed while it was rendered; render again")
        index = examine(path).index
        if index is None:
            raise MediaError(f"{path}: holds no moving pictures")
        self.path, self.index = path, index.track
        self._demux = Demux(path, self.index)

    def close(self) -> None:
        """Let the file go."""
        self._demux.close()

    def packets(self, first: int, stop: int) -> Iterator[StoredPacket]:
        """What is needed to show pictures ``first`` to ``stop`` (excluded), and no more, in the order of decoding.

        Their times are counted from picture ``first``: those of pictures that are needed and not shown lie outside.

        :raises MediaError: the file is not what it was
        """
        begin, end = needed(self.index, first, stop)
        with naming(self.path):
            packets = self._demux.packets(begin)
            lengths = _length_size(self._demux.stream.codec_context)
            for ordinal, packet in zip(range(begin, end), packets, strict=False):
                if packet.pts is None or self.index.ordinals.get(packet.pts) != ordinal:
                    raise MediaError(f"{self.path}: is not what it was when it was first read")
                data = _byte_stream(bytes(packet), lengths) if lengths else bytes(packet)
                number = self.index.numbers[packet.pts] - first
                yield StoredPacket(PacketEntry(len(data), number, packet.is_keyframe), data)


def needed(index: FrameIndex, first: int, stop: int) -> tuple[int, int]:
    """The packets that pictures ``first`` to ``stop`` (excluded) are made from: the first, and one past the last."""
    ordinals = [index.ordinals[pts] for pts in index.shown[first:stop]]
    return index.key_before(first), max(ordinals) + 1


def _scanned(path: Path) -> StoredStream:
    found = examine(path).index
    if found is None:
        raise MediaError(f"{path}: holds no moving pictures")
    index = found.track
    with opened(path, edited=index.start is None) as container:
        film = film_stream(container)
        assert film is not None  # it was there when it was examined
        context = film.codec_context
        codec = context.codec.canonical_name
        if codec not in COPIED_CODECS:
            return StoredStream(codec, "", (), f"its codec is {codec}, and only {', '.join(COPIED_CODECS)} are copied")
        if index.marks is not None:
            return StoredStream(codec, "", (), "the file does not say rightly when its pictures are shown")
        header = _header_of(context, codec)
        if codec in _HEADERS and not header:
            return StoredStream(codec, "", (), "its header stands nowhere but between its pictures")
        known = set(_units(bytes.fromhex(header))) if codec in _HEADERS else set()
        lengths = _length_size(context)
        fresh: list[int] = []
        for packet in container.demux(film):
            ordinal = index.ordinals.get(packet.pts) if packet.size and packet.pts is not None else None
            if ordinal is None:
                continue
            if _changes(packet, codec, lengths, known):
                return StoredStream(codec, header, (), f"its header changes at packet {ordinal}")
            if packet.is_keyframe and _is_fresh(packet, codec, lengths):
                fresh.append(ordinal)
    return StoredStream(codec, header, tuple(fresh))


def _header_of(context: VideoCodecContext, codec: str) -> str:
    extradata = context.extradata or b""
    if codec == "prores":
        return context.codec_tag.encode("ascii").hex()
    if codec not in _HEADERS:
        return extradata.hex()
    units = list(_units(extradata)) if _is_byte_stream(extradata) else _records(extradata, codec)
    return b"".join(_START + unit for unit in units if _kind(unit, codec) in _HEADERS[codec]).hex()


def _length_size(context: VideoCodecContext) -> int:
    """How many bytes tell the length of a unit, as ISO/IEC 14496-15 stores H.264 and HEVC; 0 in a byte stream."""
    extradata = context.extradata or b""
    codec = context.codec.canonical_name
    if codec not in _HEADERS or _is_byte_stream(extradata):
        return 0
    return (extradata[4 if codec == "h264" else 21] & 3) + 1


def _is_byte_stream(extradata: bytes) -> bool:
    return len(extradata) < _RECORD or extradata.startswith((_START, _START[1:]))


def _records(extradata: bytes, codec: str) -> list[bytes]:
    """The headers in an ``avcC`` or ``hvcC`` record (ISO/IEC 14496-15, 5.3.3.1.2 and 8.3.3.1.2)."""
    place, found = (5, []) if codec == "h264" else (23, [])

    def take(count: int) -> None:
        nonlocal place
        for _ in range(count):
            size = int.from_bytes(extradata[place : place + 2], "big")
            found.append(extradata[place + 2 : place + 2 + size].rstrip(b"\0"))
            place += 2 + size

    if codec == "h264":
        for mask in (31, 255):
            place += 1
            take(extradata[place - 1] & mask)
        return found
    for _ in range(extradata[22]):
        place += 3
        take(int.from_bytes(extradata[place - 2 : place], "big"))
    return found


def _units(stream: bytes) -> Iterator[bytes]:
    """The units of a byte stream (H.264's and HEVC's annex B)."""
    marks = [match.start() for match in _START_CODE.finditer(stream)]
    for mark, after in pairwise([*marks, len(stream)]):
        yield stream[mark + 3 : after].rstrip(b"\0")


def _split(data: bytes, lengths: int) -> Iterator[bytes]:
    if not lengths:
        yield from _units(data)
        return
    place = 0
    while place + lengths <= len(data):
        size = int.from_bytes(data[place : place + lengths], "big")
        yield data[place + lengths : place + lengths + size]
        place += lengths + size


def _byte_stream(data: bytes, lengths: int) -> bytes:
    return b"".join(_START + unit for unit in _split(data, lengths))


def _kind(unit: bytes, codec: str) -> int:
    first = unit[0] if unit else 0
    return first & 31 if codec == "h264" else first >> 1 & 63


def _changes(packet: Packet[Any], codec: str, lengths: int, known: set[bytes]) -> bool:
    if packet.has_sidedata("new_extradata"):
        return True
    if codec not in _HEADERS:
        return False
    units = _split(bytes(packet), lengths)
    return any(_kind(unit, codec) in _HEADERS[codec] and unit.rstrip(b"\0") not in known for unit in units)


def _is_fresh(packet: Packet[Any], codec: str, lengths: int) -> bool:
    if codec not in _FRESH:
        return True
    return any(_kind(unit, codec) in _FRESH[codec] for unit in _split(bytes(packet), lengths))
