"""Polar: a picture is bent into a disc, or a disc unrolled into a picture."""

from __future__ import annotations

from reelwork import Context, Example, WarpEffect, maths, param
from reelwork.kinds import Angle, Choice, Length, Scale
from reelwork.values import Length as Distance
from reelwork_warps.boxes import RADIAN, TURN, Box, at_shares, grown

#: Where nothing lies.
_NOWHERE = -1e7


class Polar(WarpEffect, name="polar", version=1):
    """Polar: the picture is bent into a disc, its top edge to the centre and its sides to each other; or a disc is
    unrolled into a picture.

    A panorama that stands on its head becomes a small planet, stripes become rays and rings. One direction undoes the
    other with the same values. Beyond the disc, or the picture, there is nothing.
    """

    examples = (
        Example("into a disc"),
        Example("a disc unrolled", {"direction": "to-rectangle"}),
    )
    cost = 150.0

    direction: str = param(
        "to-disc",
        kind=Choice(("to-disc", "to-rectangle")),
        help="`to-disc`: columns become rays; `to-rectangle`: rays become columns.",
    )
    radius: float = param(Distance(percent=50.0), kind=Length(of_box=True, minimum=0.0), help="The disc's radius.")
    angle: float = param(0.0, kind=Angle(), help="Where the sides meet: 0 at the top, 90 on the right.")
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def uniforms(self, context: Context) -> tuple[float, ...]:
        bent = 1.0 if self.direction == "to-disc" else 0.0
        return (*at_shares(self.centre, context), max(self.radius, 1e-6), (self.angle % 360.0) * RADIAN, bent)

    def region(self, source: Box, context: Context) -> Box:
        return self._disc(context) if self.direction == "to-disc" else context.box

    def needs(self, wanted: Box, context: Context) -> Box:
        return context.box if self.direction == "to-disc" else self._disc(context)

    def _disc(self, context: Context) -> Box:
        x, y = at_shares(self.centre, context)
        return grown((x, y, x, y), self.radius, self.radius)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, radius: float, angle: float, bent: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        distance = maths.sqrt(dx * dx + dy * dy)
        share = (maths.atan2(dx, -dy) - angle) / TURN
        # half a pixel from both edges, so that they meet without a gap
        along = 0.5 + (share - maths.floor(share)) * (width - 1.0)
        in_disc = distance <= radius
        turned = angle + (x - 0.5) / max(width - 1.0, 1.0) * TURN
        far = y / height * radius
        in_picture = (x >= 0.0) & (x <= width) & (y >= 0.0) & (y <= height)
        u = centre_x + far * maths.sin(turned) if in_picture else _NOWHERE
        v = centre_y - far * maths.cos(turned) if in_picture else _NOWHERE
        disc_u = along if in_disc else _NOWHERE
        disc_v = distance / radius * height if in_disc else _NOWHERE
        return (disc_u if bent > 0.5 else u), (disc_v if bent > 0.5 else v)
