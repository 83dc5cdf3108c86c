"""Levels: where black and white lie, and the brightness between."""

from __future__ import annotations

from collections.abc import Callable
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

    cost = 20.0
    tames_highlights = True
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

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return self.straight if three(self.gamma) == (1.0, 1.0, 1.0) else self.pixel

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, *levels: float) -> tuple[float, float, float, float]:
        return (
            levelled(r, levels[0], levels[1], levels[2], levels[3], levels[4]),
            levelled(g, levels[5], levels[6], levels[7], levels[8], levels[9]),
            levelled(b, levels[10], levels[11], levels[12], levels[13], levels[14]),
            a,
        )

    @staticmethod
    def straight(r: float, g: float, b: float, a: float, *levels: float) -> tuple[float, float, float, float]:
        """As ``pixel``, where gamma is 1."""
        return (
            levels[3] + max((r - levels[0]) * levels[1], 0.0) * levels[4],
            levels[8] + max((g - levels[5]) * levels[6], 0.0) * levels[9],
            levels[13] + max((b - levels[10]) * levels[11], 0.0) * levels[14],
            a,
        )


def levelled(x: float, black: float, slope: float, exponent: float, low: float, range_: float) -> float:
    """One channel."""
    t = max((x - black) * slope, 0.0)
    return low + maths.power(t, exponent) * range_
