"""Reading edit decision lists: the text of a CMX 3600 list goes in, a timeline comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Literal

from reelwork.exchange.lanes import lasting, tracks_of
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timecodes import frame_of
from reelwork.exchange.timeline import ZERO, Clip, Item, Marker, Reference, Sound, Stack, Timeline, Transition
from reelwork.timecode import format_rate, parse_rate

_TC: Final = r"(\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})"
_EVENT: Final = re.compile(
    rf"(\d{{1,6}})\s+(\S+)\s+(\S+)\s+(C|D|W\d*|K\s*[BO]?)\s*(\d{{1,4}})?\s+{_TC}\s+{_TC}\s+{_TC}\s+{_TC}\s*\Z"
)
_SPEED: Final = re.compile(rf"M2\s+(\S+)\s+(-?[\d.]+)\s+{_TC}?\s*\Z")
_NOTE: Final = re.compile(r"\*\s*([A-Z][A-Z ]*?)\s*:\s*(.*)\Z")
#: Names that stand there without their asterisk, as some programs write them.
_BARE: Final = re.compile(r"(?:FROM|TO) CLIP NAME\s*:")
_SOUNDS: Final = re.compile(r"AUD((?:\s+\d{1,2})+)\Z")
#: One of numbered pictures, whose clip is all of them.
_ONE_OF_MANY: Final = re.compile(r"(?<=[._-])\d{3,8}(?=\.(?:exr|dpx|cin|tiff?|png|jpe?g|tga)\Z)", re.IGNORECASE)
_LOCATOR: Final = re.compile(rf"{_TC}\s+(\S+)\s*(.*)\Z")
_CHANNELS: Final = re.compile(r"V\d*|AA|A\d*|B")
#: SMPTE's numbers of wipes with a straight edge (SMPTE ST 258), and where ours moves.
_WIPES: Final = {1: 0, 2: 90, 101: 180, 102: 270}


@dataclass
class _Event:
    """One line of a list, with what was noted below it; times are frames."""

    number: str
    reel: str
    channels: str
    kind: str
    length: int
    times: tuple[int, int, int, int]
    line: int
    speed: Fraction | None = None
    rate: Fraction | None = None
    name: str = ""
    file: str = ""
    markers: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_edl(text: str, file: str, fps: Fraction | None, report: Report) -> Timeline:
    """The timeline of a list.

    :param file: its name, for messages
    :param fps: its frames a second, which no list says; ``None`` takes 29.97 for drop-frame, else what its frames allow
    :raises ExchangeError: a line makes no sense, or a timecode does not exist
    """
    counted = re.search(r"^\d.*\d;\d", text, re.MULTILINE)
    drop = counted is not None or bool(re.search(r"^FCM:\s*DROP", text, re.MULTILINE))
    rate = fps or _likely_rate(text, drop, file, report)
    title, events = _events(text.splitlines(), file, rate, drop, report)
    if not events:
        raise ExchangeError(f"{file} has no events of a CMX 3600 list")
    begin = min(event.times[2] for event in events)
    placed: dict[tuple[Literal["video", "audio"], str], list[tuple[Fraction, Item]]] = {}
    for index, event in enumerate(events):
        channels = _channels(event)
        if not channels:
            report.add(f"event {event.number}", f"its channels, {event.channels!r}", "it is left out")
        for kind, channel in channels:
            items = placed.setdefault((kind, channel), [])
            items += _items(event, _outgoing(events, index), rate, begin, channel if kind == "audio" else "", report)
    ordered = sorted(placed, key=lambda key: (key[0] == "audio", key[1]))
    tracks = [track for key in ordered for track in tracks_of(key[0], placed[key], key[1])]
    lasts = max(event.times[3] for event in events) - begin
    return Timeline(Stack(title, lasting(tracks, lasts / rate)), rate, begin / rate, drop)


def _likely_rate(text: str, drop: bool, file: str, report: Report) -> Fraction:
    frames = [int(found[-2:]) for line in text.splitlines() if line[:1].isdigit() for found in re.findall(_TC, line)]
    highest = max(frames, default=0)
    if drop:
        return Fraction(60000 if highest >= 30 else 30000, 1001)
    rate = Fraction(60 if highest >= 30 else 30 if highest >= 25 else 25 if highest >= 24 else 24)
    report.add(
        file, "a list does not say its frames per second", f"taken as {format_rate(rate)}; else say it with --fps"
    )
    return rate


def _events(lines: Iterable[str], file: str, rate: Fraction, drop: bool, report: Report) -> tuple[str, list[_Event]]:
    title = ""
    events: list[_Event] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line:
            continue
        try:
            if line.upper().startswith("TITLE:"):
                title = line[6:].strip()
            elif match := _EVENT.match(line):
                event, reel, channels, kind, length, *times = match.groups()
                frames = [frame_of(time, rate, drop=drop) for time in times]
                if frames[3] < frames[2]:
                    raise ValueError("it ends before it begins")
                said = (frames[0], frames[1], frames[2], frames[3])
                events.append(_Event(event, reel, channels, kind.replace(" ", ""), int(length or 0), said, number))
            elif line[0].isdigit():
                raise ValueError("this is no event of a CMX 3600 list")
            elif events:
                _note(line, events, rate, drop, file, report)
            elif not line.upper().startswith("FCM:"):
                report.add(f"{file}:{number}", f"the line {line[:60]!r}, before the first event", "it is left out")
        except ValueError as error:
            raise ExchangeError(f"{file}:{number}: {error}\n  {number} | {line[:160]}") from error
    return title, events


def _note(line: str, events: list[_Event], rate: Fraction, drop: bool, file: str, report: Report) -> None:
    """What stands below an event."""
    event = events[-1]
    line = f"* {line}" if _BARE.match(line) else line
    pair = events[-2] if len(events) > 1 and events[-2].number == event.number else None
    if match := _SPEED.match(line):
        reel, speed = match[1], Fraction(match[2]) / round(rate)
        target = pair if pair is not None and pair.reel == reel != event.reel else event
        target.speed = speed
    elif match := _NOTE.match(line):
        key, value = match[1], match[2].strip()
        if key == "FROM CLIP NAME":
            target = pair if pair is not None and event.kind != "C" else event
            target.name = value
        elif key in ("FROM FILE", "FROM CLIP"):
            many = _ONE_OF_MANY.search(value)
            shown = value if many is None else f"{value[: many.start()]}%0{len(many[0])}d{value[many.end() :]}"
            (pair if pair is not None and event.kind != "C" else event).file = shown
        elif key == "TO CLIP NAME":
            event.name = value
        elif key == "SOURCE FILE":
            event.file = value
        elif key == "SOURCE FPS":
            event.rate = parse_rate(value)
        elif key == "LOC" and (located := _LOCATOR.match(value)):
            event.markers.append((frame_of(located[1], rate, drop=drop), located[2], located[3].strip()))
        else:
            event.notes.append(value if key == "COMMENT" else f"{key}: {value}")
    elif line.startswith("*"):
        if line[1:].strip().upper() != "FREEZE FRAME":
            event.notes.append(line[1:].strip())
    elif match := _SOUNDS.match(line):
        event.channels += "".join(f" A{number}" for number in match[1].split())
    elif line.startswith("EFFECTS NAME IS"):
        event.notes.append(line)
    elif not line.startswith("FCM:"):
        report.add(f"{file}, event {event.number}", f"the line {line[:60]!r}", "it is left out")


def _channels(event: _Event) -> list[tuple[Literal["video", "audio"], str]]:
    found: list[tuple[Literal["video", "audio"], str]] = []
    for word in _CHANNELS.findall(event.channels.upper()):
        if word.startswith("V"):
            found.append(("video", word))
        elif word == "B":
            found += [("video", "V"), ("audio", "A1")]
        elif word == "AA":
            found += [("audio", "A1"), ("audio", "A2")]
        else:
            found.append(("audio", "A1" if word == "A" else word))
    return list(dict.fromkeys(found))


def _outgoing(events: list[_Event], index: int) -> _Event | None:
    """The first half of a transition's pair of lines."""
    before = events[index - 1] if index else None
    paired = before is not None and before.number == events[index].number and events[index].kind != "C"
    return before if paired else None


def _items(
    event: _Event, outgoing: _Event | None, rate: Fraction, begin: int, channel: str, report: Report
) -> list[tuple[Fraction, Item]]:
    """The clip of an event and the transition that leads to it, each with its instant."""
    source_in, source_out, record_in, record_out = event.times
    at = (record_in - begin) / rate
    found: list[tuple[Fraction, Item]] = []
    where = f"event {event.number}"
    if event.kind[0] in "DW" and event.length:
        kind, parameters = "dissolve", dict[str, Any]()
        if event.kind[0] == "W":
            number = int(event.kind[1:] or 1)
            kind, parameters = "wipe", {"angle": str(_WIPES.get(number, 0)), "softness": "0%"}
            if number not in _WIPES:
                report.add(where, f"SMPTE's wipe {number}", "a wipe with a straight edge stands for it")
        found.append((at, Transition(ZERO, event.length / rate, kind, parameters)))
    elif event.kind[0] == "K":
        report.add(where, "a key", "it is a cut")
    if record_out == record_in or event.reel.upper() == "BL":
        if event.notes or event.markers:
            report.add(where, "the notes and markers of black", "left out")
        return found
    lasts, used = record_out - record_in, abs(source_out - source_in)
    speed = Fraction(1) if event.speed is None else event.speed
    if event.speed is None and abs(used - lasts) > 1:  # one frame is two roundings
        report.add(where, f"{used} frames of its source stand for {lasts}, and no M2 says a speed", "it runs at 100%")
    elif event.speed and abs(lasts * abs(speed) - used) > 1 and used:
        report.add(where, f"its M2 says {float(speed):.1%}, its timecodes {used / lasts:.1%}", "its M2 holds")
    clip = Clip(
        name=event.name or event.reel,
        source=Reference(url=event.file, name=event.name or event.reel, rate=event.rate),
        start=min(source_in, source_out) / rate,
        duration=lasts / rate,
        speed=speed,
        sound=Sound(channel=channel),
        markers=tuple(
            Marker((time - record_in) / rate, name, colour=colour)
            for time, colour, name in event.markers
            if not channel
        ),
        metadata={"cmx_3600": {"reel": event.reel, **({"comments": event.notes} if event.notes else {})}},
    )
    return [*found, (at, clip)]
