"""Assembling: clips that stand at instants go in, tracks with gaps and transitions between them come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from reelwork.exchange.carried import mapping
from reelwork.exchange.kept import markers_of, text_of
from reelwork.exchange.timeline import ZERO, Clip, Data, Gap, Item, Track, Transition

Kind: TypeAlias = Literal["video", "audio"]


@dataclass
class Lane:
    """What is to stand on one track.

    :param crossings: transitions, each with the instant of its cut
    """

    kind: Kind
    number: int | None
    role: str
    ident: str | None
    clips: list[tuple[Fraction, Clip]] = field(default_factory=list)
    crossings: list[tuple[Fraction, Transition]] = field(default_factory=list)


class Tracks:
    """Tracks while clips are put on them; the first that is asked for lies at the bottom.

    Clips with the number of a track that they once stood on come together there again, as long as none lies on another.
    """

    def __init__(self) -> None:
        self._lanes: list[Lane] = []
        self._by_key: dict[tuple[str, str], Lane] = {}

    def put(
        self, kind: Kind, number: int | None, key: str, at: Fraction, clip: Clip, role: str, ident: str | None
    ) -> Lane:
        """Put a clip on the track that it was on, or else on that of its ``key``."""
        lane = self._lane(kind, number, key, at, clip)
        if lane is None:
            lane = Lane(kind, number, role, ident)
            self._lanes.append(lane)
        self._by_key[kind, key] = lane
        lane.clips.append((at, clip))
        return lane

    def assembled(self, lasts: Fraction, kept: Callable[[int | None], Data] = lambda _: {}) -> tuple[Track, ...]:
        """The tracks, pictures first; the first of all is as long as what they stand in.

        :param kept: what is known of the track that had a number
        """
        ordered = sorted(self._lanes, key=lambda lane: lane.kind == "audio")
        if any(lane.kind == "audio" and lane.number is not None for lane in ordered):
            pictures = [lane for lane in ordered if lane.kind == "video"]
            audible = [lane for lane in ordered if lane.kind == "audio"]
            ordered = pictures + sorted(audible, key=lambda lane: (lane.number is None, lane.number or 0))
        return tuple(
            _track(lane, lasts if index == 0 else ZERO, kept(lane.number)) for index, lane in enumerate(ordered)
        )

    def _lane(self, kind: Kind, number: int | None, key: str, at: Fraction, clip: Clip) -> Lane | None:
        lane = self._by_key.get((kind, key))
        if lane is not None and number is not None and lane.number != number:
            lane = None
        if lane is None and number is not None:
            lane = next((other for other in self._lanes if other.kind == kind and other.number == number), None)
            if (
                lane is not None
                and kind == "video"
                and lane is not [one for one in self._lanes if one.kind == kind][-1]
            ):
                lane = None  # something was painted between the two
        if lane is None:
            return None
        end = at + clip.duration
        free = all(end <= other or at >= other + there.duration for other, there in lane.clips)
        return lane if free else None


def _track(lane: Lane, lasts: Fraction, kept: Data) -> Track:
    items: list[Item] = []
    at = ZERO
    crossings = dict(lane.crossings)
    for begin, clip in sorted(lane.clips, key=lambda pair: pair[0]):
        if at > 0 and begin > at and at in crossings:
            items.append(crossings.pop(at))
        if begin > at:
            items.append(Gap(begin - at))
        if begin in crossings:
            items.append(crossings.pop(begin))
        items.append(clip)
        at = begin + clip.duration
    if at in crossings:
        items.append(crossings.pop(at))
    if lasts > at:
        items.append(Gap(lasts - at))
    own: dict[str, Any] = {"reelwork": {"role": lane.role}} if lane.number is None else {}
    name = text_of(kept.get("name"))
    return Track(
        lane.kind,
        tuple(items),
        name if name is not None else lane.ident or (lane.role if lane.role == "sequence" else lane.clips[0][1].name),
        enabled=kept.get("disabled") is not True,
        markers=markers_of(kept.get("markers")),
        metadata={**mapping(kept.get("metadata")), **own},
    )
