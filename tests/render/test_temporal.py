"""What the executor promises about effects that read several instants."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from building import FRAME, composition, constant, graph, layer, still, video
from timed import Beside, Mean, frames

from reelwork.effect import TemporalEffect
from reelwork.graph.model import AdjustmentSource, EffectUse
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.resample import resample
from reelwork.plan.nodes import Temporal
from reelwork.plan.planner import View, plan_frame
from reelwork.render.executor import Executor
from reelwork.scene.animation import Curve, Key
from reelwork.values import Affine, Colour, Length

WINDOW = Window(0, 0, 200, 100)
TIMES = frames(*range(10, 18))


class Painted:
    """Sources whose pictures grow brighter with time."""

    display = "srgb"

    def __init__(self, *, holds: bool = True) -> None:
        self.holds = holds
        self.asked: list[Fraction] = []

    def begin(self, wanted):
        return self.holds

    def expect(self, wanted):
        pass

    def painter(self, media, time, matrix, effects):
        self.asked.append(time)
        height, width = media.facts.height, media.facts.width
        y, x = np.mgrid[:height, :width].astype(np.float32)
        light = np.stack([x / width, y / height, np.full_like(x, float(time)), np.ones_like(x)])
        frame = Frame(np.ascontiguousarray(light), Window(0, 0, width, height))
        return lambda out: resample(frame, matrix.inverse(), out)


def use(effect, mix=1.0, **params):
    return EffectUse(effect, params, constant(mix))


def moving(start, end):
    return Curve((Key(Fraction(0), start), Key(Fraction(2), end)))


def point(x, y):
    return (Length(x), Length(y))


def busy():
    """Temporal effects of both kinds on layers that move and are turned, one on the other, and on an adjustment."""
    return composition(
        layer(still(200, 100, digest="ground"), path="l0"),
        layer(video(60, 40), path="l1", position=moving(point(20, 20), point(150, 70)), effects=(use(Mean),)),
        layer(video(60, 40), path="l2", rotation=30.0, effects=(use(Mean), use(Beside, mix=0.5, after=1))),
        layer(AdjustmentSource(), path="l3", effects=(use(Mean, before=3), use(Beside)), opacity=0.7),
        layer(still(20, 20, digest="dot"), path="l4", position=moving(point(0, 0), point(200, 100))),
    )


def plans(root, times):
    view = View(Affine.IDENTITY, WINDOW, Colour(0.1, 0.1, 0.1))
    return [plan_frame(graph(root), view, Fraction(time)) for time in times]


def rendered(root, times, sources=None, **options):
    executor = Executor(sources or Painted(), **options)
    return [executor.frame(plan).data.tobytes() for plan in plans(root, times)]


@pytest.fixture(scope="module")
def reference():
    """Each frame by an executor of its own, in one tile."""
    return [rendered(busy(), [time], tile_rows=1000)[0] for time in TIMES]


@pytest.mark.parametrize("rows", [7, 33])
@pytest.mark.parametrize("holds", [True, False])
def test_bytes_do_not_depend_on_the_tiles(reference, rows, holds):
    assert rendered(busy(), TIMES, Painted(holds=holds), tile_rows=rows) == reference


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1, 0), (3, 0, 7, 4, 4, 1, 6, 2, 5)])
def test_bytes_do_not_depend_on_the_order(reference, order):
    assert rendered(busy(), [TIMES[n] for n in order]) == [reference[n] for n in order]


@pytest.mark.parametrize("budget", [0, 200_000, 1_000_000])
def test_bytes_do_not_depend_on_what_is_kept(reference, budget):
    assert rendered(busy(), TIMES, keep_bytes=budget, lasting_bytes=budget) == reference
    jumping = [3, 4, 5, 0, 1, 7, 6, 5]
    assert rendered(busy(), [TIMES[n] for n in jumping], lasting_bytes=budget) == [reference[n] for n in jumping]


def painted(root, times, **options) -> list[list[Fraction]]:
    """The times of the pictures that are painted for each frame."""
    sources = Painted()
    executor, found = Executor(sources, **options), []
    for plan in plans(root, times):
        sources.asked.clear()
        executor.frame(plan)
        found.append(list(sources.asked))
    return found


def test_each_picture_is_painted_once_where_there_is_room():
    root = composition(layer(video(100, 50), scale=(2.0, 2.0), effects=(use(Mean, before=7),)))
    first, second, *others = painted(root, TIMES)
    assert sorted(first) == frames(*range(3, 11))
    assert sorted(second) == frames(*range(4, 12))  # only now it is known that pictures are read again
    assert others == [[time] for time in TIMES[2:]]


def test_pictures_that_are_others_in_every_frame_are_not_kept():
    root = composition(layer(video(100, 50), position=moving(point(0, 50), point(90, 50)), effects=(use(Mean),)))
    executor = Executor(Painted())
    for plan in plans(root, TIMES):
        executor.frame(plan)
        (node,) = (node for node in plan.root.inputs() if isinstance(node, Temporal))
        assert not any(source.key in executor._keeper._lasting for source in node.sources)


def test_where_there_is_less_room_as_many_as_fit_are_not_painted_again():
    root = composition(layer(video(100, 50), scale=(2.0, 2.0), effects=(use(Mean, before=7),)))
    room = 3 * 16 * 200 * 100
    counts = [len(asked) for asked in painted(root, frames(*range(10, 40)), lasting_bytes=room, keep_bytes=0)]
    assert counts[0] == 8
    assert sum(counts[8:]) / len(counts[8:]) <= 8 - 2.5


class Sparse(Mean, name="sparse", version=1):
    """The same, of every third frame."""

    def times(self, context):
        return tuple(3 * time for time in super().times(context))


def test_pictures_that_are_read_some_frames_later_are_there_still():
    root = composition(layer(video(100, 50), scale=(2.0, 2.0), effects=(use(Sparse, before=3),)))
    counts = [len(asked) for asked in painted(root, frames(*range(20)))]
    assert counts[12:] == [1] * 8
    little = painted(root, frames(*range(30)), lasting_bytes=5 * 16 * 200 * 100, keep_bytes=0)
    assert max(len(asked) for asked in little) <= 4
    assert sum(len(asked) for asked in little[12:]) < 4 * 18 * 0.8


def test_what_is_below_an_adjustment_is_painted_once_for_each_instant():
    root = composition(
        layer(still(200, 100, digest="ground"), path="l0"),
        layer(video(100, 50), path="l1", scale=(2.0, 2.0), opacity=0.5),
        layer(AdjustmentSource(), path="l2", effects=(use(Mean, before=5),)),
    )
    for asked in painted(root, TIMES)[2:]:
        assert len([time for time in asked if time]) == 1


@pytest.mark.parametrize("effect", [Mean, Beside])
@pytest.mark.parametrize("mix", [1.0, 0.25])
def test_a_frame_is_what_the_effect_makes_of_the_frames_without_it(effect, mix):
    bare = composition(layer(still(200, 100), path="l0"), layer(video(60, 40), path="l1", start=1))
    adjusted = composition(*bare.layers, layer(AdjustmentSource(), path="l2", effects=(use(effect, mix=mix),)))
    view = View(Affine.IDENTITY, WINDOW, None)
    now = 1 + FRAME
    (found,) = (Executor(Painted()).frame(plan_frame(graph(adjusted), view, now)),)
    pictures = [
        Executor(Painted()).frame(plan_frame(graph(bare), view, time)).crop(WINDOW.expand(3, 3, 3, 3))
        for time in (1 - FRAME, Fraction(1), now)
    ]
    expected = Frame.empty(WINDOW)
    effect().render(pictures, expected, None)
    expected.data[:] = expected.data * mix + pictures[-1].crop(WINDOW).data * (1 - mix)
    np.testing.assert_allclose(found.data, expected.data, atol=1e-6)


class Asking(TemporalEffect, name="asking", version=1):
    """Reads its pictures again and again, in any order, and in slices."""

    def times(self, context):
        return (-context.frame, Fraction(0), Fraction(0))

    def render(self, sources, out, context):
        assert len(sources) == 3
        assert sources[1] is sources[2] is sources[-1]  # what is the same is painted once
        first = sources[0].data.copy()
        assert len(sources[1:]) == 2
        assert np.array_equal(first, sources[:1][0].data)
        assert not np.array_equal(first, sources[1].data)
        out.data[:] = first


def test_pictures_are_a_sequence():
    shown = rendered(composition(layer(video(200, 100), effects=(use(Asking),))), [1])
    assert shown == rendered(composition(layer(video(200, 100))), [1 - FRAME])
