"""Blurs: what all of them have in common, and what lies beyond the picture's edges."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, param
from reelwork.image import Window
from reelwork.kinds import Choice
from reelwork.values import Affine

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Blur(AreaEffect):
    """Light that spreads as far as ``margin`` says."""

    edges: str = param(
        "transparent",
        kind=Choice(("transparent", "repeat")),
        help="What lies beyond the layer's box: nothing, so that its edges become soft, or its outermost pixels again, "
        "so that a picture stays opaque up to its edges.",
    )

    def region(self, source: Window, context: Context) -> Window:
        """As far as light spreads, or the box."""
        if self.edges == "transparent" or source.is_empty:
            return super().region(source, context)
        return Window.around(*context.box)

    def needs(self, wanted: Window, context: Context) -> Window:
        """What light spreads from; where edges are repeated, those nearest to it, too."""
        needed = super().needs(wanted, context)
        return needed if self.edges == "transparent" or wanted.is_empty else needed | _nearest(needed, context)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Blur, and clip what has repeated edges by the box."""
        if self.edges == "transparent":
            self.blur(source, out, context)
            return
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork.kernels.coverage import clip_to_quad

        if out.window.is_empty:
            return
        window = super().needs(out.window, context)
        read = _nearest(window, context)
        rows = np.clip(np.arange(window.y0, window.y1), read.y0, read.y1 - 1) - read.y0
        columns = np.clip(np.arange(window.x0, window.x1), read.x0, read.x1 - 1) - read.x0
        repeated = source.crop(read).data[:, rows[:, None], columns]
        self.blur(Picture(np.ascontiguousarray(repeated), window), out, context)
        x0, y0, x1, y1 = context.box
        clip_to_quad(out, Affine.translation(x0, y0), x1 - x0, y1 - y0)

    def blur(self, source: Frame, out: Frame, context: Context) -> None:
        """Fill ``out`` entirely; ``source`` covers it and the margin around it."""
        raise NotImplementedError


def _nearest(window: Window, context: Context) -> Window:
    """The pixels wholly in the layer's box that are nearest to those of a window; for a box that has none, of those
    that it touches."""
    left, top, right, bottom = context.box
    box = Window(math.ceil(left), math.ceil(top), math.floor(right), math.floor(bottom))
    box = Window.around(*context.box) if box.is_empty else box
    x0, x1 = (min(max(x, box.x0), box.x1 - 1) for x in (window.x0, window.x1 - 1))
    y0, y1 = (min(max(y, box.y0), box.y1 - 1) for y in (window.y0, window.y1 - 1))
    return Window(x0, y0, x1 + 1, y1 + 1)
