"""The effects of a layer: what it shows and an instant go in, a node with all effects comes out.

Effects that only move the layer are multiplied into its map. For a temporal effect, what the layer shows is planned at
each instant that the effect reads, in the raster and with the geometry of the frame's own instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby

from reelwork.effect import AreaEffect, Context, Effect, PointEffect, Spreading, TemporalEffect, WarpEffect, layers_of
from reelwork.faults import Calling
from reelwork.graph.model import EffectUse, Layer
from reelwork.image import EMPTY
from reelwork.plan import asking
from reelwork.plan.evaluate import Scope, instance
from reelwork.plan.geometry import is_seen
from reelwork.plan.instants import Span, instants
from reelwork.plan.known import Known
from reelwork.plan.nodes import Area, Node, Points, Stack, Temporal, Warped
from reelwork.plan.regions import by_upright, resampled
from reelwork.plan.uses import Uses, at_last_move, has, seed, warp_context
from reelwork.values import Affine, Display


@dataclass(frozen=True)
class Shown:
    """What the effects of a layer act on.

    :param at: from an instant of the layer's clock, effects, and a map from the layer's box into a raster to the
        picture there, and to those effects that are left to be done to it
    :param other: from another layer, an instant of this one's clock and that map to the picture of the other layer
    :param scope: what values are read against at an instant
    :param places: the maps by which the layer lies in its composition: those of the groups that it stands in, its own
    :param span: of the layer's clock
    :param anywhere: whether the picture can be made in any raster, so that effects that move it need not resample it
    :param made: pictures that are there already, by the instant, how many effects were done to them, and the map
    """

    layer: Layer
    at: Callable[[Fraction, Uses, Affine], tuple[Node | None, Uses]]
    other: Callable[[Layer, Fraction, Affine], Node]
    scope: Callable[[Fraction], Scope]
    places: tuple[Affine, ...]
    span: Span
    anywhere: bool = True
    made: dict[tuple[Fraction, int, Affine], Node | None] = field(default_factory=dict)


class Affecting:
    """Plans effects of one production.

    :param display: its display curve
    :param frame: how long its canvas shows a frame, seconds
    :param known: what was planned for other frames
    """

    def __init__(self, display: Display, frame: Fraction, known: Known) -> None:
        self._display = display
        self._frame = frame
        self._known = known
        self._nothing = Stack(EMPTY, (), "linear")

    def affected(self, shown: Shown, uses: Uses, clock: Fraction, matrix: Affine) -> Node | None:
        """What a layer shows at an instant of its clock, with effects, in a raster that ``matrix`` maps its box
        into."""
        key = (clock, len(uses), matrix)
        if key not in shown.made:
            shown.made[key] = self._made(shown, uses, clock, matrix)
        return shown.made[key]

    def _made(self, shown: Shown, uses: Uses, clock: Fraction, matrix: Affine) -> Node | None:
        scope = shown.scope(clock)
        before, moved, after = uses, None, uses
        if shown.anywhere:
            before, moved, after = at_last_move(shown.layer, uses, scope, self._display, self._frame)
        last = _last_temporal(after, scope)
        if shown.anywhere and not matrix.is_upright and (last is not None or has(Spreading, after)):
            return by_upright(matrix, lambda upright: self.affected(shown, uses, clock, upright))
        if last is not None:
            earlier = uses[: len(uses) - len(after) + last]
            read = self._through_time(shown, earlier, after[last], scope, matrix)
            return self._with_effects(read, shown, after[last + 1 :], scope, matrix)
        if moved is None:
            node, after = shown.at(clock, uses, matrix)
        elif is_seen(matrix @ moved):
            node = self.affected(shown, before, clock, matrix @ moved)
        else:
            node = None
        return None if node is None else self._with_effects(node, shown, after, scope, matrix)

    def _through_time(self, shown: Shown, before: Uses, use: EffectUse, scope: Scope, matrix: Affine) -> Node:
        """A temporal effect on what a layer shows, with the effects before it, at the instants that it reads."""
        effect, mix = _evaluated(use, scope)
        assert isinstance(effect, TemporalEffect)
        context = self._context(effect, shown, scope, matrix)
        clocks = instants(effect, replace(context, time=scope.clock), shown.span, shown.layer.path)
        sources = tuple(self._known_at(shown, before, clock, matrix) for clock in clocks)
        present = None if mix == 1.0 else self._known_at(shown, before, scope.clock, matrix)
        region, opaque = EMPTY, sources[0].opaque if effect.keeps_opaque else EMPTY
        for source in sources:
            region, opaque = region | source.region, opaque & source.opaque
        region = asking.region(effect, region, context)
        if present is not None:
            region, opaque = region | present.region, opaque & present.opaque
        return Temporal(region, effect, sources, clocks, present, context, mix, shown.layer.path, opaque=opaque)

    def _known_at(self, shown: Shown, uses: Uses, clock: Fraction, matrix: Affine) -> Node:
        """As :meth:`affected`, but what other frames read is known."""

        def plan() -> Node | None:
            return self.affected(shown, uses, clock, matrix)

        return self._known.node(shown.layer, shown.places, len(uses), clock, matrix, plan) or self._nothing

    def _with_effects(self, node: Node, shown: Shown, uses: Uses, scope: Scope, matrix: Affine) -> Node:
        """A picture with effects of its layer that need it at no other instant."""
        active = [(*found, use) for use in uses if _is_active(found := _evaluated(use, scope))]
        if not active:
            return node
        to_layer, layer = matrix.inverse(), shown.layer
        # an empty text has a box without width, which effects divide by
        sides = (max(scope.box[0], 1.0), max(scope.box[1], 1.0))
        for fused, group in groupby(active, key=lambda item: _is_fused(*item)):
            if fused:
                points = tuple(effect for effect, _, _ in group if isinstance(effect, PointEffect))
                opaque = node.opaque if all(effect.keeps_alpha for effect in points) else EMPTY
                node = Points(node.region, points, node, to_layer, sides, opaque=opaque)
                continue
            for effect, mix, use in group:
                others = self._others(use, shown, scope, matrix)
                if isinstance(effect, PointEffect):
                    node = Points(node.region, (effect,), node, to_layer, sides, mix, others)
                elif isinstance(effect, AreaEffect):
                    context = self._context(effect, shown, scope, matrix)
                    node = Area(
                        asking.region(effect, node.region, context), effect, node, others, context, mix, layer.path
                    )
                elif isinstance(effect, WarpEffect):
                    context = warp_context(effect, layer, scope, self._display, self._frame)
                    node = _warped(node, effect, mix, others, matrix, context, layer.path)
        return node

    def _others(self, use: EffectUse, shown: Shown, scope: Scope, matrix: Affine) -> tuple[Node, ...]:
        """The pictures of the layers that an effect reads; nothing for a parameter that names none."""
        named = (use.others.get(name) for name in layers_of(use.effect))
        return tuple(self._nothing if layer is None else shown.other(layer, scope.clock, matrix) for layer in named)

    def _context(self, effect: Effect, shown: Shown, scope: Scope, matrix: Affine) -> Context:
        """Where and when an effect of a layer runs, in a raster that ``matrix`` maps the layer's box into."""
        time = scope.clock if effect.timed else Fraction(0)
        box = matrix.bounds(0.0, 0.0, *scope.box)
        return Context((matrix.a, matrix.d), box, time, seed(shown.layer.path), self._display, self._frame)


def _warped(
    node: Node,
    effect: WarpEffect,
    mix: float,
    others: tuple[Node, ...],
    matrix: Affine,
    context: Context,
    layer: str,
) -> Node:
    """A picture with a warp, in a raster that ``matrix`` maps the layer's box into."""
    moved = asking.matrix(effect, context) if mix == 1.0 else None
    if isinstance(moved, Affine) and is_seen(matrix @ moved):
        return resampled(node, matrix @ moved @ matrix.inverse())
    from reelwork.kernels.warp import warp_region  # numpy loads here

    to_layer = matrix.inverse()
    with Calling(effect, doing="region()"):
        region = warp_region(effect, node.region, to_layer, context)
    region = region if mix == 1.0 else region | node.region
    return Warped(region, effect, node, others, to_layer, context, mix, layer)


def _is_fused(effect: Effect, mix: float, use: EffectUse) -> bool:
    """Whether an effect is done in one pass with its neighbours."""
    return isinstance(effect, PointEffect) and mix == 1.0 and not layers_of(use.effect)


def _evaluated(use: EffectUse, scope: Scope) -> tuple[Effect, float]:
    """An effect at an instant, and how much of it is mixed in."""
    return instance(use.effect, use.params, scope, use.path), min(1.0, max(0.0, use.mix.at(scope.clock)))


def _is_active(evaluated: tuple[Effect, float]) -> bool:
    return evaluated[1] > 0.0 and not asking.is_identity(evaluated[0])


def _last_temporal(uses: Uses, scope: Scope) -> int | None:
    """Where the last effect stands that reads other instants; ``None`` where none does."""
    for index in reversed(range(len(uses))):
        if issubclass(uses[index].effect, TemporalEffect) and _is_active(_evaluated(uses[index], scope)):
            return index
    return None
