"""Writing OpenTimelineIO: a timeline goes in; the text of an ``.otio`` file, or a whole ``.otioz``, comes out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import opentimelineio as otio

from reelwork.errors import MediaError
from reelwork.exchange.addresses import files_at, path_of, place_of, url_of
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Marker, Reference, Stack, Timeline, Track, Transition
from reelwork.footage import NUMBER

#: Of our transitions, the one that OpenTimelineIO has a name for.
_DISSOLVE: Final = "SMPTE_Dissolve"
_GENERATORS: Final = {"solid": "SolidColor", "black": "black", "bars": "SMPTEBars"}


def write_otio(timeline: Timeline, report: Report) -> str:
    """The text of an ``.otio`` file."""
    written: str = otio.adapters.write_to_string(OtioWriter(timeline, report).timeline(timeline), "otio_json", indent=2)
    return written + "\n"


def write_otioz(timeline: Timeline, path: Path, folder: Path, report: Report) -> None:
    """Write a bundle: the timeline with the media that it refers to.

    :param folder: from which the timeline's references count
    """
    files: dict[Path, str] = {}
    bundled = replace(timeline, stack=_bundled(timeline.stack, folder, files, {}, report))
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("version.txt", "1.0.0", compress_type=zipfile.ZIP_DEFLATED)
        bundle.writestr("content.otio", write_otio(bundled, report), compress_type=zipfile.ZIP_DEFLATED)
        for file, name in files.items():
            bundle.write(file, name, compress_type=zipfile.ZIP_STORED)


def _bundled(stack: Stack, folder: Path, files: dict[Path, str], names: dict[Path, str], report: Report) -> Stack:
    """A stack whose references point into the bundle, under ``names``; they and ``files`` grow."""

    def item(item: Item) -> Item:
        if not isinstance(item, Clip):
            return item
        if isinstance(item.source, Stack):
            return replace(item, source=_bundled(item.source, folder, files, names, report))
        path = place_of(item.source.url, folder) if item.source.url else None
        if path not in names and (path is None or not _bundle(path, files, names)):
            if item.source.url:
                report.add(
                    f"clip {item.name!r}", f"its media {item.source.url!r} is not there", "it is not in the bundle"
                )
            return item
        return replace(item, source=replace(item.source, url=url_of(Path(names[path]))))

    tracks = tuple(replace(track, items=tuple(map(item, track.items))) for track in stack.tracks)
    return replace(stack, tracks=tracks)


def _bundle(path: Path, files: dict[Path, str], names: dict[Path, str]) -> bool:
    """Give the files of a path their names in the bundle; whether they are there."""
    taken = {name.lower() for name in files.values()}
    name, number = f"media/{path.name}", 2
    try:
        while taken & {other.lower() for other in files_at(path, name).values()}:
            name, number = f"media/{path.stem}-{number}{path.suffix}", number + 1
        found = files_at(path, name)
    except MediaError:
        return False
    if not all(file.is_file() for file in found):
        return False
    files.update(found)
    names[path] = name
    return True


class OtioWriter:
    """Makes the objects of the library."""

    def __init__(self, timeline: Timeline, report: Report) -> None:
        assert timeline.fps is not None
        self._fps = timeline.fps
        self._report = report

    def timeline(self, timeline: Timeline) -> Any:
        """The library's timeline."""
        made = otio.schema.Timeline(name=timeline.name, metadata=_plain(timeline.metadata))
        made.global_start_time = self._time(timeline.start)
        made.tracks = self._stack(timeline.stack)
        made.tracks.name = "tracks"
        return made

    def _stack(self, stack: Stack) -> Any:
        made = otio.schema.Stack(name=stack.name, metadata=_plain(stack.metadata))
        made.markers.extend(self._marker(marker, ZERO) for marker in stack.markers)
        made.extend(self._track(track) for track in stack.tracks)
        return made

    def _track(self, track: Track) -> Any:
        kind = otio.schema.TrackKind.Video if track.kind == "video" else otio.schema.TrackKind.Audio
        made = otio.schema.Track(name=track.name, kind=kind, metadata=_plain(track.metadata))
        made.enabled = track.enabled
        made.markers.extend(self._marker(marker, ZERO) for marker in track.markers)
        made.extend(self._item(item) for item in track.items)
        return made

    def _item(self, item: Item) -> Any:
        match item:
            case Gap(duration=duration):
                return otio.schema.Gap(source_range=self._range(ZERO, duration, self._fps))
            case Transition():
                kind = _DISSOLVE if item.kind == "dissolve" else "Custom_Transition"
                named = item.name or ("" if item.kind == "dissolve" else item.kind)
                return otio.schema.Transition(
                    name=named,
                    transition_type=kind,
                    in_offset=self._time(item.before),
                    out_offset=self._time(item.after),
                    metadata=_plain(item.metadata),
                )
            case Clip(source=Stack(lone=True) as stack):
                made = self._track(stack.tracks[0]) if stack.tracks else otio.schema.Track()
                made.name = item.name
                rate = self._fps
            case Clip(source=Stack() as stack):
                made = self._stack(stack)
                made.name = item.name
                rate = self._fps
            case Clip(source=Reference() as reference):
                made = otio.schema.Clip(name=item.name, media_reference=self._reference(reference))
                rate = reference.rate or self._fps
        made.metadata.update(_plain(_joined(item)))
        made.source_range = self._range(item.start, item.duration, rate)
        made.enabled = item.enabled
        made.markers.extend(self._marker(marker, item.start) for marker in item.markers)
        if item.speed == 0:
            made.effects.append(otio.schema.FreezeFrame())
        elif item.speed != 1:
            made.effects.append(otio.schema.LinearTimeWarp(name="speed", time_scalar=float(item.speed)))
        for effect in item.effects:
            try:
                made.effects.append(otio.adapters.read_from_string(json.dumps(effect), "otio_json"))
            except Exception:  # its C++ raises what it likes; what was kept may have been edited by hand
                self._report.add(f"clip {item.name!r}", "an effect that was kept is no longer whole", "left out")
        return made

    def _reference(self, reference: Reference) -> Any:
        there = None
        if reference.duration is not None:
            there = self._range(reference.start or ZERO, reference.duration, reference.rate or self._fps)
        shared = {"available_range": there, "metadata": _plain(reference.metadata)}
        if reference.generator:
            kind = _GENERATORS.get(reference.generator, reference.generator)
            made = otio.schema.GeneratorReference(
                name=reference.name, generator_kind=kind, parameters=_plain(reference.parameters), **shared
            )
        elif reference.number is not None and (numbered := _numbered(reference)):
            made = otio.schema.ImageSequenceReference(
                start_frame=reference.number, rate=float(reference.rate or self._fps), **numbered, **shared
            )
        elif reference.url:
            made = otio.schema.ExternalReference(target_url=reference.url, **shared)
        else:
            made = otio.schema.MissingReference(**shared)
        made.name = reference.name
        return made

    def _marker(self, marker: Marker, start: Fraction) -> Any:
        made = otio.schema.Marker(
            name=marker.name,
            marked_range=self._range(start + marker.at, marker.duration, self._fps),
            comment=marker.comment,
            metadata=_plain(marker.metadata),
        )
        made.color = marker.colour
        return made

    def _range(self, start: Fraction, duration: Fraction, rate: Fraction) -> Any:
        return otio.opentime.TimeRange(self._time(start, rate), self._time(duration, rate))

    def _time(self, seconds: Fraction, rate: Fraction | None = None) -> Any:
        """Exactly: in frames of the media or of the timeline where it is whole frames, else in parts of a second."""
        for frames in (rate, self._fps):
            if frames is not None and (seconds * frames).denominator == 1:
                return otio.opentime.RationalTime(float(seconds * frames), float(frames))
        if seconds.denominator > 1 << 52:
            raise ExchangeError(f"a time of {seconds} s cannot be written exactly")
        return otio.opentime.RationalTime(float(seconds.numerator), float(seconds.denominator))


def _numbered(reference: Reference) -> dict[str, Any]:
    """How OpenTimelineIO says a name with a number's place; empty where it has none."""
    folder, _, name = (path_of(reference.url) or "").rpartition("/")
    place = NUMBER.search(name)
    if place is None:
        return {}
    base = f"{reference.url.rpartition('/')[0]}/" if folder else ""
    before, after = quote(name[: place.start()]), quote(name[place.end() :])
    padding = int(place[1] or 0)
    return {"target_url_base": base, "name_prefix": before, "name_suffix": after, "frame_zero_padding": padding}


def _joined(clip: Clip) -> Mapping[str, Any]:
    """The metadata of a clip and of what it holds: in OpenTimelineIO, a stack inside another is both."""
    inner = clip.source.metadata if isinstance(clip.source, Stack) else {}
    own = {**inner.get("reelwork", {}), **clip.metadata.get("reelwork", {})}
    return {**inner, **clip.metadata, **({"reelwork": own} if own else {})}


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data as OpenTimelineIO takes them."""
    return {str(key): _value(value) for key, value in data.items()}


def _value(value: Any) -> Any:
    match value:
        case Mapping():
            return _plain(value)
        case list() | tuple():
            return [_value(part) for part in value]
        case str() | bool() | int() | float() | None:
            return value
    return str(value)
