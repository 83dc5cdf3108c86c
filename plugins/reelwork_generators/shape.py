"""Shapes: rectangles, ellipses, polygons, stars, lines and paths in, outlines with their paint out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reelwork import VectorGenerator, param
from reelwork.image import Drawing, Path
from reelwork.kinds import Length, Number, PathData, Point, Ratio, Size, Struct
from reelwork.values import Colour
from reelwork_generators.paint import PAINT, STROKE, GradientPaint, Stroke


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
        help="From its centre to the corners between; by default 0.4 of the outer radius.",
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

    exactly_one: ClassVar[tuple[str, ...]] = ("rectangle", "ellipse", "polygon", "star", "line", "path")

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
        """The shape in its box."""
        return Drawing((), width, height)
