"""Keeping: what of a timeline's clips and tracks scenes have no key for goes under the scene's ``x-exchange``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reelwork.exchange.carried import Carried, Names
from reelwork.exchange.layers import LayerWriter, foreign, is_ours
from reelwork.exchange.placing import Piece, Placed
from reelwork.exchange.timeline import Clip, Marker, Stack, Track, Transition
from reelwork.exchange.yaml import Typed


@dataclass
class Inside:
    """One composition while it is written.

    :param frame: its columns and rows
    :param clips: what is kept of its clips, by their ids
    """

    name: str
    stack: Stack
    frame: tuple[int, int]
    names: Names = field(default_factory=Names)
    clips: dict[str, Any] = field(default_factory=dict)


class Keeper:
    """Notes what there is to keep."""

    def __init__(self, writer: LayerWriter, carried: Carried) -> None:
        self._writer = writer
        self._carried = carried

    def clip(self, clip: Clip, ident: str, inside: Inside, number: int, sound: Clip | None, label: str) -> None:
        """Note what of a clip a scene has no key for; our own export says it all in the scene's words."""
        if not ident:
            return
        ours = is_ours(clip)
        kept: dict[str, Any] = {} if ours else {"track": str(number)}
        if clip.name != ident:
            kept["name"] = Typed(clip.name)
        if not clip.enabled and not ours:
            kept["disabled"] = True
        if not ours and (source := self._writer.source_of(clip)):
            kept["source"] = Typed(source)
        for key, value in (("metadata", foreign(clip.metadata)), ("effects", list(clip.effects))):
            if (typed := self._carried.data(value, label)) is not None:
                kept[key] = typed
        if clip.markers:
            kept["markers"] = markers(clip.markers)
        if sound is not None:
            heard: dict[str, Any] = {}
            for index, track in enumerate(inside.stack.tracks):
                if not ours and any(item is sound for item in track.items):
                    heard["track"] = str(index)
            if sound.name != clip.name:
                heard["name"] = Typed(sound.name)
            if (typed := self._carried.data(foreign(sound.metadata), label)) is not None:
                heard["metadata"] = typed
            if sound.markers:
                heard["markers"] = markers(sound.markers)
            if heard:
                kept["sound"] = heard
        if kept:
            inside.clips[ident] = kept

    def ways(self, pieces: list[Piece], index: int, ident: str, inside: Inside, label: str) -> None:
        """Note where the cuts lie under the transitions to and from a clip, and what those are called."""
        before = pieces[index - 1] if index else None
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        kept, way = inside.clips.get(ident), None
        if kept is None:
            return
        if isinstance(before, Transition):
            kept["head"], way = Typed(str(before.before)), before
        if isinstance(after, Transition):
            kept["tail"] = Typed(str(after.after))
            leads = index + 2 < len(pieces) and isinstance(pieces[index + 2], Placed)
            way = way if leads or way is not None else after
        if way is None:
            return
        said: dict[str, Any] = {}
        if way.name:
            said["name"] = Typed(way.name)
        if (typed := self._carried.data(foreign(way.metadata), label)) is not None:
            said["metadata"] = typed
        if said:
            kept["way"] = said

    def track(self, track: Track, label: str) -> dict[str, Any]:
        """What of a track a scene has no key for."""
        if "reelwork" in track.metadata:
            return {}
        kept: dict[str, Any] = {"kind": track.kind, "name": Typed(track.name)}
        if not track.enabled:
            kept["disabled"] = True
        if track.markers:
            kept["markers"] = markers(track.markers)
        if (typed := self._carried.data(foreign(track.metadata), label)) is not None:
            kept["metadata"] = typed
        return kept


def markers(markers: Iterable[Marker]) -> Typed | None:
    """Markers as they are kept; ``None`` where there are none."""
    found = []
    for marker in markers:
        kept: dict[str, Any] = {"at": str(marker.at), "name": marker.name}
        kept |= {key: value for key, value in (("comment", marker.comment), ("colour", marker.colour)) if value}
        kept |= {"duration": str(marker.duration)} if marker.duration else {}
        kept |= {"chapter": True} if marker.chapter else {}
        kept |= {"metadata": marker.metadata} if marker.metadata else {}
        found.append(kept)
    return Typed(found) if found else None
