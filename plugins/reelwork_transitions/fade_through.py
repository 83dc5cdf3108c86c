"""Fade through a colour: one picture fades out to it, the next fades in from it."""

from __future__ import annotations

from typing import ClassVar

from reelwork import Example, Transition, param
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour


class FadeThrough(Transition, name="fade-through", version=1):
    """Fade through a colour: the first half leads to the colour, the second half away from it.

    >>> FadeThrough(colour=Colour(1.0, 1.0, 1.0)).uniforms()
    (Colour(red=1.0, green=1.0, blue=1.0, alpha=1.0),)
    """

    cost = 10.0

    presets: ClassVar = {"flash": {"colour": "#ffffff"}}
    examples = (Example("with its defaults"),)

    colour: Colour = param(Colour.from_hex("#000000"), kind=ColourKind(), help="What lies between the two pictures.")

    def uniforms(self) -> tuple[Colour]:
        return (self.colour,)

    def shown(self, progress: float) -> tuple[bool, bool]:
        return (progress < 0.5, progress > 0.5)

    @staticmethod
    def pixel(
        x: float,
        y: float,
        width: float,
        height: float,
        progress: float,
        rf: float,
        gf: float,
        bf: float,
        af: float,
        rt: float,
        gt: float,
        bt: float,
        at: float,
        red: float,
        green: float,
        blue: float,
        alpha: float,
    ) -> tuple[float, float, float, float]:
        before = max(1.0 - 2.0 * progress, 0.0)
        after = max(2.0 * progress - 1.0, 0.0)
        between = 1.0 - before - after
        return (
            rf * before + rt * after + red * between,
            gf * before + gt * after + green * between,
            bf * before + bt * after + blue * between,
            af * before + at * after + alpha * between,
        )
