"""Reading Final Cut Pro 7's XML, which Premiere and Resolve write too: a text goes in, a timeline comes out.

OpenTimelineIO's adapter reads the structure; what it leaves in metadata, speeds, levels, opacity and channels, is read
here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final
from xml.etree.ElementTree import Element, fromstring, tostring

import opentimelineio as otio

from reelwork.exchange.carried import mapping
from reelwork.exchange.fcp7_check import check_fcp7
from reelwork.exchange.otio_read import OtioReader, plain_data, seconds
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Item, Picture, Reference, Sound, Stack, Timeline
from reelwork.exchange.xml import line_of, parsed, text_at
from reelwork.timecode import parse_rate

#: Where the values of a clip's filters wait while the adapter's structure is read.
_ASIDE: Final = "fcp7"
#: Among how many clips the one is looked for that cannot be read.
_MOST_TRIED: Final = 50
_READ: Final = ("timeremap", "opacity", "audiolevels")


def read_fcp7(text: str, file: str, report: Report) -> Timeline:
    """The timeline of a document's first sequence.

    :raises ExchangeError: it is damaged, or holds none
    """
    root = parsed(text, file)
    sequence = next(root.iter("sequence"), None)
    if root.tag != "xmeml" or sequence is None:
        raise ExchangeError(f"{file} is no XML of Final Cut Pro 7 with a sequence")
    check_fcp7(root, file)
    try:
        found = otio.adapters.read_from_string(_with_tracks_inside(root), "fcp_xml")
        if isinstance(found, otio.schema.SerializableCollection):
            found = next(each for each in found if isinstance(each, otio.schema.Timeline))
    except RecursionError as error:
        raise ExchangeError(f"{file}: its sequences stand too deep in each other, or in themselves") from error
    except Exception as error:  # the adapter raises what it finds, in words of its own
        where = _unreadable(root)
        raise ExchangeError(
            f"{file}: {where} cannot be read, since it is not built as Final Cut Pro 7 builds it; export it again, or "
            "as OpenTimelineIO or FCPXML"
        ) from error
    try:
        for clip in found.find_clips():
            _set_aside(clip)
        timeline = OtioReader(file, report).timeline(found)
    except ValueError as error:
        raise ExchangeError(f"{file}: {error}") from error
    place = sequence.find("./media/video/format/samplecharacteristics")
    size = None
    if place is not None and text_at(place, "width").isdecimal() and text_at(place, "height").isdecimal():
        size = (int(text_at(place, "width")), int(text_at(place, "height")))
    drop = text_at(sequence, "timecode/displayformat") == "DF"
    return replace(timeline, stack=replace(_applied(timeline.stack), size=size), drop=drop)


def _with_tracks_inside(root: Element) -> str:
    """A document whose sequences inside clips have their tracks where the adapter looks for them.

    It looks below ``sequence``, and the format has them below ``sequence/media``.
    """
    used = {item.get("id") for item in root.iterfind(".//clipitem/sequence")}
    copied = fromstring(tostring(root, encoding="unicode"))
    inside = list(copied.iterfind(".//clipitem/sequence"))
    for sequence in list(copied.iter("sequence")):
        media = sequence.find("media")
        if media is None or not (sequence in inside or (sequence.get("id") and sequence.get("id") in used)):
            continue
        sequence.extend(part for part in media if part.tag in ("video", "audio"))
        if sequence in inside:
            sequence.remove(media)
    return tostring(copied, encoding="unicode")


def _unreadable(root: Element) -> str:
    """What of a document the adapter cannot read: the first clip without which it can, else all of it."""
    parents = {child: parent for parent in root.iter() for child in parent}
    items = list(root.iter("clipitem"))
    for item in items if len(items) <= _MOST_TRIED else ():
        place = list(parents[item]).index(item)
        parents[item].remove(item)
        with suppress(Exception):
            otio.adapters.read_from_string(tostring(root, encoding="unicode"), "fcp_xml")
            name = text_at(item, "name") or item.get("id") or ""
            return f"the clip {name!r} on line {line_of(item)}"
        parents[item].insert(place, item)
    return "its sequence"


def _set_aside(clip: Any) -> None:
    """Take the filters that are read here from a clip, and turn its range into its source's frames."""
    aside: dict[str, Any] = {}
    for effect in list(clip.effects):
        own = mapping(plain_data(effect.metadata).get("fcp_xml"))
        if own.get("effectid") in _READ:
            aside[own["effectid"]] = dict(_parameters(own.get("parameter")))
            clip.effects.remove(effect)
    track = mapping(plain_data(clip.metadata).get("fcp_xml")).get("sourcetrack")
    if isinstance(track, Mapping) and track.get("mediatype") == "audio" and track.get("trackindex"):
        aside["channel"] = str(track["trackindex"])
    comments = mapping(plain_data(clip.metadata).get("fcp_xml")).get("comments")
    if match := re.fullmatch(r"fps ([\d./]+)", str(mapping(comments).get("mastercomment1"))):
        with suppress(ValueError):  # of numbered files, as ours says it
            aside["fps"] = str(parse_rate(match[1]))
    mapped = aside.get("timeremap")
    if mapped is not None:
        pace = _number(mapped.get("speed"), 100.0) / 100
        aside["speed"] = -abs(pace) if str(mapped.get("reverse", "")).upper() == "TRUE" else pace
        there = clip.media_reference.available_range
        whole = float(seconds(there.duration)) if there is not None else 0.0
        first = float(seconds(there.start_time)) if there is not None else 0.0
        start, lasts = (float(seconds(time)) for time in (clip.source_range.start_time, clip.source_range.duration))
        begin = (start - first) * abs(pace)
        if aside["speed"] < 0 and whole:
            begin = max(0.0, whole - begin - lasts * abs(pace))
        rate = clip.source_range.start_time.rate
        frames = otio.opentime.RationalTime(round((first + begin) * rate), rate)
        clip.source_range = otio.opentime.TimeRange(frames, clip.source_range.duration)
    if aside:
        clip.metadata[_ASIDE] = {key: value for key, value in aside.items() if key != "timeremap"}


def _parameters(found: Any) -> Iterator[tuple[str, Any]]:
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, Mapping):
            keys = each.get("keyframe")
            yield str(each.get("parameterid", "")), keys if keys else each.get("value")


def _applied(stack: Stack) -> Stack:
    """A stack whose clips look, sound and run as the filters say that were set aside."""

    def item(found: Item) -> Item:
        if not isinstance(found, Clip):
            return found
        source = _applied(found.source) if isinstance(found.source, Stack) else found.source
        aside = mapping(found.metadata.get(_ASIDE))
        if "fps" in aside and isinstance(source, Reference):
            source = replace(source, rate=Fraction(str(aside["fps"])))
        metadata = {key: value for key, value in found.metadata.items() if key != _ASIDE}
        own = mapping(metadata.get("fcp_xml"))
        disabled = str(own.get("enabled")).upper() == "FALSE"
        if "enabled" in own:
            metadata["fcp_xml"] = {key: value for key, value in own.items() if key != "enabled"}
        opacity = _number(mapping(aside.get("opacity")).get("opacity"), 100.0) / 100
        level = _number(mapping(aside.get("audiolevels")).get("level"), 1.0)
        gain = ((ZERO, max(-60.0, 20 * math.log10(max(level, 1e-3)))),) if level != 1 else ()
        return replace(
            found,
            source=source,
            metadata=metadata,
            enabled=found.enabled and not disabled,
            speed=Fraction(aside["speed"]).limit_denominator(100_000) if "speed" in aside else found.speed,
            picture=Picture(opacity=((ZERO, min(1.0, opacity)),)) if opacity < 1 else found.picture,
            sound=Sound(gain=gain, channel=str(aside.get("channel", ""))),
        )

    return replace(stack, tracks=tuple(replace(track, items=tuple(map(item, track.items))) for track in stack.tracks))


def _number(value: Any, otherwise: float) -> float:
    """A parameter's value; of one that moves, its first."""
    if isinstance(value, list):
        value = mapping(value[0]).get("value") if value else None
    if isinstance(value, Mapping):
        value = value.get("value")
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise
