"""Gradient map: dark becomes one colour, bright another."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from reelwork import Example, PointEffect, param
from reelwork.kinds import Boolean, List
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour
from reelwork_colour.light import brightness

_MOST: Final = 8


class GradientMap(PointEffect, name="gradient-map", version=1):
    """Gradient map: a colour's luma chooses a colour of a gradient, from the first for black to the last for white.

    Luma (``0.3 r + 0.59 g + 0.11 b``) and the colours between are display-encoded. Colours lie at equal distances.

    >>> len(GradientMap().uniforms())
    9
    """

    cost = 20.0
    space = "display"
    keeps_alpha = True
    presets: ClassVar = {
        "thermal": {"colours": ["#060320", "#56106e", "#bc3754", "#f98e09", "#fcffa4"]},
        "cyanotype": {"colours": ["#0b2545", "#3f7cac", "#f4f7f5"]},
    }
    examples = (Example("with its defaults"),)

    colours: tuple[Colour, ...] = param(
        (Colour.from_hex("#1b2a49"), Colour.from_hex("#f2b134")),
        kind=List(ColourKind(), 2, _MOST),
        help="The colours from black to white, 2 to 8.",
    )
    reverse: bool = param(False, kind=Boolean(), help="Whether the last colour is for black.")

    def uniforms(self) -> tuple[float | Colour, ...]:
        """How many steps there are between the colours, and eight colours."""
        colours = tuple(replace(colour, alpha=1.0) for colour in self.colours)
        colours = colours[::-1] if self.reverse else colours
        return (float(len(colours) - 1), *colours, *colours[-1:] * (_MOST - len(colours)))

    @staticmethod
    def pixel(
        r: float, g: float, b: float, a: float, steps: float, *colours: float
    ) -> tuple[float, float, float, float]:
        at = min(max(brightness(r, g, b), 0.0), 1.0) * steps
        red, green, blue = colours[0], colours[1], colours[2]
        for i in range(7):
            t = min(max(at - float(i), 0.0), 1.0)
            red = red + (colours[4 * i + 4] - colours[4 * i]) * t
            green = green + (colours[4 * i + 5] - colours[4 * i + 1]) * t
            blue = blue + (colours[4 * i + 6] - colours[4 * i + 2]) * t
        return red, green, blue, a
