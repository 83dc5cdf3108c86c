"""Colour balance: shadows, midtones and highlights, each towards a colour."""

from __future__ import annotations

from typing import ClassVar

from reelwork import PointEffect, param
from reelwork.kinds import Boolean, Kind, List, Number
from reelwork_colour.light import luminance, smooth


def _shift() -> Kind:
    return List(Number(minimum=-1.0, maximum=1.0), 3, 3)


class ColourBalance(PointEffect, name="colour-balance", version=1):
    """Colour balance: moves red, green and blue of shadows, midtones and highlights.

    Shifts from -1 (cyan, magenta, yellow) to 1 (red, green, blue) are added to display-encoded values, as far as a
    colour is a shadow, a midtone or a highlight by its luminance: weights that fade into each other and add up to 1.

    >>> ColourBalance().is_identity()
    True
    """

    cost = 30.0
    space = "display"
    keeps_alpha = True
    presets: ClassVar = {
        "teal-and-orange": {"shadows": [-0.15, 0.02, 0.15], "highlights": [0.15, 0.02, -0.2]},
        "moonlight": {
            "shadows": [-0.08, -0.04, 0.1],
            "midtones": [-0.16, -0.06, 0.06],
            "highlights": [-0.12, -0.02, 0.06],
        },
    }

    shadows: tuple[float, ...] = param((0.0, 0.0, 0.0), kind=_shift(), help="Shifts of red, green and blue in shadows.")
    midtones: tuple[float, ...] = param((0.0, 0.0, 0.0), kind=_shift(), help="Shifts of red, green and blue between.")
    highlights: tuple[float, ...] = param(
        (0.0, 0.0, 0.0), kind=_shift(), help="Shifts of red, green, blue in highlights."
    )
    keep_luminance: bool = param(True, kind=Boolean(), help="Whether brightness stays, and only the colour moves.")

    def is_identity(self) -> bool:
        return not any((*self.shadows, *self.midtones, *self.highlights))

    def uniforms(self) -> tuple[float, ...]:
        return (*self.shadows, *self.midtones, *self.highlights, float(self.keep_luminance))

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        shadow_r: float,
        shadow_g: float,
        shadow_b: float,
        middle_r: float,
        middle_g: float,
        middle_b: float,
        light_r: float,
        light_g: float,
        light_b: float,
        keep: float,
    ) -> tuple[float, float, float, float]:
        before = luminance(r, g, b)
        # thirds of the range fade into each other
        dark, bright = smooth(1.0 - 1.5 * before), smooth(1.5 * before - 0.5)
        middle = 1.0 - dark - bright
        r = r + shadow_r * dark + middle_r * middle + light_r * bright
        g = g + shadow_g * dark + middle_g * middle + light_g * bright
        b = b + shadow_b * dark + middle_b * middle + light_b * bright
        shift = (before - luminance(r, g, b)) * keep
        return max(r + shift, 0.0), max(g + shift, 0.0), max(b + shift, 0.0), a
