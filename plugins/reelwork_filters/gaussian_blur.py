"""Gaussian blur: light spreads evenly in all directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import Context, Example, param
from reelwork_filters.blur import Blur
from reelwork_filters.radii import RADII, Radii, both, in_raster

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class GaussianBlur(Blur, name="gaussian-blur", version=1):
    """A Gaussian blur of scene-linear light; edges of the layer become soft, and no light is lost.

    >>> GaussianBlur(radius=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("half of it mixed in", {"radius": 16, "mix": "50%"}))

    radius: Radii = param(
        8.0,
        kind=RADII,
        help="The Gaussian's standard deviation, as in CSS's `blur()`; or two, along x and y: `[12, 0]`.",
    )

    def is_identity(self) -> bool:
        """Whether nothing spreads."""
        return both(self.radius) == (0.0, 0.0)

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the filter reaches."""
        from reelwork.kernels.blur import blur_margin

        x, y = (blur_margin(radius) for radius in in_raster(self.radius, context))
        return (x, y, x, y)

    def blur(self, source: Frame, out: Frame, context: Context) -> None:
        """Blur."""
        from reelwork.kernels.blur import gaussian_blur

        gaussian_blur(source, *in_raster(self.radius, context), out)
