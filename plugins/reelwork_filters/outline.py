"""Outline: a line around the layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, Example, param
from reelwork.image import Window
from reelwork.kinds import Choice, Length, Ratio
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Outline(AreaEffect, name="outline", version=1):
    """Outline: a line of even width around the layer, where its alpha passes one half.

    Outside, the line lies beneath the layer, and corners become round. Inside, it lies on the layer, whose shape stays.
    What is less than half opaque everywhere has none.

    >>> Outline(width=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (
        Example("with its defaults", on="cutout"),
        Example("a soft one", {"width": 10, "colour": "gold", "softness": 10}, on="cutout"),
        Example("inside", {"width": 6, "colour": "white", "position": "inside"}, on="cutout"),
    )

    width: float = param(4.0, kind=Length(minimum=0.0), help="How wide the line is.")
    colour: Colour = param(Colour(0.0, 0.0, 0.0), kind=ColourKind(), help="The line's colour.")
    position: str = param(
        "outside", kind=Choice(("outside", "centre", "inside")), help="On which side of the layer's edge it lies."
    )
    softness: float = param(0.0, kind=Length(minimum=0.0), help="Over which distance its edges fade.")
    opacity: float = param(1.0, kind=Ratio(bounded=True), help="How dense it is.")

    def is_identity(self) -> bool:
        """Whether there is no line to see."""
        return self.width == 0.0 or self.opacity * self.colour.alpha == 0.0

    def _limit(self, scale: float) -> float:
        """Up to which distance from the edge there may be a part of the line, raster pixels."""
        half = 0.5 if self.position == "centre" else 1.0
        return half * self.width * scale + 0.5 * self.softness * scale + 2.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the line lies around the layer's edge, and the pixels that say where that is."""
        scale = _mean(context)
        x, y = (math.ceil(self._limit(scale) * along / scale) + 3 for along in context.scale)
        return (x, y, x, y)

    def region(self, source: Window, context: Context) -> Window:
        """The layer and the line around it."""
        return source if self.position == "inside" else super().region(source, context)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Measure how far each pixel is from the edge, and draw."""
        import numpy as np

        from reelwork_filters.contour import contour_distances
        from reelwork_filters.light import draw_line

        window, scale = out.window, _mean(context)
        source = source.crop(self.needs(window, context))
        x, y = window.x0 - source.window.x0, window.y0 - source.window.y0
        distances = np.empty((window.height, window.width), np.float32)
        along, down = (scale / each for each in context.scale)
        contour_distances(source.data[3], x, y, along, down, self._limit(scale), distances)
        width, fade = self.width * scale, 1.0 + self.softness * scale
        # what the line reaches from and to, below 0 inside, and over how many pixels its edges fade
        low, high, fade_low, side = {
            "outside": (-1.0, width, 1.0, -1),  # beneath the layer's own edge, which is not left bare
            "centre": (-0.5 * width, 0.5 * width, fade, 0),
            "inside": (-width, 2.0 * self._limit(scale) + fade, fade, 1),
        }[self.position]
        # a line narrower than its fading is as much fainter, so that it has as much colour as its width says
        thin = side != 0 and width < 0.5 * fade
        density = self.opacity * (2.0 * fade * width / (width + 0.5 * fade) ** 2 if thin else 1.0)
        colour = np.array([value * density for value in self.colour.premultiplied(context.display)], np.float32)
        ends = np.array((low, high, fade_low, fade), np.float32)
        draw_line(source.data, x, y, distances, ends, colour, side, out.data)


def _mean(context: Context) -> float:
    """Raster pixels per pixel of the layer, of both directions together."""
    return math.sqrt(context.scale[0] * context.scale[1])
