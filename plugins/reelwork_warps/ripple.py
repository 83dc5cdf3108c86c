"""Ripple: rings run outwards, as from a stone in water."""

from __future__ import annotations

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle, Length, Scale
from reelwork.values import Length as Distance
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import RADIAN, TURN, Box, at_shares, grown


class Ripple(Alike, name="ripple", version=1):
    """Ripple: rings run outwards from a point, lower and lower, as from a stone in water.

    Move ``phase`` by 360° for each ring that shall pass.

    >>> Ripple(height=0.0, radius=100.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("high waves", {"height": 30, "radius": "80%"}),)

    height: float = param(10.0, kind=Length(), help="How far the picture moves at the centre.")
    length: float = param(60.0, kind=Length(minimum=1.0), help="From one crest to the next.")
    radius: float = param(
        Distance(percent=50.0), kind=Length(of_box=True, minimum=0.0), help="How far from the centre they end."
    )
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")
    phase: float = param(0.0, kind=Angle(), help="How far they have run: 360° is one ring.")

    def is_identity(self) -> bool:
        return self.height == 0.0 or self.radius == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        pace, phase = TURN / max(self.length, 1.0), (self.phase % 360.0) * RADIAN
        return (*at_shares(self.centre, context), 1.0 / max(self.radius, 1e-6), self.height, pace, phase)

    def reach(self, box: Box, context: Context) -> Box:
        return grown(box, abs(self.height), abs(self.height))

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, narrowness: float, far: float, pace: float, phase: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        distance = maths.sqrt(dx * dx + dy * dy)
        rest = max(1.0 - distance * narrowness, 0.0)
        by = far * rest * rest * maths.sin(distance * pace - phase) / max(distance, 1e-3)
        return x - dx * by, y - dy * by
