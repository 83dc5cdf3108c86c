"""Tint: a picture in the shades between two colours."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from reelwork import PointEffect, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Ratio
from reelwork.values import Colour
from reelwork_colour.light import luminance


class Tint(PointEffect, name="tint", version=1):
    """Tint: white becomes one colour, black another, and what lies between is mixed in scene-linear light.

    >>> Tint(amount=0.0).is_identity()
    True
    """

    cost = 10.0
    keeps_alpha = True
    presets: ClassVar = {
        "sepia": {"white": "#ffdfb0", "black": "#1c0f05", "amount": "90%"},
        "night": {"white": "#8fb0ff", "black": "#00020a", "amount": "75%"},
        "rose": {"white": "#ffc2cf", "black": "#1a0710", "amount": "60%"},
    }

    white: Colour = param(Colour.from_hex("#ffc48a"), kind=ColourKind(), help="What white becomes.")
    black: Colour = param(Colour.from_hex("#000000"), kind=ColourKind(), help="What black becomes.")
    amount: float = param(0.6, kind=Ratio(bounded=True), help="How much of the picture's own colour is replaced.")

    def is_identity(self) -> bool:
        return self.amount == 0.0

    def uniforms(self) -> tuple[float | Colour, ...]:
        return (replace(self.white, alpha=1.0), replace(self.black, alpha=1.0), self.amount)

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        light_r: float,
        light_g: float,
        light_b: float,
        light_a: float,
        dark_r: float,
        dark_g: float,
        dark_b: float,
        dark_a: float,
        amount: float,
    ) -> tuple[float, float, float, float]:
        light = luminance(r, g, b)
        rest = 1.0 - amount
        return (
            r * rest + (dark_r * a + (light_r - dark_r) * light) * amount,
            g * rest + (dark_g * a + (light_g - dark_g) * light) * amount,
            b * rest + (dark_b * a + (light_b - dark_b) * light) * amount,
            a,
        )
