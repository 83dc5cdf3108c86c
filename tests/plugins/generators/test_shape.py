"""Shapes have the outline and the box that the format says."""

import math

import pytest

from reelwork.image import Gradient, Path
from reelwork.image.svg_path import parse_path
from reelwork.values import Colour
from reelwork_generators.paint import WHITE, GradientPaint, Stroke
from reelwork_generators.shape import Ellipse, Line, Polygon, Rectangle, Shape, Star

RED = Colour(1.0, 0.0, 0.0)
BOXED = [
    (Shape(rectangle=Rectangle(size=(620.0, 96.0), radius=8.0)), (620.0, 96.0)),
    (Shape(ellipse=Ellipse(size=(30.0, 20.0))), (30.0, 20.0)),
    (Shape(polygon=Polygon(sides=5, radius=50.0)), (100.0, 100.0)),
    (Shape(star=Star(points=5, outer=50.0, inner=20.0)), (100.0, 100.0)),
    (Shape(line=Line(from_=(1.0, 2.0), to=(30.0, 40.0))), (1920.0, 1080.0)),
    (Shape(path=parse_path("M10 10h20v20z")), (1920.0, 1080.0)),
]


@pytest.mark.parametrize(("shape", "box"), BOXED)
def test_the_box_is_the_size_without_stroke(shape: Shape, box: tuple[float, float]) -> None:
    for stroke in (None, Stroke(width=20.0)):
        drawing = Shape(**{**vars(shape), "stroke": stroke}).draw(1920.0, 1080.0)
        assert (drawing.width, drawing.height) == box


@pytest.mark.parametrize("shape", [shape for shape, box in BOXED if box[0] < 1920.0])
def test_the_ink_lies_in_the_box(shape: Shape) -> None:
    drawing = shape.draw(1920.0, 1080.0)
    x0, y0, x1, y1 = drawing.fills[0].path.bounds() or (0, 0, 0, 0)
    assert x0 >= -1e-9
    assert y0 >= -1e-9
    assert x1 <= drawing.width + 1e-9
    assert y1 <= drawing.height + 1e-9


def test_a_shape_of_which_nothing_is_said_is_a_white_rectangle() -> None:
    (fill,) = Shape().draw(1920.0, 1080.0).fills
    assert fill.paint == WHITE
    assert fill.path.verbs == "MLLLZ"


@pytest.mark.parametrize("radius", [200.0, 48.0])
def test_a_radius_is_at_most_half_the_shorter_side(radius: float) -> None:
    pill = Shape(rectangle=Rectangle(size=(620.0, 96.0), radius=radius)).draw(0.0, 0.0).fills[0].path
    assert pill.points[:4] == (48.0, 0.0, 572.0, 0.0)


def test_an_ellipse_is_round() -> None:
    path = Shape(ellipse=Ellipse(size=(200.0, 200.0))).draw(0.0, 0.0).fills[0].path
    x0, y0 = path.points[2:4]
    (x1, y1), (x2, y2), (x3, y3) = zip(*[iter(path.points[4:10])] * 2, strict=True)
    for t in (0.0, 0.25, 0.5, 0.75, 1.0):
        w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(a * b for a, b in zip(w, p, strict=True)) for p in ((x0, x1, x2, x3), (y0, y1, y2, y3)))
        assert math.hypot(x - 100.0, y - 100.0) == pytest.approx(100.0, rel=3e-4)


def test_a_polygon_points_up_and_has_equal_sides() -> None:
    path = Shape(polygon=Polygon(sides=3, radius=10.0)).draw(0.0, 0.0).fills[0].path
    corners = list(zip(*[iter(path.points)] * 2, strict=True))
    assert path.verbs == "MLLZ"
    assert corners[0] == (10.0, 0.0)
    assert {round(math.dist(corners[i - 1], corners[i]), 9) for i in range(3)} == {round(10 * math.sqrt(3), 9)}


def test_a_star_goes_in_and_out() -> None:
    path = Shape(star=Star(points=5, outer=10.0)).draw(0.0, 0.0).fills[0].path
    radii = [math.dist((10.0, 10.0), point) for point in zip(*[iter(path.points)] * 2, strict=True)]
    assert radii == pytest.approx([10.0, 4.0] * 5)


def test_stroke_alone_leaves_the_inside_empty() -> None:
    (fill,) = Shape(ellipse=Ellipse(), stroke=Stroke(colour=RED)).draw(0.0, 0.0).fills
    assert fill.paint == RED


def test_stroke_is_painted_over_the_fill() -> None:
    below, above = Shape(fill=RED, stroke=Stroke(width=6.0)).draw(0.0, 0.0).fills
    assert (below.paint, above.paint) == (RED, WHITE)
    assert above.path.bounds() == pytest.approx((-3, -3, 483, 323), abs=0.01)


def test_a_stroke_without_width_paints_nothing() -> None:
    assert Shape(stroke=Stroke(width=0.0)).draw(0.0, 0.0).fills == ()


def test_a_line_is_drawn_in_its_fill() -> None:
    (fill,) = Shape(line=Line(from_=(0.0, 5.0), to=(10.0, 5.0)), fill=RED).draw(100.0, 100.0).fills
    assert fill.paint == RED
    assert fill.path.bounds() == pytest.approx((0, 3, 10, 7), abs=0.01)


def test_a_gradient_spreads_over_the_shape() -> None:
    gradient = GradientPaint(angle=90.0)
    (boxed,) = Shape(rectangle=Rectangle(size=(100.0, 50.0)), fill=gradient).draw(1920.0, 1080.0).fills
    (drawn,) = Shape(path=Path("MLLZ", (10, 10, 30, 10, 30, 40)), fill=gradient).draw(1920.0, 1080.0).fills
    assert isinstance(boxed.paint, Gradient)
    assert isinstance(drawn.paint, Gradient)
    assert boxed.paint.matrix.apply(1.0, 0.0) == (100.0, 25.0)
    assert drawn.paint.matrix.apply(0.0, 0.0) == (10.0, 25.0)


def test_an_empty_path_draws_nothing() -> None:
    assert Shape(path=Path("", ())).draw(10.0, 10.0).fills == ()
