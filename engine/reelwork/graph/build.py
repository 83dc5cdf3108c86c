"""Building the graph: a linked scene and the times of its layers become the graph of one output's composition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias, TypeGuard

from reelwork.caption import Caption
from reelwork.effect import Extension, Generator, layers_of
from reelwork.extensions import Registry, built_in
from reelwork.graph import model as graph
from reelwork.graph.files import names_in, with_files
from reelwork.graph.production import Production
from reelwork.scene import model as scene
from reelwork.scene.sources import (
    AdjustmentSource,
    CompositionSource,
    GenerateSource,
    GroupSource,
    SequenceSource,
    ShapeSource,
    SlotSource,
    SolidSource,
    TextSource,
)
from reelwork.scene.timing import Timing

#: Finds the layer with an id among those that an effect or a generator may read.
_Named: TypeAlias = Callable[[str], graph.Layer]


def build_graph(production: Production, timing: Timing, registry: Registry, composition: str) -> graph.Graph:
    """The graph under one composition of a scene without errors."""
    builder = _Builder(production, timing, registry)
    canvas, normal = production.scene.canvas, built_in(registry.merges, "normal")
    assert normal is not None, "the built-in plugins bring no normal"
    root = builder.composition(composition)
    return graph.Graph(
        root=root,
        normal=normal,
        fps=canvas.fps,
        background=root.background or canvas.background,
        blend_space=production.scene.blend_space,
        display=canvas.display,
        title=production.scene.title,
    )


class _Builder:
    """Builds each composition once."""

    def __init__(self, production: Production, timing: Timing, registry: Registry) -> None:
        self._production = production
        self._timing = timing
        self._registry = registry
        self._frame = 1 / production.scene.canvas.fps
        self._compositions: dict[str, graph.Composition] = {}

    def composition(self, name: str) -> graph.Composition:
        """A composition of the scene by its name."""
        if name not in self._compositions:
            written = self._production.scene.compositions[name]
            duration = self._timing.durations[name]
            layers, named = self._layers(written.layers, Fraction(0))
            if written.sequence:
                layers.insert(0, self._sequence_layer(written, duration, named))
            size = written.size or self._production.scene.canvas.size
            self._compositions[name] = graph.Composition(name, size, duration, written.background, tuple(layers))
        return self._compositions[name]

    def _sequence_layer(self, written: scene.Composition, duration: Fraction, named: _Named) -> graph.Layer:
        path = f"{written.path}.sequence"
        plain = scene.Layer(path=path, source=SequenceSource(written.sequence))
        source = graph.SequenceSource(self._sequence(written.sequence, Fraction(0), named))
        return self._layer(plain, Fraction(0), duration, source, named)

    def _layers(
        self, layers: Iterable[scene.Layer], origin: Fraction, above: _Named | None = None
    ) -> tuple[list[graph.Layer], _Named]:
        """Layers of a composition or a group, and what finds them by their ids; ``origin`` is the group's start.

        :param above: finds the layers beside the group, and beside those that it stands in
        """
        written = tuple(layers)
        by_id = {layer.id: layer for layer in written if layer.id is not None}
        built: dict[str, graph.Layer] = {}

        def named(name: str) -> graph.Layer:
            return build(by_id[name]) if name in by_id or above is None else above(name)

        def build(layer: scene.Layer) -> graph.Layer:
            if layer.path not in built:
                parent = named(layer.parent) if layer.parent is not None else None
                span = self._timing.spans[layer.path]
                start, end = span.start - origin, span.end - origin
                source = self._source(layer, span.start, end - start, named)
                built[layer.path] = self._layer(layer, start, end, source, named, parent)
            return built[layer.path]

        return [build(layer) for layer in written], named

    def _layer(
        self,
        written: scene.Clip,
        start: Fraction,
        end: Fraction,
        source: graph.Source,
        named: _Named,
        parent: graph.Layer | None = None,
    ) -> graph.Layer:
        transform = written.transform
        media = self._production.media.get(written.path)
        blend = written.blend if isinstance(written, scene.Layer) else "normal"
        return graph.Layer(
            path=written.path,
            start=start,
            end=end,
            source=source,
            visible=written.visible,
            fit=written.fit,
            transform=graph.Transform(
                anchor=transform.anchor,
                position=transform.position,
                scale=transform.scale,
                rotation=transform.rotation,
                skew=transform.skew,
                opacity=transform.opacity,
            ),
            parent=parent,
            merge=self._registry.merges[blend],
            effects=tuple(self._effect(use, named) for use in written.effects if use.enabled),
            sound=graph.SoundUse(
                gain=written.sound.gain,
                pan=written.sound.pan,
                fade_in=written.sound.fade_in,
                fade_out=written.sound.fade_out,
                mute=written.sound.mute,
                effects=tuple(
                    graph.SoundEffectUse(
                        self._registry.sound_effects[use.effect], self._linked(use.params), use.mix, use.path
                    )
                    for use in written.sound.effects
                    if use.enabled
                ),
                declick=written.sound.declick,
            ),
            records=self._records(written, media),
            captions=self._captions(written, end - start, source),
        )

    def _captions(self, written: scene.Clip, lasts: Fraction, source: graph.Source) -> tuple[Caption, ...]:
        """What a layer gives people to read, in its source's time."""
        if written.caption is True and _has_words(source):
            return (Caption(Fraction(0), lasts, str(source.params.get("content", ""))),)
        return self._production.captions.get(written.path, ())

    def _records(self, written: scene.Clip, media: graph.Media | None) -> tuple[str, ...]:
        """The records that a layer shows: its media, its words, and those that its extensions read."""
        read = [use.params for use in (*written.effects, *written.sound.effects) if use.enabled]
        if isinstance(written.source, TextSource | GenerateSource):
            read.append(written.source.params)
        named = [media.record] if media is not None and media.record is not None else []
        if written.path in self._production.texts:
            named.append(str(read[-1]["asset"]))
        files = self._production.files
        named += (file.name for file, _ in names_in(tuple(read), "") if file.record and file.name in files)
        return tuple(dict.fromkeys(named))

    def _effect(self, written: scene.EffectUse, named: _Named) -> graph.EffectUse:
        """An effect with the layers that it reads."""
        effect = self._registry.effects[written.effect]
        others = _others(effect, written.params, named)
        return graph.EffectUse(effect, self._linked(written.params), written.mix, written.path, others)

    def _source(self, written: scene.Clip, start: Fraction, duration: Fraction, named: _Named) -> graph.Source:
        """What a layer shows; ``start`` is in the composition's time, from which nested spans count too."""
        source = written.source
        media = self._production.media.get(written.path)
        if media is not None:
            whole = media.facts.duration
            return graph.MediaSource(media, self._retiming(written, duration, whole))
        if written.path in self._production.missing:
            record = self._production.missing[written.path]
            return self._generated("slate", {"title": record, "brief": "This record is missing."})
        if isinstance(source, CompositionSource):
            composition = self.composition(source.composition)
            retiming = self._retiming(written, duration, composition.duration)
            return graph.CompositionSource(composition, retiming)
        if isinstance(source, GroupSource):
            return graph.GroupSource(tuple(self._layers(source.layers, start, named)[0]))
        if isinstance(source, SequenceSource):
            return graph.SequenceSource(self._sequence(source.items, start, named))
        if isinstance(source, TextSource):
            words = self._production.texts.get(written.path)
            params = source.params if words is None else {**source.params, "content": words, "asset": ""}
            return self._generated("text", params)
        if isinstance(source, ShapeSource):
            return self._generated("shape", source.params)
        if isinstance(source, GenerateSource):
            generator = self._registry.generators[source.generator]
            others = _others(generator, source.params, named)
            return graph.GeneratorSource(generator, self._linked(source.params), others)
        if isinstance(source, SolidSource):
            return graph.SolidSource(source.colour)
        if isinstance(source, SlotSource):
            said = {"brief": source.brief, "kind": source.kind, "licence": source.licence, "closes": source.closes}
            return self._generated("slate", {"title": written.id or "", **said})
        assert isinstance(source, AdjustmentSource)
        return graph.AdjustmentSource()

    def _generated(self, name: str, params: Mapping[str, object]) -> graph.GeneratorSource:
        """A built-in generator, with parameters."""
        generator: type[Generator] | None = built_in(self._registry.generators, name)
        assert generator is not None, f"the built-in plugins bring no {name}"
        return graph.GeneratorSource(generator, self._linked(params))

    def _linked(self, params: Mapping[str, object]) -> Mapping[str, object]:
        """Parameters with the files that they name."""
        linked: Mapping[str, object] = with_files(params, self._production.files)
        return linked

    def _retiming(self, written: scene.Clip, duration: Fraction, whole: Fraction | None) -> graph.Retiming:
        loop = "none" if written.loop is None else "ping-pong" if written.loop.ping_pong else "repeat"
        used = duration * abs(written.speed)
        if whole is not None:
            used = whole - written.in_ if loop != "none" else min(used, whole - written.in_)
        return graph.Retiming(written.in_, used, written.speed, loop, self._frame)

    def _sequence(self, items: tuple[scene.Item, ...], origin: Fraction, named: _Named) -> graph.Sequence:
        """Clips where they lie in their sequence's time, and the transitions between them.

        :param origin: where that time begins, in the composition's
        """
        clips: list[graph.Layer] = []
        transitions: list[graph.TransitionUse] = []
        end = Fraction(0)
        for index, item in enumerate(items):
            if isinstance(item, scene.Gap):
                end = self._timing.spans[item.path].end - origin
                continue
            span = self._timing.spans[item.path]
            if isinstance(item, scene.TransitionUse):
                before = items[index - 1] if index else None
                after = items[index + 1] if index + 1 < len(items) else None
                transitions.append(
                    graph.TransitionUse(
                        start=span.start - origin,
                        end=span.end - origin,
                        transition=self._registry.transitions[item.transition],
                        params=self._linked(item.params),
                        outgoing=len(clips) - 1 if isinstance(before, scene.Clip) else None,
                        incoming=len(clips) if isinstance(after, scene.Clip) else None,
                        path=item.path,
                    )
                )
                continue
            source = self._source(item, span.start, span.end - span.start, named)
            clips.append(self._layer(item, span.start - origin, span.end - origin, source, named))
            end = span.end - origin
        return graph.Sequence(tuple(clips), tuple(transitions), end)


def _has_words(source: graph.Source) -> TypeGuard[graph.GeneratorSource]:
    return isinstance(source, graph.GeneratorSource)


def _others(cls: type[Extension], params: Mapping[str, Any], named: _Named) -> Mapping[str, graph.Layer]:
    """The layers that parameters name, by those parameters."""
    return {key: named(params[key]) for key in layers_of(cls) if params.get(key)}
