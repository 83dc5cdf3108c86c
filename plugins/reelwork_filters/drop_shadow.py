"""Drop shadow: the layer throws a soft shadow on what is below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reelwork import Context, Example
from reelwork_filters.shadow import Shadow

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class DropShadow(Shadow, name="drop-shadow", version=1):
    """A shadow of the layer's own shape, beneath it."""

    cost = 100.0

    presets: ClassVar = {
        "hard": {"offset": [10, 10], "blur": 0, "opacity": "45%"},
        "floating": {"offset": [0, 26], "blur": 40, "opacity": "55%"},
        "halo": {"offset": [0, 0], "blur": 36, "colour": "#fff4c8", "opacity": "100%"},
    }
    examples = (Example("with its defaults", on="cutout"),)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Put the layer over its shadow."""
        import numpy as np

        from reelwork_filters.light import cast_shadow, layer_at

        colour = np.array([light * self.opacity for light in self.colour.premultiplied(context.display)], np.float32)
        cast_shadow(*layer_at(source, out.window), self.shade(source, out, context), colour, out.data)
