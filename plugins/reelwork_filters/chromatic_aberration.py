"""Chromatic aberration: a lens that bends red less than blue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import AreaEffect, Context, Example, maths, param
from reelwork.image import Window
from reelwork.kinds import Length

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class ChromaticAberration(AreaEffect, name="chromatic-aberration", version=1):
    """Chromatic aberration: towards the corners, red moves outwards and blue inwards, as through a simple lens;
    the edges of its box stay.

    >>> ChromaticAberration(amount=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("strong", {"amount": 8}),)

    amount: float = param(
        3.0, kind=Length(), help="How far red moves in the corners of the layer's box; below 0, blue."
    )

    def is_identity(self) -> bool:
        """Whether nothing moves."""
        return self.amount == 0.0

    def _share(self, context: Context) -> float:
        """By which share of its distance from the centre red moves, no more than a quarter."""
        x0, y0, x1, y1 = context.box
        width, height = (x1 - x0) / context.scale[0], (y1 - y0) / context.scale[1]
        share = self.amount / max(0.5 * maths.sqrt(width * width + height * height), 1.0)
        return min(max(share, -0.25), 0.25)

    def region(self, source: Window, context: Context) -> Window:
        """The source, larger and smaller, within the box."""
        return _scaled(source, context, abs(self._share(context))) & Window.around(*context.box)

    def needs(self, wanted: Window, context: Context) -> Window:
        """The same, the other way round."""
        return _scaled(wanted, context, abs(self._share(context)))

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Read red and blue elsewhere."""
        import numpy as np

        from reelwork_filters.optics import spread_colours

        box, (x0, y0), (out_x0, out_y0) = np.array(context.box), source.window[:2], out.window[:2]
        spread_colours(source.data, x0, y0, box, self._share(context), out_x0, out_y0, out.data)


def _scaled(window: Window, context: Context, share: float) -> Window:
    """A window grown as a picture that is made smaller by a share is made larger, and by the pixels around."""
    if window.is_empty:
        return window
    x0, y0, x1, y1 = context.box
    centre_x, centre_y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    growth = share / (1.0 - share)
    far_x = max(abs(window.x0 - centre_x), abs(window.x1 - centre_x)) * growth
    far_y = max(abs(window.y0 - centre_y), abs(window.y1 - centre_y)) * growth
    x, y = int(far_x) + 2, int(far_y) + 2
    return window.expand(x, y, x, y)
