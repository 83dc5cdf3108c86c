"""Inner shadow: what is around the layer throws a soft shadow on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reelwork import Context, Example
from reelwork.image import Window
from reelwork_filters.shadow import Shadow

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class InnerShadow(Shadow, name="inner-shadow", version=1):
    """Inner shadow: the layer looks cut out, and lies beneath what is around it.

    >>> InnerShadow(opacity=0.0).is_identity()
    True
    """

    cost = 100.0

    presets: ClassVar = {
        "pressed": {"offset": [6, 10], "blur": 14, "opacity": "70%"},
        "rounded": {"offset": [-16, -22], "blur": 40, "opacity": "65%"},
    }
    examples = (Example("with its defaults", on="cutout"),)

    def region(self, source: Window, context: Context) -> Window:
        """Where the layer is."""
        return source

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Where the layer's alpha, moved and blurred, is less than whole, there is shadow."""
        import numpy as np

        from reelwork_filters.light import cast_inside, layer_at

        colour = np.array(self.colour.linear(context.display), np.float32)
        density = np.float32(self.opacity * self.colour.alpha)
        cast_inside(*layer_at(source, out.window), self.shade(source, out, context), colour, density, out.data)
