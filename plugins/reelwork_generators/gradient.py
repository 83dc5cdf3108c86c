"""Gradient: up to eight colours in, a linear, radial or conic gradient over the composition out."""

from __future__ import annotations

from typing import ClassVar, Final

from reelwork import Context, Example, PixelGenerator, maths, param
from reelwork.kinds import Angle, Choice, Ratio, Scale
from reelwork.values import Affine, Colour
from reelwork_generators.paint import STOPS, ColourStop, gradient_matrix, spread

_KINDS: Final = ("linear", "radial", "conic")
_STOPS: Final = 8
_TURN: Final = 6.283185307179586


class Gradient(PixelGenerator, name="gradient", version=1):
    """Colours that run into each other over the whole composition, mixed as in CSS: premultiplied, display-encoded."""

    cost = 30.0
    space = "display"
    presets: ClassVar = {
        "sunset": {"colours": ["#1d2148", "#6a5292", "#d9727c", "#f2b27a"]},
        "dawn": {"colours": ["#9fc4e8", "#f6e7d8", "#f7b7a3"], "angle": 200},
    }
    examples = (
        Example("radial", {"kind": "radial", "colours": ["#ffe9b0", "#c8553d", "#1b2a49"]}),
        Example("conic", {"kind": "conic", "colours": ["#ff4040", "#ffd040", "#40c060", "#40a0ff", "#ff4040"]}),
    )

    kind: str = param("linear", kind=Choice(_KINDS), help="How the colours run.")
    colours: tuple[Colour | ColourStop, ...] = param(
        (Colour.from_hex("#1b2a49"), Colour.from_hex("#f2b134")), kind=STOPS, help="The colours in order, at most 8."
    )
    angle: float = param(
        180.0,
        kind=Angle(),
        help="As in CSS: a linear one runs to the top at 0, to the bottom at 180; a conic one starts there.",
    )
    centre: tuple[float, float] = param(
        (0.5, 0.5), kind=Scale(), help="Centre of a radial or conic one, as shares of the width and height."
    )
    radius: float = param(
        1.0, kind=Ratio(minimum=0.0), help="Size of a radial one: at 100% its last colour reaches the farthest corner."
    )

    def uniforms(self, context: Context) -> tuple[float | Colour, ...]:
        """The kind, the map from places to the gradient's own space, and eight stops."""
        x0, y0, x1, y1 = context.box
        box = (0.0, 0.0, (x1 - x0) / context.scale[0], (y1 - y0) / context.scale[1])
        matrix = gradient_matrix(self.kind, self.angle, self.centre, self.radius, box)
        own = Affine(0.0, 0.0, 0.0, 0.0, 2.0, 0.0) if matrix is None else matrix.inverse()
        stops = spread(self.colours)
        stops += stops[-1:] * (_STOPS - len(stops))
        flat = (part for stop in stops for part in (stop.at, stop.colour))
        return (float(_KINDS.index(self.kind)), own.a, own.b, own.c, own.d, own.e, own.f, *flat)

    @staticmethod
    def pixel(
        x: float,
        y: float,
        width: float,
        height: float,
        kind: float,
        a: float,
        b: float,
        c: float,
        d: float,
        e: float,
        f: float,
        *stops: float,
    ) -> tuple[float, float, float, float]:
        """The colour at a place."""
        at = place(kind, a * x + c * y + e, b * x + d * y + f)
        red, green, blue, alpha = stops[1], stops[2], stops[3], stops[4]
        for i in range(0, 35, 5):
            low, high = stops[i], stops[i + 5]
            if at >= low:
                t = (at - low) / (high - low) if at < high else 1.0
                red = stops[i + 1] + (stops[i + 6] - stops[i + 1]) * t
                green = stops[i + 2] + (stops[i + 7] - stops[i + 2]) * t
                blue = stops[i + 3] + (stops[i + 8] - stops[i + 3]) * t
                alpha = stops[i + 4] + (stops[i + 9] - stops[i + 4]) * t
        return red, green, blue, alpha


def place(kind: float, x: float, y: float) -> float:
    """How far along the gradient a place in its own space lies, 0 to 1 between its first and last colour."""
    if kind == 0.0:
        return x
    if kind == 1.0:
        return maths.sqrt(x * x + y * y)
    turns = maths.atan2(x, -y) / _TURN
    return turns - maths.floor(turns)
