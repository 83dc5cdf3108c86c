"""Lens blur: out of focus, every point becomes the shape of the lens's aperture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import Context, Example, param
from reelwork.kinds import Angle, Length, Number, Ratio
from reelwork_filters.blur import Blur
from reelwork_filters.radii import in_raster

if TYPE_CHECKING:
    from reelwork.image.frame import Frame
    from reelwork_filters.footprint import Footprint


class LensBlur(Blur, name="lens-blur", version=1):
    """Lens blur: out of focus, every point becomes the shape of the lens's aperture (bokeh), in scene-linear light.

    Lamps and the sun become bright discs where the picture has light above white, as rendered and HDR pictures do.
    What was cut off at white is given some back with `highlights`.

    >>> LensBlur(radius=0.0).is_identity()
    True
    """

    cost = 200.0
    examples = (
        Example("with its defaults"),
        Example(
            "six blades, and highlights",
            {"blades": 6, "curvature": "20%", "highlights": 8, "threshold": 0.6, "edges": "repeat"},
        ),
    )

    radius: float = param(12.0, kind=Length(minimum=0.0), help="From the middle of the aperture to its corners.")
    blades: int = param(
        0, minimum=0, maximum=16, animated=False, help="How many sides the aperture has; fewer than 3 make a disc."
    )
    rotation: float = param(0.0, kind=Angle(), help="How far the aperture is turned; at 0 a corner is at the top.")
    curvature: float = param(
        0.0, kind=Ratio(bounded=True), help="How round the sides are: 0% is straight, 100% a disc."
    )
    highlights: float = param(
        0.0, kind=Number(minimum=0.0, maximum=100.0, soft_range=(0.0, 10.0)),
        help="How many times the light above the threshold is added to itself before it spreads.",
    )  # fmt: skip
    threshold: float = param(0.8, kind=Number(minimum=0.0), help="The scene-linear light above which that is done.")

    def is_identity(self) -> bool:
        """Whether it is in focus, and nothing is made brighter."""
        return self.radius == 0.0 and self.highlights == 0.0

    def _aperture(self, context: Context) -> Footprint:
        from reelwork_filters.footprint import aperture

        return aperture(*in_raster(self.radius, context), self.blades, self.rotation, self.curvature)

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the aperture extends."""
        from reelwork_filters.footprint import aperture_reach

        x, y = (aperture_reach(radius) for radius in in_raster(self.radius, context))
        return (x, y, x, y)

    def blur(self, source: Frame, out: Frame, context: Context) -> None:
        """Spread each point."""
        import numpy as np

        from reelwork_filters.light import brighten
        from reelwork_filters.spreading import spread

        light = source.data
        if self.highlights > 0.0:
            light = np.empty_like(light)
            brighten(source.data, np.float32(self.threshold), np.float32(self.highlights), light)
        spread(light, source.window, self._aperture(context), out.data, out.window)
