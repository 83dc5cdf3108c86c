"""Bulge: a picture is drawn over a ball, or into a pit."""

from __future__ import annotations

from reelwork import Context, Example, WarpEffect, param
from reelwork.kinds import Length, Ratio, Scale
from reelwork.values import Length as Distance
from reelwork_warps.boxes import Box, at_shares, stirred


class Bulge(WarpEffect, name="bulge", version=1):
    """Bulge: around a point, the picture swells as over a ball, or shrinks into a pit; the rim stays.

    At a distance of ``d`` radii from the centre is what was at ``d (1 - amount (1 - d²)²)``.

    >>> Bulge(amount=0.0, radius=100.0).is_identity()
    True
    """

    examples = (Example("with its defaults"), Example("a pit", {"amount": -1}))

    amount: float = param(0.6, kind=Ratio(minimum=-1.0, maximum=1.0), help="How much it swells; below 0 it shrinks.")
    radius: float = param(
        Distance(percent=50.0), kind=Length(of_box=True, minimum=0.0), help="How far from the centre anything moves."
    )
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def is_identity(self) -> bool:
        return self.amount == 0.0 or self.radius == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        return (*at_shares(self.centre, context), 1.0 / max(self.radius, 1e-6), self.amount)

    def region(self, source: Box, context: Context) -> Box:
        return stirred(source, at_shares(self.centre, context), self.radius)

    def needs(self, wanted: Box, context: Context) -> Box:
        return stirred(wanted, at_shares(self.centre, context), self.radius)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, narrowness: float, amount: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        rest = max(1.0 - (dx * dx + dy * dy) * narrowness * narrowness, 0.0)
        by = amount * rest * rest
        return x - dx * by, y - dy * by
