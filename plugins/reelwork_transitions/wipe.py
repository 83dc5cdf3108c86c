"""Wipe: an edge moves over one picture and uncovers the next."""

from __future__ import annotations

from reelwork import Transition, maths, param
from reelwork.kinds import Angle, Ratio

Pixel = tuple[float, float, float, float]


class Wipe(Transition, name="wipe", version=1):
    """A straight edge crosses the picture; behind it the next one appears.

    >>> Wipe(angle=90.0).uniforms()
    (0.0, 1.0, 0.05)
    """

    angle: float = param(0.0, kind=Angle(), help="Where the edge moves: 0 to the right, 90 down.")
    softness: float = param(
        0.05, kind=Ratio(bounded=True), help="How wide the edge is, as a share of the way that it goes."
    )

    def uniforms(self) -> tuple[float, ...]:
        """The direction of the edge's movement, and its softness."""
        sine, cosine = maths.sincos_degrees(self.angle)
        return (cosine, sine, self.softness)

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, progress: float,
        rf: float, gf: float, bf: float, af: float, rt: float, gt: float, bt: float, at: float,
        across: float, down: float, softness: float,
    ) -> Pixel:  # fmt: skip
        """Take the next picture where the edge has passed; it is at least a pixel wide, so that it is smooth."""
        way = width * abs(across) + height * abs(down)
        place = ((x - width / 2) * across + (y - height / 2) * down) / way + 1 / 2
        soft = max(softness, 1 / way)
        passed = min(max((progress * (1 + soft) - place) / soft, 0), 1)
        if progress >= 1:
            passed = 1
        rest = 1 - passed
        return (rf * rest + rt * passed, gf * rest + gt * passed, bf * rest + bt * passed, af * rest + at * passed)
