"""Light leak: light enters from one side of the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from reelwork import Example, PointEffect, converted, param
from reelwork.kinds import Angle, Ratio
from reelwork.kinds import Colour as ColourKind
from reelwork.maths import sincos_degrees
from reelwork.values import Colour
from reelwork_light_leak.shape import leaked


class LightLeak(PointEffect, name="light-leak", version=2):
    """Light leak: light enters from one side, as through a camera that does not close.

    It is added to what is there, in light, and is hottest at the side. What is transparent stays so.

    >>> LightLeak(amount=0.0).is_identity()
    True
    """

    positional = True
    keeps_alpha = True
    cost = 40.0
    renamed: ClassVar[Mapping[str, str]] = {"strength": "amount"}
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "sunset": {"colour": "#ff7030", "amount": "90%", "reach": "60%"},
        "cold": {"colour": "#60a0ff", "angle": 180, "reach": "30%"},
    }
    examples = (
        Example("from the right", {"amount": "80%"}),
        Example("from above, wide", {"angle": 270, "reach": "70%", "colour": "#ffd080"}),
    )

    amount: float = param(0.7, kind=Ratio(bounded=True), help="How much light gets in.")
    angle: float = param(0.0, kind=Angle(), help="From where: 0 is the right side, 90 is below.")
    reach: float = param(0.4, kind=Ratio(minimum=0.0, maximum=2.0), help="How far it gets, of the picture's extent.")
    colour: Colour = param(Colour.from_hex("#ff9050"), kind=ColourKind(), help="Of the light, where it is not too hot.")
    seed: int = param(1, minimum=0, maximum=9999, help="Another number is another leak.")

    @classmethod
    def migrate(cls, version: int, parameters: dict[str, Any]) -> dict[str, Any]:
        """Version 1 had the reach as a number of 0 to 100."""
        if version == 1 and "reach" in parameters:
            parameters["reach"] = converted(parameters["reach"], lambda text: f"{text}%")
        return parameters

    def is_identity(self) -> bool:
        return self.amount == 0.0

    def uniforms(self) -> tuple[float | Colour, ...]:
        sine, cosine = sincos_degrees(self.angle)
        return (self.amount, cosine, sine, self.reach, float(self.seed), self.colour)

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
        cosine: float,
        sine: float,
        reach: float,
        seed: float,
        red: float,
        green: float,
        blue: float,
        strength: float,
    ) -> tuple[float, float, float, float]:
        u, v = 2.0 * x / width - 1.0, 2.0 * y / height - 1.0
        depth = 0.5 - 0.5 * (u * cosine + v * sine)
        light = leaked(depth, v * cosine - u * sine, reach, seed) * amount * strength
        heat = light * light * light * a
        light = light * a
        return r + red * light + heat, g + green * light + heat, b + blue * light + heat, a
