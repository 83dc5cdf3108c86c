"""Twirl: a picture is turned about a point, the more the nearer."""

from __future__ import annotations

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle
from reelwork_warps.around import Around
from reelwork_warps.boxes import RADIAN


class Twirl(Around, name="twirl", version=1):
    """Twirl: the picture is turned about a point, the more the nearer, as by a whirlpool.

    >>> Twirl(angle=0.0, radius=100.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("the other way, farther", {"angle": -360, "radius": "80%"}))

    angle: float = param(120.0, kind=Angle(), help="How far it is turned at the centre, clockwise.")

    def is_identity(self) -> bool:
        return self.angle == 0.0 or self.radius == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        return (*self.within(context), self.angle * RADIAN)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, narrowness: float, angle: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        rest = max(1.0 - maths.sqrt(dx * dx + dy * dy) * narrowness, 0.0)
        turn = angle * rest * rest
        sine, cosine = maths.sin(turn), maths.cos(turn)
        inside = rest > 0.0
        u, v = centre_x + dx * cosine + dy * sine, centre_y + dy * cosine - dx * sine
        return (u if inside else x), (v if inside else y)
