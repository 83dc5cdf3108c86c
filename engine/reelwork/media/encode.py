"""Encoding a unit: pictures and a specification go in, one kept segment comes out, the same bytes everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from reelwork.errors import OutputError
from reelwork.media.avframes import frame_of
from reelwork.media.codecs import ENCODERS, configure, encoder_options
from reelwork.media.copying import extradata_of, header_matches
from reelwork.media.picture import Picture
from reelwork.media.segment import PacketEntry, Segment, SegmentWriter, StoredPacket
from reelwork.media.spec import VideoSpec
from reelwork.media.whole import whole_file

# Without it VP9 has no alpha. What else encoders attach is for other programs (statistics of quality).
_KEPT_SIDE_DATA = ("matroska_block_additional",)


def encode_unit(spec: VideoSpec, pictures: Iterable[Picture], path: Path) -> Segment:
    """Encode pictures, each in ``spec.storage``, into a kept file that appears under its name when it is whole.

    :raises OutputError: the codec refuses, the pictures do not fit the specification, or the place cannot be written
    """
    with whole_file(path) as temporary, SegmentWriter(temporary, spec) as writer:
        run = Encoding(spec)
        for packet in run.packets(pictures):
            writer.add(packet)
        return writer.finish(run.extradata, path, run.count)


def join_unit(
    spec: VideoSpec, pieces: Iterable[tuple[int, Iterable[StoredPacket]]], frames: int, path: Path
) -> Segment:
    """Put packets that were copied or encoded into a kept file, as :func:`encode_unit` does with pictures.

    :param spec: has the header that all of them share
    :param pieces: in their order: where in the unit each begins, and its packets, whose times are counted from there
    :param frames: how many pictures they are
    :raises OutputError: a picture has no packet, or the place cannot be written
    """
    with whole_file(path) as temporary, SegmentWriter(temporary, spec) as writer:
        for begin, packets in pieces:
            for packet in packets:
                writer.add(replace(packet, entry=replace(packet.entry, pts=begin + packet.entry.pts)))
        return writer.finish(extradata_of(spec), path, frames)


class Encoding:
    """One run of an encoder, from a key to its end."""

    def __init__(self, spec: VideoSpec) -> None:
        self._spec = spec
        self._context = cast(VideoCodecContext, VideoCodecContext.create(ENCODERS[spec.codec], "w"))
        configure(self._context, spec)
        self._context.options = encoder_options(spec)
        self.count = 0  #: pictures that have gone in

    @property
    def extradata(self) -> bytes:
        """The codec's headers, once there is a packet."""
        return self._context.extradata or b""

    def packets(self, pictures: Iterable[Picture]) -> Iterator[StoredPacket]:
        """The packets of pictures, in the order of decoding.

        :raises OutputError: the codec refuses, there are no pictures, or they do not fit the specification
        """
        spec, context = self._spec, self._context
        times: list[int] = []
        try:
            for picture in pictures:
                frame = _frame(picture, spec)
                frame.pts, frame.time_base = self.count, context.time_base
                # Every run begins with a key, whatever the encoder thinks of its first picture.
                frame.pict_type = PictureType.I if self.count == 0 else PictureType.NONE
                self.count += 1
                for packet in context.encode(frame):
                    yield _stored(packet)
                    times.append(packet.pts or 0)
            if self.count == 0:
                raise OutputError("a unit without pictures cannot be encoded")
            for packet in context.encode(None):
                yield _stored(packet)
                times.append(packet.pts or 0)
        except av.FFmpegError as error:
            raise OutputError(f"{spec.codec} cannot encode {spec.width}x{spec.height}: {error.strerror}") from error
        if sorted(times) != list(range(self.count)):
            raise OutputError(f"{spec.codec} returned {len(times)} packets for {self.count} pictures")
        if not header_matches(context, spec):
            raise OutputError(f"{spec.codec} was to write another header than it did; take `copy` out of the output")


def planes_match(picture: Picture, spec: VideoSpec) -> bool:
    """Whether a picture's planes can be encoded as they are: same size, same storage."""
    return (picture.width, picture.height, picture.storage) == (spec.width, spec.height, spec.storage)


def _frame(picture: Picture, spec: VideoSpec) -> VideoFrame:
    if not planes_match(picture, spec):
        raise OutputError(
            f"a picture of {picture.width}x{picture.height} in {picture.storage} does not fit the film's "
            f"{spec.width}x{spec.height} in {spec.storage}"
        )
    return frame_of(picture, spec.pixel_format)


def _stored(packet: Packet[Any]) -> StoredPacket:
    if packet.pts is None:
        raise OutputError("the encoder returned a packet without a time")
    side = tuple((data.data_type, bytes(data)) for data in packet.iter_sidedata() if data.data_type in _KEPT_SIDE_DATA)
    entry = PacketEntry(packet.size, packet.pts, packet.is_keyframe, tuple((kind, len(data)) for kind, data in side))
    return StoredPacket(entry, bytes(packet), side)
