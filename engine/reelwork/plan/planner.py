"""A graph and an instant become a frame plan: every layer with its one map from source to raster.

Geometry is concatenated through parents, groups, nested compositions and effects that only move a layer, so that each
source is resampled once. Only an area effect (a blur, a shadow) on a layer that is turned or skewed needs a raster of
its own, upright to the layer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from reelwork.effect import (
    AreaEffect,
    Context,
    Effect,
    NonSeparableMerge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    VectorGenerator,
    WarpEffect,
)
from reelwork.graph.model import (
    AdjustmentSource,
    Composition,
    CompositionSource,
    EffectUse,
    GeneratorSource,
    Graph,
    GroupSource,
    Layer,
    MediaSource,
    Sequence,
    SequenceSource,
    SolidSource,
)
from reelwork.image import EMPTY, Drawing, Window
from reelwork.kernels.warp import warp_region
from reelwork.plan.evaluate import Scope, instance
from reelwork.plan.geometry import Size, density, fit_scale, is_seen, layer_matrix, source_size
from reelwork.plan.nodes import (
    Area,
    Element,
    Fill,
    FramePlan,
    Generated,
    Node,
    Picture,
    Points,
    Replace,
    Stack,
    Transit,
    Vector,
    Warped,
)
from reelwork.plan.regions import clipped, colour_box, extent, larger, resampled
from reelwork.plan.uses import at_last_move, has_area, needs_upright, of_source, seed, warp_context
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


def plan_frame(graph: Graph, view: View, time: Fraction) -> FramePlan:
    """What must be computed to see the graph's root at ``time`` (seconds of the root composition)."""
    planner = _Planner(graph)
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


@functools.lru_cache(maxsize=512)
def drawing(generator: VectorGenerator, canvas: Size) -> Drawing:
    """What a vector generator draws; kept, since text and outlines seldom change from frame to frame."""
    return generator.draw(*canvas)


@dataclass(frozen=True)
class _Placed:
    """A layer at an instant: its box after ``fit`` and the map from it to the composition's pixels."""

    matrix: Affine
    box: Size
    fit: Affine
    generator: VectorGenerator | PixelGenerator | None


class _Planner:
    """The recursion over compositions and layers for one instant of one graph."""

    def __init__(self, graph: Graph) -> None:
        self._display = graph.display
        self._space: Space = graph.display if graph.blend_space == "display" else "linear"
        self._normal = graph.normal

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
            scale = density(matrix)
            inner = Affine.scaling(scale, scale)
            node = self.composition(composition, time, inner, behind)
            return None if node is None else resampled(node, matrix @ inner.inverse())
        background = behind if composition.background is None else composition.background
        elements = [] if background is None else [self.over(colour_box(background, self._display, matrix, size))]
        node = self.layers(composition.layers, time, size, matrix, elements)
        return None if node is None else clipped(node, matrix, size)

    def layers(
        self, layers: tuple[Layer, ...], time: Fraction, size: Size, matrix: Affine, below: list[Element] | None = None
    ) -> Node | None:
        """The layers that are there at an instant, from the bottom."""
        elements = list(below or ())
        for layer in layers:
            if layer.visible and layer.start <= time < layer.end:
                elements = self._with_layer(elements, layer, time, size, matrix)
        return self.stack(elements) if elements else None

    def _with_layer(
        self, elements: list[Element], layer: Layer, time: Fraction, size: Size, matrix: Affine
    ) -> list[Element]:
        opacity = min(1.0, max(0.0, layer.transform.opacity.at(time - layer.start)))
        if opacity == 0.0:
            return elements
        if isinstance(layer.source, AdjustmentSource):
            return self._adjusted(elements, layer, time, size, matrix, opacity)
        node = self._layer(layer, time, size, matrix)
        if layer.merge.clears:
            return [*elements, Element(node or self.stack(()), layer.merge, opacity)]
        if node is None or node.region.is_empty:
            return elements
        return [*elements, Element(node, layer.merge, opacity)]

    def _adjusted(
        self, elements: list[Element], layer: Layer, time: Fraction, size: Size, matrix: Affine, opacity: float
    ) -> list[Element]:
        if not elements:
            return elements
        placed = self._placed(layer, time, size)
        if not is_seen(matrix @ placed.matrix):
            return elements
        below = self.stack(elements)
        scope = Scope(time - layer.start, size, size)
        above = self._affected(below, layer, layer.effects, scope, matrix, size)
        if above is below:
            return elements
        if layer.merge is not self._normal:
            return [*elements, Element(clipped(above, matrix @ placed.matrix, size), layer.merge, opacity)]
        moved = placed.matrix != Affine.IDENTITY
        if opacity == 1.0 and not moved:
            return [self.over(above)]
        inside = matrix @ placed.matrix if moved else None
        return [self.over(Replace(below.region | above.region, below, above, opacity, inside, size))]

    def _placed(self, layer: Layer, time: Fraction, size: Size) -> _Placed:
        """A layer's box and its map to the composition, through its parents."""
        clock = time - layer.start
        generator = None
        if isinstance(layer.source, GeneratorSource):
            generator = instance(layer.source.generator, layer.source.params, Scope(clock, size, size))
        assert generator is None or isinstance(generator, VectorGenerator | PixelGenerator)
        if isinstance(generator, VectorGenerator):
            picture = drawing(generator, size)
            natural = (picture.width, picture.height)
        else:
            natural = source_size(layer, size)
        x, y = fit_scale(layer.fit, natural, size)
        box = (natural[0] * x, natural[1] * y)
        if layer.parent is None:
            matrix = layer_matrix(layer, time, size, box)
        else:
            parent = self._placed(layer.parent, time, size)
            matrix = parent.matrix @ layer_matrix(layer, time, size, box, parent.box)
        return _Placed(matrix, box, Affine.scaling(x, y), generator)

    def _layer(self, layer: Layer, time: Fraction, size: Size, outer: Affine) -> Node | None:
        """A layer's picture in the raster, without its opacity and merge."""
        placed = self._placed(layer, time, size)
        total = outer @ placed.matrix
        if not is_seen(total):
            return None
        scope = Scope(time - layer.start, size, placed.box)
        first, rest = of_source(layer, scope)
        return self._drawn(layer, placed, total, scope, first, rest)

    def _drawn(
        self,
        layer: Layer,
        placed: _Placed,
        matrix: Affine,
        scope: Scope,
        first: tuple[PointEffect, ...],
        uses: tuple[EffectUse, ...],
    ) -> Node | None:
        """What a layer shows, with effects, in a raster that ``matrix`` maps its box into."""
        before, moved, after = at_last_move(layer, uses, scope, self._display)
        if not matrix.is_upright and has_area(after):
            scale = density(matrix)
            upright = Affine.scaling(scale, scale)
            node = self._drawn(layer, placed, upright, scope, first, uses)
            return None if node is None else resampled(node, matrix @ upright.inverse())
        if moved is None:
            node = self._source(layer, scope.clock, scope.composition, placed, matrix, first)
        elif is_seen(matrix @ moved):
            node = self._drawn(layer, placed, matrix @ moved, scope, first, before)
        else:
            node = None
        return None if node is None else self._affected(node, layer, after, scope, matrix, placed.box)

    def _source(
        self,
        layer: Layer,
        clock: Fraction,
        size: Size,
        placed: _Placed,
        matrix: Affine,
        effects: tuple[PointEffect, ...],
    ) -> Node | None:
        """What a layer shows, in a raster that ``matrix`` maps its box into; ``effects`` are done to a still itself."""
        source = layer.source
        fitted = matrix @ placed.fit
        if isinstance(source, MediaSource):
            facts = source.media.facts
            if facts.kind == "audio":
                return None
            region, inner = extent(fitted, (facts.width, facts.height))
            time = source.retiming.source_time(clock) if facts.kind == "video" else Fraction(0)
            solid = not facts.has_alpha and not facts.scalable and all(effect.keeps_alpha for effect in effects)
            opaque = inner if solid else EMPTY
            return Picture(region, source.media, time, fitted, effects, opaque=opaque)
        if isinstance(source, CompositionSource):
            return self.composition(source.composition, source.retiming.source_time(clock), fitted)
        if isinstance(source, GroupSource):
            return self.layers(source.layers, clock, size, matrix)
        if isinstance(source, SequenceSource):
            return self._sequence(source.sequence, clock, size, matrix)
        if isinstance(source, SolidSource):
            return colour_box(source.colour.at(clock), self._display, matrix, size)
        generator = placed.generator
        if isinstance(generator, VectorGenerator):
            return _vector(generator, size, fitted)
        assert isinstance(generator, PixelGenerator)
        region, _ = extent(matrix, size)
        time = clock if generator.timed else Fraction(0)
        # as in a raster of its own, upright to the layer: however that is turned and stretched, its box is the layer's
        scale = density(matrix)
        own = (0.0, 0.0, size[0] * scale, size[1] * scale)
        context = Context((scale, scale), own, time, seed(layer), self._display)
        node = Generated(region, generator, context, matrix.inverse(), size)
        return clipped(node, matrix, size)

    def _affected(
        self, node: Node, layer: Layer, uses: tuple[EffectUse, ...], scope: Scope, matrix: Affine, box: Size
    ) -> Node:
        """A picture with effects of its layer, in a raster that ``matrix`` maps the layer's box into."""
        sides = (max(box[0], 1.0), max(box[1], 1.0))  # an empty text has a box without width, which effects divide by
        active: list[tuple[Effect, float]] = []
        for use in uses:
            mix = min(1.0, max(0.0, use.mix.at(scope.clock)))
            effect = instance(use.effect, use.params, scope)
            if mix > 0.0 and not effect.is_identity():
                active.append((effect, mix))
        for (is_point, mix), group in groupby(active, key=lambda item: (isinstance(item[0], PointEffect), item[1])):
            effects = [effect for effect, _ in group]
            if is_point and mix == 1.0:
                points = tuple(effect for effect in effects if isinstance(effect, PointEffect))
                opaque = node.opaque if all(effect.keeps_alpha for effect in points) else EMPTY
                node = Points(node.region, points, node, matrix.inverse(), sides, opaque=opaque)
                continue
            for effect in effects:
                if isinstance(effect, PointEffect):
                    node = Points(node.region, (effect,), node, matrix.inverse(), sides, mix)
                elif isinstance(effect, AreaEffect):
                    time = scope.clock if effect.timed else Fraction(0)
                    box_there = matrix.bounds(0.0, 0.0, *box)
                    context = Context((matrix.a, matrix.d), box_there, time, seed(layer), self._display)
                    node = Area(effect.region(node.region, context), effect, node, context, mix, layer.path)
                elif isinstance(effect, WarpEffect):
                    node = self._warped(node, effect, mix, layer, scope, matrix)
        return node

    def _warped(self, node: Node, effect: WarpEffect, mix: float, layer: Layer, scope: Scope, matrix: Affine) -> Node:
        """A picture with a warp, in a raster that ``matrix`` maps the layer's box into."""
        context = warp_context(effect, layer, scope, self._display)
        moved = effect.matrix(context) if mix == 1.0 else None
        if isinstance(moved, Affine):
            seen = is_seen(matrix @ moved)
            return resampled(node, matrix @ moved @ matrix.inverse()) if seen else self.stack(())
        to_layer = matrix.inverse()
        region = warp_region(effect, node.region, to_layer, context)
        region = region if mix == 1.0 else region | node.region
        return Warped(region, effect, node, to_layer, context, mix, layer.path)

    def _sequence(self, sequence: Sequence, time: Fraction, size: Size, matrix: Affine) -> Node | None:
        """The clip, or the transition between two clips, that is there at an instant."""
        for use in sequence.transitions:
            if use.start <= time < use.end:
                progress = float((time - use.start) / (use.end - use.start))
                scope = Scope(time - use.start, size, size)
                transition = instance(use.transition, use.params, scope)
                places = transition.places(progress, *size)
                ends = []
                shown = transition.shown(progress)
                for index, place, seen in zip((use.outgoing, use.incoming), places, shown, strict=True):
                    clip = None if index is None or not seen else sequence.clips[index]
                    node = None if clip is None else self.layers((clip,), time, size, matrix @ place)
                    ends.append(None if node is None else clipped(node, matrix @ place, size))
                region, _ = extent(matrix, size)
                node = Transit(region, transition, progress, ends[0], ends[1], matrix.inverse(), size)
                return clipped(node, matrix, size)
        for clip in sequence.clips:
            if clip.start <= time < clip.end:
                return self.layers((clip,), time, size, matrix)
        return None


def _vector(generator: VectorGenerator, canvas: Size, matrix: Affine) -> Node | None:
    region = EMPTY
    for fill in drawing(generator, canvas).fills:
        bounds = fill.path.bounds()
        if bounds is not None:
            region = region | Window.around(*matrix.bounds(*bounds)).expand(1, 1, 1, 1)
    return None if region.is_empty else Vector(region, generator, canvas, matrix)
