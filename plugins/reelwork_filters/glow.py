"""Glow: what is bright shines beyond itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, param
from reelwork.kinds import Length, Number

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Glow(AreaEffect, name="glow", version=1):
    """Light above a threshold is blurred and added, as in a lens; the layer itself stays sharp.

    >>> Glow(intensity=0.0).is_identity()
    True
    """

    radius: float = param(20.0, kind=Length(minimum=0.0), help="The standard deviation of the light's spread.")
    threshold: float = param(0.4, kind=Number(minimum=0.0), help="The scene-linear light above which it shines.")
    intensity: float = param(1.0, kind=Number(minimum=0.0), help="How much of the spread light is added.")

    def is_identity(self) -> bool:
        """Whether nothing shines."""
        return self.intensity == 0.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the light spreads."""
        from reelwork.kernels.blur import blur_margin

        x, y = (blur_margin(self.radius * scale) for scale in context.scale)
        return (x, y, x, y)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Add the spread light; where it leaves the layer it is as opaque as it is bright."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork.kernels.blur import gaussian_blur

        bright = Picture.empty(source.window)
        peak = source.data[:3].max(axis=0)
        # all channels by one factor, so that light keeps its colour
        over = np.maximum(peak - np.float32(self.threshold) * source.data[3], np.float32(0.0))
        factor = np.divide(over, peak, out=np.zeros_like(peak), where=peak > 0)
        bright.data[:3] = source.data[:3] * (factor * np.float32(self.intensity))
        bright.data[3] = np.minimum(bright.data[:3].max(axis=0), np.float32(1.0))
        gaussian_blur(bright, self.radius * context.scale[0], self.radius * context.scale[1], out)
        layer = source.crop(out.window)
        out.data[3] *= np.float32(1.0) - layer.data[3]
        out.data[:] += layer.data
