"""Markers: chapters of markers, markers of chapters, and those of timelines for formats where only clips have any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Item, Marker, Stack
from reelwork.exchange.times import written

#: How long a chapter's title may be.
_LONGEST = 200


def chapters_of(stack: Stack, fps: Fraction, report: Report, *, every: bool) -> dict[str, Fraction]:
    """The chapters of a timeline, in their order: their titles, and when each begins.

    :param every: whether each marker is one, rather than those alone that their editor calls chapters
    """
    found: dict[str, Fraction] = {}
    for at, marker in sorted(_markers(stack), key=lambda pair: pair[0]):
        if not (every or marker.chapter) or not ZERO <= at < stack.duration:
            continue
        title = " ".join((marker.name or marker.comment).split())[:_LONGEST] or "Chapter"
        if at in found.values():
            report.add(f"marker {title!r}", f"another chapter begins at {written(at, fps)}", "it is none")
            continue
        plain, number = title, 2
        while title in found:
            title, number = f"{plain} {number}", number + 1
        found[title] = at
    return found


def with_chapters(stack: Stack, chapters: Mapping[str, Fraction]) -> Stack:
    """A stack with a marker for each chapter that has none yet."""
    known = {at for at, marker in _markers(stack) if marker.chapter or marker.name in chapters}
    new = tuple(Marker(at, title, chapter=True) for title, at in chapters.items() if at not in known)
    return replace(stack, markers=(*stack.markers, *new))


def on_clips(stack: Stack, report: Report) -> Stack:
    """A stack whose own markers stand on the clips below them, for formats in which only clips have any."""
    if not stack.markers:
        return stack
    tracks = list(stack.tracks)
    left = list(stack.markers)
    for number, track in enumerate(tracks):
        items: list[Item] = []
        for begin, item in track.placed():
            here = [one for one in left if isinstance(item, Clip) and begin <= one.at < begin + item.duration]
            if isinstance(item, Clip) and here:
                left = [one for one in left if one not in here]
                moved = tuple(replace(one, at=one.at - begin) for one in here)
                item = replace(item, markers=(*item.markers, *moved))
            items.append(item)
        tracks[number] = replace(track, items=tuple(items))
    for marker in left:
        report.add(f"marker {marker.name!r}", "there is no clip that it could stand on", "it is left out")
    return replace(stack, tracks=tuple(tracks), markers=())


def _markers(stack: Stack) -> Iterator[tuple[Fraction, Marker]]:
    """Those of a timeline and of its clips, each with its instant; what has the same name at the same is one."""
    seen: set[tuple[Fraction, str]] = set()
    every: Iterable[tuple[Fraction, Marker]] = [
        *((marker.at, marker) for marker in stack.markers),
        *((marker.at, marker) for track in stack.tracks for marker in track.markers),
        *(
            (begin + marker.at, marker)
            for track in stack.tracks
            for begin, item in track.placed()
            if isinstance(item, Clip)
            for marker in item.markers
            if ZERO <= marker.at < item.duration
        ),
    ]
    for at, marker in every:
        if (at, marker.name) not in seen:
            seen.add((at, marker.name))
            yield at, marker
