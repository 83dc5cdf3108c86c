"""Remap: a range of numbers becomes another one."""

from __future__ import annotations

from typing import ClassVar

from reelwork import PointEffect, param
from reelwork.kinds import Boolean, Number


class Remap(PointEffect, name="remap", version=1):
    """Remap: numbers from ``low`` to ``high`` become those from ``to-low`` to ``to-high``.

    It is for data, layers with ``data: true`` (depth, masks, normals), which it makes visible, or what other effects
    want to read: a depth of 2 to 40 metres from black to white, normals from -1 to 1. On pictures it works on
    scene-linear light as it is; for display-encoded values there is ``levels``. What is transparent stays so.

    >>> Remap(low=2.0, high=40.0).uniforms()[0]
    2.0
    """

    space = "data"
    keeps_alpha = True
    cost = 12.0
    presets: ClassVar = {
        "normals-to-signed": {"to-low": -1, "to-high": 1},
        "signed-to-normals": {"low": -1, "high": 1},
        "inverted": {"low": 1, "high": 0},
    }

    low: float = param(0.0, kind=Number(soft_range=(-1.0, 100.0)), help="The number that becomes `to-low`.")
    high: float = param(1.0, kind=Number(soft_range=(-1.0, 100.0)), help="The number that becomes `to-high`.")
    to_low: float = param(0.0, kind=Number(soft_range=(-1.0, 1.0)), help="What `low` becomes.")
    to_high: float = param(1.0, kind=Number(soft_range=(-1.0, 1.0)), help="What `high` becomes.")
    clamp: bool = param(False, kind=Boolean(), help="`true` keeps what lies beyond at the ends.")

    def is_identity(self) -> bool:
        return (self.low, self.high) == (self.to_low, self.to_high) and not self.clamp

    def check(self) -> None:
        if self.low == self.high:
            raise ValueError(f"`low` and `high` are both {self.low:g}; they are the ends of a range")

    def uniforms(self) -> tuple[float, ...]:
        width = self.high - self.low
        slope = (self.to_high - self.to_low) / width if width else 0.0
        ends = (min(self.to_low, self.to_high), max(self.to_low, self.to_high))
        return (self.low, slope, self.to_low, *(ends if self.clamp else (-_FAR, _FAR)))

    @staticmethod
    def pixel(
        r: float, g: float, b: float, a: float, low: float, slope: float, to_low: float, least: float, most: float
    ) -> tuple[float, float, float, float]:
        red = min(max((r - low) * slope + to_low, least), most)
        green = min(max((g - low) * slope + to_low, least), most)
        blue = min(max((b - low) * slope + to_low, least), most)
        seen = a > 0.0
        return red if seen else r, green if seen else g, blue if seen else b, a


_FAR = 1e30
