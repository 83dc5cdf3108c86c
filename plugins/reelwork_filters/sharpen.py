"""Sharpen: edges become steeper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, Example, param
from reelwork.image import Window
from reelwork.kinds import Length, Number, Ratio
from reelwork_filters.radii import in_raster

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Sharpen(AreaEffect, name="sharpen", version=1):
    """Sharpen: what differs from a blurred copy is made larger (an unsharp mask), in scene-linear light.

    The layer's outline stays, and nothing becomes darker than black.

    >>> Sharpen(amount=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("local contrast", {"radius": 24, "amount": 0.2}))

    radius: float = param(1.5, kind=Length(minimum=0.0), help="The standard deviation of the blurred copy.")
    amount: float = param(0.8, kind=Ratio(minimum=0.0, maximum=10.0), help="How much of the difference is added.")
    threshold: float = param(
        0.0, kind=Number(minimum=0.0, maximum=1.0), help="Differences of light up to this are left."
    )

    def is_identity(self) -> bool:
        """Whether nothing is added."""
        return self.amount == 0.0 or self.radius <= 0.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the filter reaches."""
        from reelwork.kernels.blur import blur_margin

        x, y = (blur_margin(radius) for radius in in_raster(self.radius, context))
        return (x, y, x, y)

    def region(self, source: Window, context: Context) -> Window:
        """Where the layer is."""
        return source

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Blur, and step away from that."""
        import numpy as np

        from reelwork.kernels.blur import gaussian_blur
        from reelwork_filters.light import layer_at, unsharp

        gaussian_blur(source, *in_raster(self.radius, context), out)
        unsharp(*layer_at(source, out.window), np.float32(self.amount), np.float32(self.threshold), out.data)
