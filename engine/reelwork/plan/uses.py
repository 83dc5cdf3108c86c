"""What the effects of a layer ask of the rasters they run in: layers and their effects go in, answers come out."""

from __future__ import annotations

from fractions import Fraction

from reelwork.effect import Context, Effect, PointEffect, Spreading, WarpEffect
from reelwork.graph.model import AdjustmentSource, EffectUse, GroupSource, Layer, MediaSource, SequenceSource
from reelwork.plan import asking
from reelwork.plan.evaluate import Scope, instance, is_constant
from reelwork.plan.nodes import digest
from reelwork.values import Affine, Display

Uses = tuple[EffectUse, ...]


def of_source(layer: Layer, uses: Uses, scope: Scope) -> tuple[tuple[PointEffect, ...], Uses]:
    """Of some effects, those that can be done to a still's own pixels, once and for all, and those that are left."""
    source = layer.source
    if not isinstance(source, MediaSource) or source.media.facts.kind != "still":
        return (), uses
    first: list[PointEffect] = []
    for index, use in enumerate(uses):
        effect = instance(use.effect, use.params, scope, use.path)
        at_rest = is_constant(use.params) and use.mix.is_constant and use.mix.at(scope.clock) == 1.0
        if not at_rest or not isinstance(effect, PointEffect) or effect.positional or use.others:
            return tuple(first), uses[index:]
        if not asking.is_identity(effect):
            first.append(effect)
    return tuple(first), ()


def has(kind: type[Effect], uses: Uses) -> bool:
    """Whether effects of a kind are among some."""
    return any(issubclass(use.effect, kind) for use in uses)


def needs_upright(layers: tuple[Layer, ...]) -> bool:
    """Whether an adjustment among these layers needs a raster that is upright to the composition."""
    for layer in layers:
        source = layer.source
        if isinstance(source, AdjustmentSource) and has(Spreading, layer.effects):
            return True
        if isinstance(source, GroupSource) and needs_upright(source.layers):
            return True
        if isinstance(source, SequenceSource) and needs_upright(source.sequence.clips):
            return True
    return False


def at_last_move(
    layer: Layer, uses: Uses, scope: Scope, display: Display, frame: Fraction
) -> tuple[Uses, Affine | None, Uses]:
    """The last effect that does nothing but move the layer by an affine map: what comes before it, that map, and what
    comes after it, which is all of them where there is no such effect."""
    for index in reversed(range(len(uses))):
        use = uses[index]
        if issubclass(use.effect, WarpEffect) and use.mix.at(scope.clock) >= 1.0:
            effect = instance(use.effect, use.params, scope, use.path)
            moved = asking.matrix(effect, warp_context(effect, layer, scope, display, frame))
            if isinstance(moved, Affine):
                return uses[:index], moved, uses[index + 1 :]
    return (), None, uses


def warp_context(effect: WarpEffect, layer: Layer, scope: Scope, display: Display, frame: Fraction) -> Context:
    """Where and when a warp runs, which is in pixels of the layer.

    :param frame: how long the canvas shows a frame, seconds
    """
    width, height = (max(side, 1.0) for side in scope.box)
    time = scope.clock if effect.timed else Fraction(0)
    return Context((1.0, 1.0), (0.0, 0.0, width, height), time, seed(layer.path), display, frame)


def seed(path: str) -> int:
    """A number of a layer's own, by its path."""
    return int.from_bytes(digest(path)[:4], "big")
