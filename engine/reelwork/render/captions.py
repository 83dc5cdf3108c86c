"""Captions of an output: the words of its layers are found, with the times at which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from reelwork.caption import Caption
from reelwork.errors import OutputError
from reelwork.graph.model import CompositionSource, Graph, GroupSource, Layer, MediaSource, SequenceSource
from reelwork.media.writing.captions import write_captions
from reelwork.render.prepare import Prepared
from reelwork.render.units import Request, selected
from reelwork.render.view import frame_range
from reelwork.scene.output import Output
from reelwork.sound.voices import passes


def write(prepared: Prepared, output: Output, target: Path, request: Request) -> Path:
    """Write an output's captions into a file of their own.

    :raises OutputError: there are none in it, or it cannot be written
    """
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    found = captions_of(graph, start + first / fps, start + stop / fps)
    if not found:
        raise OutputError(f"{nothing_read(output)}, so {target.name} would be empty")
    write_captions(found, target)
    return target


def nothing_read(output: Output) -> str:
    """What is said of an output that shows no captions."""
    within = " in its range" if output.range else ""
    return f"no layer of {output.composition!r} has `caption: true`{within}"


def captions_of(graph: Graph, begin: Fraction, end: Fraction) -> tuple[Caption, ...]:
    """The captions of a stretch of the graph's root, whose times count from its beginning."""
    inside = _cut(_layers(graph.root.layers), begin, min(end, graph.root.duration))
    return tuple(Caption(caption.start - begin, caption.end - begin, caption.words) for caption in inside)


def _layers(layers: Iterable[Layer]) -> Iterator[Caption]:
    for layer in layers:
        source = layer.source
        inner = list(layer.captions)
        if isinstance(source, CompositionSource):
            inner += _cut(_layers(source.composition.layers), Fraction(0), source.composition.duration)
        elif isinstance(source, GroupSource):
            inner += _layers(source.layers)
        elif isinstance(source, SequenceSource):
            inner += _layers(source.sequence.clips)
        if inner:
            yield from _played(inner, layer)


def _played(inner: Sequence[Caption], layer: Layer) -> Iterator[Caption]:
    """Captions in the time of a layer's source, as its layer plays them."""
    source = layer.source
    if isinstance(source, CompositionSource | MediaSource):
        for clock, start, end in passes(source.retiming, layer.start, layer.end):
            seen = ((clock.when(each.start), clock.when(each.end), each.words) for each in inner)
            yield from _cut((Caption(min(a, b), max(a, b), words) for a, b, words in seen), start, end)
    else:
        moved = (Caption(layer.start + each.start, layer.start + each.end, each.words) for each in inner)
        yield from _cut(moved, layer.start, layer.end)


def _cut(captions: Iterable[Caption], begin: Fraction, end: Fraction) -> Iterator[Caption]:
    for caption in captions:
        start, stop = max(caption.start, begin), min(caption.end, end)
        if start < stop:
            yield Caption(start, stop, caption.words)
