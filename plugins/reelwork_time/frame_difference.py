"""Frame difference: what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from reelwork import Context, TemporalEffect, param
from reelwork.kinds import Number, Time
from reelwork_time.steps import step

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class FrameDifference(TemporalEffect, name="frame-difference", version=1):
    """Frame difference: how far each channel's light is from what it was, black where nothing has changed."""

    cost = 100.0
    keeps_opaque = True

    interval: Fraction = param(
        Fraction(0), kind=Time(minimum=0), help="How long ago it is compared with; to the nearest frame, at least one."
    )
    gain: float = param(1.0, kind=Number(minimum=0.0, soft_range=(0.0, 10.0)), help="What the difference is times.")

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """Now and then."""
        return (Fraction(0), -step(self.interval, context.frame))

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """The difference of the two."""
        import numpy as np

        from reelwork_time.trails import difference

        out.data[:] = sources[0].crop(out.window).data
        difference(sources[1].crop(out.window).data, np.float32(self.gain), out.data)
