"""What the executor promises: the same bytes for every tile size, order and memory, and no more work than needed."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from building import composition, constant, graph, layer, nested, still, video
from reference.colour import light_to_srgb
from warps import Lean, Push, Ripple, Stencil, Through, Turn, Upside

from reelwork.effect import AreaEffect, PointEffect
from reelwork.errors import OutputError
from reelwork.extensions import registry
from reelwork.graph.model import AdjustmentSource, EffectUse, GeneratorSource, GroupSource, SolidSource
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.kernels.resample import resample
from reelwork.plan.planner import View, plan_frame
from reelwork.render.executor import Executor
from reelwork.scene.animation import Curve, Key
from reelwork.values import Affine, Colour, Length

WINDOW = Window(0, 0, 200, 100)


class Painted:
    """Sources whose pictures are a pattern that moves with time."""

    display = "srgb"

    def __init__(self, *, holds: bool = True) -> None:
        self.holds = holds
        self.asked: list[tuple[str, Fraction]] = []

    def begin(self, wanted):
        return self.holds

    def expect(self, wanted):
        pass

    def painter(self, media, time, matrix, effects):
        self.asked.append((media.facts.digest, time))
        height, width = media.facts.height, media.facts.width
        y, x = np.mgrid[:height, :width].astype(np.float32)
        alpha = np.ones_like(x) if not media.facts.has_alpha else ((x // 7 + y // 5) % 3 / 2).astype(np.float32)
        light = np.stack([x / width, y / height, np.full_like(x, float(time) % 1.0), np.ones_like(x)])
        frame = Frame(np.ascontiguousarray(light * alpha), Window(0, 0, width, height))
        return lambda out: resample(frame, matrix.inverse(), out)


class Halve(PointEffect, name="halve", version=1):
    """Halves light, in the left half of the layer alone."""

    positional = True

    @staticmethod
    def pixel(x, y, width, height, r, g, b, a):
        if x < width / 2:
            return r / 2, g / 2, b / 2, a
        return r, g, b, a


class Left(AreaEffect, name="left", version=1):
    """Adds what lies three raster pixels to the right: light travels to the left."""

    def margin(self, context):
        return (3, 0, 0, 0)

    def render(self, source, out, context):
        moved = Frame(source.data, source.window._replace(x0=source.window.x0 - 3, x1=source.window.x1 - 3))
        out.data[:] = (source.crop(out.window).data + moved.crop(out.window).data) / 2


def use(effect, mix=1.0):
    return EffectUse(effect, {}, constant(mix))


def moving(start, end):
    return Curve((Key(Fraction(0), start), Key(Fraction(2), end)))


def point(x, y):
    return (Length(x), Length(y))


def busy():
    """A composition of everything: nesting, groups, effects of both kinds, an adjustment, what moves and what rests."""
    multiply = registry().merges["multiply"]
    inner = composition(
        layer(SolidSource(constant(Colour(0.2, 0.4, 0.6))), path="i0", opacity=0.5),
        layer(video(60, 40), path="i1", rotation=moving(0.0, 90.0), effects=(use(Left),)),
        size=(90, 60),
        name="inner",
    )
    read = layer(still(50, 40, digest="read"), path="l6", visible=False, position=moving(point(200, 0), point(0, 100)))
    return composition(
        layer(still(200, 100, digest="ground"), path="l0"),
        layer(still(80, 60, digest="leaf", has_alpha=True), path="l1", position=(Length(40), Length(50))),
        layer(nested(inner), path="l2", merge=multiply, rotation=moving(-20.0, 10.0)),
        layer(GroupSource((layer(still(30, 30, digest="g"), path="g0", skew=(10.0, 0.0)),)), path="l3", opacity=0.7),
        layer(AdjustmentSource(), path="l4", effects=(use(Halve), use(Left, 0.5)), opacity=0.8, scale=(0.7, 0.7)),
        layer(still(20, 20, digest="dot"), path="l5", position=moving(point(0, 0), point(200, 100))),
        read,
        layer(GeneratorSource(Upside, {"of": "read"}, {"of": read}), path="l7", scale=(0.35, 0.4), rotation=-8.0),
    )


def plans(root, times):
    view = View(Affine.IDENTITY, WINDOW, Colour(0.1, 0.1, 0.1))
    return [plan_frame(graph(root), view, Fraction(time)) for time in times]


def rendered(root, times, **options):
    executor = Executor(Painted(), **options)
    return [executor.frame(plan).data.tobytes() for plan in plans(root, times)]


TIMES = [Fraction(n, 4) for n in range(5)]


@pytest.fixture(scope="module")
def reference():
    """Each frame by an executor of its own, in one tile."""
    return [rendered(busy(), [time], tile_rows=1000)[0] for time in TIMES]


@pytest.mark.parametrize("rows", [1, 16, 33, 512])
def test_bytes_do_not_depend_on_the_tiles(reference, rows):
    assert rendered(busy(), TIMES, tile_rows=rows) == reference


@pytest.mark.parametrize("budget", [0, 100_000, 1 << 30])
def test_bytes_do_not_depend_on_what_is_kept(reference, budget):
    assert rendered(busy(), TIMES, keep_bytes=budget) == reference


def warped():
    """Warps by map and by matrix, mixed, moving, on layers that are turned and beside an area effect, and below."""
    ripple = EffectUse(Ripple, {"amount": moving(2.0, 9.0)}, constant(1.0))
    return composition(
        layer(still(200, 100, digest="ground"), path="l0", effects=(use(Ripple, 0.5), use(Halve))),
        layer(video(80, 60), path="l1", rotation=20.0, effects=(use(Left), ripple, use(Turn, 0.5), use(Lean))),
        layer(still(40, 40, digest="leaf", has_alpha=True), path="l2", effects=(use(Turn), use(Left), use(Turn))),
        layer(AdjustmentSource(), path="l3", effects=(use(Lean), use(Turn), ripple), opacity=0.5),
    )


def reading():
    """Effects that read a hidden layer which moves, and which reads another one."""
    dot = layer(still(60, 60, digest="leaf", has_alpha=True), path="m0", position=moving(point(20, 20), point(60, 90)))
    mask = layer(
        video(90, 90),
        path="m1",
        visible=False,
        rotation=15.0,
        effects=(EffectUse(Push, {"by": "dot"}, constant(1.0), others={"by": dot}),),
    )
    through, push, stencil = (
        EffectUse(effect, {name: "mask"}, constant(0.7), others={name: mask})
        for effect, name in ((Through, "mask"), (Push, "by"), (Stencil, "mask"))
    )
    return composition(
        layer(still(200, 100, digest="ground"), path="l0", effects=(push,)),
        layer(still(80, 60, digest="leaf"), path="l1", rotation=20.0, effects=(through, push, use(Halve), stencil)),
        layer(AdjustmentSource(), path="l3", effects=(through, push, stencil), opacity=0.5),
        mask,
    )


@pytest.mark.parametrize("scene", [warped, reading], ids=lambda scene: scene.__name__)
def test_bytes_of_warps_depend_neither_on_the_tiles_nor_on_what_is_kept(scene):
    alone = [rendered(scene(), [time], tile_rows=1000)[0] for time in TIMES[:3]]
    assert rendered(scene(), TIMES[:3], tile_rows=7) == alone
    assert rendered(scene(), TIMES[:3], tile_rows=33, keep_bytes=0) == alone


def test_what_a_moving_layer_that_is_read_changes_is_painted_again():
    storage = StorageFormat(model="yuv", subsampling=(2, 2), full_range=False)
    executor, last = Executor(Painted()), None
    for plan in plans(reading(), [Fraction(n, 12) for n in range(4)]):
        picture = executor.picture(plan, storage, last)
        alone = Executor(Painted()).picture(plan, storage)
        assert all(np.array_equal(a, b) for a, b in zip(picture.planes, alone.planes, strict=True))
        last = (plan, picture)


def test_a_point_effect_is_given_the_pixels_of_another_layer():
    mask = layer(still(60, 100, digest="mask"), path="m", visible=False, opacity=0.5)
    stencil = EffectUse(Stencil, {"mask": "mask"}, constant(1.0), others={"mask": mask})
    root = composition(
        mask, layer(still(200, 100, digest="ground"), path="l", effects=(use(Halve), stencil, use(Halve)))
    )
    plan = plan_frame(graph(root), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    found = Executor(Painted(), tile_rows=16).frame(plan).data
    assert np.allclose(found[3, 50], np.where(abs(np.arange(200) - 99.5) < 30, 0.5, 0.0))
    assert np.allclose(found[0, 50, 70:100], np.arange(70, 100) / 200 / 8)


def test_an_area_effect_is_given_the_picture_of_another_layer():
    mask = layer(still(200, 100, digest="ground"), path="m", visible=False, opacity=0.5)
    through = EffectUse(Through, {"mask": "mask"}, constant(1.0), others={"mask": mask})
    root = composition(mask, layer(still(80, 60, digest="leaf"), path="l", effects=(through,)))
    plan = plan_frame(graph(root), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    found = Executor(Painted(), tile_rows=16).frame(plan).data[0, 50]
    assert np.allclose(found[60:140], np.arange(63, 143) / 200 * 0.5, atol=1e-6)
    assert not found[:60].any()


@pytest.mark.parametrize("share", [1.0, 0.8, 0.1])
@pytest.mark.parametrize("subsampling", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("rows", [7, 128])
def test_pictures_do_not_depend_on_the_one_before(monkeypatch, share, subsampling, rows):
    monkeypatch.setattr("reelwork.render.executor.MOST_STALE", share)
    storage = StorageFormat(model="yuv", subsampling=subsampling, full_range=False)
    root = composition(
        layer(still(200, 100, digest="ground"), path="l0"),
        layer(still(31, 23, digest="dot", has_alpha=True), path="l1", position=moving(point(5, 7), point(190, 93))),
        layer(still(9, 9, digest="top"), path="l2", position=moving(point(150, 3), point(150, 99)), start=1),
    )
    times = [Fraction(n, 12) for n in range(24)]
    executor, last = Executor(Painted(), tile_rows=rows), None
    for plan in plans(root, times):
        picture = executor.picture(plan, storage, last)
        alone = Executor(Painted()).picture(plan, storage)
        assert all(np.array_equal(a, b) for a, b in zip(picture.planes, alone.planes, strict=True))
        last = (plan, picture)


def test_of_a_picture_on_which_little_moves_little_is_painted(monkeypatch):
    painted = 0

    def counting(self, node, out, paint=Executor._paint):
        nonlocal painted
        painted += out.data[0].size
        paint(self, node, out)

    monkeypatch.setattr(Executor, "_paint", counting)
    storage = StorageFormat(model="yuv", subsampling=(2, 2), full_range=False)
    root = composition(
        layer(still(200, 100, digest="ground"), path="l0"),
        layer(still(10, 10, digest="dot"), path="l1", position=moving(point(20, 20), point(60, 20))),
    )
    executor, last, counts = Executor(Painted()), None, []
    for plan in plans(root, [Fraction(n, 10) for n in range(10)]):
        painted = 0
        last = (plan, executor.picture(plan, storage, last))
        counts.append(painted)
    assert counts[0] >= 200 * 100
    assert max(counts[3:]) < 2000


def test_bytes_do_not_depend_on_the_order(reference):
    for order in itertools.islice(itertools.permutations(range(5)), 0, 120, 37):
        assert rendered(busy(), [TIMES[n] for n in order]) == [reference[n] for n in order]


@pytest.mark.parametrize("rows", [7, 512])
@pytest.mark.parametrize("name", ["destination-in", "source-in", "source", "clear", "destination-atop"])
def test_merges_that_clear_act_beyond_their_layer(name, rows):
    mask = layer(
        still(60, 40, digest="mask"), path="l2", merge=registry().merges[name], position=(Length(100), Length(50))
    )
    group = layer(GroupSource((layer(still(120, 80, digest="ground"), path="l1"), mask)), path="l0")
    executor = Executor(Painted(), tile_rows=rows)
    view = View(Affine.IDENTITY, WINDOW, None)
    frame = executor.frame(plan_frame(graph(composition(group)), view, Fraction(0)))
    alpha = {"destination-in": 1.0, "source-in": 1.0, "source": 1.0, "clear": 0.0, "destination-atop": 1.0}[name]
    expected = np.zeros((100, 200))
    expected[30:70, 70:130] = alpha
    assert np.array_equal(frame.data[3], expected)


@pytest.mark.parametrize(
    ("changes", "along"),
    [
        ({"scale": (0.5, 1.0)}, [(75, 50), (100, 50), (125, 50)]),
        ({"scale": (0.83, 0.83)}, [(58, 50), (100, 50), (141, 50)]),
        ({"rotation": 90.0}, [(100, 0), (100, 50), (100, 99)]),
    ],
)
def test_a_generator_runs_with_its_layer_however_that_lies(changes, along):
    gradient = registry().generators["gradient"]
    params = {"kind": "linear", "angle": constant(90.0), "colours": (Colour(0, 0, 0), Colour(1, 1, 1))}
    root = composition(layer(GeneratorSource(gradient, params), path="l0", **changes))
    plan = plan_frame(graph(root), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    light = Executor(Painted()).frame(plan).data[0]
    found = [light_to_srgb(float(light[y, x])) for x, y in along]
    assert found == pytest.approx([0.25, 0.5, 0.75], abs=0.02)


def test_a_mask_beside_the_frame_hides_all():
    masked = (
        layer(still(200, 100, digest="ground"), path="l1"),
        layer(
            still(20, 20, digest="mask"),
            path="l2",
            merge=registry().merges["destination-in"],
            position=(Length(-100), Length(50)),
        ),
    )
    plan = plan_frame(graph(composition(*masked)), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    assert not Executor(Painted()).frame(plan).data.any()


def test_repeated_frames_are_the_same(reference):
    assert rendered(busy(), [TIMES[2]] * 3) == [reference[2]] * 3


def test_what_does_not_change_is_painted_at_most_twice():
    sources = Painted()
    executor = Executor(sources, tile_rows=100)
    for plan in plans(busy(), [Fraction(n, 24) for n in range(6)]):
        executor.frame(plan)
    asked = [digest for digest, _ in sources.asked]
    assert asked.count("ground") <= 2 * 2  # an adjustment reads what is below it twice, until it is kept
    assert asked.count("dot") >= 6


def test_pictures_that_cannot_be_held_are_read_once_a_frame(reference):
    sources = Painted(holds=False)
    (plan,) = plans(busy(), [TIMES[1]])
    assert Executor(sources, tile_rows=16).frame(plan).data.tobytes() == reference[1]
    asked = [digest for digest, _ in sources.asked]
    assert max(asked.count(digest) for digest in asked) == 1


def test_hidden_layers_are_not_painted():
    sources = Painted()
    root = composition(
        layer(still(300, 200, digest="below"), path="a"), layer(still(200, 100, digest="above"), path="b")
    )
    (plan,) = plans(root, [0])
    Executor(sources).frame(plan)
    assert {digest for digest, _ in sources.asked} == {"above"}


def test_light_that_an_effect_spreads_leaves_the_box():
    root = composition(layer(still(20, 20), effects=(use(Left),)))
    (plan,) = plans(root, [0])
    frame = Executor(Painted()).frame(plan)
    ground = frame.data[:3, 50, 10]
    assert not np.array_equal(frame.data[:3, 50, 88], ground)
    assert np.array_equal(frame.data[:3, 50, 86], ground)


@pytest.mark.parametrize("rows", [7, 64])
def test_a_generator_paints_what_it_reads_wherever_it_is_moved_and_cut(rows):
    hidden = layer(still(80, 60, digest="leaf"), path="m", visible=False, position=point(60, 55))
    source = GeneratorSource(Upside, {"of": "m"}, {"of": hidden})
    shown = layer(still(80, 60, digest="leaf"), path="m", position=point(60, 55))
    view = View(Affine.IDENTITY, WINDOW, None)

    def painted(root):
        return Executor(Painted(), tile_rows=rows).frame(plan_frame(graph(root), view, Fraction(0))).data

    expected = painted(composition(shown))
    assert np.array_equal(painted(composition(hidden, layer(source)))[:, ::-1][:, :100, :200], expected[:, :100, :200])
    moved = painted(composition(hidden, layer(source, position=point(130, 61))))
    assert np.array_equal(moved[:, 11:100, 30:200], expected[:, :100][:, ::-1][:, :89, :170])
    assert not moved[:, :11].any()


def test_a_generator_that_would_read_a_picture_larger_than_memory_is_an_error_that_names_its_layer():
    class Wide(Upside, name="wide", version=1):
        def needs_of(self, layer, wanted, context):
            return wanted.expand(100_000, 100_000, 100_000, 100_000)

    hidden = layer(still(), path="m", visible=False)
    root = composition(hidden, layer(GeneratorSource(Wide, {"of": "m"}, {"of": hidden}), path="main.layers[1]"))
    plan = plan_frame(graph(root), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    with pytest.raises(OutputError, match=r"main\.layers\[1\]: for the generator 'wide' a picture of 200,"):
        Executor(Painted()).frame(plan)


def test_an_empty_composition_is_its_background():
    (plan,) = plans(composition(), [0])
    frame = Executor(Painted()).frame(plan)
    assert np.allclose(frame.data[:, 50, 100], Colour(0.1, 0.1, 0.1).premultiplied("srgb"), atol=1e-7)
    clear = plan_frame(graph(composition()), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    assert not Executor(Painted()).frame(clear).data.any()


class Vast(AreaEffect, name="vast", version=1):
    """Reads far more than there is room for."""

    def margin(self, context):
        return (100_000, 100_000, 100_000, 100_000)

    def render(self, source, out, context):
        raise AssertionError


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_what_is_turned_and_spread_may_lie_anywhere_about_the_frame(degrees):
    def at(x, y):
        turned = layer(still(), rotation=float(degrees), position=point(x, y), effects=[use(Left)])
        return plan_frame(graph(composition(turned)), View(Affine.IDENTITY, WINDOW, None), Fraction(0))

    for x, y in itertools.product((-70.0, -20.5, 100.0, 230.25, 270.0), (-70.0, -30.0, 50.0, 120.0, 165.0)):
        Executor(Painted()).frame(at(x, y))


def test_an_effect_that_would_need_a_picture_larger_than_memory_is_an_error_that_names_its_layer():
    wide = layer(still(), path="compositions.main.layers[7]", effects=[use(Vast)])
    plan = plan_frame(graph(composition(wide)), View(Affine.IDENTITY, WINDOW, None), Fraction(0))
    with pytest.raises(OutputError, match=r"compositions\.main\.layers\[7\]: for the effect 'vast' a picture of 200,"):
        Executor(Painted()).frame(plan)


@pytest.mark.parametrize("blend_space", ["linear", "display"])
def test_nested_is_flattened_to_the_pixel(blend_space):
    multiply = registry().merges["multiply"]
    inner = (
        layer(still(200, 100, digest="ground"), path="i0"),
        layer(still(80, 60, digest="leaf", has_alpha=True), path="i1", rotation=33.0, merge=multiply),
        layer(video(60, 40), path="i2", position=point(50, 60), opacity=0.6, effects=(use(Halve),)),
    )
    outer = {"scale": (1.5, 1.5), "rotation": 10.0, "opacity": 0.9}  # so large that no edge of it is seen
    nest = composition(layer(nested(composition(*inner, name="inner")), **outer))
    flat = composition(layer(GroupSource(inner), **outer))
    view = View(Affine.IDENTITY, WINDOW, Colour(0.2, 0.1, 0.1))
    one, other = (
        Executor(Painted()).frame(plan_frame(graph(root, blend_space=blend_space), view, Fraction(1, 3))).data
        for root in (nest, flat)
    )
    assert np.abs(one - other).max() < 1e-6
