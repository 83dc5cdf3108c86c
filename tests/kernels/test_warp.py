"""Warps against their obvious twins, and what must hold for any map."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import resample as reference
from warps import Lean, Push, Ripple, Still, Turn

from reelwork import WarpEffect, maths, param, tables
from reelwork.effect import Context
from reelwork.errors import PluginError
from reelwork.faults import PluginFault
from reelwork.image import EMPTY, Window
from reelwork.image.frame import Frame
from reelwork.kernels.resample import resample
from reelwork.kernels.warp import Warp, warp_needs, warp_region
from reelwork.kernels.warp_spans import find_steep
from reelwork.values import Affine, Projective

SIZE = (70.0, 50.0)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, *SIZE))
WINDOW = Window(0, 0, 70, 50)


def noise(window):
    data = np.random.default_rng(3).random((4, window.height, window.width), dtype=np.float32)
    data[:3] *= data[3]
    return Frame(data, window)


SOURCE = noise(WINDOW)


def seen(effect, window=WINDOW, *, source=SOURCE, to_layer=Affine.IDENTITY):
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    Warp(effect, source, to_layer=to_layer, context=CONTEXT)(out)
    return out.data


def places(effect, x, y):
    """From where an effect reads, in Python."""
    both = np.vectorize(lambda x, y: effect.place(x, y, *SIZE, *effect.uniforms(CONTEXT)))
    return both(x, y)


def padded(frame):
    return frame.crop(frame.window.expand(9, 9, 9, 9))


class Shrink(WarpEffect, name="shrink", version=1):
    """Shrink: the layer to a fraction of its size, about a point."""

    by: float = param(2.0)

    def uniforms(self, context):
        return (self.by,)

    @staticmethod
    def place(x, y, width, height, by):
        return (x - 30.3) * by + 30.3, (y - 20.6) * by + 20.6


class Torn(WarpEffect, name="torn", version=1):
    """Torn: the right half is far away, a corner is nowhere at all."""

    @staticmethod
    def place(x, y, width, height):
        nowhere = (x - x) / (x - x)
        return (nowhere if x + y < 20.0 else x if x < 35.25 else x + 1e9), y


def test_what_is_enlarged_is_interpolated_as_by_the_twin():
    effect = Ripple(amount=3.0)
    x, y = np.meshgrid(np.arange(70) + 0.5, np.arange(50) + 0.5)
    u, v = places(effect, x, y)
    expected = reference.interpolate(padded(SOURCE), u, v, 1.0, 1.0, linear=False)
    assert abs(seen(effect) - expected).max() < 2e-4


@pytest.mark.parametrize(("by", "parts"), [(2.0, 2), (4.5, 5), (16.0, 16)])
def test_what_is_shrunk_is_the_mean_of_its_parts(by, parts):
    offsets = (np.arange(parts) + 0.5) / parts
    x = (np.arange(70)[:, None] + offsets).ravel()
    y = (np.arange(50)[:, None] + offsets).ravel()
    u, v = places(Shrink(by=by), *np.meshgrid(x, y))
    u, v = np.clip(u, -4, 74), np.clip(v, -4, 54)
    source = padded(SOURCE)
    (i, across), (j, down) = (reference.taps(p, -9, n + 9, 1.0, linear=True) for p, n in ((u, 70), (v, 50)))
    fine = sum(source.data[:, j[b], i[a]] * across[a] * down[b] for a in (1, 2) for b in (1, 2))
    expected = fine.reshape(4, 50, parts, 70, parts).mean(axis=(2, 4))
    assert abs(seen(Shrink(by=by)) - expected).max() < 2e-3


@given(scale_x=st.floats(0.05, 20), scale_y=st.floats(0.05, 20), x=st.floats(-500, 500), degrees=st.floats(0, 360))
def test_what_does_not_move_keeps_its_bits_at_any_scale(scale_x, scale_y, x, degrees):
    to_layer = Affine.rotation(degrees) @ Affine.scaling(scale_x, scale_y) @ Affine.translation(x, 3.7)
    assert (seen(Still(), to_layer=to_layer) == SOURCE.data).all()


@given(x=st.integers(-20, 80), y=st.integers(-20, 60), width=st.integers(1, 60), height=st.integers(1, 40))
@settings(max_examples=40)
@pytest.mark.parametrize("effect", [Ripple(), Lean(), Shrink(by=1.7), Torn()], ids=lambda effect: effect.name)
def test_tiles_are_parts_of_the_whole(effect, x, y, width, height):
    around, tile = Window(-20, -20, 140, 100), Window(x, y, x + width, y + height)
    whole = Frame(seen(effect, around), around)
    assert seen(effect, tile).tobytes() == whole.crop(tile).data.tobytes()


def test_a_map_may_look_places_up_in_tables():
    class Looked(WarpEffect, name="looked", version=1):
        """Looked: rows from a table."""

        def uniforms(self, context):
            return (3.0,)

        def tables(self, context):
            return (np.array([0.0, 20.0, 50.0], np.float32),)

        @staticmethod
        def place(x, y, width, height, table, size):
            return x, tables.interpolated(table, 0.0, size, y / height)

    class Wrong(Looked, name="wrong", version=1):
        """Wrong: a table of doubles."""

        def tables(self, context):
            return (np.zeros(3),)

    y = np.arange(50) + 0.5
    v = np.broadcast_to(np.interp(y, [0.0, 25.0, 50.0], [0.0, 20.0, 50.0])[:, None], (50, 70))
    x = np.broadcast_to(np.arange(70) + 0.5, (50, 70))
    expected = reference.interpolate(padded(SOURCE), x, v, 1.0, 1.0, linear=False)
    assert abs(seen(Looked()) - expected).max() < 2e-4
    with pytest.raises(PluginFault, match=r"tables\(\).*one-dimensional array of float32"):
        seen(Wrong())


def test_what_is_torn_or_nowhere_is_transparent_and_has_smooth_edges():
    found = seen(Torn(), source=Frame(np.ones((4, 50, 70), np.float32), WINDOW))[3]
    x, y = np.meshgrid(np.arange(70) + 0.5, np.arange(50) + 0.5)
    assert not found[(x + y < 19)].any()
    assert not found[:, 36:].any()
    assert (found[(x + y > 21) & (x < 35)] == 1.0).all()
    assert abs(found[30, 35] - 0.25) < 0.04


@pytest.mark.parametrize("effect", [Ripple(amount=20.0), Shrink(by=3.3), Lean()], ids=lambda effect: effect.name)
def test_nothing_leaves_the_range_of_the_source(effect):
    found = seen(effect, Window(-30, -30, 100, 80))
    assert found.min() >= 0.0
    assert found.max() <= SOURCE.data.max() + 1e-6


def test_an_affine_matrix_is_what_resampling_is():
    """Inside; at the edges, a warp's are those of its samples."""
    expected = Frame.empty(WINDOW)
    moved = Turn(degrees=20.0).matrix(CONTEXT)
    resample(SOURCE, moved.inverse(), expected, "bicubic")
    inside = (slice(None), slice(20, 30), slice(15, 55))
    assert abs(seen(Turn(degrees=20.0))[inside] - expected.data[inside]).max() < 1e-3


def test_a_projective_matrix_takes_corners_to_corners():
    matrix = Lean().matrix(CONTEXT)
    corners = [(0.0, 0.0), (63.0, 10.0), (63.0, 40.0), (0.0, 50.0)]
    for point, corner in zip([(0, 0), (70, 0), (70, 50), (0, 50)], corners, strict=True):
        assert np.allclose(matrix.apply(*point), corner)
        assert np.allclose(matrix.inverse().apply(*corner), point, atol=1e-9)
    found = seen(Lean(), Window(-5, -5, 80, 60), source=Frame(np.ones((4, 50, 70), np.float32), WINDOW))[3]
    assert found[14:46, 6:30].min() == 1.0
    assert not found[:, 70:].any()
    assert not found[5:8, 60:].any()


def test_what_lies_behind_is_not_seen():
    behind = Projective((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.1, 0.0, -1.0))  # w is above 0 right of 10
    assert behind.apply(5.0, 0.0) is None
    assert behind.bounds(0.0, 0.0, 50.0, 50.0) is None
    assert behind.bounds(20.0, 0.0, 50.0, 50.0) == (12.5, 0.0, 20.0, 50.0)


def test_a_flat_matrix_leaves_nothing():
    class Flat(WarpEffect, name="flat", version=1):
        def matrix(self, context):
            return Projective((1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))

    assert not seen(Flat()).any()
    assert warp_needs(Flat(), WINDOW, Affine.IDENTITY, CONTEXT) == EMPTY
    with pytest.raises(ZeroDivisionError):
        Projective.to_corners(10.0, 10.0, ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)))


@pytest.mark.parametrize("effect", [Ripple(amount=5.0), Lean(), Turn()], ids=lambda effect: effect.name)
@pytest.mark.parametrize(
    "to_layer", [Affine.IDENTITY, Affine.rotation(25.0) @ Affine.scaling(0.5, 0.7)], ids=["", "turned"]
)
def test_only_what_is_needed_is_read_and_only_the_region_is_painted(effect, to_layer):
    source = noise(Window.around(*to_layer.inverse().bounds(0.0, 0.0, *SIZE)))
    region = warp_region(effect, source.window, to_layer, CONTEXT)
    around = region.expand(20, 20, 20, 20)
    whole = Frame(seen(effect, around, source=source, to_layer=to_layer), around)
    beside = Frame(whole.data.copy(), around)
    beside.paste(Frame.transparent(region))
    assert not beside.data.any()
    tile = Window(30, 20, 50, 33)
    needs = warp_needs(effect, tile, to_layer, CONTEXT)
    assert needs.width < source.window.width
    poisoned = Frame(np.full((4, needs.height + 8, needs.width + 8), np.nan, np.float32), needs.expand(4, 4, 4, 4))
    poisoned.paste(source.crop(needs))
    found = seen(effect, tile, source=poisoned, to_layer=to_layer)
    assert found.tobytes() == whole.crop(tile).data.tobytes()


def test_a_warp_without_a_map_is_told():
    class Empty(WarpEffect, name="empty", version=1):
        pass

    with pytest.raises(PluginError, match=r"Empty has no place\(\), and its matrix\(\) gives None"):
        seen(Empty())


@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_a_map_is_told_the_pixels_of_other_layers(display):
    x, y = np.meshgrid(np.arange(-1, 71) + 0.5, np.arange(-1, 51) + 0.5)
    alpha = np.clip(y / 50.0, 0.0, 1.0)
    red = np.clip(x / 70.0, 0.0, 1.0) ** 2
    other = Frame(np.stack([red * alpha, red * 0, red * 0, alpha]).astype(np.float32), WINDOW.expand(1, 1, 1, 1))
    out, context = Frame.empty(WINDOW), replace(CONTEXT, display=display)
    Warp(Push(amount=6.0), SOURCE, to_layer=Affine.IDENTITY, context=context, layers=1)(out, [other])
    encode = {"srgb": maths.srgb_encode, "bt1886": maths.bt1886_encode}[display]
    pushed = (np.vectorize(encode)(red) * alpha)[1:-1, 1:-1] * 6.0
    u, v = x[1:-1, 1:-1] + pushed, y[1:-1, 1:-1]
    expected = reference.interpolate(padded(SOURCE), u, v, 1.0, 1.0, linear=False)
    assert abs(out.data - expected).max() < 2e-4


@given(far=st.floats(0.5, 30.0), length=st.floats(12.0, 200.0), x=st.floats(-9.0, 9.0))
def test_no_pixel_that_spans_several_is_passed_over(far, length, x):
    def place(x0, y0, columns, rows):
        across, down = np.meshgrid(x0 + np.arange(columns) + 0.0, y0 + np.arange(rows) + 0.0)
        return across + far * np.sin((down + x) / length * 6.3), down + far * np.sin((across + x) / length * 6.3)

    us, vs = place(0.0, 0.0, 71, 51)
    sides = np.hypot(np.diff(us, axis=1), np.diff(vs, axis=1)), np.hypot(np.diff(us, axis=0), np.diff(vs, axis=0))
    spans = np.max([sides[0][:-1], sides[0][1:], sides[1][:, :-1], sides[1][:, 1:]], axis=0)
    steep, links = np.zeros((50, 70), np.uint8), np.empty((2, 52, 72), np.uint8)
    find_steep(*place(-0.5, -0.5, 72, 52), -1e3, -1e3, 1e3, 1e3, links, steep)
    assert not ((spans > 1.25) & (steep == 0)).any()
