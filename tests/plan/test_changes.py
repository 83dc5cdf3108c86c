"""Outside of the windows that are said to have changed, two frames are the same."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from building import composition, constant, graph, layer, nested, still
from hypothesis import given
from hypothesis import strategies as st

from reelwork.effect import PointEffect, param
from reelwork.extensions import registry
from reelwork.graph.model import AdjustmentSource, EffectUse, SolidSource
from reelwork.image import Window
from reelwork.plan.changes import changed
from reelwork.plan.nodes import FramePlan
from reelwork.plan.planner import View, plan_frame
from reelwork.render.executor import Executor
from reelwork.render.sources import Sources
from reelwork.scene.animation import Curve, Key
from reelwork.values import Affine, Colour, Length

WINDOW = Window(0, 0, 120, 80)


class Dim(PointEffect, name="dim", version=1):
    """Takes light away."""

    amount: float = param(0.5, help="how much stays")

    def uniforms(self):
        return (self.amount,)

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r * amount, g * amount, b * amount, a


def seen(*layers, time=0, background=None) -> FramePlan:
    root = composition(*layers, size=(120, 80))
    return plan_frame(graph(root), View(Affine.IDENTITY, WINDOW, background or Colour(0.1, 0.1, 0.1)), Fraction(time))


def picture(**changes):
    return layer(still(120, 80, digest="ground"), path="ground", **changes)


def dot(x=20, y=30, *, size=10, **changes):
    changes = {"path": "dot", **changes}
    return layer(still(size, size, digest="dot"), position=(Length(x), Length(y)), **changes)


def moving(start, end):
    return Curve((Key(Fraction(0), start), Key(Fraction(2), end)))


def test_nothing_changes_between_equal_frames() -> None:
    assert changed(seen(picture(), dot()), seen(picture(), dot())) == []


def test_what_moves_changes_where_it_was_and_where_it_is() -> None:
    windows = changed(seen(picture(), dot(20, 30)), seen(picture(), dot(60, 40)))
    assert windows == [Window(15, 25, 25, 35), Window(55, 35, 65, 45)]


def test_what_comes_and_what_goes() -> None:
    without, with_ = seen(picture(), dot(90, 60)), seen(picture(), dot(20, 30), dot(90, 60))
    assert changed(without, with_) == changed(with_, without) == [Window(15, 25, 25, 35)]


def test_the_first_layer_over_a_background() -> None:
    background = Colour(0.1, 0.1, 0.1)
    without, with_ = seen(dot(200, 10), background=background), seen(dot(20, 30), background=background)
    assert changed(without, with_) == [Window(15, 25, 25, 35)]
    alone = FramePlan(with_.root.elements[0].node, WINDOW)
    assert changed(alone, with_) == changed(with_, alone) == [Window(15, 25, 25, 35)]


def test_layers_that_reach_beyond_the_frame() -> None:
    windows = changed(seen(picture(scale=(1.3, 1.3)), dot(20, 30)), seen(picture(scale=(1.3, 1.3)), dot(22, 30)))
    assert windows == [Window(15, 25, 25, 35), Window(17, 25, 27, 35)]


def test_what_fades() -> None:
    windows = changed(seen(picture(), dot(opacity=0.4)), seen(picture(), dot(opacity=0.5)))
    assert set(windows) == {Window(15, 25, 25, 35)}


def test_another_merge() -> None:
    multiply = registry().merges["multiply"]
    assert set(changed(seen(picture(), dot()), seen(picture(), dot(merge=multiply)))) == {Window(15, 25, 25, 35)}


def test_what_moves_under_an_adjustment_of_single_pixels() -> None:
    look = layer(AdjustmentSource(), path="look", effects=(EffectUse(Dim, {"amount": constant(0.5)}, constant(1.0)),))
    windows = changed(seen(picture(), dot(20, 30), look), seen(picture(), dot(60, 40), look))
    assert windows == [Window(15, 25, 25, 35), Window(55, 35, 65, 45)]


def test_an_adjustment_that_changes_changes_all() -> None:
    uses = [EffectUse(Dim, {"amount": constant(amount)}, constant(1.0)) for amount in (0.5, 0.6)]
    before, after = (seen(picture(), layer(AdjustmentSource(), path="look", effects=(use,))) for use in uses)
    assert WINDOW in changed(before, after)


def test_another_size_changes_all() -> None:
    plan = seen(picture())
    assert changed(FramePlan(plan.root, WINDOW._replace(x1=100)), plan) == [WINDOW]


def test_what_lies_beside_the_frame_changes_nothing() -> None:
    assert changed(seen(picture(), dot(-100, 30)), seen(picture(), dot(-90, 30))) == []


LAYERS = st.lists(
    st.builds(
        lambda colour, box, spin, opacity, merge: (colour, box, spin, opacity, merge),
        st.sampled_from([(0.9, 0.2, 0.1), (0.1, 0.8, 0.3), (0.2, 0.3, 0.9)]),
        st.tuples(st.integers(-20, 140), st.integers(-20, 100), st.integers(1, 60)),
        st.sampled_from([0.0, 0.0, 30.0]),
        st.sampled_from([1.0, 1.0, 0.5]),
        st.sampled_from(["normal", "normal", "multiply", "screen", "destination-in", "xor", "dissolve"]),
    ),
    min_size=1,
    max_size=5,
)


def made(descriptions):
    layers = []
    for number, (colour, (x, y, size), spin, opacity, merge) in enumerate(descriptions):
        solid = layer(
            SolidSource(constant(Colour(*colour))),
            path=f"l{number}",
            position=(Length(x), Length(y)),
            scale=(size / 120, size / 80),
            rotation=spin,
            opacity=opacity,
            merge=registry().merges[merge],
        )
        layers.append(solid)
    return layers


@given(LAYERS, LAYERS, st.booleans(), st.booleans())
@pytest.mark.filterwarnings("error")
def test_pixels_outside_are_the_same(below, above, look, inside) -> None:
    kept, gone = made(below), made(above)
    adjusted = layer(
        AdjustmentSource(), path="look", effects=(EffectUse(Dim, {"amount": constant(0.5)}, constant(1.0)),)
    )
    end = [adjusted] if look else []
    scenes = [[*kept, *end], [*kept[:1], *gone, *kept[1:], *end]]
    if inside:
        scenes = [[picture_of(scene)] for scene in scenes]
    before, after = (seen(*scene) for scene in scenes)
    executor = Executor(Sources())
    first, second = executor.frame(before), executor.frame(after)
    same = np.ones((WINDOW.height, WINDOW.width), bool)
    for x0, y0, x1, y1 in changed(before, after):
        same[y0:y1, x0:x1] = False
    differ = (first.data != second.data).any(axis=0)
    assert not (differ & same).any()


def picture_of(layers):
    inner = composition(*layers, size=(100, 70), name="inner")
    return layer(nested(inner), path="nested", position=(Length(50), Length(45)))
