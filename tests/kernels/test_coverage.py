"""Rasterising against its obvious twin, and what must hold for any drawing, map and tile."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import coverage as reference

from reelwork.image import Drawing, Fill, Gradient, Path, Stop, Window
from reelwork.image.frame import Frame
from reelwork.kernels.coverage import clip_to_quad, draw, drawing_bounds
from reelwork.kernels.outline import flatten, outlines
from reelwork.values import Affine, Colour, Display

WHITE = Colour(1, 1, 1)
STAR = Path("MLLLLZ", (10, 0, 16, 19, 0, 7, 20, 7, 4, 19))
RING = Path("MLLLZMLLLZ", (0, 0, 20, 0, 20, 20, 0, 20, 5, 5, 5, 15, 15, 15, 15, 5))
BEAN = Path("MCQLZ", (2, 10, -8, 30, 30, 25, 18, 8, 12, -10, 3, 2, 8, 7))
OPEN = Path("MLLML", (0, 0, 20, 3, 8, 17, 3, 3, 9, 9))
PATHS = {"star": STAR, "ring": RING, "bean": BEAN, "open": OPEN}
WINDOW = Window(-6, -5, 31, 29)


def square(x0: float, y0: float, x1: float, y1: float) -> Path:
    return Path("MLLLZ", (x0, y0, x1, y0, x1, y1, x0, y1))


def one(path: Path, paint: Colour | Gradient = WHITE, opacity: float = 1.0) -> Drawing:
    return Drawing((Fill(path, paint, opacity),), 20.0, 20.0)


def drawn(drawing: Drawing, matrix: Affine = Affine.IDENTITY, window: Window = WINDOW) -> np.ndarray:
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    draw(drawing, matrix, out)
    return out.data


matrices = st.builds(
    lambda degrees, sx, sy, x, y: (
        Affine.translation(10 + x, 10 + y)
        @ Affine.rotation(degrees)
        @ Affine.scaling(sx, sy)
        @ Affine.translation(-10, -10)
    ),
    st.floats(-180, 180),
    st.floats(-2, 2),
    st.floats(0.01, 3),
    st.floats(-8, 8),
    st.floats(-8, 8),
)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize(
    "matrix", [Affine.IDENTITY, Affine.translation(0.3, 0.8) @ Affine.rotation(25)], ids=["", "turned"]
)
def test_coverage_is_its_twin(path: Path, matrix: Affine) -> None:
    expected = reference.coverage(path, matrix, WINDOW)
    tolerance = 0.03 if set("QC") & set(path.verbs) else 1e-4
    np.testing.assert_allclose(drawn(one(path), matrix)[3], expected, atol=tolerance)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.floats(-10, 30), st.floats(-10, 30)), min_size=3, max_size=6))
def test_any_polygon_is_its_twin(points: list[tuple[float, float]]) -> None:
    path = Path("M" + "L" * (len(points) - 1) + "Z", tuple(value for point in points for value in point))
    window = Window(-3, 4, 22, 13)
    np.testing.assert_allclose(
        drawn(one(path), window=window)[3], reference.coverage(path, Affine.IDENTITY, window), atol=2e-4
    )


@settings(deadline=None, max_examples=40)
@given(matrices, st.sampled_from(list(PATHS.values())), st.integers(-6, 20), st.integers(-5, 20), st.integers(1, 12))
def test_no_pixel_depends_on_its_tile(matrix: Affine, path: Path, x: int, y: int, size: int) -> None:
    stops = (Stop(0.0, Colour(1, 0, 0)), Stop(0.5, Colour(0, 1, 0, 0.2)), Stop(1.0, Colour(0, 0, 1)))
    drawing = Drawing(
        (
            Fill(path, Gradient("conic", Affine(9, 0, 0, 9, 10, 10), stops)),
            Fill(path, Gradient("linear", Affine(15, 3, -3, 15, 3, 3), stops), 0.4),
            Fill(square(4.5, 4.5, 12, 13), Colour(0.2, 0.4, 0.9, 0.7)),
        ),
        20.0,
        20.0,
    )
    tile = Window(x, y, x + size, y + 3)
    whole = Frame(drawn(drawing, matrix), WINDOW)
    np.testing.assert_array_equal(drawn(drawing, matrix, tile & WINDOW), whole.crop(tile & WINDOW).data)


@settings(deadline=None, max_examples=60)
@given(matrices, st.sampled_from(list(PATHS.values())))
def test_nothing_shows_outside_the_bounds(matrix: Affine, path: Path) -> None:
    window = Window(-60, -60, 80, 80)
    alpha = drawn(one(path), matrix, window)[3].copy()
    bounds = drawing_bounds(one(path), matrix) & window
    if not bounds.is_empty:
        alpha[bounds.y0 + 60 : bounds.y1 + 60, bounds.x0 + 60 : bounds.x1 + 60] = 0
    assert not alpha.any()


@settings(deadline=None, max_examples=60)
@given(matrices)
def test_ink_is_the_area(matrix: Affine) -> None:
    alpha = drawn(one(square(0, 0, 20, 20)), matrix, Window(-90, -90, 110, 110))[3]
    assert alpha.sum(dtype=np.float64) == pytest.approx(400 * abs(matrix.determinant), abs=0.02)
    assert alpha.max() <= 1.0


@settings(deadline=None, max_examples=40)
@given(matrices.filter(lambda m: abs(m.determinant) > 0.3))
def test_the_inside_is_exactly_one(matrix: Affine) -> None:
    alpha = drawn(one(square(-400, -400, 420, 420)), matrix, Window(0, 0, 20, 20))[3]
    np.testing.assert_array_equal(alpha, np.ones_like(alpha))


def test_whole_rectangles_have_hard_edges() -> None:
    alpha = drawn(one(square(2, 3, 11, 9)))[3]
    expected = np.zeros_like(alpha)
    expected[8:14, 8:17] = 1.0
    np.testing.assert_array_equal(alpha, expected)


def test_thin_lines_keep_their_weight() -> None:
    alpha = drawn(one(square(0, 4.2, 20, 4.25)))[3]
    assert alpha.sum() == pytest.approx(1.0, abs=1e-3)
    assert drawn(one(Path("MLZ", (0, 0, 20, 20))))[3].sum() == 0.0


def test_the_non_zero_rule_fills_what_is_wound_twice() -> None:
    alpha = drawn(one(STAR), Affine.scaling(4, 4), Window(0, 0, 80, 80))[3]
    assert alpha[40, 40] == 1.0
    ring = drawn(one(RING))[3]
    assert ring[15, 16] == 0.0
    assert ring[7, 8] == 1.0


def test_circles_are_round() -> None:
    k = 0.5522847498
    circle = Path("MCCCCZ", (1, 0, 1, k, k, 1, 0, 1, -k, 1, -1, k, -1, 0, -1, -k, -k, -1, 0, -1, k, -1, 1, -k, 1, 0))
    for radius in (3.0, 40.0):
        window = Window.around(-radius - 1, -radius - 1, radius + 1, radius + 1)
        alpha = drawn(one(circle), Affine.scaling(radius, radius), window)[3]
        assert alpha.sum(dtype=np.float64) == pytest.approx(math.pi * radius**2, rel=3e-3)
        np.testing.assert_array_equal(alpha, alpha[::-1])
        np.testing.assert_array_equal(alpha, alpha[:, ::-1])


def test_fills_lie_over_each_other() -> None:
    red, blue = Colour(1, 0, 0, 0.5), Colour(0, 0, 1, 0.5)
    drawing = Drawing((Fill(square(0, 0, 10, 10), red), Fill(square(5, 0, 15, 10), blue, 0.5)), 20.0, 20.0)
    row = drawn(drawing, window=Window(0, 4, 20, 5))[:, 0]
    np.testing.assert_allclose(row[:, 2], [0.5, 0, 0, 0.5])
    np.testing.assert_allclose(row[:, 7], [0.375, 0, 0.25, 0.625])
    np.testing.assert_allclose(row[:, 12], [0, 0, 0.25, 0.25])
    np.testing.assert_array_equal(row[:, 17], 0)


def gradient_pixel(kind: str, x: int, y: int, *stops: Stop, matrix: Affine) -> list[float]:
    pixels = drawn(one(square(-10, -10, 40, 40), Gradient(kind, matrix, stops)), window=Window(x, y, x + 1, y + 1))
    return [float(value) for value in pixels[:, 0, 0]]


def test_gradients_run_where_they_should() -> None:
    stops = (Stop(0.0, Colour(0, 0, 0)), Stop(1.0, WHITE))
    across = Affine(20, 0, 0, 20, 0, 0)
    assert gradient_pixel("linear", 9, 3, *stops, matrix=across)[0] == pytest.approx(
        Colour(0.475, 0, 0).linear("srgb")[0], abs=1e-5
    )
    assert gradient_pixel("linear", -3, 3, *stops, matrix=across) == [0, 0, 0, 1]
    assert gradient_pixel("linear", 21, 3, *stops, matrix=across) == [1, 1, 1, 1]
    centred = Affine(20, 0, 0, 20, 10.5, 10.5)
    assert gradient_pixel("radial", 10, 20, *stops, matrix=centred)[0] == pytest.approx(
        Colour(0.5, 0, 0).linear("srgb")[0], abs=1e-5
    )
    for x, y, turn in ((20, 10, 0.25), (10, 20, 0.5), (0, 10, 0.75)):
        expected = Colour(turn, 0, 0).linear("srgb")[0]
        assert gradient_pixel("conic", x, y, *stops, matrix=centred)[0] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_paint_is_light_by_the_display_curve(display: Display) -> None:
    grey = Colour(0.5, 0.5, 0.5)
    ramp = Gradient("linear", Affine(20, 0, 0, 20, -0.5, 0), (Stop(0.0, Colour(0, 0, 0)), Stop(1.0, WHITE)))
    for paint, at in ((grey, (5, 5)), (ramp, (9, 3))):
        out = Frame.empty(Window(*at, at[0] + 1, at[1] + 1))
        draw(one(square(-10, -10, 40, 40), paint), Affine.IDENTITY, out, display)
        assert out.data[:, 0, 0] == pytest.approx(grey.linear(display), abs=1e-5)


def test_gradients_mix_premultiplied_display_colours() -> None:
    stops = (Stop(0.0, Colour(1, 0, 0, 0.0)), Stop(1.0, Colour(0, 0, 1)))
    pixel = gradient_pixel("linear", 9, 0, *stops, matrix=Affine(20, 0, 0, 20, -0.5, 0))
    np.testing.assert_allclose(pixel, [0, 0, 0.5, 0.5], atol=1e-5)
    half = (Stop(0.0, Colour(1, 0, 0, 0.5)), Stop(1.0, Colour(0, 0, 1)))
    pixel = gradient_pixel("linear", 9, 0, *half, matrix=Affine(20, 0, 0, 20, -0.5, 0))
    expected = Colour(0.25 / 0.75, 0, 0.5 / 0.75, 0.75).premultiplied("srgb")
    np.testing.assert_allclose(pixel, expected, atol=1e-5)


def test_hard_stops_are_hard() -> None:
    red, blue = Colour(1, 0, 0), Colour(0, 0, 1)
    stops = (Stop(0.0, red), Stop(0.5, red), Stop(0.5, blue), Stop(1.0, blue))
    gradient = Gradient("linear", Affine(20, 0, 0, 20, 0, 0), stops)
    row = drawn(one(square(0, 0, 20, 20), gradient), window=Window(0, 5, 20, 6))[:, 0]
    np.testing.assert_array_equal(row[0], [1] * 10 + [0] * 10)
    np.testing.assert_array_equal(row[2], [0] * 10 + [1] * 10)


def test_flat_gradients_and_single_stops_do_no_harm() -> None:
    single = Gradient("radial", Affine.IDENTITY, (Stop(0.3, Colour(0, 1, 0)),))
    np.testing.assert_array_equal(drawn(one(square(0, 0, 20, 20), single))[:, 10, 10], [0, 1, 0, 1])
    flat = Gradient("linear", Affine(0, 0, 0, 0, 5, 5), (Stop(0.0, WHITE), Stop(1.0, WHITE)))
    np.testing.assert_array_equal(drawn(one(square(0, 0, 20, 20), flat))[:, 10, 10], [1, 1, 1, 1])


def test_nothing_of_nothing() -> None:
    assert not drawn(Drawing((), 1.0, 1.0)).any()
    assert drawing_bounds(Drawing((), 1.0, 1.0), Affine.IDENTITY).is_empty
    assert not drawn(one(Path("", ()))).any()
    assert not drawn(one(Path("M", (1, 1)))).any()
    assert drawing_bounds(one(Path("M", (1, 1))), Affine.IDENTITY).is_empty
    assert not drawn(one(square(0, 0, 9, 9)), Affine.scaling(0, 1)).any()


def test_coordinates_far_off_do_no_harm() -> None:
    alpha = drawn(one(square(-1e30, -1e12, 5, 1e30)))[3]
    expected = np.zeros_like(alpha)
    expected[:, :11] = 1.0
    np.testing.assert_array_equal(alpha, expected)


def test_drawings_are_told_apart() -> None:
    """What is kept for one drawing is never used for another that comes to live in the same place."""
    for width in range(1, 12):
        drawing = one(square(0, 0, width, 1))
        assert drawn(drawing)[3].sum() == width
        del drawing


@settings(deadline=None, max_examples=40)
@given(matrices, st.integers(-6, 20), st.integers(-5, 20))
def test_clipping_does_not_depend_on_the_tile(matrix: Affine, x: int, y: int) -> None:
    whole, tile = ones(WINDOW), ones(Window(x, y, x + 9, y + 4) & WINDOW)
    clip_to_quad(whole, matrix, 20, 15)
    clip_to_quad(tile, matrix, 20, 15)
    np.testing.assert_array_equal(tile.data, whole.crop(tile.window).data)


@settings(deadline=None, max_examples=40)
@given(matrices.filter(lambda m: abs(m.determinant) > 0.2))
def test_clipping_is_about_the_area(matrix: Affine) -> None:
    frame = ones(WINDOW)
    clip_to_quad(frame, matrix, 20, 15)
    np.testing.assert_allclose(frame.data[3], drawn(one(square(0, 0, 20, 15)), matrix)[3], atol=0.3)
    np.testing.assert_array_equal(frame.data[0], frame.data[3])


def test_upright_clipping_is_the_area() -> None:
    matrix = Affine(1.3, 0, 0, 0.77, 2.2, 3.4)
    frame = ones(WINDOW)
    clip_to_quad(frame, matrix, 12, 17)
    np.testing.assert_allclose(frame.data[3], drawn(one(square(0, 0, 12, 17)), matrix)[3], atol=1e-4)


def test_clipping_leaves_the_inside_alone() -> None:
    frame = ones(Window(0, 0, 20, 15))
    clip_to_quad(frame, Affine.IDENTITY, 20, 15)
    assert (frame.data == 1.0).all()
    clip_to_quad(frame, Affine.translation(30, 0), 20, 15)
    assert not frame.data.any()
    frame = ones(Window(0, 0, 20, 15))
    clip_to_quad(frame, Affine.scaling(0, 1), 20, 15)
    assert not frame.data.any()


def ones(window: Window) -> Frame:
    return Frame(np.ones((4, window.height, window.width), np.float32), window)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_what_is_above_and_below_changes_nothing(path: Path) -> None:
    """Steps that meet no row of a window are passed over, wherever in the raster it lies."""
    column = tuple(
        number + (700 * copy if i % 2 else 0) for copy in range(-9, 10) for i, number in enumerate(path.points)
    )
    many = Path(path.verbs * 19, column)
    for y in (0, 700, -2100, 1024 - 10, 1024 - 700):
        window = Window(WINDOW.x0, WINDOW.y0 + y, WINDOW.x1, WINDOW.y1 + y)
        matrix = Affine.translation(0.25, float(y) + 0.5)
        assert np.array_equal(drawn(one(many), matrix, window), drawn(one(path), matrix, window))
    tall = Window(0, 0, 24, 2100)
    rows = [drawn(one(many), window=Window(0, y, 24, y + 60)) for y in range(0, 2100, 60)]
    assert np.array_equal(drawn(one(many), window=tall), np.concatenate(rows, axis=1))


def test_what_no_row_shows_makes_no_edges() -> None:
    many = Path(
        STAR.verbs * 100, tuple(n + (40 * k if i % 2 else 0) for k in range(100) for i, n in enumerate(STAR.points))
    )
    few, all_ = (len(flatten(outlines([many]), Affine.IDENTITY, rows).ends) for rows in ((0, 80), None))
    assert 0 < few < all_ / 20
