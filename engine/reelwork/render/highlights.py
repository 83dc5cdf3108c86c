"""Highlights: outputs go in; what is brighter than they can show, and nothing brings down, comes out as a warning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from reelwork.errors import Problem
from reelwork.extensions import Registry
from reelwork.graph.model import (
    AdjustmentSource,
    CompositionSource,
    GroupSource,
    Layer,
    Media,
    MediaSource,
    SequenceSource,
)
from reelwork.render.prepare import Prepared
from reelwork.scene import files
from reelwork.scene.output import Output

_REMEDY: Final = (
    "bring them down with `effects: [{{tone-map: {{curve: bt2390, white: {white}}}}}]` beside it, or make the film an "
    "HDR one with `video: {{codec: hevc, transfer: {transfer}}}`"
)
# How many stops above diffuse white footage mostly goes: HLG to 1,000 cd/m², and PQ to some more.
_WHITES: Final = {"HLG": "2.3", "PQ": "3"}


def highlight_notes(prepared: Prepared, outputs: Iterable[Output]) -> list[Problem]:
    """At most one warning: about the first layer that shows a file for HDR displays where an output is for others.

    Nothing is brought down unasked: a curve that keeps highlights changes what lies below them too, and it would change
    with the output, or with what else is in the scene.
    """
    if not any(media.facts.hdr for media in prepared.production.media.values()):
        return []  # a large graph takes a while to build
    found: dict[str, Media] = {}
    names: list[str] = []
    for output in outputs:
        if not _is_limited(output, prepared.registry):
            continue
        cut = dict(_cut_off(prepared.graph(output.composition).root.layers))
        found |= cut
        names += [output.name] if cut else []
    if not found:
        return []
    path, media = min(found.items(), key=lambda item: _order(prepared, item[0]))
    shown = f"{media.path}: is for HDR displays ({media.facts.hdr})"
    if len(found) > 1:
        shown += f", as are {len(found) - 1} more layers" if len(found) > 2 else ", as is one more layer"
    several = f"the outputs {', '.join(names)} are" if len(names) > 1 else f"the output {names[0]} is"
    key = next((key for key in (f"{path}.asset", f"{path}.file", path) if key in prepared.scene.places), path)
    return [
        Problem(
            f"{shown}, and {several} for others: highlights above white (203 cd/m²) are cut off",
            prepared.scene.place(key),
            key,
            _REMEDY.format(white=_WHITES[media.facts.hdr], transfer=media.facts.hdr.lower()),
            warning=True,
        )
    ]


def _is_limited(output: Output, registry: Registry) -> bool:
    """Whether nothing above white can be written."""
    suffix = PurePosixPath(output.file).suffix.lower()
    if suffix in files.FILMS and not output.at:
        return output.video.transfer is None
    if suffix in files.STILLS:
        return suffix != ".exr" and output.stills.transfer is None
    writer = registry.film_writers.get(suffix) or registry.writers.get(suffix)
    return suffix in files.ANIMATIONS or (writer is not None and writer.thing.depth != 32)


def _cut_off(layers: tuple[Layer, ...]) -> Iterator[tuple[str, Media]]:
    """Files with light above white that no effect brings down: not theirs, nor one of what they lie in or under."""
    for place, layer in enumerate(layers):
        above = [other for other in layers[place + 1 :] if other.visible and isinstance(other.source, AdjustmentSource)]
        uses = [use for each in (layer, *above) for use in each.effects]
        if not layer.visible or any(use.effect.tames_highlights for use in uses):
            continue
        match layer.source:
            case MediaSource(media) if media.facts.hdr and not media.data:
                yield layer.path, media
            case CompositionSource(composition):
                yield from _cut_off(composition.layers)
            case GroupSource(inner):
                yield from _cut_off(inner)
            case SequenceSource(sequence):
                yield from _cut_off(sequence.clips)


def _order(prepared: Prepared, path: str) -> tuple[str, int, int]:
    place = prepared.scene.place(path)
    return ("", 0, 0) if place is None else (place.file, place.line, place.column)
