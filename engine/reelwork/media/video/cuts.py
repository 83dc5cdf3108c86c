"""Cuts: the index of a whole track and its edit list go in, which of its pictures the film shows when comes out.

The media time of an edit is presented at its beginning (ISO/IEC 14496-12, 8.6.6): an edit that begins within a picture
shows what is left of that. An empty edit shows nothing, and in a dwell (media rate 0) a picture stands.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, NamedTuple

from reelwork.media.edits import Edit, EditList
from reelwork.media.video.index import FrameIndex, constant_rate

# Where ticks are longer than this part of a picture, what lies a tick beside its beginning is meant.
_ROUNDED: Final = Fraction(1, 4)


class Cut(NamedTuple):
    """A stretch of the film that shows pictures of the track one after the other, or one, or none.

    :param begin: seconds from the film's first picture
    :param number: of its first picture in the film
    :param many: how many pictures the film has there
    :param time: of the track at its beginning, seconds from the track's first picture; ``None`` where nothing is shown
    :param picture: which picture of the track is the first
    :param stands: whether all are that one
    """

    begin: Fraction
    number: int
    many: int
    time: Fraction | None
    picture: int = 0
    stands: bool = False

    @property
    def moves(self) -> bool:
        """Whether it goes from picture to picture."""
        return self.time is not None and not self.stands


@dataclass(frozen=True)
class CutIndex:
    """What :class:`FrameIndex` is of a track, of a film that is cut from it.

    :param track: all of it
    :param cuts: one after the other, without gaps; the first begins at 0
    :param duration: seconds from the first picture's start to the last one's end
    """

    track: FrameIndex
    cuts: tuple[Cut, ...]
    duration: Fraction

    @property
    def count(self) -> int:
        """How many pictures the film has. Where the track's last equally long, so do those of a gap."""
        return self.cuts[-1].number + self.cuts[-1].many

    @property
    def begin(self) -> Fraction:
        """When the film's first picture begins, by the clock that its sound has too, seconds."""
        return self.track.begin

    @property
    def has_gaps(self) -> bool:
        """Whether nothing is shown at times."""
        return any(cut.time is None for cut in self.cuts)

    @cached_property
    def rate(self) -> Fraction | None:
        """Pictures a second, where all last equally long."""
        rate = self.track.rate
        if rate is None:
            return None
        times = (time * rate for cut in self.cuts for time in (cut.begin, (cut.moves and cut.time) or Fraction(0)))
        return rate if all(time.denominator == 1 for time in (*times, self.duration * rate)) else None

    def picture_of(self, number: int) -> int | None:
        """Which picture of the track is shown as picture ``number``; ``None`` where nothing is."""
        cut = self.cuts[self._by_number(number)]
        if cut.time is None:
            return None
        return cut.picture + (number - cut.number) * cut.moves

    def frame_number(self, t: Fraction) -> int:
        """The picture shown ``t`` seconds after the first one's start; the first before, the last after."""
        cut = self.cuts[max(0, bisect_right(self._begins, t) - 1)]
        if cut.moves and cut.time is not None:
            past = self.track.frame_number(cut.time + t - cut.begin) - cut.picture
        else:
            past = math.floor((t - cut.begin) * (self.track.rate or 0))
        return cut.number + min(max(past, 0), cut.many - 1)

    def middle_of(self, number: int) -> Fraction:
        """The middle of the time that a picture is shown, in seconds from the first one's start; of one that is cut
        off, of the time that the whole would be."""
        place = self._by_number(number)
        cut = self.cuts[place]
        past = number - cut.number
        if cut.moves and cut.time is not None:
            return cut.begin + self.track.middle_of(cut.picture + past) - cut.time
        end = self.cuts[place + 1].begin if place + 1 < len(self.cuts) else self.duration
        lasting = 1 / self.track.rate if self.track.rate else end - cut.begin
        return cut.begin + (past + Fraction(1, 2)) * lasting

    def within(self, number: int, picture: int) -> int:
        """The number of another picture of the track in the cut where ``number`` is; that one's where it is not there.

        :param picture: of the track
        """
        cut = self.cuts[self._by_number(number)]
        past = picture - cut.picture
        return cut.number + past if cut.moves and 0 <= past < cut.many else number

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        cuts = [[str(cut.begin), cut.number, cut.many, _said(cut.time), *cut[4:]] for cut in self.cuts]
        return {**self.track.to_data(), "cuts": cuts, "duration": str(self.duration)}

    def _by_number(self, number: int) -> int:
        return bisect_right(self._numbers, number) - 1

    @cached_property
    def _begins(self) -> list[Fraction]:
        return [cut.begin for cut in self.cuts]

    @cached_property
    def _numbers(self) -> list[int]:
        return [cut.number for cut in self.cuts]


#: Of a film that shows its track as it is, or some of it, and of any other.
Index = FrameIndex | CutIndex


def index_from(data: dict[str, Any]) -> Index:
    """From what ``to_data`` of either made."""
    track = FrameIndex.from_data(data)
    if "cuts" not in data:
        return track
    cuts = (
        Cut(Fraction(begin), number, many, None if time is None else Fraction(time), *rest)
        for begin, number, many, time, *rest in data["cuts"]
    )
    return CutIndex(track, tuple(cuts), Fraction(data["duration"]))


def cut(index: FrameIndex, edits: EditList) -> Index:
    """What the film shows of a track.

    Before the track's first picture an edit shows that one, and after its end the last one; but the film begins when
    the first picture does, and ends with the last edit, or with the track where that ends before.

    :param index: of the track, whose packets are stamped with its own times
    """
    stretches = _joined(_stretches(index, edits))
    if not stretches:  # nothing at all would be shown: the list is broken
        return replace(index, start=index.begins)
    start = stretches[0].begin
    only = stretches[0]
    if len(stretches) == 1 and only.media is not None and not only.stands and _begins_with_one(index, only.media):
        return _part(index, only)
    cuts: list[Cut] = []
    for begin, end, media, stands in stretches:
        first = 0 if media is None else index.frame_number(media)
        if media is None or stands:
            many = math.ceil((end - begin) * index.rate) if index.rate else 1
        else:
            many = _last_before(index, media + end - begin) - first + 1
        number = cuts[-1].number + cuts[-1].many if cuts else 0
        cuts.append(Cut(begin - start, number, max(many, 1), media, first, stands))
    return CutIndex(replace(index, start=start), tuple(cuts), stretches[-1].end - start)


class _Stretch(NamedTuple):
    """An edit that lasts, without what is rounding.

    :param media: seconds from the track's first picture
    """

    begin: Fraction
    end: Fraction
    media: Fraction | None
    stands: bool


def _stretches(index: FrameIndex, edits: EditList) -> Iterator[_Stretch]:
    begun: Fraction | None = None  # when the film goes on, once it shows something
    shown = [_of_track(edit, index) for edit in edits.edits]
    if all(edit.media is None or edit.media >= index.duration for edit in shown):
        return
    for number, (begin, end, media, stands) in enumerate(shown):
        if media is None and begun is None:
            continue
        start = begin if begun is None else begun
        if media is None or stands:
            if end is not None and end > start:
                yield _Stretch(start, end, media, stands)
                begun = end
            continue
        time = _beside(index, media, index.time_base)
        left = index.duration - time
        stop = start + left if end is None else end
        until = _beside(index, time + stop - start, edits.tick + index.time_base)
        if number == len(shown) - 1:
            until = min(until, max(index.duration, time))
        if begun is None and time < 0:
            start, time = start - time, Fraction(0)
        if until > time:
            yield _Stretch(start, start + until - time, time, False)
            begun = start + until - time


def _of_track(edit: Edit, index: FrameIndex) -> Edit:
    """The same edit, its media time counted from the track's first picture."""
    return edit if edit.media is None else edit._replace(media=edit.media - index.begins)


def _beside(index: FrameIndex, time: Fraction, tick: Fraction) -> Fraction:
    """When a picture begins that does so within a tick of a time; else that time."""
    number = index.frame_number(time)
    begin, end = index.begin_of(number), index.begin_of(number + 1)
    if tick > (end - begin) * _ROUNDED:
        return time
    return next((near for near in (begin, end) if abs(near - time) <= tick), time)


def _joined(stretches: Iterator[_Stretch]) -> list[_Stretch]:
    """The same, where what goes on in the track as it does in the film is one."""
    found: list[_Stretch] = []
    for each in stretches:
        last = found[-1] if found else None
        goes_on = last is not None and not (last.stands or each.stands) and None not in (last.media, each.media)
        if last is not None and goes_on and last.media + last.end - last.begin == each.media:  # type: ignore[operator]
            found[-1] = last._replace(end=each.end)
        else:
            found.append(each)
    return found


def _begins_with_one(index: FrameIndex, time: Fraction) -> bool:
    return index.begin_of(index.frame_number(time)) == time


def _last_before(index: FrameIndex, time: Fraction) -> int:
    """The last picture that begins before a time."""
    number = index.frame_number(time)
    return number - 1 if number and index.begin_of(number) >= time else number


def _part(index: FrameIndex, stretch: _Stretch) -> FrameIndex:
    """The index of whole pictures, one after the other; the others are not there."""
    assert stretch.media is not None
    first = index.frame_number(stretch.media)
    time = stretch.media + stretch.end - stretch.begin
    stop = _last_before(index, time) + 1
    shown = index.shown[first:stop]
    end = index.shown[stop] if stop < len(index.shown) else index.end
    if index.rate is None:
        end = min(end, math.ceil(time / index.time_base) + index.shown[0])
    rate = index.rate or constant_rate(shown, end, index.time_base, ())
    seen = _ordinals(index, shown)
    hidden = frozenset(n for n in range(len(index.pts)) if n not in seen)
    return replace(index, hidden=hidden, end=end, rate=rate, start=stretch.begin)


def _ordinals(index: FrameIndex, shown: Sequence[int]) -> set[int]:
    return {index.ordinals[pts] for pts in shown}


def _said(time: Fraction | None) -> str | None:
    return None if time is None else str(time)
