"""Paint as scenes write it (colours, gradients, strokes) in, paint as drawings hold it out."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.kinds import Angle, Choice, Kind, Length, List, OneOf, Ratio, Scale, Struct, param
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour

WHITE = Colour(1.0, 1.0, 1.0)
BLACK = Colour(0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class ColourStop:
    """A colour at a place along a gradient."""

    colour: Colour = param(kind=ColourKind(), help="The colour at this place.")
    at: float | None = param(None, kind=Ratio(), help="The place, from 0% to 100%; without it, evenly between others.")


#: The colours of a gradient: bare ones are spread evenly.
STOPS: Kind = List(OneOf((ColourKind(), Struct(ColourStop))), minimum=1, maximum=8)


@dataclass(frozen=True, kw_only=True)
class GradientPaint:
    """A gradient over the box of what it fills, mixed in premultiplied sRGB as CSS does."""

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
    """A line along an outline, half inside and half outside."""

    colour: Colour | GradientPaint = param(WHITE, kind=PAINT, help="The colour, or a gradient.")
    width: float = param(4.0, kind=Length(minimum=0.0), help="How wide the line is.")
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
