"""Bulge: a picture is drawn over a ball, or into a pit."""

from __future__ import annotations

from reelwork import Context, Example, param
from reelwork.kinds import Ratio
from reelwork_warps.around import Around


class Bulge(Around, name="bulge", version=1):
    """Bulge: around a point, the picture swells as over a ball, or shrinks into a pit; the rim stays.

    At a distance of ``d`` radii from the centre is what was at ``d (1 - amount (1 - d²)²)``.

    >>> Bulge(amount=0.0, radius=100.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("a pit", {"amount": -1}))

    amount: float = param(0.6, kind=Ratio(minimum=-1.0, maximum=1.0), help="How much it swells; below 0 it shrinks.")

    def is_identity(self) -> bool:
        return self.amount == 0.0 or self.radius == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        return (*self.within(context), self.amount)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, narrowness: float, amount: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        rest = max(1.0 - (dx * dx + dy * dy) * narrowness * narrowness, 0.0)
        by = amount * rest * rest
        return x - dx * by, y - dy * by
