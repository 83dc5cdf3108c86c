"""Reading Final Cut Pro 7's XML, which Premiere and Resolve write too: a text goes in, a timeline comes out.

OpenTimelineIO's adapter reads the structure; what it leaves in metadata, speeds, levels, opacity and channels, is read
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import Element, fromstring, tostring

import opentimelineio as otio

from reelwork.exchange.carried import mapping
from reelwork.exchange.fcp7_check import check_fcp7
from reelwork.exchange.fcp7_looks import READ, looked, parameters, speeds
from reelwork.exchange.fcp7_made import made, words_of
from reelwork.exchange.lanes import lasting
from reelwork.exchange.otio_read import OtioReader, plain_data, seconds
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Item, Marker, Reference, Sound, Stack, Timeline
from reelwork.exchange.times import exact, exact_rate
from reelwork.exchange.xml import line_of, parsed, text_at
from reelwork.timecode import parse_rate

#: Where the values of a clip's filters wait while the adapter's structure is read.
_ASIDE: Final = "fcp7"
_Shape: TypeAlias = tuple[tuple[int, int] | None, Fraction]
#: Among how many clips the one is looked for that cannot be read.
_MOST_TRIED: Final = 50


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
        for clip in found.tracks.find_children(descended_from_type=otio.core.Item):
            if isinstance(clip, otio.schema.Clip | otio.schema.Stack):
                _set_aside(clip)
        timeline = OtioReader(file, report).timeline(found)
    except ValueError as error:
        raise ExchangeError(f"{file}: {error}") from error
    drop = text_at(sequence, "timecode/displayformat") == "DF"
    shapes = {text_at(each, "name"): _shape(each, timeline.fps) for each in root.iter("sequence") if len(each)}
    stack = _shaped(_applied(timeline.stack, shapes, report), _shape(sequence, timeline.fps))
    return replace(timeline, stack=stack, drop=drop)


def _shape(sequence: Element, fps: Fraction | None) -> _Shape:
    """The size of a sequence's pictures, and how long it is, where it says so."""
    place = sequence.find("./media/video/format/samplecharacteristics")
    size = None
    if place is not None and text_at(place, "width").isdecimal() and text_at(place, "height").isdecimal():
        size = (int(text_at(place, "width")), int(text_at(place, "height")))
    frames = text_at(sequence, "duration")
    return size, int(frames) / fps if fps is not None and frames.isdecimal() else ZERO


def _shaped(stack: Stack, shape: _Shape) -> Stack:
    return replace(stack, tracks=lasting(stack.tracks, shape[1]), size=shape[0])


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
    filters: dict[str, Any] = {}
    aside: dict[str, Any] = {"filters": filters}
    own = mapping(plain_data(clip.metadata).get("fcp_xml"))
    if words := words_of(clip):
        aside["words"] = words
    for effect in list(clip.effects):
        said = mapping(plain_data(effect.metadata).get("fcp_xml"))
        if said.get("effectid") in READ:
            if str(said.get("enabled", "TRUE")).upper() != "FALSE":
                filters[said["effectid"]] = parameters(said.get("parameter"))
            clip.effects.remove(effect)
    track = own.get("sourcetrack")
    if isinstance(track, Mapping) and track.get("mediatype") == "audio" and track.get("trackindex"):
        aside["channel"] = str(track["trackindex"])
    if match := re.fullmatch(r"fps ([\d./]+)", str(mapping(own.get("comments")).get("mastercomment1"))):
        with suppress(ValueError):  # of numbered files, as ours says it
            aside["fps"] = str(parse_rate(match[1]))
    if clip.source_range is None:
        return
    media = getattr(clip, "media_reference", None)
    there = media.available_range if media is not None else None
    first = seconds(there.start_time) if there is not None else ZERO
    whole = seconds(there.duration) if there is not None else ZERO
    start, lasts = seconds(clip.source_range.start_time), seconds(clip.source_range.duration)
    aside |= {"begin": str(start - first), "first": str(first)}
    aside["rate"] = str(exact_rate(clip.source_range.start_time.rate))
    mapped = filters.get("timeremap")
    if str(own.get("stillframe")).upper() == "TRUE":
        offset = own.get("stillframeoffset")
        aside["speed"] = "0"
        if offset is not None and str(offset).isdecimal():
            aside["start"] = str(first + Fraction(str(offset)) / exact_rate(clip.source_range.start_time.rate))
    elif mapped is not None:
        pace = exact(_number(mapped.get("speed"), 100.0) / 100)
        backwards = str(mapped.get("reverse", "")).upper() == "TRUE"
        begin = (start - first) * abs(pace)
        if backwards and whole:
            begin = max(ZERO, whole - begin - lasts * abs(pace))
        aside |= {"speed": str(-abs(pace) if backwards else pace), "start": str(first + begin)}
    clip.metadata[_ASIDE] = aside


def _applied(stack: Stack, shapes: Mapping[str, _Shape], report: Report) -> Stack:
    """A stack whose clips look, sound and run as the filters say that were set aside."""

    def item(found: Item) -> list[Item]:
        if not isinstance(found, Clip):
            return [found]
        source = found.source
        if isinstance(source, Stack):
            source = _shaped(_applied(source, shapes, report), shapes.get(source.name, (None, ZERO)))
        aside = mapping(found.metadata.get(_ASIDE))
        if "fps" in aside and isinstance(source, Reference):
            source = replace(source, rate=Fraction(str(aside["fps"])))
        metadata = {key: value for key, value in found.metadata.items() if key != _ASIDE}
        own = mapping(metadata.get("fcp_xml"))
        disabled = str(own.get("enabled")).upper() == "FALSE"
        mode = str(own.get("compositemode") or "")
        said = ("enabled", "compositemode", "stillframe", "stillframeoffset")
        if set(said) & set(own):
            metadata["fcp_xml"] = {key: value for key, value in own.items() if key not in said}
        begin, rate = Fraction(str(aside.get("begin", 0))), Fraction(str(aside.get("rate", 24)))
        filters, place = mapping(aside.get("filters")), f"clip {found.name!r}"
        clip = replace(
            found,
            source=source,
            metadata=metadata,
            enabled=found.enabled and not disabled,
            start=Fraction(str(aside["start"])) if "start" in aside else found.start,
            speed=Fraction(str(aside["speed"])) if "speed" in aside else found.speed,
            sound=Sound(channel=str(aside.get("channel", ""))),
            # they count from the file's first frame, whatever its timecode
            markers=tuple(
                replace(each, at=each.at + Fraction(str(aside.get("first", 0)))) for each in _noted(found.markers)
            ),
        )
        clip = made(clip, str(aside.get("words", "")), place, report)
        mapped = mapping(filters.get("timeremap"))
        parts: list[Any] = []
        if str(mapped.get("variablespeed", "0")) not in ("0", "FALSE", "") and clip.speed != 0:
            parts = speeds(mapped, begin, clip.duration, rate)
            if parts:
                report.add(place, "a speed that changes", "clips of one speed each stand for it")
            else:
                report.add(place, "a speed that changes, by a graph that is not whole", "it runs at its usual speed")
        if not parts:
            return [looked(clip, filters, begin, rate, mode, place, report)]
        clips: list[Item] = []
        first = Fraction(str(aside.get("first", 0)))
        for lasts, start, pace in parts:
            part = replace(clip, start=first + start, duration=lasts, speed=pace)
            clips.append(looked(part, filters, begin, rate, mode, place, report))
            begin += lasts
            clip = replace(clip, markers=())
        return clips

    tracks = (
        replace(track, items=tuple(made for each in track.items for made in item(each))) for track in stack.tracks
    )
    return replace(stack, tracks=tuple(tracks), markers=_noted(stack.markers))


def _noted(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """Markers with their comments, which the adapter keeps as metadata."""
    said = ((each, mapping(each.metadata.get("fcp_xml")).get("comment")) for each in markers)
    return tuple(replace(each, comment=each.comment or str(comment or "")) for each, comment in said)


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
