"""Video sources: a file and a picture's number go in, that very picture comes out, in whatever order they are asked."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError
from reelwork.image.storage import StorageFormat
from reelwork.media.avframes import base_storage
from reelwork.media.decoding import Decoding
from reelwork.media.formats import tagged_storage
from reelwork.media.index import FrameIndex
from reelwork.media.picture import Picture
from reelwork.media.probe import examine

# Pictures kept while playing forwards: enough for a cross-dissolve of a clip with itself, and for frame rates mixed.
_FORWARDS: Final = 4
# Bytes of pictures kept while playing backwards, where every picture costs decoding from the key before.
_BACKWARDS: Final = 64 << 20
# A picture that lies further back than this is of another cut, not of playing backwards.
_JUMP: Final = 32
# Decoders of one file: each holds some pictures.
_PLACES: Final = 4
# A decoder from which none of so many pictures was made is free for another place, and goes after many more.
_SHARED: Final = 8
_IDLE: Final = 96


class VideoSource:
    """An open video; its decoders stay open until :meth:`close`. Not to be shared between threads.

    Where layers show several places of one file in turn, each place has a decoder that goes on from picture to picture.

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
        self._size = 0  # bytes of a picture
        self._last = -1
        self._backwards = False
        self._places: list[_Place] = []
        self._asked = 0

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
        if number != self._last:
            self._backwards = 0 < self._last - number < _JUMP
        self._last = number
        if number not in self._kept:
            self._make(number)
        self._kept.move_to_end(number)
        return self._kept[number]

    def close(self) -> None:
        """Let the decoders and all kept pictures go; used again, the source opens the file anew."""
        for at in self._places:
            at.decoding.close()
        self._places.clear()
        self._kept.clear()

    def _make(self, number: int) -> None:
        key = self.index.key_before(number)
        try:
            decoding = self._place_for(number, key)
            while True:
                for made, picture in decoding.pictures(number, self._since(number)):
                    self._keep(made, picture)
                if number in self._kept:
                    return
                # Some streams call a packet a key from which not all that follows can be made: begin one earlier.
                earlier = [k for k in self.index.keys if k < key]
                if not earlier:
                    raise MediaError(f"{self.path}: picture {number} is damaged or missing")
                key = earlier[-1]
                decoding.seek(key)
        except MediaError:
            self.close()
            raise

    def _place_for(self, number: int, key: int) -> Decoding:
        """The decoder from which a picture is made with the least work, at its place."""
        self._asked += 1
        self._forget()
        at = next((at for at in self._places if at.decoding.leads_to(number, key)), None)
        if at is None:
            at = min(self._places, key=lambda at: at.used, default=None)
            if at is None or (len(self._places) < _PLACES and self._asked - at.used <= _SHARED):
                at = _Place(Decoding(self.path, self._threads, self.index, self.storage, self.facts))
                self._places.append(at)
            at.decoding.seek(key)
        at.used = self._asked
        return at.decoding

    def _forget(self) -> None:
        """Let decoders go from which nothing was wanted for long."""
        for at in [at for at in self._places if self._asked - at.used > _IDLE]:
            at.decoding.close()
            self._places.remove(at)

    def _since(self, number: int) -> int:
        """The first picture that is worth keeping on the way to one."""
        return number if not self._backwards else number + 1 - self._most()

    def _most(self) -> int:
        """How many pictures are kept."""
        return max(_FORWARDS, _BACKWARDS // self._size) if self._backwards and self._size else _FORWARDS

    def _keep(self, number: int, picture: Picture) -> None:
        self._kept[number] = picture
        self._kept.move_to_end(number)
        self._size = sum(plane.nbytes for plane in picture.planes)
        while len(self._kept) > self._most():
            self._kept.popitem(last=False)


@dataclass
class _Place:
    """A decoder at some place of the file.

    :param used: which picture was made with it last, in the order in which they were asked for
    """

    decoding: Decoding
    used: int = 0


def storage_of(facts: MediaFacts, path: Path) -> StorageFormat:
    """How the pictures of a video are to be read.

    :raises MediaError: a pixel format or a colour that cannot be converted
    """
    base = base_storage(facts.pixel_format)
    if base is None:
        raise MediaError(f"{path}: its pixel format {facts.pixel_format} cannot be read; convert the file first")
    return tagged_storage(base, facts.colour, facts.height, path)
