"""Encoding a unit: pictures and a specification go in, one kept segment comes out, the same bytes everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from reelwork.errors import OutputError
from reelwork.media.avframes import frame_of
from reelwork.media.codecs import ENCODERS, configure, encoder_options
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
    context = cast(VideoCodecContext, VideoCodecContext.create(ENCODERS[spec.codec], "w"))
    configure(context, spec)
    context.options = encoder_options(spec)
    count = 0
    with whole_file(path) as temporary, SegmentWriter(temporary, spec) as writer:
        try:
            for picture in pictures:
                frame = _frame(picture, spec)
                frame.pts, frame.time_base = count, context.time_base
                # Every unit begins with a key, whatever the encoder thinks of its first picture.
                frame.pict_type = PictureType.I if count == 0 else PictureType.NONE
                count += 1
                for packet in context.encode(frame):
                    writer.add(_stored(packet))
            if count == 0:
                raise OutputError("a unit without pictures cannot be encoded")
            for packet in context.encode(None):
                writer.add(_stored(packet))
        except av.FFmpegError as error:
            raise OutputError(f"{spec.codec} cannot encode {spec.width}x{spec.height}: {error.strerror}") from error
        segment = writer.finish(context.extradata or b"", path)
        if sorted(entry.pts for entry in segment.packets) != list(range(count)):
            raise OutputError(f"{spec.codec} returned {segment.frames} packets for {count} pictures")
    return segment


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
