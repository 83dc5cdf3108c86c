"""Box blur: each pixel becomes the mean of a rectangle around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import Context, Example, param
from reelwork_filters.blur import Blur
from reelwork_filters.radii import RADII, Radii, both, in_raster

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class BoxBlur(Blur, name="box-blur", version=1):
    """Box blur: each pixel becomes the mean of a rectangle around it, in scene-linear light.

    A large one is as fast as a small one. Three passes look like a Gaussian blur whose radius is that of the box.

    >>> BoxBlur(radius=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (
        Example("with its defaults"),
        Example("along x alone", {"radius": [40, 0]}),
        Example("three passes, to sharp edges", {"radius": 8, "passes": 3, "edges": "repeat"}),
    )

    radius: Radii = param(
        8.0, kind=RADII, help="Half the rectangle's side, parts of pixels too; or two, along x and y: `[12, 0]`."
    )
    passes: int = param(1, minimum=1, maximum=5, animated=False, help="How many times it is blurred.")

    def is_identity(self) -> bool:
        """Whether the rectangle is a point."""
        return both(self.radius) == (0.0, 0.0)

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """Half the rectangle, for each pass."""
        from reelwork_filters.boxes import box_reach

        x, y = (self.passes * box_reach(radius) for radius in in_raster(self.radius, context))
        return (x, y, x, y)

    def blur(self, source: Frame, out: Frame, context: Context) -> None:
        """Blur."""
        from reelwork_filters.boxes import box_blur

        box_blur(source.data, source.window, in_raster(self.radius, context), self.passes, out.data, out.window)
