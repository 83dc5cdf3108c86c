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
from reelwork.media.picture import Picture
from reelwork.media.video.avframes import frame_of
from reelwork.media.whole import whole_file
from reelwork.media.writing.aside import Aside
from reelwork.media.writing.brightness import Measured
from reelwork.media.writing.codecs import ENCODERS, FILLED, STEPS, configure, encoder_options
from reelwork.media.writing.copying import extradata_of, header_matches
from reelwork.media.writing.rates import Search, Tried, can_be_taken_in, search, shares
from reelwork.media.writing.segment import PacketEntry, Segment, SegmentWriter, StoredPacket
from reelwork.media.writing.spec import Rate, VideoSpec
from reelwork.scene.files import CRF

# Without it VP9 has no alpha. What else encoders attach is for other programs (statistics of quality).
_KEPT_SIDE_DATA = ("matroska_block_additional",)


def encode_unit(spec: VideoSpec, pictures: Iterable[Picture], path: Path, *, budget: int | None = None) -> Segment:
    """Encode pictures, each in ``spec.storage``, into a kept file that appears under its name when it is whole.

    :param budget: how many bits they may have, where the specification has an average rate; default: what the rate
        gives to so many pictures. Such pictures are put aside and encoded several times; see
        :func:`reelwork.media.writing.rates.search`
    :raises OutputError: the codec refuses, the pictures do not fit the specification, or the place cannot be written
    """
    measured = Measured(pictures) if spec.storage.transfer == "pq" else None
    with whole_file(path) as temporary:
        if spec.rate is None:
            return _encode_at(spec, measured or pictures, temporary, path, None, measured)
        with Aside(measured or pictures, path.parent) as aside:
            return _encode_within(spec, spec.rate, aside, temporary, path, budget, measured)


def _encode_at(
    spec: VideoSpec,
    pictures: Iterable[Picture],
    temporary: Path,
    path: Path,
    quality: float | None,
    measured: Measured | None,
) -> Segment:
    """Encode pictures into a file that will stand at ``path``."""
    with SegmentWriter(temporary, spec) as writer:
        run = Encoding(spec, quality)
        for packet in run.packets(pictures):
            writer.add(packet)
        return writer.finish(run.extradata, path, run.count, measured.brightness if measured is not None else None)


def _encode_within(
    spec: VideoSpec,
    rate: Rate,
    pictures: Aside,
    temporary: Path,
    path: Path,
    budget: int | None,
    measured: Measured | None,
) -> Segment:
    """Encode pictures to a rate, into a file that will stand at ``path``."""
    if rate.average is not None and budget is None:
        (budget,) = shares([len(pictures)], rate.average, spec.fps)
    made: dict[Tried, Segment] = {}

    def encode(quality: float) -> Tried:
        made.clear()  # the file holds one of them
        segment = _encode_at(spec, pictures, temporary, path, quality, measured)
        sizes = [8 * entry.size for entry in segment.packets]
        fits = rate.most is None or can_be_taken_in(sizes, rate.most, spec.fps, FILLED)
        tried = Tried(quality, sum(sizes), fits)
        made[tried] = segment
        return tried

    step, slope = STEPS[spec.codec]
    first, last = CRF[spec.codec]
    begin = float(spec.crf or 0)
    # With a crf of 0, H.264 and VP9 become streams of another kind, which share no header with the rest.
    best = float(max(first, 1)) if rate.average is not None else begin
    found = search(encode, Search(budget, begin, (best, float(last)), step, slope))
    if not found.fits:
        size, most = f"{spec.width}x{spec.height}", f"{rate.most or 0:,}"
        raise OutputError(f"{spec.codec} cannot encode {size} so that {most} bits a second are the most")
    if found not in made:
        encode(found.quality)
    return made[found]


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
    """One run of an encoder, from a key to its end.

    :param quality: a ``crf`` instead of the specification's
    """

    def __init__(self, spec: VideoSpec, quality: float | None = None) -> None:
        self._spec = spec
        self._context = cast(VideoCodecContext, VideoCodecContext.create(ENCODERS[spec.codec], "w"))
        configure(self._context, spec)
        self._context.options = encoder_options(spec, quality)
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
