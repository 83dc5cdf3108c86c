"""Crop: a rectangle of a picture stays, the rest is transparent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Example, param
from reelwork.effect import KEPT, Context
from reelwork.image import Window
from reelwork.kinds import Length
from reelwork.values import Affine

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Crop(AreaEffect, name="crop", version=1):
    """Crop: cuts off the sides of the layer's box, and whatever lies outside it; edges are antialiased.

    >>> Crop(left=10.0).kept(Context(scale=(2.0, 2.0), box=(0.0, 0.0, 200.0, 100.0)))
    (20.0, 0.0, 200.0, 100.0)
    """

    cost = 30.0
    coverage = KEPT
    examples = (Example("a window", {"left": "15%", "right": "15%", "top": 40, "bottom": 40}),)

    left: float = param(0.0, kind=Length("x", of_box=True), help="How much goes on the left.")
    top: float = param(0.0, kind=Length("y", of_box=True), help="How much goes at the top.")
    right: float = param(0.0, kind=Length("x", of_box=True), help="How much goes on the right.")
    bottom: float = param(0.0, kind=Length("y", of_box=True), help="How much goes at the bottom.")

    def is_identity(self) -> bool:
        return self.left == self.top == self.right == self.bottom == 0.0

    def kept(self, context: Context) -> tuple[float, float, float, float]:
        """The box that stays, in raster pixels: ``x0, y0, x1, y1``."""
        x0, y0, x1, y1 = context.box
        along, down = context.scale
        return (x0 + self.left * along, y0 + self.top * down, x1 - self.right * along, y1 - self.bottom * down)

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        return (0, 0, 0, 0)

    def region(self, source: Window, context: Context) -> Window:
        return source & Window.around(*self.kept(context))

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        from reelwork.kernels.coverage import clip_to_quad

        out.data[:] = source.crop(out.window).data
        x0, y0, x1, y1 = self.kept(context)
        clip_to_quad(out, Affine.translation(x0, y0), x1 - x0, y1 - y0)
