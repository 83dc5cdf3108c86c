"""Directional blur: light is drawn out along a line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle, Length
from reelwork_filters.blur import Blur

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class DirectionalBlur(Blur, name="directional-blur", version=2):
    """Directional blur: every point becomes a line, as when the camera moves while the shutter is open.

    >>> DirectionalBlur(length=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("along a slope", {"length": 60, "angle": -20}),)

    length: float = param(24.0, kind=Length(minimum=0.0), help="How long the line is.")
    angle: float = param(0.0, kind=Angle(), help="Its direction: 0 is level, 90° upright.")

    def is_identity(self) -> bool:
        """Whether the line is a point."""
        return self.length == 0.0

    def _half(self, context: Context) -> tuple[float, float]:
        """Half of the line, raster pixels along x and y."""
        from reelwork_filters.footprint import MOST

        sine, cosine = maths.sincos_degrees(self.angle)
        x, y = 0.5 * self.length * cosine * context.scale[0], 0.5 * self.length * sine * context.scale[1]
        shorter = min(1.0, MOST / max(abs(x), abs(y), 1.0))
        return (x * shorter, y * shorter)

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """Half of the line, and the pixels that its end lies between."""
        x, y = (math.ceil(abs(part)) + 1 for part in self._half(context))
        return (x, y, x, y)

    def blur(self, source: Frame, out: Frame, context: Context) -> None:
        """The mean along the line, at places that are no further than a pixel apart."""
        from reelwork_filters.footprint import streak
        from reelwork_filters.spreading import spread

        spread(source.data, source.window, streak(*self._half(context)), out.data, out.window)
