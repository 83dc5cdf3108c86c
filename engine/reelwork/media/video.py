"""Video sources: a file and a picture's number go in, that very picture comes out, in whatever order they are asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError
from reelwork.image.storage import StorageFormat
from reelwork.media.avframes import base_storage, picture_of
from reelwork.media.decoder import decoder_for
from reelwork.media.formats import tagged_storage
from reelwork.media.index import FrameIndex
from reelwork.media.opening import film_stream, naming, open_container
from reelwork.media.picture import Picture
from reelwork.media.probe import examine

# Pictures kept while playing forwards: enough for a cross-dissolve of a clip with itself, and for frame rates mixed.
_FORWARDS: Final = 4
# Bytes of pictures kept while playing backwards, where every picture costs decoding from the key before.
_BACKWARDS: Final = 64 << 20
# Decoding on is cheaper than seeking as long as a key does not lie this near before the wanted picture.
_NEAR: Final = 8


class VideoSource:
    """An open video; its decoder stays open until :meth:`close`. Not to be shared between threads.

    :param path: the file
    :param threads: threads of the decoder
    :raises MediaError: the file is no video, or cannot be read
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        examined = examine(path)
        if examined.index is None:
            raise MediaError(f"{path}: holds no moving pictures")
        self.path = path
        self.facts: MediaFacts = examined.facts
        self.index: FrameIndex = examined.index
        self.storage: StorageFormat = storage_of(examined.facts, path)
        self._threads = threads
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._last = -1
        self._backwards = False
        self._decoding: _Decoding | None = None

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def frame_count(self) -> int:
        """How many pictures it has."""
        return len(self.index.shown)

    @property
    def duration(self) -> Fraction:
        """Seconds from the first picture's start to the last one's end."""
        return self.index.duration

    def frame_number(self, t: Fraction) -> int:
        """The picture that is shown at ``t`` seconds from the first one's start; the first before, the last after."""
        return self.index.frame_number(t)

    def picture(self, number: int) -> Picture:
        """Picture ``number``, from 0; the same bytes in whatever order pictures are asked for.

        :raises MediaError: the file is damaged there
        """
        if not 0 <= number < self.frame_count:
            raise IndexError(f"{self.path}: picture {number} of {self.frame_count}")
        self._backwards = number < self._last if number != self._last else self._backwards
        self._last = number
        if number not in self._kept:
            self._make(number)
        self._kept.move_to_end(number)
        return self._kept[number]

    def close(self) -> None:
        """Let the decoder and all kept pictures go; used again, the source opens the file anew."""
        if self._decoding is not None:
            self._decoding.close()
        self._decoding = None
        self._kept.clear()

    def _make(self, number: int) -> None:
        key = self.index.key_before(number)
        decoding = self._decoding
        if decoding is None or not decoding.leads_to(number, key):
            decoding = self._seek(key)
        while True:
            try:
                for made, picture in decoding.pictures():
                    self._keep(made, picture)
                    if made >= number:
                        break
            except MediaError:
                self.close()
                raise
            if number in self._kept:
                return
            # Some streams call a packet a key from which not all that follows can be made: begin one earlier.
            earlier = [k for k in self.index.keys if k < key]
            if not earlier:
                self.close()
                raise MediaError(f"{self.path}: picture {number} is damaged or missing")
            key = earlier[-1]
            decoding = self._seek(key)

    def _seek(self, key: int) -> _Decoding:
        if self._decoding is None:
            self._decoding = _Decoding(self.path, self._threads, self.index, self.storage, self.facts)
        self._decoding.seek(key)
        return self._decoding

    def _keep(self, number: int, picture: Picture) -> None:
        self._kept[number] = picture
        self._kept.move_to_end(number)
        size = sum(plane.nbytes for plane in picture.planes)
        most = max(_FORWARDS, _BACKWARDS // size) if self._backwards else _FORWARDS
        while len(self._kept) > most:
            self._kept.popitem(last=False)


class _Decoding:
    """An open file and its decoder, at some place of the stream."""

    def __init__(self, path: Path, threads: int, index: FrameIndex, storage: StorageFormat, facts: MediaFacts) -> None:
        self._path, self._index, self._storage, self._facts = path, index, storage, facts
        self._threads = threads
        self._container: InputContainer = open_container(path)
        self._stream, self._context = self._begin()
        self._ahead = -1  # the last picture that came out
        self._source: Iterator[tuple[int, Picture]] = iter(())

    def close(self) -> None:
        self._source = iter(())
        self._container.close()

    def leads_to(self, number: int, key: int) -> bool:
        """Whether decoding on is the best way to a picture, rather than going to its key."""
        if self._ahead < 0 or number <= self._ahead:
            return False
        return self._index.numbers.get(self._index.pts[key], 0) <= self._ahead + _NEAR

    def pictures(self) -> Iterator[tuple[int, Picture]]:
        """The pictures from here on; one iterator goes on where the last one stopped."""
        return self._source

    def seek(self, key: int) -> None:
        """Go to a key packet; the next picture is made from it."""
        self._ahead = -1
        self._source = self._decoded(key)

    def _begin(self) -> tuple[VideoStream, VideoCodecContext]:
        stream = film_stream(self._container)
        if stream is None:
            raise MediaError(f"{self._path}: holds no moving pictures")
        return stream, decoder_for(stream, self._threads, self._path)

    def _decoded(self, key: int) -> Iterator[tuple[int, Picture]]:
        with naming(self._path):
            for packet in self._packets(key):
                for frame in self._context.decode(packet):
                    # Shown before the key, decoded after it: what such a picture refers to was not decoded.
                    if frame.pts is None or frame.pts < self._index.pts[key]:
                        continue
                    number = self._index.numbers.get(frame.pts)
                    if number is None:
                        continue
                    self._check(frame, number)
                    self._ahead = number
                    yield number, picture_of(frame, self._storage)

    def _packets(self, key: int) -> Iterator[Packet[Any] | None]:
        """The packets from a key on, then the end that makes the decoder give what it still holds."""
        pts = self._index.pts
        # Containers seek by decoding time, by presentation time or by guessing, and may land behind the key.
        before = [pts[k] for k in self._index.keys if k < key][-2:]
        for target in (pts[key], *reversed(before)):
            self._container.seek(target, stream=self._stream, backward=True)
            self._context.flush_buffers()
            if (first := self._skip_to(key)) is not None:
                break
        else:
            self._container.close()
            self._container = open_container(self._path)
            self._stream, self._context = self._begin()
            first = self._skip_to(key)
        if first is None:
            raise MediaError(f"{self._path}: is not what it was when it was first read")
        yield first
        yield from (packet for packet in self._container.demux(self._stream) if packet.size)
        yield None

    def _skip_to(self, key: int) -> Packet[Any] | None:
        """The packet of a key, if it still lies ahead."""
        for packet in self._container.demux(self._stream):
            ordinal = self._index.ordinals.get(packet.pts) if packet.size and packet.pts is not None else None
            if ordinal is not None and ordinal >= key:
                return packet if ordinal == key else None
        return None

    def _check(self, frame: VideoFrame, number: int) -> None:
        if frame.is_corrupt:
            raise MediaError(f"{self._path}: is damaged at picture {number}")
        facts = self._facts
        if (frame.width, frame.height, frame.format.name) != (facts.width, facts.height, facts.pixel_format):
            raise MediaError(
                f"{self._path}: changes from {facts.width}x{facts.height} {facts.pixel_format} to "
                f"{frame.width}x{frame.height} {frame.format.name} at picture {number}; convert it to one size"
            )


def storage_of(facts: MediaFacts, path: Path) -> StorageFormat:
    """How the pictures of a video are to be read.

    :raises MediaError: a pixel format or a colour that cannot be converted
    """
    base = base_storage(facts.pixel_format)
    if base is None:
        raise MediaError(f"{path}: its pixel format {facts.pixel_format} cannot be read; convert the file first")
    return tagged_storage(base, facts.colour, facts.height, path)
