"""What the planner promises about geometry, times and what is skipped."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from building import Over, composition, constant, graph, layer, nested, still, video
from hypothesis import given
from hypothesis import strategies as st
from warps import Lean, Push, Ripple, Stencil, Through, Turn

from reelwork.effect import AreaEffect, CompositeMerge, PointEffect, SeparableMerge
from reelwork.graph.model import AdjustmentSource, EffectUse, GroupSource, Sequence, SequenceSource, SolidSource
from reelwork.image import EMPTY, Window
from reelwork.plan.nodes import Area, Clip, Fill, Node, Picture, Points, Resampled, Stack, Warped
from reelwork.plan.planner import View, plan_frame
from reelwork.scene.animation import Curve, Key
from reelwork.values import Affine, Colour, Length


class Shift(PointEffect, name="shift", version=1):
    """Adds nothing."""

    @staticmethod
    def pixel(r, g, b, a):
        return r, g, b, a


class Steady(PointEffect, name="steady", version=1):
    """Adds nothing, and says so of alpha."""

    keeps_alpha = True

    @staticmethod
    def pixel(r, g, b, a):
        return r, g, b, a


class Spread(AreaEffect, name="spread", version=1):
    """Spreads light by four pixels of the layer."""

    def margin(self, context):
        return tuple(int(4 * scale) + 1 for scale in (context.scale[0], context.scale[1], *context.scale))

    def render(self, source, out, context):
        out.data[:] = source.crop(out.window).data


class Plain(CompositeMerge, name="normal", version=1):
    """Puts one over the other by a formula of its own, as the built-in one does."""

    @staticmethod
    def pixel(rb, gb, bb, ab, rs, gs, bs, sa):
        return rs, gs, bs, sa


class Multiply(SeparableMerge, name="multiply", version=1):
    """Multiplies."""

    @staticmethod
    def blend(b, s):
        return b * s


WINDOW = Window(0, 0, 200, 100)


def use(effect, mix=1.0):
    return EffectUse(effect, {}, constant(mix))


def plan(root, time=0, *, matrix=Affine.IDENTITY, window=WINDOW, background=None) -> Node:
    return plan_frame(graph(root), View(matrix, window, background), Fraction(time)).root


def walk(node):
    yield node
    for source in node.inputs():
        yield from walk(source)


def pictures(node):
    return [found for found in walk(node) if isinstance(found, Picture)]


def close(one: Affine, other: Affine) -> bool:
    return all(abs(getattr(one, k) - getattr(other, k)) < 1e-9 for k in "abcdef")


def test_a_picture_stands_in_the_middle():
    (picture,) = pictures(plan(composition(layer(still(100, 50)))))
    assert picture.matrix == Affine.translation(50, 25)
    assert picture.region == picture.opaque == Window(50, 25, 150, 75)


def test_fit_covers_and_contains():
    (covering,) = pictures(plan(composition(layer(still(100, 25), fit="cover"))))
    assert covering.matrix == Affine(4, 0, 0, 4, -100, 0)
    (contained,) = pictures(plan(composition(layer(still(100, 25), fit="contain"))))
    assert contained.matrix == Affine(2, 0, 0, 2, 0, 25)


numbers = st.floats(-90, 90).map(lambda x: round(x, 3))


@given(degrees=numbers, scale=st.floats(0.1, 3), x=st.integers(0, 200), y=st.integers(0, 100))
def test_nested_is_flattened_into_one_resample(degrees, scale, x, y):
    inner = layer(still(), rotation=degrees, position=(Length(x), Length(y)))
    outer = {"scale": (scale, scale), "rotation": 30.0}
    flat = plan(composition(layer(GroupSource((inner,)), **outer)))
    deep = plan(composition(layer(nested(composition(inner, name="inner")), **outer)))
    for a, b in zip(pictures(flat), pictures(deep), strict=True):
        assert close(a.matrix, b.matrix)
    assert not [node for node in walk(deep) if isinstance(node, Resampled)]


def test_a_child_is_placed_in_its_parents_box():
    parent = layer(still(100, 50), path="p", position=(Length(100), Length(50)), scale=(2.0, 2.0))
    child = layer(still(10, 10), path="c", parent=parent, position=(Length(0), Length(0)))
    found = {picture.region: picture for picture in pictures(plan(composition(parent, child)))}
    assert any(picture.matrix == Affine(2, 0, 0, 2, -10, -10) for picture in found.values())


def test_a_hidden_parent_still_moves_its_child():
    parent = layer(still(), path="p", visible=False, end=1, position=(Length(10), Length(20)))
    child = layer(still(10, 10), path="c", parent=parent)
    (picture,) = pictures(plan(composition(parent, child), time=1))
    assert picture.matrix == Affine.translation(5, 15)


def test_layers_are_there_from_start_to_before_end():
    root = composition(layer(still(), start=Fraction(1, 2), end=1))
    assert not pictures(plan(root, Fraction(1, 2) - Fraction(1, 1000)))
    assert pictures(plan(root, Fraction(1, 2)))
    assert not pictures(plan(root, 1))


def test_keys_follow_the_layers_own_clock():
    curve = Curve((Key(Fraction(0), 0.0), Key(Fraction(1), 1.0)))
    root = composition(layer(still(), start=1, opacity=curve))
    node = plan(root, Fraction(3, 2))
    assert isinstance(node, Stack)
    assert node.elements[0].opacity == 0.5


def test_a_nested_composition_is_retimed_whole():
    inner = composition(layer(video(start=0, length=2)), name="inner")
    (picture,) = pictures(plan(composition(layer(nested(inner, speed=2))), Fraction(1, 2)))
    assert picture.time == 1


def test_what_lies_outside_a_nested_composition_is_clipped():
    inner = composition(layer(still(400, 400)), size=(50, 50), name="inner")
    node = plan(composition(layer(nested(inner))))
    assert node.region == Window(75, 25, 125, 75)


def test_equal_instants_have_equal_keys_and_moving_ones_not():
    moving = Curve((Key(Fraction(0), 0.0), Key(Fraction(1), 90.0)))
    resting = composition(layer(still()))
    turning = composition(layer(still(), rotation=moving))
    assert plan(resting, 0).key == plan(resting, 1).key
    assert plan(turning, 0).key != plan(turning, Fraction(1, 2)).key
    assert plan(turning, 1).key == plan(turning, Fraction(3, 2)).key


def test_neighbouring_point_effects_are_one_node():
    node = plan(composition(layer(video(), effects=(use(Shift), use(Shift)))))
    points = [found for found in walk(node) if isinstance(found, Points)]
    assert [len(found.effects) for found in points] == [2]


def test_what_rests_on_a_still_is_done_to_the_still_itself():
    moving = Curve((Key(Fraction(0), 0.0), Key(Fraction(1), 1.0)))
    still_uses, moving_use = (use(Shift), use(Shift)), EffectUse(Shift, {}, moving)
    (picture,) = pictures(plan(composition(layer(still(), effects=still_uses))))
    assert picture.effects == (Shift(), Shift())
    node = plan(composition(layer(still(), effects=(use(Shift), moving_use))), Fraction(1, 2))
    assert pictures(node)[0].effects == (Shift(),)
    assert [found.mix for found in walk(node) if isinstance(found, Points)] == [0.5]


def test_an_upright_layer_with_a_spreading_effect_is_resampled_once():
    node = plan(composition(layer(still(), scale=(1.7, 1.7), effects=(use(Spread),))))
    assert not [found for found in walk(node) if isinstance(found, Resampled)]
    (area,) = [found for found in walk(node) if isinstance(found, Area)]
    assert area.context.scale == pytest.approx((1.7, 1.7))
    assert area.region.covers(area.source.region.expand(4, 4, 4, 4))


def test_a_turned_layer_with_a_spreading_effect_gets_an_upright_raster():
    node = plan(composition(layer(still(), rotation=30.0, scale=(2.0, 2.0), effects=(use(Spread),))))
    (resampled,) = [found for found in walk(node) if isinstance(found, Resampled)]
    (area,) = [found for found in walk(resampled) if isinstance(found, Area)]
    assert area.context.scale == (2.0, 2.0)
    assert close(
        resampled.matrix @ Affine.scaling(2, 2),
        pictures(plan(composition(layer(still(), rotation=30.0, scale=(2.0, 2.0)))))[0].matrix,
    )


def test_an_adjustment_acts_on_what_is_below_it_alone():
    root = composition(
        layer(still(), path="a"), layer(AdjustmentSource(), path="b", effects=(use(Shift),)), layer(still(), path="c")
    )
    node = plan(root)
    (points,) = [found for found in walk(node) if isinstance(found, Points)]
    assert len(pictures(points)) == 1
    assert len(pictures(node)) == 2


def test_a_whole_solid_is_a_fill_and_hides_what_is_below():
    node = plan(composition(layer(SolidSource(constant(Colour(1.0, 0.0, 0.0))))))
    assert isinstance(node, Fill)
    assert node.colour == (1.0, 0.0, 0.0, 1.0)
    assert node.opaque == Window(0, 0, 200, 100)


def test_the_canvas_background_is_the_lowest_layer_of_the_root():
    white = Colour(1.0, 1.0, 1.0)
    node = plan(composition(layer(still(), path="a"), layer(still(), path="b", merge=Multiply)), background=white)
    assert isinstance(node, Stack)
    assert [type(element.node) for element in node.elements] == [Fill, Picture, Picture]
    assert [element.merge for element in node.elements] == [Over, Over, Multiply]
    adjusted = plan(composition(layer(AdjustmentSource(), effects=(use(Shift),))), background=white)
    (points,) = [found for found in walk(adjusted) if isinstance(found, Points)]
    assert isinstance(points.source, Fill)


@pytest.mark.parametrize("effect", [Steady, Shift])
def test_what_keeps_alpha_stays_opaque(effect):
    for source in (video(), still()):
        changed, plain = (plan(composition(layer(source, effects=uses))) for uses in ((use(effect),), ()))
        assert changed.opaque == (plain.opaque if effect is Steady else EMPTY)
        assert not plain.opaque.is_empty
    white = Colour(1.0, 1.0, 1.0)
    adjusted = plan(composition(layer(AdjustmentSource(), effects=(use(effect),))), background=white)
    assert isinstance(adjusted, Points if effect is Steady else Stack)


def test_an_opaque_background_needs_nothing_behind_it():
    root = composition(layer(still(), merge=Plain))
    made = replace(graph(root), normal=Plain)
    node = plan_frame(made, View(Affine.IDENTITY, WINDOW, Colour(1.0, 1.0, 1.0)), Fraction(0)).root
    assert isinstance(node, Stack)
    assert [type(element.node) for element in node.elements] == [Fill, Picture]


def test_what_a_view_shows_beside_the_composition_is_background():
    node = plan(composition(layer(still())), background=Colour(1.0, 1.0, 1.0), window=Window(-50, 0, 250, 100))
    assert node.region == node.opaque == Window(-50, 0, 250, 100)
    assert plan(composition(), background=Colour(1.0, 1.0, 1.0, 0.5)).region == Window(0, 0, 200, 100)


@given(scale=st.floats(0.05, 4))
def test_a_view_scales_everything(scale):
    root = composition(layer(still(), rotation=20.0))
    (whole,) = pictures(plan(root))
    (scaled,) = pictures(plan(root, matrix=Affine.scaling(scale, scale)))
    assert close(scaled.matrix, Affine.scaling(scale, scale) @ whole.matrix)


def test_a_layer_squeezed_to_nothing_is_not_painted():
    assert plan(composition(layer(still(), scale=(0.0, 1.0)))).region.is_empty


def test_a_turned_picture_that_fills_its_composition_is_not_clipped_again():
    inner = composition(layer(still(50, 50)), size=(50, 50), name="inner")
    node = plan(composition(layer(nested(inner), rotation=33.0, scale=(1.3, 1.3))))
    assert isinstance(node, Picture)
    larger = composition(layer(still(60, 60)), size=(50, 50), name="inner")
    assert isinstance(plan(composition(layer(nested(larger), rotation=33.0))), Clip)


@pytest.mark.parametrize(
    "changes",
    [
        {"skew": (90.0, 0.0)},
        {"skew": (0.0, -270.0)},
        {"scale": (0.0, 1.0)},
        {"scale": (1e-12, 1e-12)},
        {"scale": (1e9, 1e9), "position": (Length(1e6), Length(1e6))},
    ],
)
@pytest.mark.parametrize("depth", [1, 2, 40])
def test_what_is_flat_or_beyond_everything_is_left_out_however_it_is_nested(changes, depth):
    root = composition(layer(SolidSource(constant(Colour(1.0, 0.0, 0.0)))), layer(still(), rotation=10.0, **changes))
    for number in range(depth - 1):
        root = composition(layer(nested(root), **changes), name=f"outer{number}")
    assert all(node.matrix.inverse() for node in walk(plan(root)) if isinstance(node, Picture | Resampled | Clip))


def test_an_adjustment_that_is_flat_changes_nothing():
    red = layer(SolidSource(constant(Colour(1.0, 0.0, 0.0))))
    flat = layer(AdjustmentSource(), scale=(0.0, 0.0), effects=[use(Shift)])
    assert isinstance(plan(composition(red, flat)), Fill)


def test_effects_that_move_a_layer_are_multiplied_into_its_one_resample():
    turned = layer(still(), rotation=20.0, effects=(use(Shift), use(Turn), use(Steady), use(Turn)))
    root = plan(composition(turned))
    assert not [node for node in walk(root) if isinstance(node, Resampled | Warped)]
    (picture,) = pictures(root)
    (plain,) = pictures(plan(composition(layer(still(), rotation=80.0))))
    assert close(picture.matrix, plain.matrix)


def test_an_area_effect_runs_before_the_layer_is_moved():
    found = plan(composition(layer(still(), effects=(use(Spread), use(Turn)))))
    assert isinstance(found, Resampled)
    assert isinstance(found.source, Area)
    assert close(pictures(found)[0].matrix, Affine.IDENTITY)
    after = plan(composition(layer(still(), effects=(use(Turn), use(Spread)))))
    assert isinstance(after, Area)
    assert not pictures(after)[0].matrix.is_upright


@pytest.mark.parametrize("kind", [GroupSource, lambda layers: SequenceSource(Sequence(layers[:1], (), Fraction(2)))])
def test_an_adjustment_that_spreads_light_in_what_is_turned_runs_upright(kind):
    below = layer(GroupSource((layer(still()), layer(AdjustmentSource(), effects=(use(Spread),)))))
    found = plan(composition(layer(kind((below, below)), rotation=90.0)))
    assert isinstance(found, Resampled)
    assert close(found.matrix @ pictures(found)[0].matrix, Affine.translation(125, 0) @ Affine.rotation(90.0))
    assert all(node.context.scale == (1.0, 1.0) for node in walk(found) if isinstance(node, Area))


def test_a_move_that_is_mixed_or_an_adjustments_is_a_warp_or_a_resample_of_its_own():
    mixed = plan(composition(layer(still(), effects=(use(Turn, 0.5),))))
    assert isinstance(mixed, Warped)
    assert mixed.region.covers(mixed.source.region)
    adjusted = composition(layer(still()), layer(AdjustmentSource(), effects=(use(Turn),)))
    (found,) = (node for node in walk(plan(adjusted)) if isinstance(node, Resampled))
    assert isinstance(found.source, Picture)


def test_a_warp_runs_in_the_raster_of_its_turned_layer():
    root = plan(composition(layer(still(), rotation=20.0, effects=(use(Ripple), use(Lean)))))
    outer, inner, picture = walk(root)
    assert isinstance(outer, Warped)
    assert isinstance(inner, Warped)
    assert close(outer.to_layer @ picture.matrix, Affine.IDENTITY)
    assert inner.region.covers(picture.region)


def reading(effect, **others):
    return EffectUse(effect, dict.fromkeys(others, "m"), constant(1.0), others=others)


def test_a_layer_that_an_effect_reads_lies_as_it_does_in_the_composition():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, position=(Length(30), Length(40)), opacity=0.5)
    seen = layer(still(), rotation=30.0, effects=(reading(Push, by=hidden),))
    found = plan(composition(hidden, seen))
    assert isinstance(found, Warped)
    (other,) = found.others
    assert isinstance(other, Stack)
    assert other.elements[0].opacity == 0.5
    (picture,) = pictures(other)
    assert close(picture.matrix, Affine.translation(10, 30))
    assert other in found.inputs()
    moved = plan(composition(hidden, replace(seen, transform=replace(seen.transform, rotation=constant(31.0)))))
    assert close(pictures(moved.others[0])[0].matrix, Affine.translation(10, 30))


def test_in_the_raster_of_an_area_effect_it_lies_the_same_way_to_the_layer():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False)
    seen = layer(still(), scale=(2.0, 2.0), rotation=30.0, effects=(reading(Through, mask=hidden),))
    found = plan(composition(hidden, seen))
    (area,) = (node for node in walk(found) if isinstance(node, Area))
    assert isinstance(found, Resampled)
    (picture,) = pictures(area.others[0])
    assert close(found.matrix @ picture.matrix, Affine.translation(80, 40))


def test_a_layer_that_is_read_keeps_its_own_time():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, start=1)
    adjusting = layer(AdjustmentSource(), path="a", effects=(reading(Push, by=hidden),))
    root = composition(layer(still()), hidden, adjusting)
    before, after = plan(root, 0), plan(root, 1)
    assert before.others[0].region.is_empty
    assert pictures(after.others[0])
    assert before.key != after.key


def test_no_layer_is_read_where_none_is_named():
    found = plan(composition(layer(still(), effects=(use(Push),))))
    assert found.others[0].region.is_empty


def test_a_still_is_not_changed_once_and_for_all_by_what_reads_another():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False)
    found = plan(composition(hidden, layer(still(), effects=(use(Shift), reading(Stencil, mask=hidden), use(Shift)))))
    outer, inner, *_ = walk(found)
    assert isinstance(outer, Points)
    assert isinstance(inner, Points)
    assert not outer.others
    assert pictures(inner.others[0])


def test_a_layer_in_a_group_reads_one_beside_the_group_where_and_when_that_is():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False, start=Fraction(3, 2), end=2)
    inner = layer(still(), path="i", rotation=-50.0, end=1, effects=(reading(Push, by=hidden),))
    group = layer(GroupSource((inner,)), path="g", start=1, end=2, rotation=30.0, scale=(2.0, 0.5))
    root = composition(hidden, group)
    assert plan(root, Fraction(5, 4)).others[0].region.is_empty
    (picture,) = pictures(plan(root, Fraction(3, 2)).others[0])
    assert close(picture.matrix, Affine.translation(80, 40))


def test_a_clip_of_a_sequence_reads_a_layer_beside_the_sequence():
    hidden = layer(still(40, 20, digest="map"), path="m", visible=False)
    clip = layer(still(), path="c", start=1, end=2, effects=(reading(Push, by=hidden),))
    sequence = layer(SequenceSource(Sequence((clip,), (), Fraction(2))), path="s", scale=(0.5, 0.5))
    (picture,) = pictures(plan(composition(sequence, hidden), 1).others[0])
    assert close(picture.matrix, Affine.translation(80, 40))
