"""Footage in formats that plugins read: a path goes in, its facts, pictures in any order, and samples come out."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.catalogue.facts import READ, AudioFacts, MediaFacts, Reading
from reelwork.errors import MediaError
from reelwork.footage import Footage, FootageFacts
from reelwork.image.storage import Planes
from reelwork.media.formats import tags_for_hdr
from reelwork.media.offered import Reader, files_of, footage_reader, naming
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.picture import Picture, check_light
from reelwork.media.probe import Examined, examine, probe
from reelwork.media.stills.plugins import still_picture
from reelwork.media.stills.reading import load_still
from reelwork.media.video.index import FrameIndex
from reelwork.media.video.pulldown import FilmSource
from reelwork.media.video.source import VideoSource
from reelwork.still import Still

Samples = npt.NDArray[np.float32]

# Pictures kept: enough for a cross-dissolve of footage with itself.
_KEPT: Final = 4
_BLOCK: Final = 1 << 16
_TYPES: Final = {8: np.dtype(np.uint8), 32: np.dtype(np.float32)}


def examine_by(reader: Reader, path: Path, digest: str, rate: Fraction, reading: Reading = READ) -> Examined:
    """What is known of footage; its first picture is decoded.

    :param rate: pictures a second, where the footage does not say it
    :param reading: which page, part or layer of footage of stills
    :raises MediaError: it cannot be read, is larger than the limit, or says of itself what cannot be
    """
    name = reader.thing.name
    with naming(reader, path, "open()"):
        footage = reader.thing.open(path)
    try:
        with naming(reader, path, "facts"):
            facts = footage.facts
            if reader.thing.numbered and (facts.rate or facts.times):
                raise ValueError("it says when its pictures are shown, which of numbered files the scene does")
            index = _index(facts, rate)
            _check_sound(facts)
        first = _Pictures(reader, path, footage, reading).picture(0)
    finally:
        with suppress(Exception):
            footage.close()
    sound = facts.sound
    audio = sound and AudioFacts(name, sound.rate, sound.channels, f"{sound.channels} channels", sound.samples)
    known = MediaFacts(
        kind="video",
        digest=digest,
        container=name,
        codec=name,
        width=first.width,
        height=first.height,
        duration=index.duration,
        frame_count=facts.count,
        frame_rate=index.rate or facts.count / index.duration,
        variable_rate=index.rate is None,
        has_alpha=first.storage.alpha != "none",
        pixel_format=f"{first.storage.model}, {first.storage.depth} bits",
        colour=tags_for_hdr(first.storage),
        audio=audio or None,
    )
    return Examined(known, index)


def _index(facts: FootageFacts, rate: Fraction) -> FrameIndex:
    """:raises ValueError: its times make no sense"""
    if not isinstance(facts, FootageFacts):
        raise TypeError(f"it gives {facts!r}, which is no FootageFacts")
    count = facts.count
    if count < 1 or (facts.size is not None and min(facts.size) < 1):
        raise ValueError(f"it says {count} pictures of {facts.size}")
    if facts.size is not None and math.prod(facts.size) > MAX_PIXELS:
        raise ValueError(f"its pictures are larger than {MAX_PIXELS:,} pixels, the most that is read")
    if not facts.times:
        rate = Fraction(facts.rate or rate)
        if rate <= 0:
            raise ValueError(f"it says {rate} pictures a second")
        return FrameIndex(1 / rate, tuple(range(count)), tuple(range(count)), frozenset(), count, rate)
    times = [Fraction(time) for time in facts.times]
    rising = all(before < after for before, after in pairwise(times))
    if len(times) != count + 1 or times[0] != 0 or not rising:
        raise ValueError(f"its times are not {count + 1} ascending ones, from 0")
    ticks = math.lcm(*(time.denominator for time in times))
    *pts, end = (int(time * ticks) for time in times)
    return FrameIndex(Fraction(1, ticks), tuple(pts), tuple(range(count)), frozenset(), end, None)


def _check_sound(facts: FootageFacts) -> None:
    sound = facts.sound
    if sound is not None and (sound.rate < 1 or sound.channels not in (1, 2, 6) or sound.samples < 1):
        raise ValueError(f"its sound cannot be heard: {sound}; it has 1, 2 or 6 channels")


def moving_source(path: Path, rate: Fraction | None, reading: Reading = READ) -> Moving:
    """Open moving pictures of any kind.

    :param rate: at which numbered files are played, pictures a second
    :param reading: how it is read
    :raises MediaError: the file holds none, or cannot be read
    """
    reader = footage_reader(path)
    if reader is None:
        if reading.fields == "pulldown" and probe(path, reading=reading).is_brought_back:
            return FilmSource(path, reading)
        return VideoSource(path, reading=reading)
    return FootageSource(reader, path, examine(path, rate, reading))


class FootageSource:
    """Open footage of a plugin's reader, as ``VideoSource`` is of a video. Not to be shared
    between threads.

    :param examined: what is known of it
    """

    def __init__(self, reader: Reader, path: Path, examined: Examined) -> None:
        assert examined.index is not None
        self.path, self.facts, self.index = path, examined.facts, examined.index
        self._reader = reader
        self._open: _Pictures | None = None
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._expected: frozenset[int] = frozenset()
        self._room = 0

    def frame_number(self, t: Fraction) -> int:
        """The picture that is shown at ``t`` seconds from the first one's start; the first before, the last after."""
        return self.index.frame_number(t)

    def expect(self, numbers: Collection[int], room: int) -> None:
        """Say which pictures are asked for next, and may be again soon; ``room`` is bytes for those that are kept."""
        self._expected, self._room = frozenset(numbers), room

    def picture(self, number: int) -> Picture:
        """Picture ``number``, from 0.

        :raises MediaError: the reader cannot read it, or it is not like the first one
        """
        if number not in self._kept:
            if self._open is None:
                with naming(self._reader, self.path, "open()"):
                    footage = self._reader.thing.open(self.path)
                    self._open = _Pictures(self._reader, self.path, footage, self.facts.reading)
            picture = self._open.picture(number, self.facts)
            self._kept[number] = picture
            size = sum(plane.nbytes for plane in picture.planes)
            most = max(_KEPT, min(len(self._expected), self._room // max(1, size)))
            while len(self._kept) > most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]

    def close(self) -> None:
        """Let it and all kept pictures go; used again, it is opened anew."""
        self._kept.clear()
        opened, self._open = self._open, None
        if opened is not None:
            with naming(self._reader, self.path, "close()"):
                opened.footage.close()


#: Open moving pictures of any kind.
Moving = FootageSource | VideoSource | FilmSource


class _Pictures:
    """Pictures of open footage, looked through as they come."""

    def __init__(self, reader: Reader, path: Path, footage: Footage, reading: Reading) -> None:
        self._reader, self._path, self.footage, self._reading = reader, path, footage, reading
        self._files = frozenset(files_of(reader, path))
        with naming(reader, path, "open()"):
            if not isinstance(footage, Footage):
                raise TypeError(f"open() gives {footage!r}, which is no Footage")

    def picture(self, number: int, like: MediaFacts | None = None) -> Picture:
        """:param like: what the first one is like, of which the others must be"""
        where = f"{self._path}: picture {number}"
        with naming(self._reader, self._path, f"picture({number})"):
            found = self.footage.picture(number)
            size = self.footage.facts.size
            picture = check_light(self._taken(found, size), where)
        if like is not None and (picture.width, picture.height) != (like.width, like.height):
            raise MediaError(f"{where} is {picture.width}x{picture.height}, and the first {like.width}x{like.height}")
        if like is not None and picture.storage.alpha != "none" and not like.has_alpha:
            raise MediaError(f"{where} may be transparent, and the first may not: give all of them alpha, or none")
        return picture

    def _taken(self, found: object, size: tuple[int, int] | None) -> Picture:
        """A picture as the engine has it."""
        if isinstance(found, Path):
            if found not in self._files:
                raise ValueError(f"{found} is none of its files()")
            return load_still(found, reading=self._reading)
        if not isinstance(found, Still | Planes):
            raise TypeError(f"it gives {type(found).__name__}, not Still, Planes or a path")
        if size is None:
            raise ValueError("its facts say no size")
        return still_picture(found.pixels, *size) if isinstance(found, Still) else _planes(found, *size)


def _planes(found: Planes, width: int, height: int) -> Picture:
    """:raises ValueError: they are not what their storage says"""
    storage = found.storage
    wanted = _TYPES.get(storage.depth, np.dtype(np.uint16))
    said = [f"{plane.dtype}{list(plane.shape)}" for plane in found.planes]
    due = [storage.plane_size(number, width, height) for number in range(storage.plane_count)]
    if said != [f"{wanted}{[rows, columns]}" for columns, rows in due]:
        raise ValueError(f"it gives the planes {', '.join(said)}, and should {wanted} of {due}, columns by rows")
    planes = tuple(np.ascontiguousarray(plane) for plane in found.planes)
    for plane in planes:
        plane.flags.writeable = False
    return Picture(planes, storage, width, height)


def blocks_by(reader: Reader, path: Path) -> Iterator[Samples]:
    """The samples of footage from the first to the last.

    :raises MediaError: the reader fails, or gives what is no sound
    """
    with naming(reader, path, "open()"):
        footage = reader.thing.open(path)
        sound = footage.facts.sound
    assert sound is not None  # it was there when it was probed
    try:
        for start in range(0, sound.samples, _BLOCK):
            count = min(_BLOCK, sound.samples - start)
            with naming(reader, path, f"samples({start}, {count})"):
                yield _samples(footage.samples(start, count), (sound.channels, count))
    finally:
        with naming(reader, path, "close()"):
            footage.close()


def _samples(found: Any, shape: tuple[int, int]) -> Samples:
    block: Samples = np.asarray(found)
    if block.dtype != np.float32 or block.shape != shape:
        raise ValueError(f"it gives {block.dtype}{list(block.shape)}, not float32{list(shape)}")
    if not np.isfinite(block).all():
        raise ValueError("it gives samples that are no numbers, or infinite")
    return block
