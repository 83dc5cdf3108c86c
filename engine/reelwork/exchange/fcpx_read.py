"""Reading FCPXML, versions 1.5 to 1.13: Final Cut Pro's text goes in, a timeline comes out.

Times are exact fractions already. A storyline is a row of clips; what is connected to one of them stands inside it, on
a lane, at an ``offset`` in the time of what holds it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import Element

from reelwork.exchange import fcpx_looks as looks
from reelwork.exchange.fcpx_titles import style
from reelwork.exchange.fcpx_unread import tell_unread, tell_unread_of_document
from reelwork.exchange.fcpx_values import seconds, whole, within
from reelwork.exchange.lanes import lasting, tracks_of
from reelwork.exchange.names import OF_GENERATORS, transition_of
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import (
    LARGEST_SIZE,
    MOST_DEEP,
    ZERO,
    Clip,
    Item,
    Reference,
    Sound,
    Stack,
    Timeline,
    Track,
    Transition,
)
from reelwork.exchange.times import written
from reelwork.exchange.xml import parsed
from reelwork.timecode import format_rate

_CLIPS: Final = ("asset-clip", "clip", "video", "audio", "title", "ref-clip", "sync-clip", "mc-clip", "audition")
#: Clips of a timeline, those of a compound clip as often as it is used: a small file can stand for very many.
_MOST_CLIPS: Final = 10_000


def read_fcpxml(text: str, file: str, report: Report) -> Timeline:
    """The timeline of a document's first project, or of its first clip that is a timeline.

    :raises ExchangeError: it is damaged, or holds none
    """
    root = parsed(text, file)
    if root.tag != "fcpxml":
        raise ExchangeError(f"{file} is no FCPXML, its root is {root.tag}")
    sequences = root.findall(".//project/sequence") or root.findall(".//sequence")
    if not sequences:
        raise ExchangeError(f"{file} holds no project with a sequence")
    if len(root.findall(".//project")) > 1:
        report.add(file, "it holds further projects", "only the first was read")
    tell_unread_of_document(root, sequences[0], file, report)
    reader = _Reader(root, file, report)
    try:
        return reader.timeline(sequences[0], next((p.get("name", "") for p in root.iter("project")), ""))
    except ValueError as error:
        raise ExchangeError(f"{file}: {error}") from error
    except RecursionError as error:
        raise ExchangeError(f"{file}: its timelines, or its clips, stand too deep inside each other") from error


#: The angle of a multicam clip that is seen, and those that are heard.
Angles: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass
class _Placed:
    """What a storyline, or what is connected to it, puts on lanes."""

    pictures: dict[int, list[tuple[Fraction, Item]]] = field(default_factory=dict)
    sounds: dict[int, list[tuple[Fraction, Item]]] = field(default_factory=dict)


class _Reader:
    def __init__(self, root: Element, file: str, report: Report) -> None:
        self._report = report
        self._file = file
        self._depth = self._many = 0
        self._by_id = {each.get("id", ""): each for each in root.findall("./resources/*")}

    def timeline(self, sequence: Element, name: str) -> Timeline:
        rate, _ = self._format(sequence.get("format"))
        if rate is None:
            raise ValueError("its sequence has no format with a frameDuration")
        self._rate = rate
        self._aspect, self._high = 16 / 9, 1080
        stack = self._stack(sequence, name)
        drop = sequence.get("tcFormat") == "DF"
        with within(sequence):
            return Timeline(stack, rate, seconds(sequence.get("tcStart")), drop)

    def _format(self, ident: str | None) -> tuple[Fraction | None, tuple[int, int] | None]:
        found = self._by_id.get(ident or "")
        if found is None:
            return None, None
        with within(found):
            length = seconds(found.get("frameDuration"))
            if length < 0:
                raise ValueError(f"frameDuration={found.get('frameDuration')!r} is not more than nothing")
            size = (whole(found, "width", 1, LARGEST_SIZE, 0), whole(found, "height", 1, LARGEST_SIZE, 0))
        if not length and (match := re.search(r"(\d+)(?:p|i)(\d{2,4})", found.get("name", ""))):
            named = {"2398": Fraction(24000, 1001), "2997": Fraction(30000, 1001), "5994": Fraction(60000, 1001)}
            length = 1 / named.get(match[2], Fraction(int(match[2]) // (100 if len(match[2]) == 4 else 1)))
        return (1 / length if length else None), (size if all(size) else None)

    def _stack(self, sequence: Element, name: str, angles: Angles = ("", ())) -> Stack:
        if self._depth == MOST_DEEP:
            raise ValueError(f"compound clips stand more than {MOST_DEEP} deep inside each other")
        self._depth += 1
        around = self._aspect, self._high
        rate, size = self._format(sequence.get("format"))
        if rate is not None and rate != self._rate:
            self._report.add(
                f"compound clip {name!r}", f"its {format_rate(rate)} frames a second", "it has those of the timeline"
            )
        self._aspect, self._high = (size[0] / size[1], size[1]) if size else around
        placed, lasts = _Placed(), ZERO
        if sequence.tag == "multicam":
            lasts = self._angles(sequence, angles, placed)
        elif (spine := sequence.find("spine")) is not None:
            lasts = self._spine(spine, ZERO, 0, placed)
        tracks: list[Track] = []
        for lane in sorted(placed.pictures):
            tracks += tracks_of("video", placed.pictures[lane], f"V{lane}" if lane else "primary")
        for lane in sorted(placed.sounds, key=lambda lane: (lane != 0, abs(lane))):
            tracks += tracks_of("audio", placed.sounds[lane], f"A{lane}" if lane else "primary sound")
        self._depth -= 1
        self._aspect, self._high = around
        with within(sequence):
            return Stack(name, lasting(tracks, lasts), looks.markers(sequence, ZERO), size=size)

    def _angles(self, multicam: Element, chosen: Angles, placed: _Placed) -> Fraction:
        """Those angles of a multicam clip that are seen and heard; the instant at which the last of all ends."""
        lasts = ZERO
        for angle in multicam.findall("mc-angle"):
            found, ident = _Placed(), angle.get("angleID", "")
            lasts = max(lasts, self._spine(angle, ZERO, 0, found))
            if ident == chosen[0]:
                placed.pictures.update(found.pictures)
            for lane, items in found.sounds.items() if ident in chosen[1] else ():
                placed.sounds.setdefault(lane, []).extend(items)
        return lasts

    def _multicam(self, element: Element, place: str) -> Stack | None:
        """What a multicam clip shows of its angles, and what of them is heard."""
        resource = self._by_id.get(element.get("ref", ""))
        multicam = resource.find("multicam") if resource is not None else None
        if resource is None or multicam is None:
            return None
        there = [angle.get("angleID", "") for angle in multicam.findall("mc-angle")]
        used, seen, heard = element.get("srcEnable", "all"), "", list[str]()
        for source in element.findall("mc-source"):
            ident, enabled = source.get("angleID", ""), source.get("srcEnable", "all")
            if ident not in there:
                self._report.add(place, f"the angle {ident!r}, which its multicam clip does not have", "left out")
            if enabled in ("all", "video"):
                seen = ident
            if enabled in ("all", "audio"):
                heard.append(ident)
            for child in source:
                self._report.add(place, f"<{child.tag}> of an angle", "left out")
        if element.find("mc-source") is None and there:
            seen, heard = there[0], there[:1]
        chosen = ("" if used == "audio" else seen, () if used == "video" else tuple(heard))
        return self._stack(multicam, resource.get("name", "multicam"), chosen)

    def _spine(self, spine: Element, at: Fraction, lane: int, placed: _Placed) -> Fraction:
        """A storyline that begins at an instant of the timeline; the instant at which it ends."""
        for element in spine:
            with within(element):
                if element.tag == "transition":
                    self._transition(element, at, lane, spine, placed)
                elif element.tag in (*_CLIPS, "gap"):
                    lasts = seconds(element.get("duration"), self._length(element))
                    self._element(element, at, lane, placed)
                    at += lasts
                elif element.tag == "spine":
                    self._spine(element, at, lane, placed)
        return at

    def _transition(self, element: Element, cut: Fraction, lane: int, spine: Element, placed: _Placed) -> None:
        lasts = seconds(element.get("duration"))
        tell_unread(element, f"transition {element.get('name', '')!r}", self._report)
        # its offset is in the storyline's time, as those of the clips are
        behind = list(spine)[list(spine).index(element) + 1 :]
        following = next((seconds(each.get("offset"), cut) for each in behind if each.get("offset")), None)
        begin = seconds(element.get("offset"))
        before = following - begin if following is not None and element.get("offset") else lasts / 2
        before = min(max(before, ZERO), lasts)
        name = element.get("name", "Cross Dissolve")
        kind, parameters, exactly = transition_of(name)
        if not exactly:
            self._report.add(f"{self._file}, transition", repr(name), f"the nearest of ours stands for it: {kind}")
        way = Transition(before, lasts - before, kind, parameters, name)
        placed.pictures.setdefault(lane, []).append((cut, way))
        placed.sounds.setdefault(lane, []).append((cut, way))

    def _length(self, element: Element) -> Fraction:
        resource = self._by_id.get(element.get("ref", ""))
        inner = None if resource is None else resource.find("sequence")
        found = inner if inner is not None else resource
        if found is None:
            return ZERO
        with within(found):
            return seconds(found.get("duration"))

    def _element(self, element: Element, at: Fraction, lane: int, placed: _Placed) -> None:
        """A clip or a gap at an instant, and all that is connected to it."""
        self._many += 1
        if self._many > _MOST_CLIPS:
            raise ValueError(f"its timeline has more than {_MOST_CLIPS:,} clips, with those of its compound clips")
        name = element.get("name", "")
        lasts = seconds(element.get("duration"), self._length(element))
        start = seconds(element.get("start"), self._own_start(element))
        connected = [
            child for child in element if child.get("lane") is not None and child.tag in (*_CLIPS, "gap", "spine")
        ]
        for child in connected:
            with within(child):
                begin = at + seconds(child.get("offset"), start) - start
                number = whole(child, "lane", -1000, 1000, 0)
                if child.tag == "spine":
                    self._spine(child, begin, lane + number, placed)
                else:
                    self._element(child, begin, lane + number, placed)
        place = f"clip {name!r}" if name or element.tag != "gap" else "a gap"
        if element.tag == "audition":
            takes = [child for child in element if child.tag in _CLIPS and child.get("lane") is None]
            for first in takes[:1]:
                self._element(first, at, lane, placed)
            if takes[1:]:
                called = ", ".join(repr(each.get("name", "")) for each in takes[1:])
                self._report.add(f"audition at {written(at, self._rate)}", f"its other takes: {called}", "left out")
            return
        tell_unread(element, place, self._report)
        if element.tag == "gap" or lasts <= 0:
            if looks.markers(element, start):
                self._report.add(place, "markers", "left out, as nothing is there that they could stand on")
            return
        source, sees, hears = self._source(element)
        start, moved = self._inner_start(element, start), start
        own = self._own_aspect(element)
        begin = at - moved
        noted = looks.markers(element, moved)
        inside = isinstance(source, Stack)
        split = (hears or inside) and ("audioStart" in element.attrib or "audioDuration" in element.attrib)
        if split and (inside or element.find("timeMap") is not None):
            self._report.add(place, "its sound, which is cut elsewhere", "it is cut with its picture")
            split = False
        if split:
            heard = seconds(element.get("audioStart"), moved)
            ends = heard + seconds(element.get("audioDuration"), lasts)
            heard = max(heard, begin * -1)
            for clip in self._retimed(element, source, start + heard - moved, ends - heard, name):
                sound = looks.looked(clip, element, heard, self._aspect, own, self._report)
                placed.sounds.setdefault(lane, []).append((begin + heard, sound))
        for clip in self._retimed(element, source, start, lasts, name):
            marked = replace(looks.looked(clip, element, at - begin, self._aspect, own, self._report), markers=noted)
            noted = ()
            if sees:
                placed.pictures.setdefault(lane, []).append((at, marked))
            if hears and not split:
                placed.sounds.setdefault(lane, []).append((at, replace(marked, markers=() if sees else marked.markers)))
            at += clip.duration

    def _inner_start(self, element: Element, start: Fraction) -> Fraction:
        """Where in its media a clip begins that counts a time of its own, in which its media stand at an offset."""
        inner = next((child for child in element if child.tag in _CLIPS and child.get("lane") is None), None)
        if element.tag not in ("clip", "sync-clip") or inner is None or element.find("timeMap") is not None:
            return start
        with within(inner):
            own = seconds(inner.get("start"), self._own_start(inner))
            offset = seconds(inner.get("offset"), own)
            return own + (start - offset if element.get("start") else ZERO)

    def _own_aspect(self, element: Element) -> float:
        """The width of a clip's pictures by their height; those of the frame where nobody says."""
        resource = self._by_id.get(element.get("ref", ""))
        if resource is not None and resource.tag == "media":
            resource = resource.find("sequence")
        _, size = self._format(resource.get("format")) if resource is not None else (None, None)
        return size[0] / size[1] if size else self._aspect

    def _own_start(self, element: Element) -> Fraction:
        """Where a clip begins that does not say it: at the beginning of its media."""
        resource = self._by_id.get(element.get("ref", ""))
        if resource is not None and resource.tag == "media":
            inner = next((child for child in resource if child.tag in ("sequence", "multicam")), resource)
            return seconds(inner.get("tcStart"))
        return seconds(resource.get("start")) if resource is not None and resource.tag == "asset" else ZERO

    def _source(self, element: Element) -> tuple[Reference | Stack, bool, bool]:
        """What a clip shows, and whether it is seen and heard."""
        used = element.get("srcEnable", "all")
        resource = self._by_id.get(element.get("ref", ""))
        place = f"clip {element.get('name', '')!r}"
        if element.tag in ("clip", "sync-clip", "mc-clip"):
            inner = [
                child
                for child in element.iter()
                if child.tag in ("video", "audio", "asset-clip") and child is not element
            ]
            inner = [child for child in inner if child.get("lane") is None or child.tag == "audio"]
            if element.tag == "mc-clip":
                shown = self._multicam(element, place)
                if shown is None:
                    self._report.add(place, "a multicam clip that is not there", "a slot stands for it")
                    return Reference(name=element.get("name", "")), True, False
                pictures = any(track.kind == "video" and track.items for track in shown.tracks)
                return shown, pictures, not pictures
            if not inner:
                return Reference(name=element.get("name", "")), True, False
            source, sees, hears = self._source(inner[0])
            for other in inner[1:]:
                further, more, sounds = self._source(other)
                if further != source:
                    what = f"{other.get('name') or 'media'!r}, which is synchronised with it"
                    self._report.add(place, what, "left out")
                    continue
                sees, hears = sees or more, hears or sounds
            return source, sees, hears
        if element.tag == "title":
            words = "".join("".join(each.itertext()) for each in element.findall("text")).strip()
            self._report.add(place, "the look of a title", "its words are shown in the scene's own font")
            look = style(element, self._high)
            parameters = {"text": words, **({"style": look} if look else {})}
            return Reference(name=element.get("name", ""), generator="text", parameters=parameters), True, False
        if resource is not None and resource.tag == "media":
            sequence = resource.find("sequence")
            if sequence is None:
                return Reference(name=resource.get("name", "")), True, False
            return self._stack(sequence, resource.get("name", "nested")), used != "audio", used == "audio"
        if resource is not None and resource.tag == "effect":
            kind = OF_GENERATORS.get(resource.get("name", "").lower(), resource.get("name", "generator"))
            return (
                Reference(name=element.get("name", ""), generator=kind, parameters=looks.colour(element)),
                True,
                False,
            )
        if resource is None:
            return Reference(name=element.get("name", "")), element.tag != "audio", element.tag == "audio"
        rate, _ = self._format(resource.get("format"))
        media = resource.find("media-rep")
        with within(resource):
            reference = Reference(
                url=resource.get("src", "") or (media.get("src", "") if media is not None else ""),
                name=resource.get("name", ""),
                start=seconds(resource.get("start")),
                duration=seconds(resource.get("duration")) if "duration" in resource.attrib else None,
                rate=rate,
            )
        sees = resource.get("hasVideo") != "0" and element.tag != "audio" and used != "audio"
        if "hasVideo" not in resource.attrib and "hasAudio" in resource.attrib:
            sees = False
        hears = resource.get("hasAudio") == "1" and element.tag != "video" and used != "video"
        return reference, sees, hears

    def _retimed(
        self, element: Element, source: Reference | Stack, start: Fraction, lasts: Fraction, name: str
    ) -> list[Clip]:
        """The clips of one speed each that a clip with a map of time becomes; most are one."""
        first = (source.start or ZERO) if isinstance(source, Reference) else self._own_start(element)
        before = ZERO if isinstance(source, Reference) else first  # timelines inside count from 0
        enabled = element.get("enabled") != "0"
        mapped = element.find("timeMap")
        shared: dict[str, Any] = {"name": name, "source": source, "enabled": enabled, "sound": Sound()}
        if mapped is None:
            pace = self._conformed(element, source, name)
            return [Clip(start=first - before + (start - first) * pace, duration=lasts, speed=pace, **shared)]
        points = sorted((seconds(each.get("time")), seconds(each.get("value"))) for each in mapped.findall("timept"))
        if len(points) < 2:
            value = points[0][1] if points else start
            return [Clip(start=value - before, duration=lasts, speed=ZERO, **shared)]
        found = []
        for index, ((time, value), (later, other)) in enumerate(itertools.pairwise(points)):
            begin = start if index == 0 else max(start, time)
            end = start + lasts if index == len(points) - 2 else min(start + lasts, later)
            if end <= begin or later == time:
                continue
            pace = (other - value) / (later - time)
            shown = [value + (at - time) * pace for at in (begin, end)]
            found.append(Clip(start=min(shown) - before, duration=end - begin, speed=pace, **shared))
        if any(each.get("interp", "linear") != "linear" for each in mapped.findall("timept")) and len(points) > 2:
            self._report.add(f"clip {name!r}", "changes of speed that ease", "each part runs at one speed")
        return found or [Clip(start=start - before, duration=lasts, **shared)]

    def _conformed(self, element: Element, source: Reference | Stack, name: str) -> Fraction:
        """The speed of a clip whose frames stand for the sequence's one to one, as close rates are conformed."""
        conform = element.find("conform-rate")
        rate = source.rate if isinstance(source, Reference) else None
        if conform is None or conform.get("scaleEnabled") == "0" or rate is None or rate == self._rate:
            return Fraction(1)
        if not Fraction(9, 10) < self._rate / rate < Fraction(11, 10):
            return Fraction(1)
        self._report.add(f"clip {name!r}", "its rate is conformed", "it runs frame for frame at the sequence's rate")
        return self._rate / rate
