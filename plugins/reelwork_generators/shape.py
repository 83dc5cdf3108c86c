"""Shapes: rectangles, ellipses, polygons, stars, lines and paths in, outlines with their paint out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from reelwork import Example, VectorGenerator, maths, param
from reelwork.image import Drawing, Fill, Path
from reelwork.kinds import Length, Number, PathData, Point, Ratio, Size, Struct
from reelwork.values import Colour
from reelwork_generators.paint import PAINT, STROKE, WHITE, GradientPaint, Stroke, paint
from reelwork_generators.strokes import stroke_outline

#: Where the control points of a cubic that stands for a quarter of a circle lie, as a share of the radius.
KAPPA: Final = 0.5522847498307936
#: The inner radius of a star, as a share of the outer, where nothing is said.
INNER: Final = 0.4


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    """A rectangle, with rounded corners if asked for."""

    size: tuple[float, float] = param((480.0, 320.0), kind=Size(), help="Its width and height.")
    radius: float = param(0.0, kind=Length(minimum=0.0), help="Radius of its corners, at most half its shorter side.")


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """An ellipse, or a circle."""

    size: tuple[float, float] = param((320.0, 320.0), kind=Size(), help="Its width and height.")


@dataclass(frozen=True, kw_only=True)
class Polygon:
    """A regular polygon that stands on its point's axis: the first corner is at the top."""

    sides: int = param(6, kind=Number(3, 1000, integer=True), help="How many sides it has.")
    radius: float = param(
        160.0, kind=Length(minimum=0.0), help="From its centre to its corners; the box is twice that."
    )


@dataclass(frozen=True, kw_only=True)
class Star:
    """A star whose first point is at the top."""

    points: int = param(5, kind=Number(2, 1000, integer=True), help="How many points it has.")
    outer: float = param(160.0, kind=Length(minimum=0.0), help="From its centre to its points; the box is twice that.")
    inner: float | None = param(
        None,
        kind=Length(minimum=0.0),
        help="From its centre to the corners between; by default 40% of the outer.",
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """A straight line between two points of the composition."""

    from_: tuple[float, float] = param(kind=Point(), help="Where it begins.")
    to: tuple[float, float] = param(kind=Point(), help="Where it ends.")


@dataclass(frozen=True, kw_only=True)
class Trim:
    """The part of an outline that is drawn."""

    start: float = param(0.0, kind=Ratio(bounded=True), help="Where it begins along the outline.")
    end: float = param(1.0, kind=Ratio(bounded=True), help="Where it ends along the outline.")


class Shape(VectorGenerator, name="shape", version=1):
    """A rectangle, an ellipse, a polygon, a star, a line or a path, filled and stroked.

    Rectangle, ellipse, polygon and star have a box of their own size, without the stroke. Of a line and a path the box
    is the whole composition, and their coordinates are its pixels. Without ``fill`` and ``stroke`` a shape is filled
    white; with ``stroke`` alone it is not filled. A line without ``stroke`` is drawn 4 pixels wide in its ``fill``.
    """

    cost = 100.0

    exactly_one: ClassVar[tuple[str, ...]] = ("rectangle", "ellipse", "polygon", "star", "line", "path")
    examples = (
        Example("a star", {"star": {"points": 7, "outer": 130}, "fill": "#f2b134"}),
        Example(
            "a rounded rectangle",
            {
                "rectangle": {"size": [360, 200], "radius": 40},
                "stroke": {"colour": "#7fa8d0", "width": 8, "dash": [24, 12]},
            },
        ),
    )

    rectangle: Rectangle | None = param(None, kind=Struct(Rectangle, shorthand="size"), help="A rectangle.")
    ellipse: Ellipse | None = param(None, kind=Struct(Ellipse, shorthand="size"), help="An ellipse.")
    polygon: Polygon | None = param(None, kind=Struct(Polygon, shorthand="sides"), help="A regular polygon.")
    star: Star | None = param(None, kind=Struct(Star, shorthand="points"), help="A star.")
    line: Line | None = param(None, kind=Struct(Line), help="A straight line.")
    path: Path | None = param(None, kind=PathData(), help="An outline in SVG path data.")
    fill: Colour | GradientPaint | None = param(
        None, kind=PAINT, help="The colour inside, or a gradient over the shape; white where there is no stroke either."
    )
    stroke: Stroke | None = param(None, kind=STROKE, help="A line along the outline, painted over the fill.")
    trim: Trim | None = param(None, kind=Struct(Trim), help="Draws only a part of the outline.", later=True)

    def draw(self, width: float, height: float) -> Drawing:
        """The shape in its box; without any source, the default rectangle."""
        outline, box_width, box_height = self._outline(width, height)
        bounds = outline.bounds()
        if bounds is None:
            return Drawing((), box_width, box_height)
        box = bounds if self.line or self.path else (0.0, 0.0, box_width, box_height)
        fill, stroke = self.fill, self.stroke
        if self.line:
            fill, stroke = None, stroke or Stroke(colour=fill or WHITE)
        elif fill is None and stroke is None:
            fill = WHITE
        fills = []
        if fill is not None:
            fills.append(Fill(outline, paint(fill, box)))
        if stroke is not None and stroke.width > 0.0:
            fills.append(Fill(stroke_outline(outline, stroke), paint(stroke.colour, box)))
        return Drawing(tuple(fills), box_width, box_height)

    def _outline(self, width: float, height: float) -> tuple[Path, float, float]:
        """The outline and its box's width and height."""
        if self.path is not None:
            return self.path, width, height
        if self.line is not None:
            return Path("ML", (*self.line.from_, *self.line.to)), width, height
        if self.ellipse is not None:
            return rounded_rectangle(
                *self.ellipse.size, self.ellipse.size[0] / 2, self.ellipse.size[1] / 2
            ), *self.ellipse.size
        if self.polygon is not None:
            radius = self.polygon.radius
            return corners(radius, [radius] * self.polygon.sides), 2.0 * radius, 2.0 * radius
        if self.star is not None:
            radius = self.star.outer
            inner = INNER * radius if self.star.inner is None else self.star.inner
            return corners(radius, [radius, inner] * self.star.points), 2.0 * radius, 2.0 * radius
        rectangle = self.rectangle or Rectangle()
        radius = min(rectangle.radius, rectangle.size[0] / 2.0, rectangle.size[1] / 2.0)
        return rounded_rectangle(*rectangle.size, radius, radius), *rectangle.size


def rounded_rectangle(width: float, height: float, rx: float, ry: float) -> Path:
    """A rectangle from the origin whose corners are quarters of an ellipse, clockwise from the top left.

    Quarters are cubics that lie within 0.03% of the radius of the true curve.
    """
    if rx <= 0.0 or ry <= 0.0:
        return Path("MLLLZ", (0.0, 0.0, width, 0.0, width, height, 0.0, height))
    right, bottom = width - rx, height - ry
    kx, ky = rx * (1.0 - KAPPA), ry * (1.0 - KAPPA)
    points = (
        (rx, 0.0),
        (right, 0.0),
        (width - kx, 0.0, width, ky, width, ry),
        (width, bottom),
        (width, height - ky, width - kx, height, right, height),
        (rx, height),
        (kx, height, 0.0, height - ky, 0.0, bottom),
        (0.0, ry),
        (0.0, ky, kx, 0.0, rx, 0.0),
    )
    return Path("MLCLCLCLCZ", tuple(number for point in points for number in point))


def corners(centre: float, radii: Sequence[float]) -> Path:
    """A closed outline whose corners stand at equal angles about (centre, centre), clockwise from the top."""
    points: list[float] = []
    for number, radius in enumerate(radii):
        sine, cosine = maths.sincos_degrees(360.0 * number / len(radii))
        points += (centre + radius * sine, centre - radius * cosine)
    return Path("M" + "L" * (len(radii) - 1) + "Z", tuple(points))
