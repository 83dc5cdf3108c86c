"""Grain: the noise of film."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from reelwork import AreaEffect, Context, maths, param
from reelwork.effect import KEPT
from reelwork.kinds import Boolean, Length, Ratio

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Grain(AreaEffect, name="grain", version=1):
    """Grain: noise as of film, strongest in midtones, none in black and white; another one 24 times a second.

    >>> Grain(amount=0.0).is_identity()
    True
    """

    cost = 100.0
    timed = True
    coverage = KEPT
    presets: ClassVar = {
        "fine": {"amount": 0.03, "size": 1.2, "colour": "20%"},
        "coarse": {"amount": 0.07, "size": 2.8, "colour": "45%"},
        "monochrome": {"amount": 0.06, "size": 2, "colour": "0%"},
    }

    amount: float = param(
        0.04, kind=Ratio(minimum=0.0, maximum=1.0), help="How strong it is, of display-encoded values."
    )
    size: float = param(1.5, kind=Length(minimum=0.1), help="How large the grains are.")
    colour: float = param(
        0.3, kind=Ratio(bounded=True), help="0% is grey; at 100% each channel has a grain of its own."
    )
    still: bool = param(False, kind=Boolean(), help="Whether it stands still.", animated=False)

    def is_identity(self) -> bool:
        """Whether there is none."""
        return self.amount == 0.0

    def margin(self, context: Context) -> tuple[int, int, int, int]:
        """Nothing moves."""
        return (0, 0, 0, 0)

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """Add it."""
        import numpy as np

        from reelwork_filters.film import grain

        instant = 0 if self.still else int(maths.floor(float(context.time * 24)))
        seed = context.seed * 7919 + instant * 1274126177
        # grains are not smaller than pixels, which would make them weaker
        along, down = (min(1.0 / (self.size * scale), 1.0) for scale in context.scale)
        layer, (x0, y0), amount = source.crop(out.window), out.window[:2], np.float32(self.amount)
        grain(layer.data, x0, y0, along, down, seed & 0x3FFFFFFF, amount, np.float32(self.colour), out.data)
