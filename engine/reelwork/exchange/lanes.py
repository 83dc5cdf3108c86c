"""Lanes: clips and transitions that stand at instants go in, tracks on which none lies on another come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Track, Transition


def tracks_of(kind: Literal["video", "audio"], placed: Iterable[tuple[Fraction, Item]], name: str = "") -> list[Track]:
    """The tracks of items at instants, the lowest first; what overlaps goes to one above.

    :param placed: clips with their beginnings, and transitions with their cuts; gaps need none
    """
    items = list(placed)
    crossings = [(at, item) for at, item in items if isinstance(item, Transition)]
    clips = sorted(((at, item) for at, item in items if isinstance(item, Clip)), key=lambda pair: pair[0])
    lanes: list[list[tuple[Fraction, Clip]]] = []
    for at, clip in clips:
        for lane in lanes:
            if lane[-1][0] + lane[-1][1].duration <= at:
                lane.append((at, clip))
                break
        else:
            lanes.append([(at, clip)])
    found = []
    for index, lane in enumerate(lanes):
        found.append(_track(kind, lane, crossings if index == 0 else [], name if index == 0 else f"{name} {index + 1}"))
    return found


def lasting(tracks: Iterable[Track], lasts: Fraction) -> tuple[Track, ...]:
    """The same tracks, the first of which ends with a gap where nothing else lasts as long as it should."""
    found = list(tracks)
    if all(track.duration < lasts for track in found):
        first = found[0] if found else Track("video", ())
        found[:1] = [replace(first, items=(*first.items, Gap(lasts - first.duration)))]
    return tuple(found)


def _track(
    kind: Literal["video", "audio"],
    lane: list[tuple[Fraction, Clip]],
    crossings: list[tuple[Fraction, Transition]],
    name: str,
) -> Track:
    rest = dict(crossings)
    items: list[Item] = []
    end = ZERO
    for at, clip in lane:
        if at > end:
            if end > 0 and end in rest:
                items.append(rest.pop(end))
            items.append(Gap(at - end))
        if at in rest:
            items.append(rest.pop(at))
        items.append(clip)
        end = at + clip.duration
    if end in rest:
        way = rest.pop(end)
        items.append(way)
        if way.after > 0:
            items.append(Gap(way.after))
    return Track(kind, tuple(items), name)
