"""Rules about the layers that effects read: names that parameters give go in, problems and what is read come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from reelwork.effect import layers_of
from reelwork.scene.model import Clip, Layer
from reelwork.scene.nodes import join
from reelwork.scene.reading import Reading
from reelwork.scene.report import nearest, quote
from reelwork.scene.sources import AdjustmentSource, GroupSource

#: Layers that read layers that read layers …
MAX_READS: Final = 20


class _Read(NamedTuple):
    """A layer that an effect names, and the path of the parameter that does."""

    path: str
    layer: Layer


def check(reading: Reading, layers: tuple[Layer, ...], inside: Iterable[Clip]) -> Mapping[str, tuple[Layer, ...]]:
    """The layers that each layer of a composition reads, by its path; those alone that it may.

    :param layers: of the composition
    :param inside: every layer and clip in it
    """
    inside = tuple(inside)
    ids = {clip.id: clip for clip in inside if clip.id}
    for clip in inside:
        if not isinstance(clip, Layer):
            for path, name in _named(reading, clip):
                message = f"a clip of a sequence has no layers beside it; {quote(name)} cannot be read"
                reading.fault(path, message, "show the clip as a layer, or put the effect on an `adjustment` over it")
    found: dict[str, tuple[Layer, ...]] = {}
    _beside(reading, layers, ids, found)
    return found


def _beside(
    reading: Reading, layers: tuple[Layer, ...], ids: Mapping[str, Clip], found: dict[str, tuple[Layer, ...]]
) -> None:
    beside = {layer.id: layer for layer in layers if layer.id}
    reads: dict[str, list[_Read]] = {}
    for layer in layers:
        if isinstance(layer.source, GroupSource):
            _beside(reading, layer.source.layers, ids, found)
        known = [_Read(path, beside[name]) for path, name in _named(reading, layer) if name in beside]
        reads[layer.path] = [read for read in known if _has_picture(reading, read)]
        for path, name in _named(reading, layer):
            if name not in beside:
                _not_beside(reading, path, name, tuple(sorted(beside)), ids.get(name))
    _circles(reading, layers, reads)
    found.update({path: tuple(read.layer for read in of) for path, of in reads.items() if of})


def _named(reading: Reading, clip: Clip) -> Iterator[tuple[str, str]]:
    """The layers that a layer's effects name, each with the path of the parameter."""
    for use in clip.effects:
        for key in layers_of(reading.registry.effects[use.effect]):
            if use.params.get(key):
                yield join(use.path, key.rstrip("_").replace("_", "-")), use.params[key]


def _has_picture(reading: Reading, read: _Read) -> bool:
    if isinstance(read.layer.source, AdjustmentSource):
        message = f"{quote(read.layer.id or '')} is an adjustment layer, which has no picture of its own"
        reading.fault(read.path, message)
        return False
    return True


def _not_beside(reading: Reading, path: str, name: str, beside: tuple[str, ...], other: Clip | None) -> None:
    if other is None:
        remedy = nearest(name, beside) or "give the layer an `id`"
        reading.fault(path, f"there is no layer {quote(name)} to be read", remedy)
    elif isinstance(other, Layer):
        remedy = "an effect reads layers beside its own"
        reading.fault(path, f"the layer {quote(name)} stands in another group", remedy)
    else:
        reading.fault(path, f"{quote(name)} is a clip of a sequence; only layers are read")


def _circles(reading: Reading, layers: tuple[Layer, ...], reads: dict[str, list[_Read]]) -> None:
    """Report circles, each once, and chains that are too long; what closes them is struck out."""
    heights: dict[str, int] = {}
    for first in layers:
        # a stack of our own: a chain may be longer than Python lets functions nest
        stack = [(first, iter(tuple(reads[first.path])))] if first.path not in heights else []
        while stack:
            layer, rest = stack[-1]
            read = next(rest, None)
            if read is None:
                heights[layer.path] = 1 + max((heights[other.path] for _, other in reads[layer.path]), default=0)
                stack.pop()
                continue
            chain = [link for link, _ in stack]
            if any(link is read.layer for link in chain):
                reads[layer.path].remove(read)
                ids = [link.id or "" for link in chain]
                links = [*ids[ids.index(read.layer.id or "") :], read.layer.id or ""]
                wrong = (
                    "a layer cannot read itself"
                    if len(links) == 2
                    else f"a circle of layers that read each other: {' → '.join(links)}"
                )
                reading.fault(read.path, wrong)
            elif len(stack) + heights.get(read.layer.path, 1) > MAX_READS:
                reads[layer.path].remove(read)
                reading.fault(read.path, f"layers that read each other make a chain of at most {MAX_READS}")
            elif read.layer.path not in heights:
                stack.append((read.layer, iter(tuple(reads[read.layer.path]))))
