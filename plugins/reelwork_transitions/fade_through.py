"""Fade through: one picture fades to a colour, and the next one out of it."""

from __future__ import annotations

from reelwork import Transition, param
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour

Pixel = tuple[float, float, float, float]


class FadeThrough(Transition, name="fade-through", version=1):
    """Out to a colour in the first half, in from it in the second.

    >>> FadeThrough().uniforms()
    (0.0, 0.0, 0.0, 1.0)
    """

    colour: Colour = param(Colour(0.0, 0.0, 0.0), kind=ColourKind(), help="The colour half way.")

    def uniforms(self) -> tuple[float, ...]:
        """The colour, premultiplied and scene-linear."""
        return self.colour.premultiplied()

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, progress: float,
        rf: float, gf: float, bf: float, af: float, rt: float, gt: float, bt: float, at: float,
        red: float, green: float, blue: float, alpha: float,
    ) -> Pixel:  # fmt: skip
        """Mix each picture with the colour by how far it is away from half way."""
        outgoing = max(1 - 2 * progress, 0)
        incoming = max(2 * progress - 1, 0)
        between = 1 - outgoing - incoming
        return (
            rf * outgoing + rt * incoming + red * between,
            gf * outgoing + gt * incoming + green * between,
            bf * outgoing + bt * incoming + blue * between,
            af * outgoing + at * incoming + alpha * between,
        )
