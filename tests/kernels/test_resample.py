"""Resampling against its obvious twin, and what must hold for any picture and any map."""

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import resample as reference

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.packed import PackedFrame
from reelwork.kernels.mipmap import halved
from reelwork.kernels.resample import Filter, Mipmap, is_copy, resample, resample_bounds, resample_needs
from reelwork.values import Affine


def noise(window: Window, seed: int = 0) -> Frame:
    data = np.random.default_rng(seed).random((4, window.height, window.width), dtype=np.float32)
    data[:3] *= data[3]
    return Frame(data, window)


def constant(window: Window, pixel: tuple[float, float, float, float]) -> Frame:
    frame = Frame.empty(window)
    frame.data[:] = np.float32(pixel)[:, None, None]
    return frame


def packed(frame: Frame) -> PackedFrame:
    out = PackedFrame.empty(frame.window)
    out.pack(frame)
    return out


def seen(source: Frame | PackedFrame | Mipmap, to_source: Affine, window: Window, how: Filter = "auto") -> np.ndarray:
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    resample(source, to_source, out, how)
    return out.data


def about(x: float, y: float, *maps: Affine) -> Affine:
    """Maps about a point, the last first."""
    total = Affine.translation(x, y)
    for one in maps:
        total = total @ one
    return total @ Affine.translation(-x, -y)


SOURCE = noise(Window(-7, 3, 50, 44))
PLACES = {
    "moved": Affine.translation(0.3, -0.7),
    "enlarged": about(20, 20, Affine.scaling(0.3, 0.45)),
    "hugely enlarged": about(-7, 3, Affine.scaling(0.01, 0.013)),
    "mirrored": about(20.2, 20, Affine.scaling(-1, 1)),
    "turned": about(20, 20, Affine.rotation(33)),
    "turned and enlarged": about(20, 20, Affine.rotation(-140), Affine.scaling(0.4, 0.4)),
    "skewed": about(20, 20, Affine.skewing(20, -10)),
    "shrunk a little": about(20, 20, Affine.scaling(1.3, 1.7)),
    "shrunk by two": Affine.scaling(2, 2),
    "shrunk along x": about(20, 20, Affine.scaling(5.3, 0.8)),
    "shrunk along y": about(20, 20, Affine.scaling(1, 9)),
    "shrunk to nothing": about(20, 20, Affine.scaling(60, 60)),
    "turned and shrunk": about(20, 20, Affine.rotation(20), Affine.scaling(1.6, 3.3)),
}
matrices = st.builds(
    lambda degrees, sx, sy, skew, x, y: about(
        20 + x, 20 + y, Affine.rotation(degrees), Affine.skewing(skew, 0), Affine.scaling(sx, sy)
    ),
    st.one_of(st.sampled_from([0.0, 90.0, 180.0]), st.floats(-180, 180)),
    st.floats(0.2, 6),
    st.floats(0.2, 6),
    st.sampled_from([0.0, 0.0, 15.0, -40.0]),
    st.floats(-3, 3),
    st.floats(-3, 3),
)


@pytest.mark.parametrize("how", ["auto", "bilinear"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_resample_is_its_twin(place: Affine, how: Filter) -> None:
    window = Window(-20, -15, 75, 60)
    expected = reference.resample(SOURCE, place, window, linear=how == "bilinear")
    np.testing.assert_allclose(seen(SOURCE, place, window, how), expected, atol=2e-5)


@pytest.mark.parametrize("how", ["auto", "bilinear", "nearest"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_packed_frame_gives_the_same_but_for_its_steps(place: Affine, how: Filter) -> None:
    window, packet = Window(-20, -15, 75, 60), packed(SOURCE)
    halvings = 1 + max(0, math.ceil(math.log2(max(abs(number) for number in (place.a, place.b, place.c, place.d)))))
    error = np.abs(seen(packet, place, window, how) - seen(SOURCE, place, window, how))
    assert error.max() <= 1.2 * halvings / 65535


@settings(deadline=None, max_examples=20)
@given(matrices, st.integers(-25, 60), st.integers(-25, 60), st.integers(1, 40), st.integers(1, 9))
def test_no_pixel_of_a_packed_frame_depends_on_its_tile(place: Affine, x: int, y: int, width: int, height: int) -> None:
    source, whole, tile = packed(SOURCE), Window(-25, -25, 100, 69), Window(x, y, x + width, y + height)
    part = Frame(seen(source, place, whole), whole).crop(tile & whole)
    np.testing.assert_array_equal(seen(source, place, part.window), part.data)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_is_opaque_in_a_packed_frame_stays_opaque(place: Affine) -> None:
    source = packed(constant(Window(-1000, -1000, 1000, 1000), (1.0, 0.0, 1.0, 1.0)))
    data = seen(source, place, Window(10, 10, 14, 13))
    np.testing.assert_array_equal(data, np.broadcast_to(np.float32((1, 0, 1, 1))[:, None, None], data.shape))


@pytest.mark.parametrize("move", [(0.3, 0.0), (0.0, 0.3), (0.25, -0.6), (1e-9, 0.0), (17.0, 0.5)])
def test_a_slide_is_its_twin(move: tuple[float, float]) -> None:
    place, window = Affine.translation(*move), Window(-20, -15, 75, 60)
    np.testing.assert_allclose(seen(SOURCE, place, window), reference.resample(SOURCE, place, window), atol=2e-5)


def test_nearest_takes_the_sample_under_the_centre() -> None:
    place, window = about(20, 20, Affine.rotation(30), Affine.scaling(0.7, 1.4)), Window(-30, -30, 70, 70)
    x, y = np.meshgrid(np.arange(-30, 70) + 0.5, np.arange(-30, 70) + 0.5)
    u, v = (np.floor(place_of).astype(int) for place_of in place.apply(x, y))
    box = SOURCE.window
    inside = (u >= box.x0) & (u < box.x1) & (v >= box.y0) & (v < box.y1)
    samples = SOURCE.data[:, np.where(inside, v - box.y0, 0), np.where(inside, u - box.x0, 0)]
    np.testing.assert_array_equal(seen(SOURCE, place, window, "nearest"), samples * inside)


@settings(deadline=None, max_examples=40)
@given(matrices, st.integers(-25, 60), st.integers(-25, 60), st.integers(1, 40), st.integers(1, 9))
def test_no_pixel_depends_on_its_tile(place: Affine, x: int, y: int, width: int, height: int) -> None:
    whole, tile = Window(-25, -25, 100, 69), Window(x, y, x + width, y + height)
    part = Frame(seen(SOURCE, place, whole), whole).crop(tile & whole)
    np.testing.assert_array_equal(seen(SOURCE, place, part.window), part.data)


def test_long_rows_do_not_depend_on_their_tiles() -> None:
    source = noise(Window(0, 0, 700, 30))
    for place in (Affine.rotation(1), Affine.scaling(0.9, 1.0), Affine.rotation(0.5) @ Affine.scaling(1.2, 1.2)):
        whole = Frame(seen(source, place, Window(-5, -5, 700, 40)), Window(-5, -5, 700, 40))
        for x0 in (-5, 100, 333):
            tile = Window(x0, 3, x0 + 300, 30)
            np.testing.assert_array_equal(seen(source, place, tile), whole.crop(tile).data)


@pytest.mark.parametrize("how", ["auto", "bilinear"])
@pytest.mark.parametrize("place", [Affine.rotation(40), Affine.rotation(4) @ Affine.scaling(1.6, 1.6)])
def test_large_tiles_are_what_small_ones_are(place: Affine, how: Filter) -> None:
    source, window = noise(Window(-90, 0, 240, 260)), Window(-20, -20, 180, 170)
    whole = Frame(seen(source, place, window, how), window)
    for tile in (Window(-20, -20, 10, 170), Window(31, 7, 180, 9), Window(43, 45, 44, 46), Window(100, 60, 170, 160)):
        np.testing.assert_array_equal(seen(source, place, tile, how), whole.crop(tile).data)


@pytest.mark.parametrize("place", [Affine.scaling(0.5, 0.5), Affine.rotation(30)], ids=["upright", "turned"])
def test_bilinear_reads_the_nearest_samples_alone(place: Affine) -> None:
    source, window = constant(Window(0, 0, 30, 30), (0.5, 0.5, 0.5, 1.0)), Window(0, 0, 60, 60)
    source.data[:, 15, 15] = np.inf
    x, y = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
    u, v = place.apply(x, y)
    near = (abs(u - 15.5) < 1.0) & (abs(v - 15.5) < 1.0)
    np.testing.assert_array_equal(np.isinf(seen(source, place, window, "bilinear")[0]), near)


@settings(deadline=None, max_examples=40)
@given(matrices, st.integers(-25, 60), st.integers(-25, 60))
def test_only_what_is_needed_is_read(place: Affine, x: int, y: int) -> None:
    wanted = Window(x, y, x + 11, y + 7)
    expected = seen(SOURCE, place, wanted)
    part = SOURCE.crop(resample_needs(wanted, place) & SOURCE.window)
    np.testing.assert_array_equal(seen(part, place, wanted), expected)


@settings(deadline=None, max_examples=60)
@given(matrices)
def test_nothing_shows_outside_the_bounds(place: Affine) -> None:
    window = Window(-60, -60, 140, 140)
    data = seen(SOURCE, place, window)
    bounds = resample_bounds(SOURCE.window, place) & window
    outside = np.ones(data.shape[1:], bool)
    if not bounds.is_empty:
        outside[bounds.y0 + 60 : bounds.y1 + 60, bounds.x0 + 60 : bounds.x1 + 60] = False
    assert not data[:, outside].any()


def test_bounds_of_a_copy_are_exact() -> None:
    assert resample_bounds(Window(2, 3, 10, 20), Affine.translation(2, -5)) == Window(0, 8, 8, 25)
    assert resample_needs(Window(0, 8, 8, 25), Affine.translation(2, -5)) == Window(2, 3, 10, 20)


@settings(deadline=None, max_examples=40)
@given(matrices, st.sampled_from([(1.0, 1.0, 1.0, 1.0), (0.3, 0.02, 7.7, 1.0), (0.1, 0.2, 0.3, 0.7)]))
def test_a_constant_stays_the_same_to_the_last_bit(place: Affine, pixel: tuple[float, float, float, float]) -> None:
    source = constant(Window(-1000, -1000, 1000, 1000), pixel)
    data = seen(source, place, Window(10, 10, 40, 30))
    np.testing.assert_array_equal(data, np.broadcast_to(np.float32(pixel)[:, None, None], data.shape))


@settings(deadline=None, max_examples=40)
@given(matrices)
def test_nothing_leaves_the_range_of_the_source(place: Affine) -> None:
    data = np.zeros((4, 41, 57), np.float32)
    data[:, 10:20, 10:30] = 1.0
    data[:3, 15, ::3] = 40.0
    shown = seen(Frame(data, SOURCE.window), place, Window(-10, -10, 60, 60))
    assert shown.min() >= 0.0
    assert shown[:3].max() <= 40.0
    assert shown[3].max() <= 1.0


def test_edges_fade_over_one_pixel_and_keep_their_colour() -> None:
    source = constant(Window(0, 0, 20, 10), (0.5, 0.25, 1.0, 1.0))
    row = seen(source, Affine.translation(-0.25, 0), Window(-3, 4, 25, 5))[:, 0]
    np.testing.assert_allclose(row[3, :5], [0, 0, 0, 0.75, 1])
    np.testing.assert_allclose(row[3, 21:], [1, 1, 0.25, 0, 0, 0, 0][: row.shape[1] - 21], atol=1e-7)
    visible = row[3] > 0
    straight = row[:3, visible] / row[3, visible]
    np.testing.assert_allclose(straight, np.broadcast_to([[0.5], [0.25], [1.0]], straight.shape), rtol=1e-6)


def test_turned_edges_keep_their_colour() -> None:
    source = constant(Window(0, 0, 20, 10), (0.5, 0.25, 1.0, 1.0))
    data = seen(source, Affine.rotation(30), Window(-20, -20, 30, 30))
    visible = data[3] > 0
    assert (data[3] > 0).sum() > 150
    straight = data[:3, visible] / data[3, visible]
    np.testing.assert_allclose(straight, np.broadcast_to([[0.5], [0.25], [1.0]], straight.shape), rtol=1e-5)
    assert data[3].sum() == pytest.approx(200, rel=0.01)


def test_an_enlarged_edge_stays_sharp() -> None:
    row = seen(constant(Window(0, 0, 3, 3), (1, 1, 1, 1)), Affine.scaling(0.1, 0.1), Window(-5, 10, 40, 11))[3, 0]
    np.testing.assert_array_equal(row, [0] * 5 + [1] * 30 + [0] * 10)


def test_moving_by_whole_pixels_copies() -> None:
    place, window = Affine.translation(5, -3), Window(-20, -15, 75, 60)
    assert is_copy(place)
    assert is_copy(Affine(1.0 + 1e-13, 1e-14, -1e-14, 1.0, 5.0000000001, -3.0))
    assert not is_copy(Affine.translation(5.01, -3))
    assert not is_copy(Affine.rotation(0.01))
    expected = SOURCE.crop(window.expand(-5, 3, 5, -3)).data
    for how in ("auto", "nearest", "bilinear"):
        np.testing.assert_array_equal(seen(SOURCE, place, window, how), expected)


def test_whole_moves_are_what_the_general_path_gives() -> None:
    """A hair's breadth beyond what is rounded away, every kernel runs, and agrees with the copy."""
    window = Window(0, 10, 40, 30)
    expected = seen(SOURCE, Affine.translation(5, -3), window)
    for place in (Affine.translation(5 + 2.0**-29, -3), Affine(1, 2.0**-39, 0, 1, 5, -3)):
        np.testing.assert_allclose(seen(SOURCE, place, window), expected, atol=1e-5)


def test_quarter_turns_copy_samples() -> None:
    turned = seen(SOURCE, Affine.rotation(90), Window(3, -50, 44, 7))
    np.testing.assert_array_equal(turned, np.rot90(SOURCE.data, 1, axes=(1, 2)))


def test_upright_and_general_maps_agree() -> None:
    """Turned by next to nothing, a picture takes the general path: next to the same, where it is not shrunk."""
    window = Window(-20, -15, 75, 60)
    for scale in (0.4, 0.7, 1.0):
        place = about(20.3, 20.4, Affine.scaling(scale, scale))
        general = seen(SOURCE, Affine(place.a, 1e-9, -1e-9, place.d, place.e, place.f), window)
        np.testing.assert_allclose(seen(SOURCE, place, window), general, atol=2e-5)


def zone_plate(size: int) -> Frame:
    """Rings whose frequency rises to half a cycle a pixel at the edges' middles."""
    x = np.arange(size) + 0.5 - size / 2
    value = 0.5 + 0.5 * np.cos(np.pi / size * (x[:, None] ** 2 + x[None, :] ** 2))
    return Frame(np.ascontiguousarray(np.broadcast_to(np.float32(value), (4, size, size))), Window(0, 0, size, size))


@pytest.mark.parametrize("factor", [2.0, 3.7, 10.0])
@pytest.mark.parametrize("degrees", [0.0, 7.0])
def test_a_shrunk_zone_plate_does_not_alias(factor: float, degrees: float) -> None:
    size = 800
    small = int(size / factor)
    place = about(size / 2, size / 2, Affine.rotation(degrees)) @ Affine.scaling(factor, factor)
    grey = seen(zone_plate(size), place, Window(0, 0, small, small))[0].astype(np.float64)
    x = (np.arange(small) + 0.5) * factor - size / 2
    # frequency in cycles an output pixel, at every pixel
    frequency = np.hypot(*np.meshgrid(x, x)) / size * factor
    inner = np.hypot(*np.meshgrid(x, x)) < size / 2 * 0.98
    beyond = inner & (frequency > 0.9)
    within = frequency < 0.12
    assert np.std(grey[beyond]) < 0.02
    ideal = 0.5 + 0.5 * np.cos(np.pi / size * (x[:, None] ** 2 + x[None, :] ** 2))
    np.testing.assert_allclose(grey[within], ideal[within], atol=0.12)
    assert grey[beyond].mean() == pytest.approx(0.5, abs=0.01)


def test_a_shrunk_checker_is_grey() -> None:
    tiles = np.indices((2000, 2000)).sum(axis=0) % 2
    checker = Frame(np.ascontiguousarray(np.broadcast_to(np.float32(tiles), (4, 2000, 2000))), Window(0, 0, 2000, 2000))
    grey = seen(checker, Affine.scaling(10, 10), Window(1, 1, 199, 199))
    np.testing.assert_allclose(grey, 0.5, atol=1e-4)


def test_shrinking_keeps_the_mean() -> None:
    source = noise(Window(0, 0, 512, 256))
    mean = seen(source, Affine.scaling(8, 8), Window(0, 0, 64, 32)).mean(axis=(1, 2))
    np.testing.assert_allclose(mean, source.data.mean(axis=(1, 2)), atol=2e-3)


def test_halving_starts_at_zero_wherever_the_window_lies() -> None:
    part = halved(SOURCE.crop(Window(1, 6, 40, 40)), along_x=True, along_y=True)
    whole = halved(SOURCE, along_x=True, along_y=True)
    inner = Window(4, 6, 15, 15)
    np.testing.assert_array_equal(part.crop(inner).data, whole.crop(inner).data)
    assert whole.window == Window(-4, 1, 25, 22)


def test_a_mipmap_gives_the_same_as_its_frame_and_builds_once() -> None:
    mipmap, place, window = Mipmap(SOURCE), Affine.scaling(4.5, 2.5), Window(-3, 0, 12, 18)
    np.testing.assert_array_equal(seen(mipmap, place, window), seen(SOURCE, place, window))
    levels: list[Frame] = []
    threads = [threading.Thread(target=lambda: levels.append(mipmap.level(1, 2))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(level) for level in levels}) == 1


def test_nothing_of_nothing() -> None:
    empty = Frame.empty(Window(3, 3, 3, 3))
    assert not seen(empty, Affine.rotation(3), Window(0, 0, 5, 5)).any()
    assert not seen(SOURCE, Affine(1, 1, 1, 1, 0, 0), Window(0, 0, 5, 5)).any()
    assert resample_bounds(empty.window, Affine.IDENTITY).is_empty
    assert resample_needs(Window(0, 0, 0, 5), Affine.IDENTITY).is_empty
    seen(SOURCE, Affine.IDENTITY, Window(0, 0, 0, 0))


def test_extreme_maps_stay_within_bounds() -> None:
    for place in (
        Affine.scaling(1e7, 1e7),
        Affine.scaling(1e-8, 1e-8),
        Affine(1, 1e6, -1e6, 1, 0, 0),
        Affine(math.inf, 0, 0, 1, 0, 0),
    ):
        data = seen(SOURCE, place, Window(-5, -5, 60, 50))
        assert np.isfinite(data).all()
        assert data.min() >= 0.0
        assert data.max() <= 1.0


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("scale", [0.7, 1.0, 1.2, 1.7, 2.0, 5.0])
def test_what_is_known_to_be_opaque_gives_the_same_bits(scale: float, packed: bool) -> None:
    data = SOURCE.data.copy()
    data[3] = 1.0
    solid: Frame | PackedFrame = Frame(data, SOURCE.window)
    if packed:
        part, solid = solid, PackedFrame.empty(SOURCE.window)
        solid.pack(part)
    for turn in (0.0, 0.3):
        place = about(20.3, 20.4, Affine.rotation(turn) @ Affine.scaling(scale, scale))
        known, unknown = (Frame.empty(Window(-20, -15, 75, 60)) for _ in range(2))
        resample(Mipmap(solid, opaque=True), place, known)
        resample(Mipmap(solid), place, unknown)
        assert known.data.tobytes() == unknown.data.tobytes()
