"""Drop shadow: the layer throws a soft shadow on what is below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Length, Point, Ratio
from reelwork.values import Affine, Colour

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class DropShadow(AreaEffect, name="drop-shadow", version=1):
    """A shadow of the layer's own shape, beneath it."""

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
        from reelwork.kernels.blur import blur_margin

        sides = []
        for shift, scale in zip(self.offset, context.scale, strict=True):
            reach = blur_margin(self.blur / 2.0 * scale) + 1  # the offset may lie between pixels
            moved = shift * scale
            sides.append((max(0, reach - int(moved // 1.0)), max(0, reach - int(-moved // 1.0))))
        (left, right), (top, bottom) = sides
        return (left, top, right, bottom)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Blur the layer's alpha, colour and move it, and put the layer over it."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork.kernels.blur import gaussian_blur
        from reelwork.kernels.resample import resample, resample_needs

        back = Affine.translation(-self.offset[0] * context.scale[0], -self.offset[1] * context.scale[1])
        shadow = Picture.empty(source.window)
        red, green, blue, alpha = self.colour.premultiplied()
        for channel, light in enumerate((red, green, blue, alpha)):
            shadow.data[channel] = source.data[3] * np.float32(light * self.opacity)
        soft = Picture.empty(resample_needs(out.window, back))
        gaussian_blur(shadow, self.blur / 2.0 * context.scale[0], self.blur / 2.0 * context.scale[1], soft)
        resample(soft, back, out, "bilinear")
        layer = source.crop(out.window)
        out.data[:] *= np.float32(1.0) - layer.data[3]
        out.data[:] += layer.data
