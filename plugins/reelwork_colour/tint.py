"""Tint: dark and light are mapped to two colours."""

from __future__ import annotations

from reelwork import PointEffect, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Ratio
from reelwork.values import Colour


class Tint(PointEffect, name="tint", version=1):
    """A duotone: black becomes one colour, white another, what is between them a mixture by luminance.

    >>> Tint(amount=0.0).is_identity()
    True
    """

    unpremultiplied = True

    black: Colour = param(Colour.from_hex("#1a1033"), kind=ColourKind(), help="What black becomes.")
    white: Colour = param(Colour.from_hex("#ffe9c4"), kind=ColourKind(), help="What white becomes.")
    amount: float = param(0.7, kind=Ratio(bounded=True), help="How much of it there is.")

    def is_identity(self) -> bool:
        """Whether there is none of it."""
        return self.amount == 0.0

    def uniforms(self) -> tuple[float, ...]:
        """The two colours, scene-linear, and the amount."""
        return (*self.black.linear()[:3], *self.white.linear()[:3], self.amount)

    @staticmethod
    def pixel(
        r: float, g: float, b: float, a: float,
        black_r: float, black_g: float, black_b: float,
        white_r: float, white_g: float, white_b: float, amount: float,
    ) -> tuple[float, float, float, float]:  # fmt: skip
        """Mix with the colour for this luminance."""
        light = 0.2126 * r + 0.7152 * g + 0.0722 * b
        return (
            r + (black_r + (white_r - black_r) * light - r) * amount,
            g + (black_g + (white_g - black_g) * light - g) * amount,
            b + (black_b + (white_b - black_b) * light - b) * amount,
            a,
        )
