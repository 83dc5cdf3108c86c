"""Vignette: the picture darkens towards its corners."""

from __future__ import annotations

from reelwork import PointEffect, maths, param
from reelwork.kinds import Ratio


class Vignette(PointEffect, name="vignette", version=1):
    """Less light towards the corners, as an old lens has it.

    >>> Vignette(amount=0.0).is_identity()
    True
    """

    positional = True

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much light is lost in the corners.")
    radius: float = param(
        0.45, kind=Ratio(bounded=True), help="How far from the centre it begins; 100% is the distance of the corners."
    )

    def is_identity(self) -> bool:
        """Whether no light is lost."""
        return self.amount == 0.0

    def uniforms(self) -> tuple[float, ...]:
        """The amount and the radius; at a radius of 100% there would be no room to darken in."""
        return (self.amount, min(self.radius, 0.999))

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, r: float, g: float, b: float, a: float,
        amount: float, radius: float,
    ) -> tuple[float, float, float, float]:  # fmt: skip
        """Scale light by a smooth step of the distance from the centre; 1 is a corner."""
        across, down = x / width - 0.5, y / height - 0.5
        distance = maths.sqrt(2 * (across * across + down * down))
        t = min(max((distance - radius) / (1 - radius), 0), 1)
        light = 1 - amount * t * t * (3 - 2 * t)
        return r * light, g * light, b * light, a
