"""Slide: the next picture moves in, over the first or pushing it out."""

from __future__ import annotations

from typing import Final

from reelwork import Example, Transition, param
from reelwork.kinds import Boolean, Choice
from reelwork.values import Affine

_DIRECTIONS: Final = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class Slide(Transition, name="slide", version=1):
    """Slide: the next picture moves in and covers the first, or pushes it out.

    >>> Slide(smooth=False).places(0.25, 1920.0, 1080.0)[1]
    Affine(a=1.0, b=0.0, c=0.0, d=1.0, e=1440.0, f=0.0)
    """

    cost = 10.0
    examples = (Example("with its defaults"), Example("covering", {"mode": "cover", "direction": "up"}))

    direction: str = param("left", kind=Choice(tuple(_DIRECTIONS)), help="Where the pictures move.")
    mode: str = param("push", kind=Choice(("push", "cover")), help="Whether the first picture moves too.")
    smooth: bool = param(True, kind=Boolean(), help="Whether it starts and stops gently.")

    def uniforms(self) -> tuple[float, ...]:
        return (*_DIRECTIONS[self.direction], float(self.mode == "push"), float(self.smooth))

    def places(self, progress: float, width: float, height: float) -> tuple[Affine, Affine]:
        moved = eased(progress) if self.smooth else progress
        along, down = _DIRECTIONS[self.direction]
        arriving = Affine.translation((1.0 - moved) * -along * width, (1.0 - moved) * -down * height)
        if self.mode == "cover":
            return (Affine.IDENTITY, arriving)
        return (Affine.translation(moved * along * width, moved * down * height), arriving)

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
        push: float,
        smooth: float,
    ) -> tuple[float, float, float, float]:
        moved = eased(progress) if smooth > 0.0 else progress
        # How far the place lies inside the arriving picture's edge, pixels; its own edge fades over one of them.
        size = abs(along) * width + abs(down) * height
        place = (x - 0.5 * width) * along + (y - 0.5 * height) * down + 0.5 * size
        covered = min(max(moved * size - place + 0.5, 0.0), 1.0)
        covered = covered if moved < 1.0 else 1.0
        covered = covered if moved > 0.0 else 0.0
        rest = 1.0 if push > 0.0 and moved < 1.0 else 1.0 - covered
        return rf * rest + rt, gf * rest + gt, bf * rest + bt, af * rest + at


def eased(progress: float) -> float:
    """Smooth at both ends."""
    return progress * progress * (3.0 - 2.0 * progress)
