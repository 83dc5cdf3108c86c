"""Kaleidoscope: a wedge of a picture is mirrored round and round."""

from __future__ import annotations

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle, Number, Scale
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import RADIAN, TURN, Box, at_shares, farthest, grown


class Kaleidoscope(Alike, name="kaleidoscope", version=1):
    """Kaleidoscope: a wedge of the picture, from a point outwards, is mirrored round and round."""

    cost = 200.0
    examples = (Example("with its defaults"), Example("five, of another wedge", {"mirrors": 5, "angle": 200}))

    mirrors: int = param(
        6, kind=Number(minimum=1, maximum=64, integer=True), animated=False, help="How often it is seen."
    )
    angle: float = param(0.0, kind=Angle(), help="Where the middle of the wedge points: 0 to the right, 90° down.")
    turn: float = param(0.0, kind=Angle(), help="How far the whole is turned, clockwise.")
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def uniforms(self, context: Context) -> tuple[float, ...]:
        turn, angle = (self.turn % 360.0) * RADIAN, (self.angle % 360.0) * RADIAN
        return (*at_shares(self.centre, context), TURN / self.mirrors, turn, angle)

    def reach(self, box: Box, context: Context) -> Box:
        """The disc about the centre that a box lies in: nothing changes its distance from there."""
        x, y = centre = at_shares(self.centre, context)
        radius = farthest(box, centre)
        return grown((x, y, x, y), radius, radius)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, wedge: float, turn: float, angle: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        distance = maths.sqrt(dx * dx + dy * dy)
        around = (maths.atan2(dy, dx) - turn) / wedge
        within = abs(around - maths.floor(around + 0.5)) * wedge
        return centre_x + distance * maths.cos(within + angle), centre_y + distance * maths.sin(within + angle)
