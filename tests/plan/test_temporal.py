"""What the planner promises about effects that read several instants."""

from __future__ import annotations

from fractions import Fraction

import pytest
from building import FRAME, composition, constant, graph, layer, nested, still, video
from hypothesis import given
from hypothesis import strategies as st
from timed import Beside, Mean, frames
from warps import Push, Upside

from reelwork.effect import PointEffect, TemporalEffect, WarpEffect, param
from reelwork.errors import OutputError
from reelwork.extensions.declared import declared_problem
from reelwork.graph.model import (
    AdjustmentSource,
    Composition,
    EffectUse,
    GeneratorSource,
    GroupSource,
    Sequence,
    SequenceSource,
    SolidSource,
)
from reelwork.image import Window
from reelwork.kinds import Layer
from reelwork.plan.instants import Span
from reelwork.plan.known import Known
from reelwork.plan.nodes import Fill, Node, Picture, Points, Resampled, Temporal
from reelwork.plan.planner import View, _Planner, plan_frame
from reelwork.scene.animation import Curve, Key
from reelwork.values import Affine, Colour, Length

WINDOW = Window(0, 0, 200, 100)


class Dim(PointEffect, name="dim", version=1):
    """Makes darker."""

    amount: float = param(0.5)

    def uniforms(self):
        return (self.amount,)

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r * amount, g * amount, b * amount, a


class Slide(WarpEffect, name="slide", version=1):
    """Moves to the right, a pixel a frame."""

    timed = True

    def matrix(self, context):
        return Affine.translation(float(context.time / context.frame), 0.0)


def use(effect, mix=1.0, **params):
    return EffectUse(effect, params, constant(mix))


def moving(start, end):
    return Curve((Key(Fraction(0), start), Key(Fraction(2), end)))


def point(x, y):
    return (Length(x), Length(y))


def walk(node):
    yield node
    for source in node.inputs():
        yield from walk(source)


def plan(root: Composition, time, matrix=Affine.IDENTITY) -> Node:
    return plan_frame(graph(root), View(matrix, WINDOW, None), Fraction(time)).root


def temporal(root: Composition, time, **view) -> Temporal:
    return next(node for node in walk(plan(root, time, **view)) if isinstance(node, Temporal))


def shown(root: Composition, time) -> list[Fraction]:
    """The times of the video's pictures that the first temporal effect reads."""
    return [
        found.time for source in temporal(root, time).sources for found in walk(source) if isinstance(found, Picture)
    ]


def test_instants_are_frames_of_the_layer_and_held_at_its_ends():
    effects = (use(Mean, after=1),)
    root = composition(layer(video(length=1), effects=effects, start=1, end=2))
    assert shown(root, Fraction(3, 2)) == frames(10, 11, 12, 13)
    assert shown(root, 1) == frames(0, 0, 0, 1)
    assert shown(root, 1 + FRAME) == frames(0, 0, 1, 2)
    assert shown(root, 2 - FRAME) == frames(21, 22, 23, 23)


def test_an_instant_between_frames_is_the_present_however_near_the_end():
    root = composition(layer(video(), effects=(use(Mean, after=1),), end=1))
    assert shown(root, 1 - FRAME / 3)[-2:] == [1 - FRAME / 3] * 2


times = st.fractions(-5, 5, max_denominator=48)


@given(first=times, length=st.fractions(0, 5, max_denominator=48), at=times, other=times, now=times)
def test_holding_keeps_the_order_and_the_present(first, length, at, other, now):
    span = Span(first, first + length)
    assert span.held(now, now) == now
    assert (span.held(at, now) <= span.held(other, now)) or at > other
    assert min(span.first, now) <= span.held(at, now) <= max(span.last, now)
    if span.first <= at <= span.last:
        assert span.held(at, now) == at


def test_speed_and_loops_move_the_instants_of_the_source():
    fast = layer(video(speed=2, length=2), effects=(use(Mean),), end=1)
    assert shown(composition(fast), Fraction(1, 2)) == frames(20, 22, 24)
    looped = layer(video(length=FRAME * 4, loop="repeat"), effects=(use(Mean),))
    assert shown(composition(looped), FRAME * 5) == frames(3, 0, 1)
    backwards = layer(video(speed=-1, length=2), effects=(use(Mean),))
    assert shown(composition(backwards), FRAME * 5) == frames(44, 43, 42)


def test_a_composition_that_is_retimed_retimes_the_instants_inside_it():
    inner = composition(layer(video(), effects=(use(Mean),)), name="inner")
    root = composition(layer(nested(inner, speed=2), end=1))
    assert shown(root, Fraction(1, 2)) == frames(22, 23, 24)
    outside = composition(layer(nested(composition(layer(video()))), effects=(use(Mean),), end=1))
    assert shown(outside, Fraction(1, 2)) == frames(10, 11, 12)


def test_what_was_done_before_has_the_values_of_its_instant_and_what_comes_after_those_of_now():
    dimmer = use(Dim, amount=moving(1.0, 0.0))
    root = composition(layer(video(), effects=(dimmer, use(Mean), dimmer)))
    after = plan(root, 1)
    assert isinstance(after, Points)
    assert [effect.amount for effect in after.effects] == [0.5]
    (before,) = [node for node in walk(after) if isinstance(node, Temporal)]
    found = [effect.amount for source in before.sources for effect in source.effects]
    assert found == pytest.approx([26 / 48, 25 / 48, 24 / 48])


def test_the_layer_is_where_it_is_now_at_every_instant():
    root = composition(layer(video(), position=moving(point(0, 50), point(96, 50)), effects=(use(Mean),)))
    matrices = {found.matrix for found in walk(plan(root, 1)) if isinstance(found, Picture)}
    assert matrices == {Affine.translation(-2, 25)}


def test_a_turned_layer_has_a_raster_of_its_own():
    root = composition(layer(video(), rotation=30.0, effects=(use(Mean),)))
    node = plan(root, 1)
    assert isinstance(node, Resampled)
    assert isinstance(node.source, Temporal)
    assert {found.matrix for found in walk(node) if isinstance(found, Picture)} == {Affine.IDENTITY}


def test_on_an_adjustment_all_that_is_below_is_read_where_it_was():
    dot = layer(still(10, 10), path="l0", position=moving(point(0, 50), point(96, 50)))
    root = composition(dot, layer(AdjustmentSource(), path="l1", start=1, effects=(use(Mean),)))
    places = [found.matrix.e for found in walk(temporal(root, 1)) if isinstance(found, Picture)]
    assert places == pytest.approx([48 - 5 - 4, 48 - 5 - 2, 48 - 5])  # also those before the adjustment's own start


def test_below_an_adjustment_a_composition_is_held_at_its_ends():
    root = composition(layer(video(), path="l0"), layer(AdjustmentSource(), path="l1", effects=(use(Mean, after=2),)))
    assert shown(root, 0) == frames(0, 0, 0, 1, 2)
    assert shown(root, 2 - FRAME) == frames(45, 46, 47, 47, 47)
    group = GroupSource((layer(video(), path="g0"), layer(AdjustmentSource(), path="g1", effects=(use(Mean),))))
    assert shown(composition(layer(group, path="l0", start=1, end=2)), 1) == frames(0, 0, 0)


def test_what_has_gone_leaves_a_trail_below_an_adjustment():
    root = composition(layer(video(), path="l0", end=1), layer(AdjustmentSource(), path="l1", effects=(use(Mean),)))
    assert shown(root, 1) == frames(22, 23)
    assert not plan(root, 1).region.is_empty
    assert plan(root, Fraction(3, 2)).region.is_empty


def test_clips_of_a_sequence_are_read_across_their_cuts_from_outside_and_held_inside():
    def clips(*effects):
        return Sequence(
            (
                layer(video(), path="c0", end=1, effects=effects),
                layer(video(start=1), path="c1", start=1, effects=effects),
            ),
            (),
            Fraction(2),
        )

    outside = composition(layer(SequenceSource(clips()), path="l0", effects=(use(Mean),)))
    assert shown(outside, 1 + FRAME) == frames(23, 24, 25)
    inside = composition(layer(SequenceSource(clips(use(Mean))), path="l0"))
    assert shown(inside, 1 + FRAME) == frames(24, 24, 25)


def test_effects_on_effects_read_each_instant_once():
    root = composition(layer(video(), effects=(use(Mean), use(Mean, before=1))))
    outer = temporal(root, 1)
    assert [isinstance(source, Temporal) for source in outer.sources] == [True, True]
    assert len({id(found) for found in walk(outer) if isinstance(found, Picture)}) == 4


def test_what_is_the_same_at_all_instants_is_the_same_in_every_frame():
    root = composition(layer(still(), effects=(use(Mean),)))
    assert plan(root, 1).key == plan(root, Fraction(3, 2)).key
    red = composition(layer(SolidSource(constant(Colour(1, 0, 0))), effects=(use(Mean),)))
    assert {type(source) for source in temporal(red, 1).sources} == {Fill}


def test_what_is_opaque_in_all_pictures_hides_what_is_below():
    solid = composition(layer(video(), effects=(use(Mean),)))
    assert temporal(solid, 1).opaque == Window(50, 25, 150, 75)
    assert temporal(composition(layer(video(), effects=(use(Beside),))), 1).opaque.is_empty
    group = GroupSource((layer(video(), path="g0", start=1),))
    assert temporal(composition(layer(group, effects=(use(Mean),))), 1).opaque.is_empty
    assert temporal(composition(layer(group, effects=(use(Mean),))), 1 + 2 * FRAME).opaque == Window(50, 25, 150, 75)


def test_mixed_with_the_present_that_is_read_too():
    half = temporal(composition(layer(video(), effects=(use(Mean, mix=0.5, before=1, after=-1),))), 1)
    assert [found.time for found in walk(half.present)] == frames(24)
    assert [found.time for source in half.sources for found in walk(source)] == frames(23)


class Endless(TemporalEffect, name="endless", version=1):
    """Reads too much."""

    count: int = param(1000)

    def times(self, context):
        return (Fraction(0),) * self.count


@pytest.mark.parametrize("count", [0, 129])
def test_an_effect_that_reads_too_much_or_nothing_is_an_error_that_names_its_layer(count):
    root = composition(layer(video(), path="compositions.main.layers[3]", effects=(use(Endless, count=count),)))
    with pytest.raises(OutputError, match=rf"layers\[3\]: the effect 'endless' reads {count} instants .* 1 to 128"):
        plan(root, 0)


def test_what_effects_before_moved_leaves_a_trail_and_what_those_after_move_does_not():
    before = plan(composition(layer(video(), effects=(use(Slide), use(Mean)))), 1)
    assert [found.matrix.e for found in walk(before) if isinstance(found, Picture)] == [50 + 22, 50 + 23, 50 + 24]
    after = plan(composition(layer(video(), effects=(use(Mean), use(Slide)))), 1)
    assert [found.matrix.e for found in walk(after) if isinstance(found, Picture)] == [50 + 24] * 3


class Curious(Mean, name="curious", version=1):
    """Wants more than it is given."""

    matte: str = param("", kind=Layer())


def test_an_effect_through_time_that_wants_another_layer_is_refused():
    assert "the parameter 'matte' names another layer" in declared_problem(Curious)
    assert not declared_problem(Mean)


def scene():
    """Effects through time on what moves, is turned, and lies below an adjustment that reads another layer."""
    group = GroupSource((layer(video(), path="g0", rotation=moving(0.0, 90.0), effects=(use(Mean),)),))
    return composition(
        layer(still(), path="l0", position=moving(point(0, 0), point(90, 90))),
        layer(group, path="l1", rotation=20.0, effects=(use(Slide), use(Beside, after=1), use(Dim, amount=0.5))),
        layer(AdjustmentSource(), path="l2", effects=(use(Mean, before=4, mix=0.5),)),
        *reading(),
    )


def reading():
    """A layer in a group that turns, which reads one beside the group before an effect through time."""
    hidden = layer(still(), path="l3", visible=False, position=moving(point(0, 90), point(90, 0)))
    push = EffectUse(Push, {"by": "hidden"}, constant(1.0), others={"by": hidden})
    group = GroupSource((layer(video(), path="g1", effects=(push, use(Mean))),))
    return hidden, layer(group, path="l4", rotation=moving(0.0, 40.0))


@pytest.mark.parametrize("most", [0, 30, 20_000])
def test_plans_do_not_depend_on_what_is_known(most):
    root, known, view = graph(scene()), Known(most), View(Affine.IDENTITY, WINDOW, Colour(0.1, 0.1, 0.1))
    for number in (10, 11, 12, 14, 11, 0, 47, 13):
        found = plan_frame(root, view, number * FRAME, known)
        assert found.key == plan_frame(root, view, number * FRAME).key
        assert known._count <= max(most, 200)


def test_what_is_known_of_a_layer_that_stays_is_not_used_where_its_group_moves():
    near = layer(still(), path="n")
    source = GeneratorSource(Upside, {"of": "near"}, {"of": near})
    there = Curve((Key(Fraction(0), point(100, 50)), Key(Fraction(1), point(140, 50), "hold")))
    back = Curve((Key(Fraction(0), point(100, 50)), Key(Fraction(1), point(60, 50), "hold")))
    inner = layer(source, path="u", position=back, effects=(use(Mean),))
    root = graph(composition(layer(GroupSource((near, inner)), path="g", position=there)))
    known, view = Known(), View(Affine.IDENTITY, WINDOW, None)
    found = [plan_frame(root, view, number * FRAME, known) for number in (22, 23, 24, 25)]
    assert [each.key for each in found] == [plan_frame(root, view, number * FRAME).key for number in (22, 23, 24, 25)]


def test_an_instant_is_planned_once_for_all_frames(monkeypatch):
    planned = []
    boxed = _Planner._layer

    def counted(self, layer, time, size, outer, around):
        planned.append(time)
        return boxed(self, layer, time, size, outer, around)

    monkeypatch.setattr(_Planner, "_layer", counted)
    root = graph(
        composition(layer(video(), path="l0"), layer(AdjustmentSource(), path="l1", effects=(use(Mean, before=7),)))
    )
    known, counts = Known(), []
    for number in range(10, 20):
        planned.clear()
        plan_frame(root, View(Affine.IDENTITY, WINDOW, None), number * FRAME, known)
        counts.append(len(planned))
    assert counts == [8] + [1] * 9
