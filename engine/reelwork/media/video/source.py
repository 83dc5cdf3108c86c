"""Video sources: a file and a picture's number go in, that very picture comes out, in whatever order they are asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from reelwork.catalogue.facts import ANIMATED, READ, MediaFacts, Reading
from reelwork.errors import DamageError, MediaError
from reelwork.image.storage import StorageFormat
from reelwork.kernels.colour import empty_planes
from reelwork.media.formats import tagged_storage
from reelwork.media.picture import Picture, Pictures
from reelwork.media.probe import Examined, examine
from reelwork.media.video.animation import Animation
from reelwork.media.video.avframes import base_storage
from reelwork.media.video.cuts import Index
from reelwork.media.video.decoding import Decoding, damaged

# Pictures kept while playing forwards: enough for a cross-dissolve of a clip with itself, and for frame rates mixed.
_FORWARDS: Final = 4
# Bytes of pictures kept while playing backwards, where every picture costs decoding from the key before.
_BACKWARDS: Final = 64 << 20
# A picture that lies further back than this is of another cut, not of playing backwards.
_JUMP: Final = 32
# Decoders of one file, each of which holds some pictures; and where it is known that so many places are shown.
_PLACES: Final = 4
_MOST_PLACES: Final = 8
# How many keys further back decoding begins, before a picture counts as lost.
_ATTEMPTS: Final = 4
# A decoder from which none of so many pictures was made is free for another place, and goes after many more.
_SHARED: Final = 8
_IDLE: Final = 96


class VideoSource:
    """An open video; its decoders stay open until :meth:`close`. Not to be shared between threads.

    Where layers show several places of one file in turn, each place has a decoder that goes on from picture to picture.
    While pictures are asked for in their order, the next one is made beforehand, in a thread.

    :param path: the file
    :param threads: threads of the decoder
    :param reading: how it is read
    :param examined: what is known of it, where that is at hand
    :raises MediaError: the file is no video, or cannot be read
    """

    def __init__(
        self, path: Path, *, threads: int = 1, reading: Reading = READ, examined: Examined | None = None
    ) -> None:
        examined = examined or examine(path, reading=reading)
        if examined.index is None:
            raise MediaError(f"{path}: holds no moving pictures")
        self.path = path
        self.facts: MediaFacts = examined.facts
        self.index: Index = examined.index
        self._track = self.index.track
        self.storage: StorageFormat = storage_of(examined.facts, path)
        self._threads = threads
        self._each = 2 if self.facts.is_doubled else 1  # what becomes of a picture of the file
        self._kept: OrderedDict[int, Pictures] = OrderedDict()
        self._size = 0  # bytes of a picture
        self._last = -1
        self._backwards = False
        self._places: list[_Place] = []
        self._asked = 0
        self._expected: frozenset[int] = frozenset()
        self._near: tuple[range, ...] = ()  # pictures some of which are expected, and all of which are worth keeping
        self._room = 0  # bytes of them that are kept

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def frame_count(self) -> int:
        """How many pictures it has."""
        return self.index.count * self._each

    @property
    def duration(self) -> Fraction:
        """Seconds from the first picture's start to the last one's end."""
        return self.index.duration

    def frame_number(self, t: Fraction) -> int:
        """The picture that is shown at ``t`` seconds from the first one's start; the first before, the last after."""
        number = self.index.frame_number(t)
        return number if self._each == 1 else 2 * number + (t >= self.index.middle_of(number))

    def expect(self, numbers: Collection[int], room: int) -> None:
        """Say which pictures are asked for next, all of them before any others. Where several lie near each other, they
        and those between them are kept: what reads several pictures of a place reads most of them again soon. Where
        there is no room for them, each is a place of its own, from which its decoder goes on.

        :param room: bytes for those that are kept
        """
        stored = (self.index.picture_of(number // self._each) for number in numbers)
        self._expected, self._room = frozenset(number for number in stored if number is not None), room
        ordered = sorted(self._expected)
        farthest = room // (self._size or 2 * self.facts.stored_width * self.facts.stored_height)
        cuts = [0, *(i for i in range(1, len(ordered)) if ordered[i] - ordered[i - 1] >= _JUMP), len(ordered)]
        near = (range(ordered[first], ordered[stop - 1] + 1) for first, stop in pairwise(cuts) if stop - first > 1)
        self._near = tuple(some for some in near if len(some) <= farthest)
        if ordered:
            self._turn(ordered[-1])
        elif not self._backwards:
            self._let_go(self._last)

    def picture(self, number: int) -> Picture:
        """Picture ``number``, from 0; the same bytes in whatever order pictures are asked for.

        :raises MediaError: the file is damaged there
        """
        if not 0 <= number < self.frame_count:
            raise IndexError(f"{self.path}: picture {number} of {self.frame_count}")
        shown, field = divmod(number, self._each)
        stored = self.index.picture_of(shown)
        if stored is None:
            return self._nothing()
        if not self._expected:
            self._turn(stored)
        if stored not in self._kept:
            try:
                self._make(stored)
            except DamageError as error:
                lost = self.index.within(shown, error.damage) * self._each
                raise DamageError(str(error), number, lost) from error
        self._kept.move_to_end(stored)
        return self._kept[stored][field]

    def close(self) -> None:
        """Let the decoders and all kept pictures go; used again, the source opens the file anew."""
        for at in self._places:
            at.close()
        self._places.clear()
        self._kept.clear()

    def _nothing(self) -> Picture:
        """A transparent picture, for where an edit list shows none."""
        storage, (width, height) = self.storage, self.facts.stored_size
        if storage.alpha == "none":
            storage = replace(storage, alpha="straight")
        planes = tuple(np.zeros_like(plane) for plane in empty_planes(storage, width, height))
        for plane in planes:
            plane.flags.writeable = False  # as a decoder's
        return Picture(planes, storage, width, height)

    def _turn(self, number: int) -> None:
        """Note which way it goes: from what was asked for last, or was the last of what was expected, to a picture."""
        if number != self._last:
            self._backwards = 0 < self._last - number < _JUMP
        self._last = number

    def _make(self, number: int) -> None:
        key, attempts = self._key_before(number), _ATTEMPTS
        try:
            at = self._place_for(number, key)
            while True:
                for made, pictures in at.pictures(number, self._since(number)):
                    self._keep(made, pictures)
                if number in self._kept:
                    break
                # Some streams call a packet a key from which not all that follows can be made: begin one earlier.
                earlier = [k for k in self._track.keys if k < key]
                if not earlier or not attempts:
                    raise damaged(self.path, self._track, number, number)
                key, attempts = earlier[-1], attempts - 1
                at.decoding.seek(key)
        except MediaError:
            self.close()
            raise
        self._prefetch(at, number)

    def _key_before(self, number: int) -> int:
        """The key to begin at; what is taken apart into fields is made from the picture before as well."""
        return self._track.key_before(max(0, number - 1) if self.facts.has_fields else number)

    def _place_for(self, number: int, key: int) -> _Place:
        """The decoder from which a picture is made with the least work, at its place."""
        self._asked += 1
        self._forget()
        at = next((at for at in self._places if at.coming == number), None) or self._leading(number, key)
        if at is None:
            self._settle()
            at = self._leading(number, key)
        if at is None:
            at = min(self._places, key=lambda at: at.used, default=None)
            if at is None or (len(self._places) < self._most_places() and self._asked - at.used <= _SHARED):
                at = _Place(self._decoding())
                self._places.append(at)
            at.decoding.seek(key)
        at.used = self._asked
        return at

    def _decoding(self) -> Decoding | Animation:
        if self.facts.container in ANIMATED:
            return Animation(self.path, self.facts)
        return Decoding(self.path, self._threads, self._track, self.storage, self.facts)

    def _most_places(self) -> int:
        """How many decoders are open at once."""
        alone = sum(not any(number in near for near in self._near) for number in self._expected)
        return min(_MOST_PLACES, _PLACES + alone)

    def _leading(self, number: int, key: int) -> _Place | None:
        """A decoder that has nothing to do and comes to a picture by going on."""
        idle = (at for at in self._places if at.coming < 0)
        return next((at for at in idle if at.decoding.leads_to(number, key)), None)

    def _prefetch(self, at: _Place, number: int) -> None:
        """Have the picture made that is likely to be asked for next, while others do something else."""
        follows, at.number = at.number == number - 1, number
        if not follows or number + 1 >= self._track.count:
            return
        if at.decoding.leads_to(number + 1, self._key_before(number + 1)):
            at.begin(number + 1)

    def _settle(self) -> None:
        """Wait for what is being made; an error in it is told when that picture is asked for."""
        for at in list(self._places):
            try:
                for made, pictures in at.take():
                    self._keep(made, pictures)
            except MediaError:
                at.close()
                self._places.remove(at)

    def _forget(self) -> None:
        """Let decoders go from which nothing was wanted for long."""
        for at in [at for at in self._places if self._asked - at.used > _IDLE]:
            at.close()
            self._places.remove(at)

    def _since(self, number: int) -> int:
        """The first picture that is worth keeping on the way to one."""
        first = min((near.start for near in self._near if number in near), default=number)
        return min(first, number + 1 - self._most()) if self._backwards else first

    def _most(self) -> int:
        """How many pictures are kept."""
        room = max(_BACKWARDS if self._backwards else 0, self._room if self._near else 0)
        return max(_FORWARDS, room // self._size) if self._size else _FORWARDS

    def _keep(self, number: int, pictures: Pictures) -> None:
        self._kept[number] = pictures
        self._kept.move_to_end(number)
        self._size = sum(plane.nbytes for picture in pictures for plane in picture.planes)
        self._let_go(number)

    def _let_go(self, number: int) -> None:
        """Let pictures go that there is no room for, but for one."""
        while len(self._kept) > self._most():
            del self._kept[min((old for old in self._kept if old != number), key=self._worth)]

    def _worth(self, number: int) -> int:
        """What goes last is worth most."""
        is_near = any(number in near for near in self._near)
        return 2 if is_near and number in self._expected else int(is_near)


class _Place:
    """A decoder at some place of the file."""

    def __init__(self, decoding: Decoding | Animation) -> None:
        self.decoding = decoding
        self.used = 0  #: when a picture was made with it last, in the order in which they were asked for
        self.number = -2  #: the last picture that was asked of it
        self.coming = -1  #: the picture that is being made beforehand
        self._made: Future[list[tuple[int, Pictures]]] | None = None

    def pictures(self, number: int, since: int) -> Iterable[tuple[int, Pictures]]:
        """As of the decoder, from what was made beforehand where it is that."""
        return self.take() if number == self.coming else self.decoding.pictures(number, since)

    def begin(self, number: int) -> None:
        """Make a picture beforehand; nothing else may be asked of the decoder until it is taken."""
        self.coming = number
        self._made = _beforehand().submit(lambda: list(self.decoding.pictures(number, number)))

    def take(self) -> list[tuple[int, Pictures]]:
        """What was made beforehand."""
        made, self._made, self.coming = self._made, None, -1
        return made.result() if made is not None else []

    def close(self) -> None:
        """Let the file go."""
        with suppress(MediaError):
            self.take()
        self.decoding.close()


@cache
def _beforehand() -> ThreadPoolExecutor:
    """The one thread that makes pictures before they are asked for."""
    return ThreadPoolExecutor(1, thread_name_prefix="decoding")


def storage_of(facts: MediaFacts, path: Path) -> StorageFormat:
    """How the pictures of a video are to be read.

    :raises MediaError: a pixel format or a colour that cannot be converted
    """
    base = base_storage(facts.pixel_format)
    if base is None:
        raise MediaError(f"{path}: its pixel format {facts.pixel_format} cannot be read; convert the file first")
    if facts.alpha is not None and facts.alpha.premultiplied:
        base = replace(base, alpha="premultiplied")
    return tagged_storage(base, facts.colour, facts.stored_size[1], path)
