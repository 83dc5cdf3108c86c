"""Decoding: an open video at some place of its stream; pictures come out in the order that they are shown, and what is
not asked for is not decoded where nothing else needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import DamageError, MediaError
from reelwork.image.storage import StorageFormat
from reelwork.media.opening import naming
from reelwork.media.picture import Pictures
from reelwork.media.video.avframes import picture_of
from reelwork.media.video.decoder import decoder_for
from reelwork.media.video.demux import Demux
from reelwork.media.video.fields import Deinterlacer
from reelwork.media.video.index import FrameIndex
from reelwork.media.video.layers import AlphaDecoder
from reelwork.media.video.transport import whole_before_jump

# A key that lies this near ahead is reached by reading on rather than by seeking, packets.
_NEAR: Final = 8
# After so many equal steps the next is taken to be equal too; where it is not, much is decoded again.
_STEADY: Final = 48
#: Codecs whose packets say of a picture that no other refers to it, and mean it.
_SKIPPING: Final = ("h264", "mpeg2video")


class Decoding:
    """A decoder at some place of a video. Not to be shared between threads.

    :param threads: of the decoder
    :raises MediaError: the file cannot be read, or is no video
    """

    def __init__(self, path: Path, threads: int, index: FrameIndex, storage: StorageFormat, facts: MediaFacts) -> None:
        self._path, self._index, self._storage, self._facts = path, index, storage, facts
        self._threads = threads
        self._demux = Demux(path, index, facts.reading.stream)
        self._stream = self._demux.stream
        self._context, self._alpha = self._decoders()
        self._packets: Iterator[Packet[Any]] = iter(())
        self._next = -1  # the packet that is read next, in the order of decoding
        self._key = 0  # where decoding began
        self._fields = Deinterlacer(facts.reading.fields)
        # Whether nothing may be passed over, as pictures of two fields are made from those before and after.
        self._needs_all = facts.has_fields or facts.codec not in _SKIPPING
        self._made: Iterator[tuple[int, Pictures]] = iter(())
        self._ahead = -1  # the last picture that came out
        self._wanted, self._step = -1, 0  # the last picture that was asked for, and how far from the one before
        self._alike = 0  # how many times in a row it was that far
        self._since = 0  # no picture before is of use
        self._skipped: set[int] = set()  # of those that are still to come

    def close(self) -> None:
        """Let the file go."""
        self._made, self._packets = iter(()), iter(())
        self._demux.close()

    def leads_to(self, number: int, key: int) -> bool:
        """Whether decoding on is the best way to a picture, rather than going to its key."""
        if self._ahead < 0 or number <= self._ahead or number in self._skipped:
            return False
        return key < self._next or self._index.numbers.get(self._index.pts[key], 0) <= self._ahead + 1

    def seek(self, key: int) -> None:
        """Go to a key packet; the next picture is made from it.

        :raises MediaError: the file is not what it was
        """
        if not (0 <= self._next <= key <= self._next + _NEAR and self._read_to(key)):
            self._packets = self._demux.packets(key)
            self._next = key
        if self._demux.stream is not self._stream:  # the file was opened anew
            self._stream = self._demux.stream
            self._context, self._alpha = self._decoders()
        self._flush()
        self._ahead = -1
        self._key = key
        self._skipped.clear()
        self._made = self._pictures()

    def pictures(self, number: int, since: int) -> Iterator[tuple[int, Pictures]]:
        """The pictures up to ``number``; on the way there come those from ``since`` on, and perhaps others.

        :raises MediaError: the file is damaged
        """
        step = number - self._wanted
        self._alike = self._alike + 1 if step == self._step else 0
        self._wanted, self._step, self._since = number, step, since
        for made, pictures in self._made:
            yield made, pictures
            if made >= number:
                return

    def _decoders(self) -> tuple[VideoCodecContext, AlphaDecoder | None]:
        """Of colours, and of alpha where that is a layer by itself."""
        context, layer = decoder_for(self._stream, self._threads, self._path), self._facts.alpha
        return context, AlphaDecoder(self._stream, layer, self._threads, self._path) if layer is not None else None

    def _flush(self) -> None:
        self._context.flush_buffers()
        if self._alpha is not None:
            self._alpha.flush()

    def _read_to(self, key: int) -> bool:
        """Read on to a key that lies ahead; whether it was there."""
        while self._next < key:
            packet = next(self._packets, None)
            if packet is None or packet.pts is None or self._index.ordinals.get(packet.pts) != self._next:
                return False
            self._next += 1
        return True

    def _pictures(self) -> Iterator[tuple[int, Pictures]]:
        """The pictures from a key on."""
        with naming(self._path):
            for number, frames in self._fields.pictures(self._decoded()):
                self._ahead = number
                if number >= self._since:
                    yield number, tuple(picture_of(frame, self._storage) for frame in frames)

    def _decoded(self) -> Iterator[tuple[int, VideoFrame]]:
        """Pictures as they come out of the decoder, in order; from the key on again, where some turn out to be of two
        fields that were not known to be."""
        begin, done = self._index.pts[self._key], -1
        while True:
            for number, frame in self._frames(begin):
                if frame.interlaced_frame and not self._needs_all and self._facts.reading.fields in ("auto", "double"):
                    self._needs_all = True
                    break
                if number > done:
                    self._check(frame, number)
                    done = number
                    yield number, frame
            else:
                return
            self._packets, self._next = self._demux.packets(self._key), self._key
            self._flush()

    def _frames(self, begin: int) -> Iterator[tuple[int, VideoFrame]]:
        for packet in self._fed():
            for frame in self._made_of(packet):
                # Shown before the key, decoded after it: what such a picture refers to was not decoded.
                number = self._index.numbers.get(frame.pts) if frame.pts is not None and frame.pts >= begin else None
                if number is not None:
                    yield number, frame

    def _made_of(self, packet: Packet[Any] | None) -> list[VideoFrame]:
        """:raises DamageError: the packet cannot be decoded"""
        number = self._index.numbers.get(packet.pts) if packet is not None and packet.pts is not None else None
        # Of broken packets, decoders of some codecs make pictures that they take for whole.
        if packet is not None and packet.is_corrupt and number is not None and not self._is_before_joint(packet):
            raise damaged(self._path, self._index, number, self._wanted)
        try:
            frames = self._context.decode(packet)
            return frames if self._alpha is None else self._alpha.joined(packet, frames)
        except av.InvalidDataError as error:
            if number is None:
                return []  # it is shown nowhere; what refers to it is found damaged itself
            raise damaged(self._path, self._index, number, self._wanted) from error

    def _is_before_joint(self, packet: Packet[Any]) -> bool:
        """Whether a packet is whole that FFmpeg takes for broken, as a transport stream's counter jumps behind it, and
        nothing refers to what may be missing there: the end of a recording that was joined to another."""
        if self._facts.container != "mpegts" or packet.pts is None:
            return False
        whole = whole_before_jump(self._path, packet.pos, self._stream.id)
        return whole > 0 and self._index.ordinals.get(packet.pts, -1 - whole) + whole in self._index.keys

    def _fed(self) -> Iterator[Packet[Any] | None]:
        """What the decoder gets: packets, then the end, at which it gives what it still holds."""
        for packet in self._packets:
            ordinal = self._index.ordinals.get(packet.pts) if packet.pts is not None else None
            if ordinal is not None:
                self._next = ordinal + 1
            if self._facts.codec in _SKIPPING:
                useless = not self._needs_all and self._is_useless(packet.pts)
                self._context.skip_frame = "NONREF" if useless else "DEFAULT"
            yield packet
        yield None

    def _is_useless(self, pts: int | None) -> bool:
        """Whether a picture need not be made for its own sake, as far as can be foretold."""
        number = self._index.numbers.get(pts) if pts is not None else None
        if number is None:
            return False
        foretold = self._step > 1 and self._alike >= _STEADY and number > self._wanted
        useless = number < self._since or (foretold and (number - self._wanted) % self._step != 0)
        if useless:
            self._skipped = {skipped for skipped in (*self._skipped, number) if skipped > self._ahead}
        return useless

    def _check(self, frame: VideoFrame, number: int) -> None:
        if frame.is_corrupt:
            raise damaged(self._path, self._index, number, self._wanted)
        # Another size is fitted into the first one's box where it is shown; other samples would mean something else.
        if frame.format.name != self._facts.pixel_format:
            raise MediaError(
                f"{self._path}: changes from {self._facts.pixel_format} to {frame.format.name} at picture {number}; "
                "convert it to one pixel format"
            )


def damaged(path: Path, index: FrameIndex, number: int, wanted: int) -> DamageError:
    """What is said where a picture cannot be decoded.

    :param number: of the picture
    :param wanted: of the one that was asked for, which it is decoded for
    """
    time = float((index.shown[number] - index.shown[0]) * index.time_base)
    said = f"{path}: is damaged at picture {number} ({time:.3f} s): repair the file, or cut that part out"
    return DamageError(f"{said}; `--draft` shows the last whole picture before it", wanted, number)
