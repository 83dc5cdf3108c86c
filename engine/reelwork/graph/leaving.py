"""Leaving out: a graph and paths of a scene go in, the graph without the extensions that these keys use comes out."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from reelwork.graph.model import (
    Composition,
    CompositionSource,
    GeneratorSource,
    Graph,
    GroupSource,
    Layer,
    Sequence,
    SequenceSource,
    Source,
)


def leaving_out(graph: Graph, paths: Set[str]) -> Graph:
    """A graph without some effects; a generator shows nothing, a transition is a cut, a merge is the normal one.

    :param paths: of effects, of layers whose source is a generator, of transitions, and of layers' ``blend``
    """
    leaving = _Leaving(graph, paths)
    return replace(graph, root=leaving.composition(graph.root))


class _Leaving:
    """Goes through a graph; each layer and composition is looked at once, so that what is shared stays so."""

    def __init__(self, graph: Graph, paths: Set[str]) -> None:
        self._normal, self._paths = graph.normal, paths
        self._layers: dict[int, Layer] = {}
        self._compositions: dict[int, Composition] = {}

    def composition(self, composition: Composition) -> Composition:
        if id(composition) not in self._compositions:
            layers = tuple(map(self._layer, composition.layers))
            self._compositions[id(composition)] = replace(composition, layers=layers)
        return self._compositions[id(composition)]

    def _layer(self, layer: Layer) -> Layer:
        if id(layer) not in self._layers:
            self._layers[id(layer)] = replace(
                layer,
                source=self._source(layer),
                parent=None if layer.parent is None else self._layer(layer.parent),
                merge=self._normal if f"{layer.path}.blend" in self._paths else layer.merge,
                effects=tuple(
                    replace(use, others=self._others(use.others))
                    for use in layer.effects
                    if use.path not in self._paths
                ),
            )
        return self._layers[id(layer)]

    def _others(self, others: Mapping[str, Layer]) -> Mapping[str, Layer]:
        return {name: self._layer(layer) for name, layer in others.items()}

    def _source(self, layer: Layer) -> Source:
        source = layer.source
        if isinstance(source, GeneratorSource) and layer.path in self._paths:
            return GroupSource(())
        if isinstance(source, GeneratorSource):
            return replace(source, others=self._others(source.others))
        if isinstance(source, GroupSource):
            return GroupSource(tuple(map(self._layer, source.layers)))
        if isinstance(source, SequenceSource):
            return SequenceSource(self._sequence(source.sequence))
        if isinstance(source, CompositionSource):
            return replace(source, composition=self.composition(source.composition))
        return source

    def _sequence(self, sequence: Sequence) -> Sequence:
        return replace(
            sequence,
            clips=tuple(map(self._layer, sequence.clips)),
            transitions=tuple(use for use in sequence.transitions if use.path not in self._paths),
        )
