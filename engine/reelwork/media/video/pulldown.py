"""Inverse telecine: a video whose pictures were woven of fields goes in, the pictures of film that it was made of come
out, in whatever order they are asked for.

Each picture keeps its upper field, and gets the lower one, of its own or of the picture before or after, that combs
least with it. Telecine (3:2, SMPTE RP 197) makes five pictures of four of film, so that in every five, one of the upper
fields comes again: where pictures come at the rate of NTSC, of each five that one is left out whose upper field differs
least from that of the one before. What is found in five pictures depends on them and their neighbours alone, so that a
picture is the same wherever one begins. What fits no field is true video, and taken apart as with ``fields: auto``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from reelwork.catalogue.facts import NTSC_RATES, Fields, MediaFacts, Reading
from reelwork.errors import DamageError, MediaError
from reelwork.kernels.fields import change, combing
from reelwork.media.picture import Picture
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource

# What combs by more than this, of 8 bits (as FFmpeg's fieldmatch has it), in so many samples of a block, is true video;
# or in so many where there is a cadence, or none to be expected: there, fine lines of film are the likelier reason.
_LEAST: Final = 9
_COMBED: Final = 32
_SURELY_COMBED: Final = 80
# By what part of its combing a block must differ from field to field to be one that moves.
_STILL: Final = 0.25
# What a field that comes again may differ by, of what the others do.
_AGAIN: Final = 0.4
# Pictures of the file that are kept: those of two fives.
_STORED: Final = 16
_KEPT: Final = 4
# Of so many fives it is remembered what was found.
_REMEMBERED: Final = 4096


class _Woven(NamedTuple):
    """A picture of film: whose upper field it has, and whose lower one; ``None`` where it is true video."""

    upper: int
    lower: int | None


class _Match(NamedTuple):
    """Which lower field fits an upper one best.

    :param lower: whose it is
    :param counts: of each block, how many samples comb
    :param moving: likewise, but nothing where it stands still
    """

    lower: int
    counts: npt.NDArray[np.int64]
    moving: npt.NDArray[np.int64]


class FilmSource:
    """Open video that is brought back to film, as :class:`VideoSource` is of a video. Not to be shared between threads.

    :param path: the file
    :param reading: how it is read, with ``pulldown``
    :raises MediaError: the file is no video, cannot be read, or has no constant rate of up to 30 pictures a second
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        self.path = path
        self.facts: MediaFacts = probe(path, reading=reading)
        if self.facts.frame_rate is None:
            raise MediaError(f"{path}: holds no moving pictures")
        self._rate = self.facts.frame_rate
        self._woven = VideoSource(path, reading=replace(reading, fields="off"))
        self._cycle = 5 if self._woven.facts.frame_rate in NTSC_RATES else 1
        self._apart: VideoSource | None = None
        self._stored: OrderedDict[int, Picture] = OrderedDict()
        self._found: OrderedDict[int, tuple[_Woven, ...]] = OrderedDict()
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._wanted, self._room = 0, 0

    def frame_number(self, t: Fraction) -> int:
        """The picture that is shown at ``t`` seconds from the first one's start; the first before, the last after."""
        return min(max(int(t * self._rate // 1), 0), self.facts.frame_count - 1)

    def expect(self, numbers: Collection[int], room: int) -> None:
        """Say which pictures are asked for next, and may be again soon; ``room`` is bytes for those that are kept."""
        self._wanted, self._room = len(frozenset(numbers)), room

    def picture(self, number: int) -> Picture:
        """Picture ``number`` of the film, from 0; the same bytes in whatever order pictures are asked for.

        :raises MediaError: the file is damaged there
        """
        if not 0 <= number < self.facts.frame_count:
            raise IndexError(f"{self.path}: picture {number} of {self.facts.frame_count}")
        if number not in self._kept:
            try:
                picture = self._made(number)
            except DamageError as error:
                raise DamageError(str(error), number, number) from error
            self._kept[number] = picture
            size = sum(plane.nbytes for plane in picture.planes)
            while len(self._kept) > max(_KEPT, min(self._wanted, self._room // size)):
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]

    def close(self) -> None:
        """Let the file and all kept pictures go; used again, it is opened anew."""
        self._woven.close()
        if self._apart is not None:
            self._apart.close()
        self._stored.clear()
        self._kept.clear()

    def _made(self, number: int) -> Picture:
        cycle, place = divmod(number, max(1, self._cycle - 1))
        if cycle not in self._found:
            self._found[cycle] = self._looked_at(cycle)
            while len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
        found = self._found[cycle]
        upper, lower = found[min(place, len(found) - 1)]
        if lower is None:
            return self._taken_apart(upper)
        return _weave(self._at(upper), self._at(lower))

    def _looked_at(self, cycle: int) -> tuple[_Woven, ...]:
        """The pictures of film in some pictures of the file."""
        first = cycle * self._cycle
        numbers = range(first, min(first + self._cycle, self._woven.frame_count))
        matches = [self._matched(number) for number in numbers]
        again, clear = self._again(numbers) if self._cycle > 1 else (None, False)
        most = _COMBED if self._cycle > 1 and not clear else _SURELY_COMBED
        found = []
        for place, match in enumerate(matches):
            combs = match.moving
            if clear:  # it is film: what combs in all of them is how its pictures are drawn
                others = (other.counts for n, other in enumerate(matches) if n != place)
                combs = combs - np.max([0 * combs, *(each for each in others if each.shape == combs.shape)], axis=0)
            if place != again:
                found.append(_Woven(numbers[place], None if combs.max() > most else match.lower))
        return tuple(found)

    def _matched(self, number: int) -> _Match:
        """The lower field that fits the upper one of a picture of the file."""
        own = self._at(number)
        near = [n for n in (number, number - 1, number + 1) if 0 <= n < self._woven.frame_count]
        near = [n for n in near if _are_alike(own, self._at(n))]
        least = _LEAST << max(0, own.storage.depth - 8)
        tried = [combing(own.planes[0], self._at(n).planes[0], own.width, least) for n in near]
        sums = np.array([sums for sums, _ in tried])
        lowest, highest = sums.min(axis=0), sums.max(axis=0)
        # Where little moves, most blocks fit as well with any field: the one that fits worst tells.
        best = int((sums - lowest).max(axis=(1, 2)).argmin())
        counts = tried[best][1]
        # What combs with any field alike stands still.
        return _Match(near[best], counts, np.where(highest - lowest > highest * _STILL, counts, 0))

    def _again(self, numbers: range) -> tuple[int | None, bool]:
        """Which of five pictures is left out, of fewer at the end perhaps none; and whether it clearly comes again."""
        differ = np.array([self._differs(number) for number in numbers], np.float64)
        least = int(differ.argmin())
        others = np.delete(differ, least)
        others = others[np.isfinite(others)]
        clear = len(others) > 0 and bool(differ[least] < _AGAIN * np.median(others))
        if len(numbers) < self._cycle:
            return (least if clear else None), clear
        # The first picture may be the rest of one whose beginning is not there.
        return (0 if numbers[0] == 0 and not clear else least), clear

    def _differs(self, number: int) -> float:
        """By how much an upper field differs from the one before, where that is most; infinite for the first."""
        if number == 0:
            return np.inf
        own, before = self._at(number), self._at(number - 1)
        if not _are_alike(own, before):
            return np.inf
        return float(change(own.planes[0], before.planes[0], own.width).max())

    def _at(self, number: int) -> Picture:
        """A picture of the file, of both its fields."""
        if number not in self._stored:
            self._stored[number] = self._woven.picture(number)
            while len(self._stored) > _STORED:
                self._stored.popitem(last=False)
        self._stored.move_to_end(number)
        return self._stored[number]

    def _taken_apart(self, number: int) -> Picture:
        if self._apart is None:
            fields = cast(Fields, self._woven.facts.fields or "top-first")
            self._apart = VideoSource(self.path, reading=replace(self.facts.reading, fields=fields))
        return self._apart.picture(number)


def _weave(upper: Picture, lower: Picture) -> Picture:
    """A picture of the upper field of one and the lower field of another."""
    if upper is lower:
        return upper
    planes = tuple(_rows(one, other) for one, other in zip(upper.planes, lower.planes, strict=True))
    return replace(upper, planes=planes)


def _rows(upper: npt.NDArray[Any], lower: npt.NDArray[Any]) -> npt.NDArray[Any]:
    rows = np.array(upper)
    rows[1::2] = lower[1::2]
    rows.flags.writeable = False  # as a decoder's
    return rows


def _are_alike(one: Picture, other: Picture) -> bool:
    shapes = [[plane.shape for plane in picture.planes] for picture in (one, other)]
    return one.storage == other.storage and shapes[0] == shapes[1]
