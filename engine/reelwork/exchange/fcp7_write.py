"""Writing Final Cut Pro 7's XML: a timeline goes in, a text comes out that Premiere and Resolve read.

OpenTimelineIO's adapter writes the structure; speeds, levels and opacity go along as the filters that it passes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import SubElement, fromstring, indent, tostring

import opentimelineio as otio

from reelwork.exchange.addresses import place_of
from reelwork.exchange.otio_write import OtioWriter
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Reference, Stack, Timeline, clips_of
from reelwork.exchange.unsaid import tell_unsaid
from reelwork.timecode import format_rate

#: The rates that the format's timecode has.
_RATES: Final = tuple(
    Fraction(rate) * slower
    for rate in (24, 25, 30, 48, 50, 60)
    for slower in (1, Fraction(1000, 1001))
    if rate % 25 or slower == 1
)


def write_fcp7(timeline: Timeline, path: Path, report: Report) -> str:
    """The text of a document.

    :param path: where it goes, from whose folder the timeline's references count
    :raises ExchangeError: the adapter cannot write it
    """
    prepared = _prepared(timeline.stack, path.resolve().parent, report, count(1))
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


def _prepared(stack: Stack, folder: Path, report: Report, numbers: Iterator[int]) -> Stack:
    """A stack as the adapter takes it: whole URLs, filters in metadata, nothing that only we know.

    :param numbers: one for each clip, since of clips that are alike the adapter writes the first alone
    """

    def item(found: Item) -> Item | None:
        if not isinstance(found, Clip):
            return replace(found, metadata={}) if not hasattr(found, "duration") else found
        place = f"clip {found.name!r}"
        tell_unsaid(found, ("sound.gain", "transform.opacity"), report)
        filters = _filters(found)
        own = {"@id": f"clipitem-{next(numbers)}", **({"filter": filters} if filters else {})}
        own |= {} if found.enabled else {"enabled": "FALSE"}
        metadata: dict[str, Any] = {"fcp_xml": own}
        if isinstance(found.source, Reference) and found.source.number is not None and found.source.rate is not None:
            said = {"mastercomment1": f"fps {format_rate(found.source.rate)}"}
            metadata["fcp_xml"] = {**own, "comments": said}
        pace = abs(found.speed) or 1
        source: Reference | Stack
        if isinstance(found.source, Stack):
            if found.speed != 1:
                report.add(place, "the speed of a timeline inside the timeline", "it runs at its own speed")
            source = _prepared(found.source, folder, report, numbers)
            return replace(found, source=replace(source, metadata={}), metadata=metadata, effects=(), markers=())
        if found.source.generator or not found.source.url:
            report.add(place, f"what {found.source.generator or 'nobody'} makes", "a gap stands for it")
            return Gap(found.duration)
        if found.speed == 0:
            report.add(place, "a freeze frame", "it runs at its own speed")
        target = place_of(found.source.url, folder) if found.source.url else None
        url = target.as_uri() if target else found.source.url
        # the adapter knows no reference to numbered files, but for their name
        source = replace(found.source, url=url, number=None, metadata={}, parameters={})
        if source.duration is None:  # the adapter wants to know how much there is of a still
            source = replace(source, start=found.start, duration=found.duration)
        began = source.start or ZERO
        source = _at_a_rate(source, place, report)
        first = source.start or ZERO
        offset = found.start - began
        if found.speed < 0 and source.duration is not None:  # counted from where it runs backwards from
            offset = source.duration - offset - found.duration * pace
        start = first + offset / pace
        if source.rate is not None:
            start = round(start * source.rate) / source.rate
        return replace(found, source=source, start=start, speed=Fraction(1), metadata=metadata, effects=())

    tracks = []
    for track in stack.tracks:
        items = tuple(made for each in track.items if (made := item(each)) is not None)
        tracks.append(replace(track, items=items, metadata={}))
    return replace(stack, tracks=tuple(tracks), metadata={})


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


def _filters(clip: Clip) -> list[dict[str, Any]]:
    found = []
    if clip.speed not in (0, 1):
        speed = [
            {"parameterid": "variablespeed", "name": "variablespeed", "value": "0"},
            {"parameterid": "speed", "name": "speed", "value": f"{abs(float(clip.speed)) * 100:.6g}"},
            {"parameterid": "reverse", "name": "reverse", "value": "TRUE" if clip.speed < 0 else "FALSE"},
        ]
        found.append(_effect("Time Remap", "timeremap", "motion", "video", speed))
    if clip.picture.opacity:
        value = f"{clip.picture.opacity[0][1] * 100:.6g}"
        found.append(_effect("Opacity", "opacity", "motion", "video", [_parameter("opacity", value)]))
    if clip.sound.gain:
        value = f"{10 ** (clip.sound.gain[0][1] / 20):.6g}"
        found.append(_effect("Audio Levels", "audiolevels", "audiolevels", "audio", [_parameter("level", value)]))
    return found


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"parameterid": name, "name": name, "value": value}


def _effect(name: str, ident: str, kind: str, media: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
    said = {"name": name, "effectid": ident, "effecttype": kind, "mediatype": media, "parameter": parameters}
    return {"effect": said}
