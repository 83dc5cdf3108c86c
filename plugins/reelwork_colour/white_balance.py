"""White balance: what was grey in front of the camera becomes grey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from reelwork import Example, PointEffect, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Number
from reelwork.values import Colour
from reelwork_colour.light import held, luminance, mixed
from reelwork_colour.temperature import D65, adaptation


class WhiteBalance(PointEffect, name="white-balance", version=1):
    """White balance: the light that a picture was taken in becomes the light that it is seen in.

    Either by a colour that should be grey, picked from the picture: its red, green and blue are made equal at the same
    luminance. Or by the light's temperature (a candle has 1850 K, a lamp 2850, open shade 7500), with Bradford's
    adaptation (ICC.1:2022, annex E.3).

    >>> WhiteBalance(temperature=6504.0).is_identity()
    True
    """

    cost = 10.0
    keeps_alpha = True
    exactly_one: ClassVar[tuple[str, ...]] = ("grey", "temperature")
    examples = (
        Example("taken in warm light", {"temperature": 4200}),
        Example("by a picked grey", {"grey": "#a9869a"}),
    )

    grey: Colour | None = param(None, kind=ColourKind(), help="A colour that should be grey.")
    temperature: float | None = param(
        None, kind=Number(minimum=1667.0, maximum=25000.0, unit="K"), help="The colour temperature of the light."
    )

    def check(self) -> None:
        if self.grey is not None and min(self.grey.red, self.grey.green, self.grey.blue) <= 0.0:
            raise ValueError(
                "`grey` lacks red, green or blue, so that no light could make it grey; pick a colour that has all three"
            )

    def is_identity(self) -> bool:
        return self.temperature == D65

    def uniforms(self) -> tuple[float | Colour, ...]:
        if self.grey is not None:
            return (replace(self.grey, alpha=1.0),)
        return adaptation(D65 if self.temperature is None else self.temperature)

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return self.pixel if self.grey is None else self.picked

    pixel = staticmethod(mixed)

    @staticmethod
    def picked(
        r: float,
        g: float,
        b: float,
        a: float,
        red: float,
        green: float,
        blue: float,
        alpha: float,
    ) -> tuple[float, float, float, float]:
        """As ``pixel``, by a colour that should be grey."""
        grey = luminance(red, green, blue)
        return (
            held(r * (grey / max(red, 1e-4))),
            held(g * (grey / max(green, 1e-4))),
            held(b * (grey / max(blue, 1e-4))),
            a,
        )
