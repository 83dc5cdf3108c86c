"""Levels: where black and white lie, and the brightness between."""

from __future__ import annotations

from typing import ClassVar

from reelwork import PointEffect, maths, param
from reelwork_colour.channels import Channels, channels, three


class Levels(PointEffect, name="levels", version=1):
    """Levels: what is ``black`` becomes black, what is ``white`` becomes white; ``gamma`` brightens what lies between.

    It works on display-encoded values, ``out-black + ((c - black) / (white - black)) ** (1 / gamma) (out-white -
    out-black)``. What is darker than black becomes black; what is brighter than white stays brighter.

    >>> Levels(black=0.25, white=0.75).uniforms()[:3]
    (0.25, 2.0, 1.0)
    """

    space = "display"
    keeps_alpha = True
    presets: ClassVar = {
        "punchy": {"black": 0.12, "white": 0.85},
        "foggy": {"out-black": 0.35, "gamma": 1.2},
    }

    black: Channels = param(0.0, kind=channels(-1.0, (0.0, 0.5)), help="What becomes black: one number, or three.")
    white: Channels = param(1.0, kind=channels(-1.0, (0.5, 1.0)), help="What becomes white: one number, or three.")
    gamma: Channels = param(1.0, kind=channels(0.01, (0.2, 4.0)), help="Brightness between: one number, or three.")
    out_black: Channels = param(0.0, kind=channels(-1.0, (0.0, 0.5)), help="What black becomes: one number, or three.")
    out_white: Channels = param(1.0, kind=channels(-1.0, (0.5, 1.0)), help="What white becomes: one number, or three.")

    def check(self) -> None:
        for black, white in zip(three(self.black), three(self.white), strict=True):
            if black >= white:
                raise ValueError(f"`black` lies below `white`; found {black:g} and {white:g}; to invert, use `invert`")

    def is_identity(self) -> bool:
        neutral = (0.0, 1.0, 1.0, 0.0, 1.0)
        return self.uniforms() == neutral * 3

    def uniforms(self) -> tuple[float, ...]:
        found: list[float] = []
        for black, white, gamma, low, high in zip(
            *map(three, (self.black, self.white, self.gamma, self.out_black, self.out_white)), strict=True
        ):
            found += (black, 1.0 / max(white - black, 1e-4), 1.0 / gamma, low, high - low)
        return tuple(found)

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        black_r: float,
        slope_r: float,
        exponent_r: float,
        low_r: float,
        range_r: float,
        black_g: float,
        slope_g: float,
        exponent_g: float,
        low_g: float,
        range_g: float,
        black_b: float,
        slope_b: float,
        exponent_b: float,
        low_b: float,
        range_b: float,
    ) -> tuple[float, float, float, float]:
        return (
            levelled(r, black_r, slope_r, exponent_r, low_r, range_r),
            levelled(g, black_g, slope_g, exponent_g, low_g, range_g),
            levelled(b, black_b, slope_b, exponent_b, low_b, range_b),
            a,
        )


def levelled(x: float, black: float, slope: float, exponent: float, low: float, range_: float) -> float:
    """One channel."""
    t = max((x - black) * slope, 0.0)
    return low + (t if exponent == 1.0 else maths.power(t, exponent)) * range_
