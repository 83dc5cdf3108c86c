"""Gradient: up to eight colours in, a linear, radial or conic gradient over the composition out."""

from __future__ import annotations

from reelwork import Context, PixelGenerator, param
from reelwork.kinds import Angle, Choice, Ratio, Scale
from reelwork.values import Colour
from reelwork_generators.paint import STOPS, ColourStop


class Gradient(PixelGenerator, name="gradient", version=1):
    """Colours that run into each other over the whole composition, mixed in premultiplied sRGB as CSS does."""

    kind: str = param("linear", kind=Choice(("linear", "radial", "conic")), help="How the colours run.")
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

    def uniforms(self, context: Context) -> tuple[float, ...]:
        """The gradient's geometry and its stops."""
        return ()

    @staticmethod
    def pixel(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """The colour at a place."""
        return (0.0, 0.0, 0.0, 1.0)
