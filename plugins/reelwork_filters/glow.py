"""Glow: what is bright shines beyond itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reelwork import AreaEffect, Context, Example, param
from reelwork.kinds import Length, Number
from reelwork_filters.radii import in_raster

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Glow(AreaEffect, name="glow", version=1):
    """Light above a threshold is blurred and added, as in a lens; the layer itself stays sharp.

    >>> Glow(intensity=0.0).is_identity()
    True
    """

    cost = 100.0

    presets: ClassVar = {
        "dreamy": {"radius": 40, "threshold": 0.15, "intensity": 0.7},
        "lamps": {"radius": 14, "threshold": 1, "intensity": 1.4},
        "bloom": {"radius": "6%", "threshold": 0.8, "octaves": 5},
        "haze": {"radius": 90, "threshold": 0.3, "intensity": 1.2},
    }
    examples = (Example("with its defaults"),)

    radius: float = param(20.0, kind=Length(minimum=0.0), help="The standard deviation of the light's spread.")
    threshold: float = param(0.4, kind=Number(minimum=0.0), help="The scene-linear light above which it shines.")
    intensity: float = param(1.0, kind=Number(minimum=0.0), help="How much of the spread light is added.")
    octaves: int = param(
        1, minimum=1, maximum=6, animated=False,
        help="Over how many radii it spreads, each half the one before, with twice its light: 1 is a soft halo, 5 of a "
        "large radius a bloom, a bright core that fades far away.",
    )  # fmt: skip

    def is_identity(self) -> bool:
        """Whether nothing shines."""
        return self.intensity == 0.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the light spreads."""
        from reelwork.kernels.blur import blur_margin

        x, y = (blur_margin(radius) for radius in in_raster(self.radius, context))
        return (x, y, x, y)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Add the spread light; where it leaves the layer it is as opaque as it is bright."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork.kernels.blur import gaussian_blur
        from reelwork_filters.light import add_layer, add_light, bright_light, layer_at

        bright = Picture.empty(source.window)
        bright_light(source.data, np.float32(self.threshold), np.float32(self.intensity), bright.data)
        x, y = in_raster(self.radius, context)
        gaussian_blur(bright, x, y, out)
        if self.octaves > 1:
            # the shares 1, 2, 4 … of all of it
            share, narrower = 1.0 / (2.0**self.octaves - 1.0), Picture.empty(out.window)
            out.data[:] *= np.float32(share)
            for octave in range(1, self.octaves):
                gaussian_blur(bright, x * 0.5**octave, y * 0.5**octave, narrower)
                add_light(narrower.data, np.float32(share * 2.0**octave), out.data)
        add_layer(*layer_at(source, out.window), out.data)
