"""Slide: the next picture moves in over, or pushes away, the last."""

from __future__ import annotations

from reelwork import Transition, param
from reelwork.kinds import Choice
from reelwork.values import Affine

Pixel = tuple[float, float, float, float]

_DIRECTIONS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}


class Slide(Transition, name="slide", version=1):
    """The next picture moves in from a side, starting and ending gently.

    >>> Slide().places(1.0, 100.0, 50.0)[1] == Affine.IDENTITY
    True
    """

    direction: str = param("left", kind=Choice(tuple(_DIRECTIONS)), help="Where the pictures move.")
    mode: str = param(
        "push", kind=Choice(("push", "cover")), help="Whether the last picture is pushed away, or lies still below."
    )

    def uniforms(self) -> tuple[float, ...]:
        """The direction, as a step along x and along y."""
        return _DIRECTIONS[self.direction]

    def places(self, progress: float, width: float, height: float) -> tuple[Affine, Affine]:
        """The last picture moves away, if it is pushed; the next one comes from the other side."""
        x, y = _DIRECTIONS[self.direction]
        gone = progress * progress * (3.0 - 2.0 * progress)
        outgoing = Affine.translation(x * gone * width, y * gone * height) if self.mode == "push" else Affine.IDENTITY
        return outgoing, Affine.translation(-x * (1.0 - gone) * width, -y * (1.0 - gone) * height)

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, progress: float,
        rf: float, gf: float, bf: float, af: float, rt: float, gt: float, bt: float, at: float,
        across: float, down: float,
    ) -> Pixel:  # fmt: skip
        """The next picture where it has arrived, transparent parts and all; elsewhere the last one."""
        away = 1 - progress * progress * (3 - 2 * progress)
        left = x + across * away * width
        top = y + down * away * height
        inside = min(max(left + 1 / 2, 0), 1) * min(max(width - left + 1 / 2, 0), 1)
        inside = inside * min(max(top + 1 / 2, 0), 1) * min(max(height - top + 1 / 2, 0), 1)
        rest = 1 - inside
        return (rt + rf * rest, gt + gf * rest, bt + bf * rest, at + af * rest)
