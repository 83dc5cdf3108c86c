"""Wipe: an edge moves over the picture and uncovers the next."""

from __future__ import annotations

from typing import ClassVar

from reelwork import Transition, maths, param
from reelwork.kinds import Angle, Ratio


class Wipe(Transition, name="wipe", version=1):
    """Wipe: an edge moves over the picture and uncovers the next one behind it.

    >>> Wipe(angle=90.0).uniforms()[:2]
    (0.0, 1.0)
    """

    cost = 10.0

    presets: ClassVar = {"hard": {"softness": "0%"}, "slanted": {"angle": 30, "softness": "25%"}}

    angle: float = param(0.0, kind=Angle(), help="Where the edge moves: 0 to the right, 90 down, 180 to the left.")
    softness: float = param(0.1, kind=Ratio(bounded=True), help="How wide the edge is, as a share of its way.")

    def uniforms(self) -> tuple[float, ...]:
        sine, cosine = maths.sincos_degrees(self.angle)
        return (cosine, sine, self.softness)

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
        along: float,
        down: float,
        softness: float,
    ) -> tuple[float, float, float, float]:
        way = abs(along) * width + abs(down) * height
        passed = 0.5 + ((x - 0.5 * width) * along + (y - 0.5 * height) * down) / way
        # At least one pixel, so that a hard edge is smooth too.
        soft = max(softness, 1.0 / way)
        share = min(max((progress * (1.0 + soft) - passed) / soft, 0.0), 1.0)
        share = share * share * (3.0 - 2.0 * share)
        rest = 1.0 - share
        return (
            rf * rest + rt * share,
            gf * rest + gt * share,
            bf * rest + bt * share,
            af * rest + at * share,
        )
