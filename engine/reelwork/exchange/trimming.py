"""Trimming: a track and a range of its time go in, the track of that range comes out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Track, Transition


def trimmed(track: Track, start: Fraction, lasts: Fraction) -> Track:
    """A track as it is from ``start`` on, for so long; what lies beyond its ends is empty."""
    end = start + lasts
    items: list[Item] = [Gap(-start)] if start < 0 else []
    for at, item in track.placed():
        if isinstance(item, Transition):
            if start < at < end:
                items.append(replace(item, before=min(item.before, at - start), after=min(item.after, end - at)))
            continue
        head, tail = max(ZERO, start - at), max(ZERO, at + item.duration - end)
        left = item.duration - head - tail
        if left > 0:
            items.append(_cut(item, head, tail, left) if isinstance(item, Clip) else Gap(left))
    rest = lasts - sum((item.duration for item in items if not isinstance(item, Transition)), ZERO)
    if rest > 0:
        items.append(Gap(rest))
    return replace(
        track, items=tuple(items), markers=tuple(replace(each, at=each.at - start) for each in track.markers)
    )


def _cut(clip: Clip, head: Fraction, tail: Fraction, left: Fraction) -> Clip:
    unseen = tail if clip.speed < 0 else head
    markers = tuple(replace(each, at=each.at - head) for each in clip.markers)
    return replace(clip, start=clip.start + unseen * abs(clip.speed), duration=left, markers=markers)
