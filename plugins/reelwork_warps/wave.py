"""Wave: straight waves run through a picture."""

from __future__ import annotations

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle, Length
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import RADIAN, TURN, Box, grown


class Wave(Alike, name="wave", version=1):
    """Wave: straight waves run through the picture and move it to and fro, across the way they run.

    Move ``phase`` by 360° for each wave that shall pass.

    >>> Wave(height=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("from the left", {"height": 20, "length": 160}), Example("down", {"length": 60, "angle": 90}))

    height: float = param(12.0, kind=Length(), help="How far the picture moves to either side.")
    length: float = param(120.0, kind=Length(minimum=1.0), help="From one crest to the next.")
    angle: float = param(0.0, kind=Angle(), help="Where the waves run: 0 to the right, 90° down.")
    phase: float = param(0.0, kind=Angle(), help="How far they have run: 360° is one wave.")

    def is_identity(self) -> bool:
        return self.height == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        sine, cosine = maths.sincos_degrees(self.angle)
        pace = TURN / max(self.length, 1.0)
        phase = (self.phase % 360.0) * RADIAN
        return (cosine * pace, sine * pace, phase, -sine * self.height, cosine * self.height)

    def reach(self, box: Box, context: Context) -> Box:
        sine, cosine = maths.sincos_degrees(self.angle)
        return grown(box, abs(sine * self.height), abs(cosine * self.height))

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        pace_x: float, pace_y: float, phase: float, far_x: float, far_y: float,
    ) -> tuple[float, float]:  # fmt: skip
        crest = maths.sin(x * pace_x + y * pace_y - phase)
        return x - far_x * crest, y - far_y * crest
