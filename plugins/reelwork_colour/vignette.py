"""Vignette: the corners of a picture grow darker."""

from __future__ import annotations

from typing import ClassVar

from reelwork import PointEffect, maths, param
from reelwork.kinds import Ratio, Scale


class Vignette(PointEffect, name="vignette", version=1):
    """Vignette: light falls off from the centre towards the corners, as in a lens.

    The distance from the centre is 0 there and 1 in the corners of the layer's box.

    >>> Vignette(amount=0.0).is_identity()
    True
    """

    cost = 10.0
    positional = True
    keeps_alpha = True
    presets: ClassVar = {
        "lens": {"amount": "40%", "size": 0.3, "softness": 0.9},
        "porthole": {"amount": "100%", "size": 0.42, "softness": 0.06, "roundness": "100%"},
    }

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much light is lost in the corners.")
    size: float = param(0.35, kind=Ratio(minimum=0.0), help="The distance from the centre where it begins.")
    softness: float = param(0.65, kind=Ratio(minimum=0.0), help="How far from there it grows.")
    roundness: float = param(0.3, kind=Ratio(bounded=True), help="Its shape: 0 follows the box, 1 is a circle.")
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def is_identity(self) -> bool:
        return self.amount == 0.0

    def uniforms(self) -> tuple[float, ...]:
        return (self.amount, self.size, 1.0 / max(self.softness, 1e-3), self.roundness, *self.centre)

    @staticmethod
    def pixel(
        x: float,
        y: float,
        width: float,
        height: float,
        r: float,
        g: float,
        b: float,
        a: float,
        amount: float,
        size: float,
        steepness: float,
        roundness: float,
        centre_x: float,
        centre_y: float,
    ) -> tuple[float, float, float, float]:
        radius = 0.5 * maths.sqrt(width * width + height * height)
        dx, dy = x - centre_x * width, y - centre_y * height
        boxed = maths.sqrt((dx * dx / (width * width) + dy * dy / (height * height)) * 2.0)
        round_ = maths.sqrt(dx * dx + dy * dy) / radius
        distance = boxed + (round_ - boxed) * roundness
        t = min(max((distance - size) * steepness, 0.0), 1.0)
        light = 1.0 - amount * t * t * (3.0 - 2.0 * t)
        return r * light, g * light, b * light, a
