"""Rules about layers that others read: names that parameters give go in, problems and what is read come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from reelwork.effect import Extension, layers_of
from reelwork.kinds import key_name
from reelwork.scene.model import Clip, Composition, Item, Layer
from reelwork.scene.nodes import join
from reelwork.scene.reading import Reading
from reelwork.scene.report import nearest, quote
from reelwork.scene.sources import AdjustmentSource, GenerateSource, GroupSource, SequenceSource

#: Layers that read layers that read layers …
MAX_READS: Final = 20


class _Link(NamedTuple):
    """A layer that another one shows.

    :param path: of the key that names it; empty for one that stands in the other
    :param reads: whether it is read; one that is only the parent is not, but must be there first, too
    """

    path: str
    clip: Clip
    reads: bool = False


def check(reading: Reading, composition: Composition, inside: Iterable[Clip]) -> Mapping[str, tuple[Layer, ...]]:
    """The layers that each layer and clip of a composition reads, by its path; those alone that it may.

    :param inside: every layer and clip in it
    """
    ids = {clip.id: clip for clip in inside if clip.id}
    links: dict[str, list[_Link]] = {}
    _layers(reading, composition.layers, {}, ids, links)
    _sequence(reading, composition.sequence, _by_id(composition.layers), ids, links)
    _circles(reading, (*composition.layers, *(item for item in composition.sequence if isinstance(item, Clip))), links)
    reads = {
        path: tuple(link.clip for link in of if isinstance(link.clip, Layer) and link.reads)
        for path, of in links.items()
    }
    return {path: layers for path, layers in reads.items() if layers}


def _layers(
    reading: Reading,
    layers: tuple[Layer, ...],
    above: Mapping[str, Layer],
    ids: Mapping[str, Clip],
    links: dict[str, list[_Link]],
) -> None:
    """Link layers to those that they read and to those in them.

    :param above: the layers beside the group that these are, and beside those that it stands in
    """
    seen = {**above, **_by_id(layers)}
    for layer in layers:
        _clip(reading, layer, seen, ids, links)


def _sequence(
    reading: Reading,
    items: tuple[Item, ...],
    seen: Mapping[str, Layer],
    ids: Mapping[str, Clip],
    links: dict[str, list[_Link]],
) -> None:
    for item in items:
        if isinstance(item, Clip):
            _clip(reading, item, seen, ids, links)


def _clip(
    reading: Reading,
    clip: Clip,
    seen: Mapping[str, Layer],
    ids: Mapping[str, Clip],
    links: dict[str, list[_Link]],
) -> None:
    found = links[clip.path] = []
    if isinstance(clip.source, GroupSource):
        found += (_Link("", layer) for layer in clip.source.layers)
        _layers(reading, clip.source.layers, seen, ids, links)
    elif isinstance(clip.source, SequenceSource):
        found += (_Link("", item) for item in clip.source.items if isinstance(item, Clip))
        _sequence(reading, clip.source.items, seen, ids, links)
    for path, name in _named(reading, clip):
        if name not in seen:
            _not_seen(reading, path, name, tuple(sorted(seen)), ids.get(name))
        elif isinstance(seen[name].source, AdjustmentSource):
            reading.fault(path, f"{quote(name)} is an adjustment layer, which has no picture of its own")
        else:
            found.append(_Link(path, seen[name], reads=True))
    if isinstance(clip, Layer) and clip.parent is not None and clip.parent in seen:
        found.append(_Link(join(clip.path, "parent"), seen[clip.parent]))


def _by_id(layers: tuple[Layer, ...]) -> dict[str, Layer]:
    return {layer.id: layer for layer in layers if layer.id}


def _named(reading: Reading, clip: Clip) -> Iterator[tuple[str, str]]:
    """The layers that a layer's generator and effects name, each with the path of the parameter."""
    uses: list[tuple[type[Extension], Mapping[str, Any], str]] = [
        (reading.registry.effects[use.effect], use.params, use.path) for use in clip.effects
    ]
    if isinstance(clip.source, GenerateSource):
        generator = reading.registry.generators[clip.source.generator]
        uses.insert(0, (generator, clip.source.params, join(clip.path, "generate")))
    for cls, params, path in uses:
        for key in layers_of(cls):
            if params.get(key):
                yield join(path, key_name(key)), params[key]


def _not_seen(reading: Reading, path: str, name: str, seen: tuple[str, ...], other: Clip | None) -> None:
    if other is None:
        remedy = nearest(name, seen) or "give the layer an `id`"
        reading.fault(path, f"there is no layer {quote(name)} to be read", remedy)
    elif isinstance(other, Layer):
        remedy = "a layer reads those beside it, and beside the groups that it stands in"
        reading.fault(path, f"the layer {quote(name)} stands in another group", remedy)
    else:
        reading.fault(path, f"{quote(name)} is a clip of a sequence; only layers are read")


def _circles(reading: Reading, clips: Iterable[Clip], links: dict[str, list[_Link]]) -> None:
    """Report circles, each once, and chains that are too long; what closes them is struck out."""
    heights: dict[str, int] = {}
    for first in clips:
        # a stack of our own: a chain may be longer than Python lets functions nest
        stack = [(_Link("", first), iter(tuple(links[first.path])))] if first.path not in heights else []
        while stack:
            (_, clip, _), rest = stack[-1]
            link = next(rest, None)
            if link is None:
                heights[clip.path] = max(
                    (reads + heights[below.path] for _, below, reads in links[clip.path]), default=0
                )
                stack.pop()
                continue
            length = sum(on.reads for on, _ in stack) + link.reads
            if any(link.clip is on.clip for on, _ in stack):
                links[clip.path].remove(link)
                _circle(reading, link, [on for on, _ in stack])
            elif length + heights.get(link.clip.path, 0) > MAX_READS:
                links[clip.path].remove(link)
                last = next(path for path in (link.path, *(on.path for on, _ in reversed(stack))) if path)
                reading.fault(last, f"layers that read each other make a chain of at most {MAX_READS}")
            elif link.clip.path not in heights:
                stack.append((link, iter(tuple(links[link.clip.path]))))


def _circle(reading: Reading, link: _Link, chain: list[_Link]) -> None:
    start = next(index for index, on in enumerate(chain) if on.clip is link.clip)
    links = (*chain[start + 1 :], link)
    if not any(each.reads for each in links):
        return  # of parents alone, which is told by itself
    names = " → ".join(each.clip.id or "…" for each in (chain[start], *links))
    said = "read each other" if all(each.reads or not each.path for each in links) else "read, or follow, each other"
    reading.fault(
        link.path, "a layer cannot read itself" if len(links) == 1 else f"a circle of layers that {said}: {names}"
    )
