"""Writing Final Cut Pro 7's XML: a timeline goes in, a text comes out that Premiere and Resolve read.

OpenTimelineIO's adapter writes the structure; speeds, levels and opacity go along as the filters that it passes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import SubElement, fromstring, indent, tostring

import opentimelineio as otio

from reelwork.exchange.addresses import place_of
from reelwork.exchange.fcp7_filters import filters
from reelwork.exchange.otio_write import OtioWriter
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import (
    ZERO,
    Clip,
    Gap,
    Item,
    Marker,
    Reference,
    Stack,
    Timeline,
    Transition,
    beside,
    clips_of,
)
from reelwork.exchange.unsaid import is_group, made_of, tell_unsaid_of_scene
from reelwork.timecode import format_rate

#: The rates that the format's timecode has.
_RATES: Final = tuple(
    Fraction(rate) * slower
    for rate in (24, 25, 30, 48, 50, 60)
    for slower in (1, Fraction(1000, 1001))
    if rate % 25 or slower == 1
)


#: What Final Cut Pro calls our transitions.
_TITLES: Final = {
    "dissolve": "Cross Dissolve",
    "fade-through": "Dip to Color Dissolve",
    "slide": "Push Slide",
    "wipe": "Edge Wipe",
}


def write_fcp7(timeline: Timeline, path: Path, report: Report) -> str:
    """The text of a document.

    :param path: where it goes, from whose folder the timeline's references count
    :raises ExchangeError: the adapter cannot write it
    """
    tell_unsaid_of_scene(timeline, ("canvas.size", "composition.size"), report)
    frame = timeline.stack.size or (1920, 1080)
    prepared = _Preparing(timeline.fps or Fraction(24), path.resolve().parent, report).stack(timeline.stack, frame)
    bare = replace(timeline, stack=prepared, metadata={})
    made = OtioWriter(bare, report).timeline(bare)
    if timeline.drop:
        made.metadata["fcp_xml"] = {"timecode": {"displayformat": "DF"}}
    try:
        written: str = otio.adapters.write_to_string(made, "fcp_xml")
    except Exception as error:  # the adapter raises what it finds
        raise ExchangeError(f"{path} cannot be written: {error or type(error).__name__}") from error
    return _with_sizes(written, timeline.stack)


def _with_sizes(text: str, stack: Stack) -> str:
    """A document whose sequences say the size of their pictures, which the adapter leaves out."""
    sizes = {inner.name: inner.size for inner in _stacks(stack)}
    root = fromstring(text)
    for effect in root.iterfind(".//transitionitem/effect"):  # the adapter calls them all cross dissolves
        name, ident = effect.findtext("name"), effect.find("effectid")
        if name and ident is not None:
            ident.text = name
    for item in root.iter("clipitem"):  # keyframes count as the clip's beginning does
        begin = int(float(item.findtext("in") or 0))
        for when in item.iterfind("./filter/effect/parameter/keyframe/when"):
            when.text = str(begin + int(when.text or 0))
    for sequence in root.iter("sequence"):
        shape = sequence.find("./media/video/format")
        size = sizes.get((sequence.findtext("name") or "").strip()) or stack.size
        if shape is not None and not len(shape) and size is not None:
            said = SubElement(shape, "samplecharacteristics")
            for name, pixels in zip(("width", "height"), size, strict=True):
                SubElement(said, name).text = str(pixels)
    indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{tostring(root, encoding="unicode")}\n'


def _stacks(stack: Stack) -> Iterator[Stack]:
    yield stack
    for clip in clips_of(stack):
        if isinstance(clip.source, Stack):
            yield clip.source


class _Preparing:
    """Makes stacks as the adapter takes them: whole URLs, filters in metadata, nothing that only we know."""

    def __init__(self, fps: Fraction, folder: Path, report: Report) -> None:
        self._fps = fps
        self._folder = folder
        self._report = report
        self._numbers = count(1)  # one for each clip, since of clips that are alike the adapter writes the first alone

    def stack(self, stack: Stack, frame: tuple[int, int]) -> Stack:
        """A stack with all that is in it.

        :param frame: columns and rows, where it does not say its own
        """
        frame = stack.size or frame
        tracks = []
        for track in stack.tracks:
            items: list[Item] = []
            for index, (at, item) in enumerate(track.placed()):
                if isinstance(item, Transition):
                    items.append(self._transition(item, beside(track, index)))
                    continue
                begin, end = self._frame(at, item), self._frame(at + item.duration, item)
                if end > begin:
                    held = replace(item, duration=end - begin)
                    items.append(self._clip(held, frame) if isinstance(held, Clip) else held)
            tracks.append(replace(track, items=tuple(items), metadata={}))
        return replace(stack, tracks=tuple(tracks), markers=_noted(stack.markers), metadata={}, lone=False)

    def _frame(self, at: Fraction, item: Clip | Gap) -> Fraction:
        """The instant of the timeline's frame that a cut is rounded to."""
        if (at * self._fps).denominator != 1:
            place = f"clip {item.name!r}" if isinstance(item, Clip) else "a gap"
            self._report.add(place, "it begins or ends between frames", "the cut lies on the nearest frame")
        return round(at * self._fps) / self._fps

    def _transition(self, way: Transition, where: str) -> Transition:
        if way.kind != "dissolve" or way.parameters:
            what = f"a {way.kind}" + (" with its parameters" if way.parameters else "")
            self._report.add(f"the transition {where}", what, f"its name alone is written, {way.kind!r}")
        before, after = (round(part * self._fps) / self._fps for part in (way.before, way.after))
        if (before, after) != (way.before, way.after):
            self._report.add(f"the transition {where}", "it begins or ends between frames", "it does on the nearest")
        return replace(way, before=before, after=after, metadata={}, name=way.name or _TITLES.get(way.kind, ""))

    def _clip(self, clip: Clip, frame: tuple[int, int]) -> Clip | Gap:
        place = f"clip {clip.name!r}"
        if isinstance(clip.source, Reference) and (clip.source.generator or not clip.source.url):
            self._report.add(place, made_of(clip), "a gap stands for it")
            return Gap(clip.duration)
        own = {"@id": f"clipitem-{next(self._numbers)}", **filters(clip, frame, self._fps, self._report)}
        own |= {} if clip.enabled else {"enabled": "FALSE"}
        metadata: dict[str, Any] = {"fcp_xml": own}
        if isinstance(clip.source, Stack):
            if clip.speed != 1:
                what = "the speed of a timeline inside the timeline"
                self._report.add(place, what, "it runs at its own speed")
                own["filter"] = [each for each in own["filter"] if each["effect"]["effectid"] != "timeremap"]
            if is_group(clip.source):
                what = "its layers, a group, which is as large as what it holds"
                self._report.add(place, what, "a sequence stands for it, cut off at its frame")
            start = self._start(clip.start, self._fps, place)
            source = self.stack(clip.source, frame)
            return replace(
                clip, source=source, start=start, metadata=metadata, effects=(), markers=_noted(clip.markers)
            )
        if clip.source.number is not None and clip.source.rate is not None:
            own["comments"] = {"mastercomment1": f"fps {format_rate(clip.source.rate)}"}
        target = place_of(clip.source.url, self._folder)
        url = target.as_uri() if target else clip.source.url
        # the adapter knows no reference to numbered files, but for their name
        media = replace(clip.source, url=url, number=None, metadata={}, parameters={})
        if media.duration is None:  # the adapter wants to know how much there is of a still
            media = replace(media, start=clip.start, duration=clip.duration)
        began = media.start or ZERO
        media = _at_a_rate(media, place, self._report)
        first, offset, pace = media.start or ZERO, clip.start - began, abs(clip.speed) or 1
        if clip.speed < 0 and media.duration is not None:  # counted from where it runs backwards from
            offset = media.duration - offset - clip.duration * pace
        start = self._start(first + offset / pace, media.rate, place)
        if clip.speed == 0 and clip.source.duration is not None:
            own |= {"stillframe": "TRUE", "stillframeoffset": str(round(offset * (media.rate or self._fps)))}
        # markers count from the file's first frame, whatever its timecode
        markers = _noted(replace(each, at=each.at - first) for each in clip.markers)
        return replace(
            clip, source=media, start=start, speed=Fraction(1), metadata=metadata, effects=(), markers=markers
        )

    def _start(self, start: Fraction, rate: Fraction | None, place: str) -> Fraction:
        """Where a clip begins in its media, on a frame."""
        if rate is None:
            return start
        if (start * rate).denominator != 1:
            self._report.add(place, "it begins between frames of its media at its speed", "on the nearest")
        return round(start * rate) / rate


def _noted(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """Markers with their comments where the adapter looks for them."""
    said = ((each, {"fcp_xml": {"comment": each.comment}} if each.comment else {}) for each in markers)
    return tuple(replace(each, metadata=metadata) for each, metadata in said)


def _at_a_rate(source: Reference, place: str, report: Report) -> Reference:
    """Media whose times are frames of a rate that the format has: a multiple of its own, else the nearest."""
    if source.rate is None:
        return source
    own_rate = source.rate
    rate = min(_RATES, key=lambda known: ((known / own_rate).denominator != 1, abs(known - own_rate)))
    if rate != source.rate:
        own = f"its media has {format_rate(source.rate)} frames a second, which the format has no word for"
        report.add(place, own, f"{format_rate(rate)} is written")
    first = round((source.start or ZERO) * rate) / rate
    lasts = None if source.duration is None else int(source.duration * rate) / rate
    return replace(source, rate=rate, start=first, duration=lasts)
