"""A graph and an instant become a frame plan: every layer with its one map from source to raster.

Geometry is concatenated through parents, groups, nested compositions and effects that only move a layer, so that each
source is resampled once. Only an area effect (a blur, a shadow) or a temporal one on a layer that is turned or skewed
needs a raster of its own, upright to the layer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from reelwork.effect import (
    AreaGenerator,
    Context,
    NonSeparableMerge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    TemporalEffect,
    VectorGenerator,
    layers_of,
)
from reelwork.graph.model import (
    AdjustmentSource,
    Composition,
    CompositionSource,
    GeneratorSource,
    Graph,
    GroupSource,
    Layer,
    MediaSource,
    Sequence,
    SequenceSource,
    SolidSource,
)
from reelwork.image import EMPTY, Window
from reelwork.plan import asking
from reelwork.plan.affecting import Affecting, Shown
from reelwork.plan.evaluate import Scope, instance
from reelwork.plan.generating import drawing, drawn, filled
from reelwork.plan.geometry import Size, fit_scale, is_seen, layer_matrix, source_size
from reelwork.plan.instants import Span
from reelwork.plan.known import Known
from reelwork.plan.nodes import (
    Element,
    Fill,
    FramePlan,
    Node,
    Picture,
    Replace,
    Stack,
    Transit,
)
from reelwork.plan.regions import by_upright, clipped, colour_box, extent, larger
from reelwork.plan.uses import Uses, has, needs_upright, of_source, seed
from reelwork.values import Affine, Colour, Space


@dataclass(frozen=True)
class View:
    """How the root composition is shown in an output: its map into the raster, the raster's pixels, what lies behind.

    :param background: the colour behind everything, or ``None`` for transparency
    :param crop: the part of the composition that is shown, ``(x, y, width, height)``; ``None`` for all of it
    """

    matrix: Affine
    window: Window
    background: Colour | None
    crop: tuple[float, float, float, float] | None = None


def plan_frame(graph: Graph, view: View, time: Fraction, known: Known | None = None) -> FramePlan:
    """What must be computed to see the graph's root at ``time`` (seconds of the root composition).

    :param known: what was planned for other frames of this graph and view; no plan depends on it
    """
    planner = _Planner(graph, known or Known())
    # the lowest layer of the root, for its layers to be blended with and its adjustments to act on
    picture = planner.composition(graph.root, time, view.matrix, view.background)
    if picture is not None and view.crop is not None:
        x, y, width, height = view.crop
        picture = clipped(picture, view.matrix @ Affine.translation(x, y), (width, height))
    if picture is None:
        picture = planner.stack(())
    if view.background is None or view.background.alpha < 1.0 or picture.opaque.covers(view.window):
        return FramePlan(picture, view.window)
    around = Fill(view.window, view.background.premultiplied(graph.display), opaque=view.window)
    return FramePlan(planner.stack([planner.over(around), planner.over(picture)]), view.window)


@dataclass(frozen=True)
class _Boxed:
    """A layer's box at an instant, after ``fit``, and what draws in it."""

    box: Size
    fit: Affine
    generator: VectorGenerator | PixelGenerator | AreaGenerator | None


@dataclass(frozen=True)
class _Around:
    """What layers stand in: their composition, or a group or sequence in it.

    :param read: from a layer that one of them reads, an instant, and a map from here into the raster, to its picture
    :param whole: the same from a map from the composition into the raster
    :param places: the maps from here to the composition, from the outermost group on
    """

    read: Callable[[Layer, Fraction, Affine], Node]
    whole: Callable[[Layer, Fraction, Affine], Node]
    places: tuple[Affine, ...] = ()


class _Planner:
    """The recursion over compositions and layers for one instant of one graph."""

    def __init__(self, graph: Graph, known: Known) -> None:
        self._display = graph.display
        self._space: Space = graph.display if graph.blend_space == "display" else "linear"
        self._normal = graph.normal
        self._frame = 1 / graph.fps
        self._affecting = Affecting(graph.display, self._frame, known)
        self._read: dict[tuple[int, Fraction, Affine], Node] = {}

    def over(self, node: Node) -> Element:
        """A picture that simply lies over what is below."""
        return Element(node, self._normal, 1.0)

    def stack(self, elements: Iterable[Element]) -> Node:
        """Layers merged in order; a single plain one is itself."""
        kept = tuple(element for element in elements if element.merge.clears or not element.node.region.is_empty)
        if len(kept) == 1 and kept[0].is_plain:
            return kept[0].node
        region, opaque = EMPTY, EMPTY
        for element in kept:
            region = region | element.node.region
            if element.merge.clears:
                opaque = EMPTY
            hides = element.merge is self._normal or issubclass(element.merge, SeparableMerge | NonSeparableMerge)
            if element.opacity == 1.0 and hides:
                opaque = larger(opaque, element.node.opaque)
        return Stack(region, kept, self._space, opaque=opaque)

    def composition(
        self, composition: Composition, time: Fraction, matrix: Affine, behind: Colour | None = None
    ) -> Node | None:
        """A composition at an instant, clipped to its size, in a raster that ``matrix`` maps it into.

        :param behind: what lies under everything where the composition has no background of its own
        """
        size = (float(composition.size[0]), float(composition.size[1]))
        if not matrix.is_upright and needs_upright(composition.layers):
            return by_upright(matrix, lambda upright: self.composition(composition, time, upright, behind))
        background = behind if composition.background is None else composition.background
        elements = [] if background is None else [self.over(colour_box(background, self._display, matrix, size))]
        node = self.layers(composition.layers, time, composition.duration, size, matrix, elements)
        return None if node is None else clipped(node, matrix, size)

    def layers(
        self,
        layers: tuple[Layer, ...],
        time: Fraction,
        duration: Fraction,
        size: Size,
        matrix: Affine,
        behind: list[Element] | None = None,
        above: _Around | None = None,
    ) -> Node | None:
        """The layers that are there at an instant, from the bottom.

        :param duration: how long all of them last
        :param behind: what lies under them
        :param above: what the group that these are stands in
        """

        def read(named: Layer, at: Fraction, outer: Affine) -> Node:
            if above is None or any(named is layer for layer in layers):
                return self._other(named, at, size, outer, here)
            return above.read(named, at, outer)

        def whole(named: Layer, at: Fraction, outer: Affine) -> Node:
            if above is None or any(named is layer for layer in layers):
                return self._other(named, at, size, functools.reduce(Affine.__matmul__, here.places, outer), here)
            return above.whole(named, at, outer)

        here = _Around(read, whole, () if above is None else above.places)

        def below(count: int, at: Fraction) -> list[Element]:
            elements = list(behind or ())
            for index, layer in enumerate(layers[:count]):
                if layer.visible and layer.start <= at < layer.end:
                    elements = with_layer(elements, index, at)
            return elements

        def with_layer(elements: list[Element], index: int, at: Fraction) -> list[Element]:
            layer = layers[index]
            if not isinstance(layer.source, AdjustmentSource):
                return self._with_layer(elements, layer, at, size, matrix, here)

            present = self.stack(elements)

            def there(clock: Fraction, uses: Uses, _: Affine) -> tuple[Node | None, Uses]:
                then = clock + layer.start
                return (present if then == at else self.stack(below(index, then))), uses

            def other(named: Layer, clock: Fraction, _: Affine) -> Node:
                return read(named, clock + layer.start, matrix)

            span = Span(-layer.start, duration - self._frame - layer.start)
            scope = functools.partial(Scope, composition=size, box=size)
            shown = Shown(layer, there, other, scope, here.places, span, anywhere=False)
            return self._adjusted(elements, present, shown, at, size, matrix)

        elements = below(len(layers), time)
        return self.stack(elements) if elements else None

    def _with_layer(
        self, elements: list[Element], layer: Layer, time: Fraction, size: Size, matrix: Affine, around: _Around
    ) -> list[Element]:
        opacity = _opacity(layer, time)
        if opacity == 0.0:
            return elements
        node = self._layer(layer, time, size, matrix, around)
        if layer.merge.clears:
            return [*elements, Element(node or self.stack(()), layer.merge, opacity, layer.path)]
        if node is None or node.region.is_empty:
            return elements
        return [*elements, Element(node, layer.merge, opacity, layer.path)]

    def _adjusted(
        self, elements: list[Element], below: Node, shown: Shown, time: Fraction, size: Size, matrix: Affine
    ) -> list[Element]:
        layer, opacity = shown.layer, _opacity(shown.layer, time)
        if opacity == 0.0 or not (elements or has(TemporalEffect, layer.effects)):
            return elements
        place, _ = self._placed(layer, time, size)
        if not is_seen(matrix @ place):
            return elements
        above = self._affecting.affected(shown, layer.effects, time - layer.start, matrix)
        if above is None or above is below:
            return elements
        if layer.merge is not self._normal:
            return [*elements, Element(clipped(above, matrix @ place, size), layer.merge, opacity, layer.path)]
        moved = place != Affine.IDENTITY
        if opacity == 1.0 and not moved:
            return [self.over(above)]
        inside = matrix @ place if moved else None
        return [self.over(Replace(below.region | above.region, below, above, opacity, inside, size))]

    def _boxed(self, layer: Layer, clock: Fraction, size: Size) -> _Boxed:
        """A layer's box at an instant of its clock."""
        generator = None
        if isinstance(layer.source, GeneratorSource):
            generator = instance(layer.source.generator, layer.source.params, Scope(clock, size, size), layer.path)
        assert generator is None or isinstance(generator, VectorGenerator | PixelGenerator | AreaGenerator)
        if isinstance(generator, VectorGenerator):
            picture = drawing(generator, size)
            natural = (picture.width, picture.height)
        else:
            natural = source_size(layer, size)
        x, y = fit_scale(layer.fit, natural, size)
        return _Boxed((natural[0] * x, natural[1] * y), Affine.scaling(x, y), generator)

    def _placed(self, layer: Layer, time: Fraction, size: Size) -> tuple[Affine, _Boxed]:
        """A layer's map to the composition's pixels, through its parents, and its box."""
        boxed = self._boxed(layer, time - layer.start, size)
        if layer.parent is None:
            return layer_matrix(layer, time, size, boxed.box), boxed
        matrix, parent = self._placed(layer.parent, time, size)
        return matrix @ layer_matrix(layer, time, size, boxed.box, parent.box), boxed

    def _layer(self, layer: Layer, time: Fraction, size: Size, outer: Affine, around: _Around) -> Node | None:
        """A layer's picture in the raster, without its opacity and merge."""
        place, boxed = self._placed(layer, time, size)
        clock = time - layer.start
        total = outer @ place
        if not is_seen(total):
            return None

        def then(instant: Fraction) -> _Boxed:
            return boxed if instant == clock else self._boxed(layer, instant, size)

        def scope(instant: Fraction) -> Scope:
            return Scope(instant, size, then(instant).box)

        def at(instant: Fraction, uses: Uses, matrix: Affine) -> tuple[Node | None, Uses]:
            first, left = of_source(layer, uses, scope(instant))
            return self._source(layer, instant, size, then(instant), matrix, first, inside), left

        def other(named: Layer, instant: Fraction, matrix: Affine) -> Node:
            return around.read(named, instant + layer.start, matrix @ place.inverse())

        def whole(named: Layer, instant: Fraction, matrix: Affine) -> Node:
            return around.whole(named, instant + layer.start, matrix)

        inside = _Around(other, whole, (*around.places, place))
        span = Span(Fraction(0), layer.end - layer.start - self._frame)
        shown = Shown(layer, at, other, scope, inside.places, span)
        return self._affecting.affected(shown, layer.effects, clock, total)

    def _other(self, layer: Layer, time: Fraction, size: Size, outer: Affine, around: _Around) -> Node:
        """What another layer shows by itself, with its opacity, whether it is visible or not; nothing where it is not
        there."""
        key = (id(layer), time, outer)
        if key not in self._read:
            opacity = _opacity(layer, time) if layer.start <= time < layer.end else 0.0
            node = self._layer(layer, time, size, outer, around) if opacity > 0.0 else None
            self._read[key] = self.stack(() if node is None else (Element(node, self._normal, opacity),))
        return self._read[key]

    def _source(
        self,
        layer: Layer,
        clock: Fraction,
        size: Size,
        boxed: _Boxed,
        matrix: Affine,
        effects: tuple[PointEffect, ...],
        above: _Around,
    ) -> Node | None:
        """What a layer shows, in a raster that ``matrix`` maps its box into; ``effects`` are done to a still itself."""
        source = layer.source
        fitted = matrix @ boxed.fit
        generator = boxed.generator
        if not matrix.is_upright and (isinstance(generator, AreaGenerator) or needs_upright((layer,))):
            return by_upright(matrix, lambda upright: self._source(layer, clock, size, boxed, upright, effects, above))
        if isinstance(source, MediaSource):
            facts = source.media.facts
            if facts.kind == "audio":
                return None
            region, inner = extent(fitted @ facts.to_shown(*facts.stored_size), facts.stored_size)
            time = source.retiming.source_time(clock) if facts.kind == "video" else Fraction(0)
            solid = not facts.has_alpha and not facts.scalable and all(effect.keeps_alpha for effect in effects)
            opaque = inner if solid else EMPTY
            return Picture(region, source.media, time, fitted, effects, opaque=opaque)
        if isinstance(source, CompositionSource):
            return self.composition(source.composition, source.retiming.source_time(clock), fitted)
        if isinstance(source, GroupSource):
            return self.layers(source.layers, clock, layer.end - layer.start, size, matrix, above=above)
        if isinstance(source, SequenceSource):
            return self._sequence(source.sequence, clock, size, matrix, above)
        if isinstance(source, SolidSource):
            return colour_box(source.colour.at(clock), self._display, matrix, size)
        if isinstance(generator, VectorGenerator):
            return drawn(generator, size, fitted)
        assert isinstance(source, GeneratorSource)
        assert isinstance(generator, PixelGenerator | AreaGenerator)
        named = (source.others.get(name) for name in layers_of(type(generator)))
        others = tuple(self.stack(()) if each is None else above.whole(each, clock, matrix) for each in named)
        time = clock if generator.timed else Fraction(0)
        told = Context((1.0, 1.0), (0.0, 0.0, *size), time, seed(layer.path), self._display, self._frame)
        return filled(generator, others, told, matrix, size, layer.path)

    def _sequence(self, sequence: Sequence, time: Fraction, size: Size, matrix: Affine, above: _Around) -> Node | None:
        """The clip, or the transition between two clips, that is there at an instant."""
        for use in sequence.transitions:
            if use.start <= time < use.end:
                progress = float((time - use.start) / (use.end - use.start))
                scope = Scope(time - use.start, size, size)
                transition = instance(use.transition, use.params, scope, use.path)
                places = asking.places(transition, progress, *size)
                ends = []
                shown = asking.shown(transition, progress)
                for index, place, seen in zip((use.outgoing, use.incoming), places, shown, strict=True):
                    clip = None if index is None or not seen else sequence.clips[index]
                    node = (
                        None
                        if clip is None
                        else self.layers((clip,), time, sequence.duration, size, matrix @ place, above=above)
                    )
                    ends.append(None if node is None else clipped(node, matrix @ place, size))
                region, _ = extent(matrix, size)
                node = Transit(region, transition, progress, ends[0], ends[1], matrix.inverse(), size)
                return clipped(node, matrix, size)
        for clip in sequence.clips:
            if clip.start <= time < clip.end:
                return self.layers((clip,), time, sequence.duration, size, matrix, above=above)
        return None


def _opacity(layer: Layer, time: Fraction) -> float:
    return float(min(1.0, max(0.0, layer.transform.opacity.at(time - layer.start))))
