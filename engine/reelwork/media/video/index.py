"""The index of a video: which picture is shown when, and where decoding it must begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal

#: Rates that films have, for files whose clock is too coarse to say which.
_USUAL_RATES: Final = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "12", "15", "10", "120")
)
#: Which of a packet's two stamps: of when its picture is shown, or of when it is decoded.
Mark = Literal["pts", "dts"]
# Matroska and Flash count whole milliseconds, so a picture may stand half of one too late.
_COARSE: Final = Fraction(1, 1000)


@dataclass(frozen=True)
class FrameIndex:
    """Packets in the order of decoding, and what their pictures' times are.

    :param time_base: seconds a tick
    :param pts: the time of each packet's picture, in ticks, each another one
    :param keys: which packets decoding can begin at, ascending
    :param hidden: packets that must be decoded but are not shown
    :param end: when the last picture ends, in ticks
    :param rate: pictures a second where all last equally long; then picture ``n`` starts at ``n / rate`` exactly,
        however coarse the file's clock is
    :param marks: what the file itself stamps the packets with, where that is not when their pictures are shown: another
        number each, or nothing at all, and then they are told apart by counting
    :param marked: which of a packet's stamps that is
    :param start: of MP4 and MOV, whose packets are read at their tracks' own times: when in the film the first picture
        begins, seconds; of others that is its own time
    """

    time_base: Fraction
    pts: tuple[int, ...]
    keys: tuple[int, ...]
    hidden: frozenset[int]
    end: int
    rate: Fraction | None
    marks: tuple[int, ...] | None = None
    marked: Mark = "pts"
    start: Fraction | None = None

    @property
    def track(self) -> FrameIndex:
        """The index of the packets: itself."""
        return self

    def within(self, number: int, picture: int) -> int:
        """The number of another picture of the track, counted as ``number`` is: its own."""
        return picture

    @property
    def count(self) -> int:
        """How many pictures are shown."""
        return len(self.shown)

    @property
    def begin(self) -> Fraction:
        """When the first picture begins, by the clock that the file's sound has too, seconds."""
        return self.begins if self.start is None else self.start

    @property
    def begins(self) -> Fraction:
        """When the first picture begins, by the track's own clock, seconds."""
        return self.shown[0] * self.time_base

    @property
    def has_gaps(self) -> bool:
        """Whether nothing is shown at times."""
        return False

    def picture_of(self, number: int) -> int | None:
        """Which picture of the track is shown as picture ``number``; ``None`` where nothing is."""
        return number

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The times of the pictures in the order that they are shown, in ticks."""
        return tuple(sorted(pts for ordinal, pts in enumerate(self.pts) if ordinal not in self.hidden))

    @cached_property
    def ordinals(self) -> dict[int, int]:
        """The place of each packet in the order of decoding, by the time of its picture."""
        return {pts: ordinal for ordinal, pts in enumerate(self.pts)}

    @cached_property
    def by_mark(self) -> dict[int, int]:
        """The place of each packet in the order of decoding, by what the file stamps it with."""
        return self.ordinals if self.marks is None else {mark: ordinal for ordinal, mark in enumerate(self.marks)}

    @property
    def is_counted(self) -> bool:
        """Whether packets can only be told apart by counting them from the file's beginning."""
        return self.marks == ()

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each picture, by its time."""
        return {pts: number for number, pts in enumerate(self.shown)}

    @property
    def duration(self) -> Fraction:
        """Seconds from the first picture's start to the last one's end."""
        if self.rate is not None:
            return len(self.shown) / self.rate
        return (self.end - self.shown[0]) * self.time_base

    def frame_number(self, t: Fraction) -> int:
        """The picture shown ``t`` seconds after the first one's start; the first before, the last after."""
        if self.rate is not None:
            number = int(t * self.rate // 1)
        else:
            ticks = t / self.time_base + self.shown[0]
            if self.time_base == _COARSE:
                ticks += Fraction(1, 2)
            number = bisect_right(self.shown, int(ticks // 1)) - 1
        return min(max(number, 0), len(self.shown) - 1)

    def begin_of(self, number: int) -> Fraction:
        """When a picture begins, in seconds from the first one's start; one past the last is where that ends."""
        if self.rate is not None:
            return number / self.rate
        ticks = self.shown[number] if number < len(self.shown) else self.end
        return (ticks - self.shown[0]) * self.time_base

    def middle_of(self, number: int) -> Fraction:
        """The middle of the time that a picture is shown, in seconds from the first one's start."""
        return (self.begin_of(number) + self.begin_of(number + 1)) / 2

    def key_before(self, number: int) -> int:
        """The last packet to begin at that makes this picture: a key whose own picture is not shown later.

        Pictures that are decoded after a key but shown before it (an open group) refer to the group before.
        """
        wanted = self.shown[number]
        ordinal = self.ordinals[wanted]
        best = self.keys[0]
        for key in self.keys[: bisect_right(self.keys, ordinal)]:
            if self.pts[key] <= wanted:
                best = key
        return best

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "time_base": str(self.time_base),
            "pts": list(self.pts),
            "keys": list(self.keys),
            "hidden": sorted(self.hidden),
            "end": self.end,
            "rate": None if self.rate is None else str(self.rate),
            "marks": None if self.marks is None else list(self.marks),
            "marked": self.marked,
            "start": None if self.start is None else str(self.start),
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> FrameIndex:
        """From what :meth:`to_data` made."""
        return cls(
            Fraction(data["time_base"]),
            tuple(data["pts"]),
            tuple(data["keys"]),
            frozenset(data["hidden"]),
            data["end"],
            None if data["rate"] is None else Fraction(data["rate"]),
            None if data["marks"] is None else tuple(data["marks"]),
            data["marked"],
            None if data["start"] is None else Fraction(data["start"]),
        )


def constant_rate(
    shown: Sequence[int], end: int, time_base: Fraction, candidates: Sequence[Fraction | None]
) -> Fraction | None:
    """The rate at which pictures follow each other evenly, if they do within the precision of the file's clock.

    :param shown: times of the pictures, in ticks, ascending
    :param end: when the last one ends, in ticks
    :param candidates: rates that the file itself names, tried first
    """
    if len(shown) < 2:
        return None
    mean = (len(shown) - 1) / ((shown[-1] - shown[0]) * time_base)
    usual = sorted(_USUAL_RATES, key=lambda rate: abs(rate - mean))
    named = [_usual(rate) for rate in (*candidates, mean.limit_denominator(1001)) if rate]
    for rate in [*named, *usual]:
        step = 1 / (rate * time_base)
        # A clock so coarse that a tick is much of a picture must be met exactly.
        slack = 1 if step >= 4 else Fraction(1, 1000)
        if abs(end - shown[-1] - step) > max(slack, 1):
            continue
        if all(abs(pts - shown[0] - number * step) <= slack for number, pts in enumerate(shown)):
            return rate
    return None


def _usual(rate: Fraction) -> Fraction:
    # Files write 23.976 for 24000/1001, and a picture's start would come out a little after its instant.
    return next((usual for usual in _USUAL_RATES if abs(rate / usual - 1) < Fraction(1, 10_000)), rate)
