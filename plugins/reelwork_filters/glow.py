"""Glow: what is bright shines beyond itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reelwork import AreaEffect, Context, Example, param
from reelwork.kinds import Length, Number

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Glow(AreaEffect, name="glow", version=1):
    """Light above a threshold is blurred and added, as in a lens; the layer itself stays sharp.

    >>> Glow(intensity=0.0).is_identity()
    True
    """

    presets: ClassVar = {
        "dreamy": {"radius": 40, "threshold": 0.15, "intensity": 0.7},
        "lamps": {"radius": 14, "threshold": 1, "intensity": 1.4},
        "haze": {"radius": 90, "threshold": 0.3, "intensity": 1.2},
    }
    examples = (Example("with its defaults"),)

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
        from reelwork_filters.light import add_layer, bright_light

        bright = Picture.empty(source.window)
        bright_light(source.data, np.float32(self.threshold), np.float32(self.intensity), bright.data)
        gaussian_blur(bright, self.radius * context.scale[0], self.radius * context.scale[1], out)
        window = out.window
        layer = source.covering(window)
        add_layer(layer.data, window.x0 - layer.window.x0, window.y0 - layer.window.y0, out.data)
