"""Shadows: what drop shadows and inner shadows have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Length, Point, Ratio
from reelwork.values import Colour

if TYPE_CHECKING:
    from reelwork.image.frame import Frame, Pixels


class Shadow(AreaEffect):
    """A layer's alpha, moved and blurred, and a colour."""

    offset: tuple[float, float] = param((0.0, 6.0), kind=Point(), help="How far the shadow lies away.")
    blur: float = param(
        12.0, kind=Length(minimum=0.0), help="How soft it is: twice the standard deviation, as in CSS's `box-shadow`."
    )
    colour: Colour = param(Colour(0.0, 0.0, 0.0), kind=ColourKind(), help="The shadow's colour.")
    opacity: float = param(0.5, kind=Ratio(bounded=True), help="How dense it is.")

    def is_identity(self) -> bool:
        """Whether there is no shadow to see."""
        return self.opacity * self.colour.alpha == 0.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """As far as the blur reaches around where the offset leads; the layer itself stays."""
        from reelwork.kernels.blur import blur_reach

        (left, right), (top, bottom) = (
            blur_reach(self.blur / 2.0 * scale, shift * scale)
            for shift, scale in zip(self.offset, context.scale, strict=True)
        )
        return (left, top, right, bottom)

    def shade(self, source: Frame, out: Frame, context: Context) -> Pixels:
        """The layer's alpha, moved and blurred, where ``out`` is: one plane."""
        import numpy as np

        from reelwork.kernels.blur import blur_planes

        (scale_x, scale_y), window = context.scale, out.window
        shade = np.empty((1, window.height, window.width), np.float32)
        blur_planes(
            source.data[3:],
            source.window,
            (self.blur / 2.0 * scale_x, self.blur / 2.0 * scale_y),
            shade,
            window,
            shift=(self.offset[0] * scale_x, self.offset[1] * scale_y),
        )
        return shade
