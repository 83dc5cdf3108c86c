"""Dissolve: one picture fades into the next."""

from __future__ import annotations

from reelwork import Transition

Pixel = tuple[float, float, float, float]


class Dissolve(Transition, name="dissolve", version=1):
    """A cross-dissolve, as light mixes: half way, half of each picture's light."""

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, progress: float,
        rf: float, gf: float, bf: float, af: float, rt: float, gt: float, bt: float, at: float,
    ) -> Pixel:  # fmt: skip
        """Mix by progress."""
        rest = 1 - progress
        return (
            rf * rest + rt * progress,
            gf * rest + gt * progress,
            bf * rest + bt * progress,
            af * rest + at * progress,
        )
