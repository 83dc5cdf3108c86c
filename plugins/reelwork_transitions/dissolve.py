"""Dissolve: one picture fades into the next."""

from __future__ import annotations

from reelwork import Transition


class Dissolve(Transition, name="dissolve", version=1):
    """Dissolve: both pictures are mixed in scene-linear light, as in an optical printer.

    >>> Dissolve.pixel(0.5, 0.5, 1.0, 1.0, 0.25, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    (0.75, 0.75, 0.75, 1.0)
    """

    cost = 10.0

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
    ) -> tuple[float, float, float, float]:
        rest = 1.0 - progress
        return (
            rf * rest + rt * progress,
            gf * rest + gt * progress,
            bf * rest + bt * progress,
            af * rest + at * progress,
        )
