"""Paint as scenes write it (colours, gradients, strokes) in, paint as drawings hold it out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from reelwork import maths
from reelwork.image import Gradient, Paint, Stop
from reelwork.kinds import Angle, Choice, Kind, Length, List, OneOf, Ratio, Scale, Struct, param
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Affine, Colour

WHITE = Colour(1.0, 1.0, 1.0)
BLACK = Colour(0.0, 0.0, 0.0)
_SQRT2: Final = 1.4142135623730951


@dataclass(frozen=True, kw_only=True)
class ColourStop:
    """A colour at a place along a gradient."""

    colour: Colour = param(kind=ColourKind(), help="The colour at this place.")
    at: float | None = param(None, kind=Ratio(), help="The place, from 0% to 100%; without it, evenly between others.")


#: The colours of a gradient: bare ones are spread evenly.
STOPS: Kind = List(OneOf((ColourKind(), Struct(ColourStop))), minimum=1, maximum=8)


@dataclass(frozen=True, kw_only=True)
class GradientPaint:
    """A gradient over the box of what it fills, mixed as in CSS: premultiplied, display-encoded."""

    gradient: str = param("linear", kind=Choice(("linear", "radial", "conic")), help="How the colours run.")
    colours: tuple[Colour | ColourStop, ...] = param((WHITE, BLACK), kind=STOPS, help="The colours in order.")
    angle: float = param(
        180.0,
        kind=Angle(),
        help="As in CSS: a linear one runs to the top at 0, to the bottom at 180; a conic one starts there.",
    )
    centre: tuple[float, float] = param(
        (0.5, 0.5), kind=Scale(), help="Centre of a radial or conic one, as shares of the box's width and height."
    )
    radius: float = param(
        1.0, kind=Ratio(minimum=0.0), help="Size of a radial one: at 100% its last colour reaches the farthest corner."
    )


#: A colour, or a gradient.
PAINT: Kind = OneOf((ColourKind(), Struct(GradientPaint)))


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A line along an outline."""

    colour: Colour | GradientPaint = param(WHITE, kind=PAINT, help="The colour, or a gradient.")
    width: float = param(4.0, kind=Length(minimum=0.0), help="How wide the line is.")
    side: str = param(
        "centre",
        kind=Choice(("centre", "outside", "inside")),
        help="Where the line lies: half on either side of a closed outline, or all of it on one.",
    )
    dash: tuple[float, ...] = param(
        (),
        kind=List(Length(minimum=0.0)),
        help="Lengths of dashes and gaps in turn; an odd list is repeated. Empty: a whole line.",
    )
    cap: str = param("butt", kind=Choice(("butt", "round", "square")), help="How ends look.")
    join: str = param(
        "miter", kind=Choice(("miter", "round", "bevel")), help="How corners look; miter turns to bevel at 4 widths."
    )


#: A stroke; a bare colour stands for one of the default width.
STROKE: Kind = Struct(Stroke, shorthand="colour")


def paint(value: Colour | GradientPaint, box: tuple[float, float, float, float]) -> Paint:
    """Paint for a drawing; a gradient spreads over ``box`` (x0, y0, x1, y1 in pixels of the layer)."""
    if isinstance(value, Colour):
        return value
    stops = spread(value.colours)
    matrix = gradient_matrix(value.gradient, value.angle, value.centre, value.radius, box)
    return stops[-1].colour if matrix is None else Gradient(value.gradient, matrix, stops)


def spread(colours: tuple[Colour | ColourStop, ...]) -> tuple[Stop, ...]:
    """Colours with their places, found as CSS finds them (Images 3, section 3.4.3): the first without a place stands at
    0, the last at 1, others evenly between their neighbours, and none before the one ahead of it."""
    pairs = [(c.at, c.colour) if isinstance(c, ColourStop) else (None, c) for c in colours]
    places: list[float | None] = [at for at, _ in pairs]
    if places[0] is None:
        places[0] = 0.0
    if places[-1] is None:
        places[-1] = 1.0
    fixed: list[tuple[int, float]] = []
    for i, at in enumerate(places):
        if at is not None:
            fixed.append((i, max(at, fixed[-1][1]) if fixed else at))
    out = [fixed[0][1]] * len(places)
    for (i, a), (j, b) in itertools.pairwise(fixed):
        for k in range(i, j + 1):
            out[k] = a + (b - a) * (k - i) / (j - i)
    return tuple(Stop(at, colour) for at, (_, colour) in zip(out, pairs, strict=True))


def gradient_matrix(
    kind: str,
    angle: float,
    centre: tuple[float, float],
    radius: float,
    box: tuple[float, float, float, float],
) -> Affine | None:
    """From a gradient's own space (see :class:`reelwork.image.Gradient`) to a box; ``None`` where it has no extent.

    A linear gradient's line is CSS's: through the box's centre, as long as makes the corners get the end colours. A
    radial one is an ellipse through the farthest corner, in the proportions of the box's farthest sides.
    """
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    cx, cy = x0 + centre[0] * width, y0 + centre[1] * height
    if kind == "conic":
        return Affine.translation(cx, cy) @ Affine.rotation(angle)
    if kind == "radial":
        rx = radius * _SQRT2 * max(abs(cx - x0), abs(x1 - cx))
        ry = radius * _SQRT2 * max(abs(cy - y0), abs(y1 - cy))
        return Affine(rx, 0.0, 0.0, ry, cx, cy) if rx > 0.0 and ry > 0.0 else None
    sine, cosine = maths.sincos_degrees(angle)
    length = abs(width * sine) + abs(height * cosine)
    if length <= 0.0:
        return None
    dx, dy = sine * length, -cosine * length
    return Affine(dx, dy, -dy, dx, (x0 + x1 - dx) / 2.0, (y0 + y1 - dy) / 2.0)
