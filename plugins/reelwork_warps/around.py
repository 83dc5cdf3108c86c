"""What warps about a point have in common."""

from __future__ import annotations

from reelwork import Context, param
from reelwork.kinds import Length, Scale
from reelwork.values import Length as Distance
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import Box, at_shares, stirred


class Around(Alike):
    """Moves what lies within a radius of a point; the rest stays."""

    radius: float = param(
        Distance(percent=50.0), kind=Length(of_box=True, minimum=0.0), help="How far from the centre anything moves."
    )
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def within(self, context: Context) -> tuple[float, float, float]:
        """The centre in pixels of the layer, and what distances from it are multiplied by to be radii."""
        return (*at_shares(self.centre, context), 1.0 / max(self.radius, 1e-6))

    def reach(self, box: Box, context: Context) -> Box:
        return stirred(box, at_shares(self.centre, context), self.radius)
