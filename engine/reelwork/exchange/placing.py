"""Placing: a track as editors have it, on cuts, becomes a sequence, its clips long enough for their transitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Transition


@dataclass(frozen=True)
class Room:
    """How much of a clip's source there is, seconds of the source.

    :param first: the timecode of its first frame
    :param length: ``None`` where there is as much as anybody wants
    """

    first: Fraction
    length: Fraction | None


@dataclass(frozen=True)
class Placed:
    """A clip with the media that its transitions need.

    :param clip: as the editor has it
    :param begin: seconds of the source, from its first frame
    :param duration: how long it is there, its transitions included
    :param head: how much earlier it begins than the clip
    """

    clip: Clip
    begin: Fraction
    duration: Fraction
    head: Fraction = ZERO


Piece = Placed | Gap | Transition


def place(
    items: Sequence[Item],
    room: Callable[[Clip], Room],
    at: Callable[[Fraction], str],
    report: Report,
    frame: Fraction,
) -> list[Piece]:
    """The pieces of a sequence whose every frame is the track's.

    A transition that reaches further than there is media becomes shorter, and a clip that is longer than its media ends
    in a gap; both are reported, where it is a frame or more.

    :param at: says an instant of the track, for the report
    :param frame: how long one is; what lacks less was rounded
    """
    track = _Track(list(items), room, at, report, frame)
    track.drop_strays()
    track.shorten()
    return track.pieces()


class _Track:
    def __init__(
        self,
        items: list[Item],
        room: Callable[[Clip], Room],
        at: Callable[[Fraction], str],
        report: Report,
        frame: Fraction,
    ) -> None:
        self._items = items
        self._room = room
        self._at = at
        self._report = report
        self._frame = frame

    def drop_strays(self) -> None:
        """Transitions that stand beside no clip, or beside another transition."""
        kept: list[Item] = []
        for index, item in enumerate(self._items):
            if isinstance(item, Transition):
                beside = [*self._items[max(0, index - 1) : index], *self._items[index + 1 : index + 2]]
                twice = bool(kept) and isinstance(kept[-1], Transition)
                if twice or not any(isinstance(other, Clip) for other in beside):
                    self._report.add(
                        self._where(index), f"a {item.kind} that leads from nothing to nothing", "left out"
                    )
                    continue
            kept.append(item)
        self._items = kept

    def shorten(self) -> None:
        """Make transitions no longer than what is there on both sides."""
        for index, item in enumerate(self._items):
            if isinstance(item, Transition):
                before = min(item.before, self._reach(index, -1))
                after = min(item.after, self._reach(index, 1))
                if (before, after) != (item.before, item.after):
                    lasts, wanted = before + after, item.before + item.after
                    self._report.add(
                        self._where(index),
                        f"a {item.kind} of {float(wanted):.3f} s reaches beyond the media, or beyond its neighbours",
                        f"it takes {float(lasts):.3f} s" if lasts > 0 else "it is a cut",
                    )
                    self._items[index] = replace(item, before=before, after=after)

    def pieces(self) -> list[Piece]:
        """What a sequence here has."""
        found: list[Piece] = []
        for index, item in enumerate(self._items):
            if isinstance(item, Transition):
                if item.before + item.after > 0:
                    found.append(item)
                continue
            head, tail = self._over(index - 1).before, self._over(index + 1).after
            if isinstance(item, Gap):
                rest = item.duration - self._over(index - 1).after - self._over(index + 1).before
                if rest > 0:
                    found.append(Gap(rest))
            else:
                found += self._placed(item, head, tail, index)
        return found

    def _placed(self, clip: Clip, head: Fraction, tail: Fraction, index: int) -> list[Piece]:
        room, pace = self._room(clip), abs(clip.speed)
        begin = clip.start - room.first - (tail if clip.speed < 0 else head) * pace
        duration = head + clip.duration + tail
        found: list[Piece] = []
        if begin < 0 and room.length is not None:
            missing = -begin / pace if pace else ZERO
            self._short(clip, missing, index, "begins before its media", "there is a gap instead")
            if clip.speed > 0 and missing < duration:
                found.append(Gap(missing))
            duration, begin = duration - missing, ZERO
            head -= missing if clip.speed > 0 else ZERO
        if room.length is not None and pace and begin + duration * pace > room.length:
            missing = duration - max(ZERO, room.length - begin) / pace
            self._short(clip, missing, index, "asks for more than there is of its media", "a gap makes up for it")
            duration -= missing
            if duration > 0:
                return [*found, Placed(clip, begin, duration, head), *([Gap(missing)] if tail == 0 else [])]
        if duration <= 0:
            return [Gap(head + clip.duration + tail)]
        return [*found, Placed(clip, begin, duration, head)]

    def _short(self, clip: Clip, missing: Fraction, index: int, what: str, instead: str) -> None:
        if missing < self._frame:
            return
        where = f"{self._where(index)}, clip {clip.name!r}"
        self._report.add(where, f"it {what}, by {float(missing):.3f} s", instead)

    def _over(self, index: int) -> Transition:
        """The transition at an index, or one that takes no time."""
        item = self._items[index] if 0 <= index < len(self._items) else None
        return item if isinstance(item, Transition) else Transition(ZERO, ZERO)

    def _reach(self, index: int, side: int) -> Fraction:
        """How far a transition may reach to one side of its cut.

        On its own side, the neighbour must be there alone for as long as its other transition leaves; from the other
        side, the neighbour beyond the cut needs media to come in early, or to stay late.
        """
        own = self._items[index + side] if 0 <= index + side < len(self._items) else None
        beyond = self._items[index - side] if 0 <= index - side < len(self._items) else None
        if own is None:
            return ZERO
        assert not isinstance(own, Transition)
        other = self._over(index + 2 * side)
        taken = other.after if side < 0 else ZERO  # what stands before was shortened already
        reach = own.duration - taken
        if isinstance(beyond, Clip):
            room, pace = self._room(beyond), abs(beyond.speed)
            if room.length is not None and pace:
                begin = beyond.start - room.first
                left = room.length - begin - beyond.duration * pace
                forwards = beyond.speed > 0
                # before the cut it is the incoming clip that needs media, and what it needs lies before its range
                spare = (begin if forwards else left) if side < 0 else (left if forwards else begin)
                reach = min(reach, max(ZERO, spare) / pace)
        return reach

    def _where(self, index: int) -> str:
        lasts = (item.duration for item in self._items[:index] if not isinstance(item, Transition))
        return self._at(sum(lasts, ZERO))
