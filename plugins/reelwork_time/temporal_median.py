"""Temporal median: what is there in one frame alone is gone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from reelwork import Context, TemporalEffect, param
from reelwork.kinds import Number

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class TemporalMedian(TemporalEffect, name="temporal-median", version=1):
    """Temporal median: each channel of each pixel is the middle one of those in the frames around this one.

    It removes noise, dust and flashes from what stands still, and leaves hard edges hard; what moves fast may tear.

    >>> TemporalMedian(reach=0).is_identity()
    True
    """

    cost = 100.0
    keeps_opaque = True

    reach: int = param(
        1,
        kind=Number(0, 2, integer=True),
        help="How many frames before, and after, are looked at: 1 makes 3, 2 makes 5.",
    )

    def is_identity(self) -> bool:
        """Whether it is this frame alone."""
        return self.reach == 0

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """The frames around this one."""
        return tuple(context.frame * count for count in range(-self.reach, self.reach + 1))

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """The middle one of all."""
        from reelwork_time.trails import median_of_3, median_of_5

        frames = [source.crop(out.window).data for source in sources]
        if len(frames) == 5:
            median_of_5(frames[0], frames[1], frames[2], frames[3], frames[4], out.data)
        elif len(frames) == 3:
            median_of_3(frames[0], frames[1], frames[2], out.data)
        else:
            out.data[:] = frames[0]
