"""Reading OpenTimelineIO: a text goes in, a timeline comes out. The library knows every version of its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import opentimelineio as otio

from reelwork.exchange.carried import mapping
from reelwork.exchange.names import OF_GENERATORS, transition_of
from reelwork.exchange.report import ExchangeError, MisplacedError, Report
from reelwork.exchange.timeline import (
    MOST_DEEP,
    ZERO,
    Clip,
    Data,
    Gap,
    Item,
    Marker,
    Reference,
    Stack,
    Timeline,
    Track,
    Transition,
)
from reelwork.exchange.times import LONGEST, exact, exact_rate
from reelwork.exchange.trimming import trimmed
from reelwork.timecode import parse_time

# At which frames are counted where only the order of times matters.
_ANY_RATE = Fraction(24)
#: What a reference says of its file's own metadata, under our name.
NAMESPACE = "reelwork"
#: How deep the brackets of a file may stand inside each other.
MOST_BRACKETS: Final = 1000


def read_otio(text: str, file: str, report: Report) -> Timeline:
    """A timeline from the text of an ``.otio`` file.

    :param file: its name, for messages
    :raises ExchangeError: it is damaged, or holds no timeline
    """
    if _depth(text) > MOST_BRACKETS:  # the library's C++ would run out of stack
        raise ExchangeError(f"{file}: brackets stand more than {MOST_BRACKETS} deep inside each other")
    try:
        read = otio.adapters.read_from_string(text, "otio_json")
    except Exception as error:  # its C++ raises what it likes
        said = str(error).partition("\n")[0]
        raise ExchangeError(f"{file} is not a whole OpenTimelineIO file: {said}") from error
    try:
        return OtioReader(file, report).timeline(read)
    except RecursionError as error:
        raise ExchangeError(f"{file}: its timelines stand too deep inside each other") from error
    except ValueError as error:
        raise ExchangeError(f"{file}: {error}") from error


class OtioReader:
    """Reads the objects of the library."""

    def __init__(self, file: str, report: Report) -> None:
        self._file = file
        self._depth = 0
        self._report = report

    def timeline(self, read: Any) -> Timeline:
        """The timeline of a timeline, a stack, a track, or the first of a collection."""
        if isinstance(read, otio.schema.SerializableCollection):
            found = [child for child in read if isinstance(child, otio.schema.Timeline)]
            if len(found) > 1:
                names = ", ".join(repr(child.name) for child in found[1:])
                self._report.add(self._file, f"it holds further timelines: {names}", f"only {found[0].name!r} was read")
            read = found[0] if found else read
        if isinstance(read, otio.schema.Track):
            read = otio.schema.Stack(name=read.name, children=[read.deepcopy()])
        if isinstance(read, otio.schema.Stack):
            stack = read
            read = otio.schema.Timeline(name=stack.name)
            read.tracks = stack.deepcopy()
        if not isinstance(read, otio.schema.Timeline):
            raise ExchangeError(f"{self._file} holds no timeline but {type(read).__name__}")
        stack = self._stack(read.tracks, name=read.name)
        start = read.global_start_time
        return Timeline(
            stack,
            fps=exact_rate(start.rate) if start is not None else _most_common_rate(read),
            start=ZERO if start is None else seconds(start),
            drop=mapping(plain_data(read.metadata).get(NAMESPACE)).get("drop-frame") is True,
            metadata=plain_data(read.metadata),
        )

    def _stack(self, read: Any, name: str = "") -> Stack:
        tracks = []
        for index, child in enumerate(read):
            if not isinstance(child, otio.schema.Track):
                # what stands in a stack by itself is a track of its own
                track = otio.schema.Track(kind="Video")
                track.append(child.deepcopy())
                child = track
            kind = str(child.kind).lower()
            if kind in ("video", "audio"):
                tracks.append(self._track(child, kind, f"{name or read.name or 'timeline'}, track {index + 1}"))
            else:
                self._report.add(f"track {child.name or index + 1}", f"a track of kind {child.kind}", "it is left out")
        # pictures from the bottom, then sounds, each in their order
        ordered = sorted(tracks, key=lambda track: track.kind == "audio")
        begin = ZERO
        if read.source_range is not None and read.parent() is None:  # of one inside, its clip's range says so
            begin, lasts = seconds(read.source_range.start_time), seconds(read.source_range.duration)
            ordered = [trimmed(track, begin, lasts) for track in ordered]
        return Stack(name or read.name, tuple(ordered), self._markers(read.markers, begin), plain_data(read.metadata))

    def _inner(self, read: Any) -> Stack:
        """A stack that stands in a track: its metadata and its markers are the clip's, but for what ours say of it."""
        own = plain_data(read.metadata).get(NAMESPACE, {})
        said = {key: own[key] for key in ("composition", "group") if isinstance(own, dict) and key in own}
        return replace(self._stack(read), markers=(), metadata={NAMESPACE: said} if said else {})

    def _track(self, read: Any, kind: Any, place: str) -> Track:
        if self._depth == MOST_DEEP:
            raise MisplacedError(f"{place[:80]}: timelines stand more than {MOST_DEEP} deep inside each other")
        self._depth += 1
        items = [item for child in read if (item := self._placed(child, place)) is not None]
        self._depth -= 1
        markers = self._markers(read.markers, ZERO)
        track = Track(kind, tuple(items), read.name, read.enabled, markers, plain_data(read.metadata))
        if isinstance(read.parent(), otio.schema.Track):  # a clip of it says its range and its effects
            return track
        if read.effects:
            self._report.add(place, f"effects of the track: {_names(read.effects)}", "they are left out")
        if read.source_range is None:
            return track
        return trimmed(track, seconds(read.source_range.start_time), seconds(read.source_range.duration))

    def _placed(self, read: Any, place: str) -> Item | None:
        """What stands in a track; what is wrong with it is said with its place."""
        try:
            return self._item(read, place)
        except MisplacedError:
            raise
        except ValueError as error:
            raise MisplacedError(f"{place}, {type(read).__name__.lower()} {read.name!r}: {error}") from error

    def _item(self, read: Any, place: str) -> Item | None:
        if isinstance(read, otio.schema.Gap):
            if read.markers:
                self._report.add(place, f"markers of a gap: {_names(read.markers)}", "they are left out")
            duration = seconds(read.duration())
            return Gap(duration) if duration > 0 else None
        if isinstance(read, otio.schema.Transition):
            name = read.name or read.transition_type
            kind, parameters, exactly = transition_of(read.transition_type or name)
            own = plain_data(read.metadata).get(NAMESPACE, {})
            if not exactly and "keys" not in own:
                self._report.add(place, f"the transition {name!r}", f"the nearest of ours stands for it: {kind}")
            return Transition(
                seconds(read.in_offset),
                seconds(read.out_offset),
                kind,
                parameters,
                read.name,
                plain_data(read.metadata),
            )
        if not isinstance(read, otio.schema.Clip | otio.schema.Stack | otio.schema.Track):
            self._report.add(place, f"a {type(read).__name__} called {read.name!r}", "it is left out")
            return None
        return self._clip(read, place)

    def _clip(self, read: Any, place: str) -> Clip | None:
        place = f"{place}, clip {read.name!r}"
        reference: Reference | Stack
        if isinstance(read, otio.schema.Clip):
            if read.source_range is None and (
                read.media_reference is None or read.media_reference.available_range is None
            ):
                self._report.add(place, "nobody says how long it is", "it is left out")
                return None
            reference = self._reference(read.media_reference, place)
        elif isinstance(read, otio.schema.Track):
            whole = self._track(read, str(read.kind).lower() if read.kind else "video", place)
            reference = Stack(read.name, (whole,), lone=True)
        else:
            reference = self._inner(read)
        trimmed = read.trimmed_range()
        start, duration = seconds(trimmed.start_time), seconds(trimmed.duration)
        if duration <= 0:
            self._report.add(place, "it has no length", "it is left out")
            return None
        speed, effects = Fraction(1), []
        for effect in read.effects:
            match effect:
                case otio.schema.FreezeFrame():
                    speed = ZERO
                case otio.schema.LinearTimeWarp():
                    if not abs(effect.time_scalar) <= 1e6:
                        raise ValueError(f"a speed of {effect.time_scalar!r}; speeds go up to 1,000,000")
                    speed *= exact(effect.time_scalar)
                case otio.schema.TimeEffect():
                    self._report.add(place, f"the change of time {effect.effect_name!r}", "it runs at its own speed")
                    effects.append(_json(effect))
                case _:
                    self._report.add(place, f"the effect {effect.effect_name or effect.name!r}", "it is not applied")
                    effects.append(_json(effect))
        return Clip(
            name=read.name,
            source=reference,
            start=start,
            duration=duration,
            speed=speed,
            enabled=read.enabled,
            markers=self._markers(read.markers, start),
            metadata=plain_data(read.metadata),
            effects=tuple(effects),
        )

    def _reference(self, read: Any, place: str) -> Reference:
        if read is None:
            return Reference()
        there = read.available_range
        kept: dict[str, Any] = {
            "name": read.name,
            "start": None if there is None else seconds(there.start_time),
            "duration": None if there is None else seconds(there.duration),
            "rate": None if there is None else exact_rate(there.start_time.rate),
            "metadata": plain_data(read.metadata),
        }
        match read:
            case otio.schema.ExternalReference():
                return Reference(url=read.target_url, **kept)
            case otio.schema.GeneratorReference():
                kind = OF_GENERATORS.get(read.generator_kind.lower(), read.generator_kind)
                return Reference(generator=kind, parameters=plain_data(read.parameters), **kept)
            case otio.schema.ImageSequenceReference():
                number = f"%0{read.frame_zero_padding}d" if read.frame_zero_padding else "%d"
                folder = f"{read.target_url_base.rstrip('/')}/" if read.target_url_base else ""
                kept["name"] = kept["name"] or f"{read.name_prefix}{number}{read.name_suffix}"
                kept["rate"] = exact_rate(read.rate)
                if read.frame_step != 1:
                    self._report.add(place, f"every {read.frame_step}th of numbered pictures", "it counts as missing")
                    return Reference(**kept)
                url = f"{folder}{read.name_prefix}{number}{read.name_suffix}"
                return Reference(url=url, number=read.start_frame, **kept)
        return Reference(**kept)

    def _markers(self, read: Iterable[Any], start: Fraction) -> tuple[Marker, ...]:
        return tuple(
            Marker(
                seconds(marker.marked_range.start_time) - start,
                marker.name,
                marker.comment,
                str(marker.color or ""),
                seconds(marker.marked_range.duration),
                plain_data(marker.metadata),
            )
            for marker in read
        )


def seconds(time: Any) -> Fraction:
    """The exact seconds of OpenTimelineIO's time."""
    if time.rate <= 0:
        raise ValueError(f"a time at {time.rate} frames a second; rates are more than nothing")
    found = exact(time.value) / exact_rate(time.rate)
    if abs(found) > LONGEST:
        raise ValueError(f"a time of {time.value!r} frames; times go up to {LONGEST:,} seconds")
    return found


def _depth(text: str) -> int:
    """How deep a text's brackets stand inside each other."""
    deepest = depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            deepest = max(depth, deepest)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _most_common_rate(read: Any) -> Fraction | None:
    """The rate of most of its clips."""
    counts: dict[Fraction, int] = {}
    for item in read.tracks.find_children(descended_from_type=otio.core.Item):
        if item.source_range is not None:
            rate = exact_rate(item.source_range.duration.rate)
            counts[rate] = counts.get(rate, 0) + 1
    usual = {rate: count for rate, count in counts.items() if 1 <= rate <= 240}
    return max(usual, key=lambda rate: usual[rate]) if usual else None


def _names(things: Iterable[Any]) -> str:
    return ", ".join(thing.name or type(thing).__name__ for thing in things)


def _json(effect: Any) -> Data:
    written: Data = json.loads(otio.adapters.write_to_string(effect, "otio_json"))
    return written


def plain_data(metadata: Any) -> Data:
    """Metadata as plain data."""
    if not metadata:
        return {}
    try:
        found: Data = json.loads(otio.core.serialize_json_to_string(metadata, indent=0))
    except (TypeError, ValueError):
        return {}
    return _in_time(found)  # type: ignore[no-any-return]


def _in_time(value: Any) -> Any:
    """The same data, with keyframes in the order of their times: OpenTimelineIO keeps keys by their letters."""
    if isinstance(value, list):
        return [_in_time(part) for part in value]
    if not isinstance(value, dict):
        return value
    parts = {key: _in_time(part) for key, part in value.items()}
    try:
        times = {key: parse_time(key, _ANY_RATE) for key in parts if key != "ease"}
    except ValueError:
        return parts
    return {key: parts[key] for key in sorted(parts, key=lambda key: (key == "ease", times.get(key, 0)))}
