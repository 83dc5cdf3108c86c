"""Writing edit decision lists: a timeline goes in, the text of a CMX 3600 list comes out.

A list has one track of pictures and four of sound, whole frames, and tapes with names of eight characters.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final

from reelwork.exchange.marking import on_clips
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Reference, Timeline, Track, Transition
from reelwork.exchange.unsaid import made_of, tell_unsaid, tell_unsaid_of_scene
from reelwork.timecode import format_rate, format_timecode

_CHANNELS: Final = ("A", "A2", "A3", "A4")
_MOST: Final = 24 * 3600


def write_edl(timeline: Timeline, report: Report) -> str:
    """The text of a list.

    :raises ExchangeError: there is nothing on its tracks, or it is too long for timecode
    """
    assert timeline.fps is not None
    writer = _Writer(timeline, report)
    tracks = on_clips(timeline.stack, report).tracks
    pictures = [track for track in tracks if track.kind == "video" and _has_clips(track)]
    sounds = [track for track in tracks if track.kind == "audio" and _has_clips(track)]
    for track in pictures[1:]:
        report.add(f"track {track.name!r}", "a list has one track of pictures", "it is left out")
    for track in sounds[4:]:
        report.add(f"track {track.name!r}", "a list has four tracks of sound", "it is left out")
    if not pictures and not sounds:
        raise ExchangeError("there are no clips that a list could hold")
    if timeline.start + timeline.stack.duration > _MOST:
        raise ExchangeError("a list cannot be longer than a day")
    tell_unsaid_of_scene(timeline, (), report)
    what = "a list does not say its frames per second"
    report.add("the scene", f"its canvas.fps: {what}", f"say --fps {format_rate(writer.fps)} where it is imported")
    writer.lead([*pictures[:1], *sounds[:4]])
    for track in pictures[:1]:
        writer.track(track, "V")
    for track, channel in zip(sounds, _CHANNELS, strict=False):
        writer.track(track, channel)
    writer.tail([*pictures[:1], *sounds[:4]], timeline.stack.duration)
    return "\n".join(writer.lines) + "\n"


def _has_clips(track: Track) -> bool:
    return track.enabled and any(isinstance(item, Clip) for item in track.items)


class _Writer:
    def __init__(self, timeline: Timeline, report: Report) -> None:
        self.fps = self._fps = timeline.fps or Fraction(24)
        self._drop = timeline.drop
        self._start = timeline.start
        self._report = report
        self._reels: dict[str, str] = {}
        self._number = 0
        mode = "DROP FRAME" if timeline.drop else "NON-DROP FRAME"
        self.lines = [f"TITLE: {timeline.name[:70] or 'untitled'}", f"FCM: {mode}", ""]

    def lead(self, tracks: list[Track]) -> None:
        """Black before the first event of all, since a list begins with that."""
        begins = []
        for track in tracks:
            items = list(track.placed())
            for index, (at, item) in enumerate(items):
                if isinstance(item, Clip) and item.enabled:
                    way = items[index - 1][1] if index else None
                    begins.append(at - (way.before if isinstance(way, Transition) else ZERO))
                    break
        first = min(begins, default=ZERO)
        if self._frames(first, "") > 0:
            self._number += 1
            self._line("BL", "V", "C       ", ZERO, first, ZERO, first)
            self.lines.append("")

    def tail(self, tracks: list[Track], lasts: Fraction) -> None:
        """Black behind the last event of all, where the scene goes on."""
        ends = (
            at + (item.after if isinstance(item, Transition) else item.duration)
            for track in tracks
            for at, item in track.placed()
            if not isinstance(item, Gap)
        )
        last = max(ends, default=ZERO)
        if self._frames(lasts - last, "") > 0:
            self._number += 1
            self._line("BL", "V", "C       ", ZERO, lasts - last, last, lasts)
            self.lines.append("")

    def track(self, track: Track, channel: str) -> None:
        """The events of a track: a dissolve of a list begins where the clip before it ends."""
        items = track.items
        last: tuple[str, Clip] | None = None
        for index, (at, item) in enumerate(track.placed()):
            if isinstance(item, Transition):
                after = items[index + 1] if index + 1 < len(items) else None
                if not isinstance(after, Clip) and last is not None:
                    self._fade_out(last[1], item, at, channel)
                continue
            if not isinstance(item, Clip):
                last = None
                continue
            before = items[index - 1] if index else None
            behind = items[index + 1] if index + 1 < len(items) else None
            way = before if isinstance(before, Transition) else None
            head = way.before if way is not None else ZERO
            tail = behind.before if isinstance(behind, Transition) else ZERO
            if not item.enabled:
                self._report.add(f"clip {item.name!r}", "it is disabled", "it is left out")
                last = None
                continue
            fitted = item.picture.fit == "contain"  # as whoever reads a list does
            tell_unsaid(item, ("cmx_3600", *(("fit",) if fitted else ())), self._report)
            self._event(item, at, head, tail, way, last, channel)
            last = (self._reel(item), item)

    def _event(
        self,
        clip: Clip,
        at: Fraction,
        head: Fraction,
        tail: Fraction,
        way: Transition | None,
        last: tuple[str, Clip] | None,
        channel: str,
    ) -> None:
        self._number += 1
        reel, begin = self._reel(clip), self._whole(at - head, clip.name)
        lasts = self._whole(at + clip.duration - tail, clip.name) - begin
        source_in = clip.start - (head if clip.speed > 0 else -tail) * abs(clip.speed)
        source_in, source_out = self._used(clip, source_in, lasts * abs(clip.speed))
        edit = "C       "
        if way is not None:
            length = self._frames(way.before + way.after, clip.name)
            edit = f"{'W001' if way.kind == 'wipe' else 'D':<4} {length:03}"
            if way.kind not in ("dissolve", "wipe"):
                self._report.add(f"clip {clip.name!r}", f"the transition {way.kind}", "a dissolve stands for it")
            elif way.kind == "wipe":
                self._report.add(f"clip {clip.name!r}", "the angle and the edge of a wipe", "it is SMPTE's wipe 1")
            outgoing, name = ("BL", "") if last is None else (last[0], last[1].name)
            place = (
                ZERO
                if last is None
                else self._end(last[1]) - (head if last[1].speed > 0 else ZERO) * abs(last[1].speed)
            )
            self._line(outgoing, channel, "C       ", place, place, begin, begin)
            self._line(reel, channel, edit, source_in, source_out, begin, begin + lasts)
            self.lines += [f"* FROM CLIP NAME: {name}"] * bool(name) + [f"* TO CLIP NAME: {clip.name}"]
        else:
            self._line(reel, channel, edit, source_in, source_out, begin, begin + lasts)
            self.lines.append(f"* FROM CLIP NAME: {clip.name}")
        self._notes(clip, reel, source_in, at)

    def _whole(self, seconds: Fraction, name: str) -> Fraction:
        """The instant of the record that a time is rounded to."""
        return self._frames(seconds + self._start, name) / self._fps - self._start

    def _used(self, clip: Clip, source_in: Fraction, used: Fraction) -> tuple[Fraction, Fraction]:
        """The range of a source whose length is that of its record, and which ends with the source at the latest."""
        begin, frames = self._frames(source_in, clip.name), self._frames(used, clip.name)
        source = clip.source
        if isinstance(source, Reference) and source.duration is not None:
            first = source.start or ZERO
            last = int((first + source.duration) * self._fps) - frames
            begin = max(min(begin, last), math.ceil(first * self._fps))
        return begin / self._fps, (begin + frames) / self._fps

    def _end(self, clip: Clip) -> Fraction:
        """Where in its source a clip has come to at its end."""
        return clip.start + clip.duration * clip.speed if clip.speed > 0 else clip.start

    def _notes(self, clip: Clip, reel: str, source_in: Fraction, at: Fraction) -> None:
        if clip.speed != 1:
            speed = f"{float(clip.speed * round(self._fps)):05.1f}"
            self.lines.append(f"M2   {reel:<8}   {speed:>6}                {self._source(source_in)}")
            if clip.speed == 0:
                self.lines.append("* FREEZE FRAME")
        if isinstance(clip.source, Reference):
            if clip.source.url:
                self.lines.append(f"* SOURCE FILE: {clip.source.url}")
            if clip.source.number is not None and clip.source.rate is not None:
                self.lines.append(f"* SOURCE FPS: {format_rate(clip.source.rate)}")
            if clip.source.generator:
                self._report.add(f"clip {clip.name!r}", made_of(clip), "an event without a file stands for it")
            record = clip.source.metadata.get("reelwork", {}).get("record")
            if record:
                self.lines.append(f"* COMMENT: record {record}")
        else:
            self._report.add(
                f"clip {clip.name!r}",
                "its composition, a timeline inside the timeline",
                "an event without a file stands for it",
            )
        own = clip.metadata.get("cmx_3600")
        for note in own.get("comments", ()) if isinstance(own, dict) else ():
            key = re.match(r"[A-Z][A-Z_ ]*: ", str(note))
            self.lines.append(f"* {note}" if key else f"* COMMENT: {note}")
        for marker in clip.markers:
            time = self._record(at + marker.at)
            self.lines.append(f"* LOC: {time} {marker.colour or 'RED':<7} {marker.name}".rstrip())
        self.lines.append("")

    def _fade_out(self, clip: Clip, way: Transition, at: Fraction, channel: str) -> None:
        self._number += 1
        length = way.before + way.after
        begin, place = at - way.before, self._end(clip) - way.before * abs(clip.speed)
        frames = self._frames(length, clip.name)
        self._line(self._reel(clip), channel, "C       ", place, place, begin, begin)
        self._line("BL", channel, f"D    {frames:03}", ZERO, length, begin, begin + length)
        self.lines += [f"* FROM CLIP NAME: {clip.name}", ""]

    def _line(self, reel: str, channel: str, edit: str, *times: Fraction) -> None:
        said = " ".join((self._source(times[0]), self._source(times[1]), *(map(self._record, times[2:]))))
        self.lines.append(f"{self._number:03}  {reel:<8} {channel:<5} {edit} {said}")

    def _source(self, seconds: Fraction) -> str:
        return format_timecode(self._frames(max(ZERO, seconds), ""), self._fps, drop=self._drop)

    def _record(self, seconds: Fraction) -> str:
        return format_timecode(self._frames(seconds + self._start, ""), self._fps, drop=self._drop)

    def _frames(self, seconds: Fraction, name: str) -> int:
        frames = seconds * self._fps
        if frames.denominator != 1:
            where = f"clip {name!r}" if name else "the list"
            self._report.add(where, "times between frames", "they are rounded to whole frames")
        return round(frames)

    def _reel(self, clip: Clip) -> str:
        """A name of eight characters, the same for the same source and for no other."""
        tape = (
            clip.metadata.get("cmx_3600", {}).get("reel") if isinstance(clip.metadata.get("cmx_3600"), dict) else None
        )
        source = clip.source
        key = (
            str(tape)
            if tape
            else source.url or source.name or clip.name
            if isinstance(source, Reference)
            else source.name
        )
        if key not in self._reels:
            stem = re.sub(r"\.[A-Za-z0-9]{2,4}\Z", "", key.rsplit("/", 1)[-1])
            plain = re.sub(r"[^A-Z0-9_]", "", stem.upper())[:8] or "AX"
            found, number = plain, 2
            while found in self._reels.values() or found == "BL":
                found, number = f"{plain[: 8 - len(str(number))]}{number}", number + 1
            self._reels[key] = found
        return self._reels[key]
