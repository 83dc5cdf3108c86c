"""Gradients lie where CSS puts them."""

import pytest

from reelwork.image import Gradient, Stop
from reelwork.values import Colour
from reelwork_generators.paint import BLACK, WHITE, ColourStop, GradientPaint, gradient_matrix, paint, spread

BOX = (100.0, 50.0, 300.0, 150.0)
CENTRE = (0.5, 0.5)


def test_a_colour_is_paint() -> None:
    assert paint(WHITE, BOX) == WHITE


@pytest.mark.parametrize(
    ("angle", "start", "end"),
    [
        (180.0, (200.0, 50.0), (200.0, 150.0)),
        (0.0, (200.0, 150.0), (200.0, 50.0)),
        (90.0, (100.0, 100.0), (300.0, 100.0)),
        (270.0, (300.0, 100.0), (100.0, 100.0)),
        (45.0, (125.0, 175.0), (275.0, 25.0)),
    ],
)
def test_a_linear_gradient_runs_as_in_css(angle: float, start: tuple[float, float], end: tuple[float, float]) -> None:
    matrix = gradient_matrix("linear", angle, CENTRE, 1.0, BOX)
    assert matrix is not None
    assert matrix.apply(0.0, 0.0) == pytest.approx(start)
    assert matrix.apply(1.0, 0.0) == pytest.approx(end)


@pytest.mark.parametrize("angle", [10.0, 45.0, 100.0, 200.0, 300.0])
def test_a_linear_gradient_ends_in_the_corners(angle: float) -> None:
    matrix = gradient_matrix("linear", angle, CENTRE, 1.0, BOX)
    assert matrix is not None
    places = [matrix.inverse().apply(x, y)[0] for x in BOX[0::2] for y in BOX[1::2]]
    assert min(places) == pytest.approx(0.0, abs=1e-9)
    assert max(places) == pytest.approx(1.0)


def test_a_radial_gradient_reaches_the_farthest_corner() -> None:
    matrix = gradient_matrix("radial", 0.0, (0.25, 0.5), 1.0, BOX)
    assert matrix is not None
    x, y = matrix.inverse().apply(300.0, 150.0)
    assert x * x + y * y == pytest.approx(1.0)
    assert matrix.apply(0.0, 0.0) == (150.0, 100.0)


def test_a_conic_gradient_begins_at_its_angle() -> None:
    matrix = gradient_matrix("conic", 90.0, CENTRE, 1.0, BOX)
    assert matrix is not None
    assert matrix.apply(0.0, -10.0) == pytest.approx((210.0, 100.0))


def test_a_box_without_extent_is_painted_in_the_last_colour() -> None:
    assert paint(GradientPaint(), (5.0, 5.0, 5.0, 5.0)) == BLACK
    assert paint(GradientPaint(gradient="radial", radius=0.0), BOX) == BLACK


def test_paint_keeps_kind_and_stops() -> None:
    made = paint(GradientPaint(gradient="conic"), BOX)
    assert isinstance(made, Gradient)
    assert (made.kind, made.stops) == ("conic", (Stop(0.0, WHITE), Stop(1.0, BLACK)))


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((None,), (0.0,)),
        ((None, None), (0.0, 1.0)),
        ((None, None, None), (0.0, 0.5, 1.0)),
        ((0.2, None, None, 0.8), (0.2, 0.4, 0.6, 0.8)),
        ((None, 0.5, None, None), (0.0, 0.5, 0.75, 1.0)),
        ((0.5, 0.2), (0.5, 0.5)),
        ((0.5, None, 0.2), (0.5, 0.5, 0.5)),
        ((-0.5, 1.5), (-0.5, 1.5)),
        ((2.0, None), (2.0, 2.0)),
    ],
)
def test_stops_are_spread_as_in_css(places: tuple[float | None, ...], expected: tuple[float, ...]) -> None:
    colours = tuple(Colour(0, 0, 0) if at is None else ColourStop(colour=Colour(0, 0, 0), at=at) for at in places)
    assert [stop.at for stop in spread(colours)] == pytest.approx(expected)
