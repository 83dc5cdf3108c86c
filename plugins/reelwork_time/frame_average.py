"""Frame average: several frames at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from reelwork import Context, TemporalEffect, param
from reelwork.kinds import Choice, Number

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class FrameAverage(TemporalEffect, name="frame-average", version=1):
    """Frame average: the mean of the frames around this one, in light, as of a shutter that was open for so long.

    What stands still keeps its sharpness and loses its noise; what moves is blurred.

    >>> FrameAverage(frames=1).is_identity()
    True
    """

    cost = 100.0
    keeps_opaque = True

    frames: int = param(
        5, kind=Number(1, 64, integer=True), help="How many; of an even number one more lies before than after."
    )
    shape: str = param(
        "box", kind=Choice(("box", "triangle")), help="`box`: all alike; `triangle`: the less, the farther."
    )

    def is_identity(self) -> bool:
        """Whether it is this frame alone."""
        return self.frames <= 1

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """The frames around this one."""
        before = self.frames // 2
        return tuple(context.frame * count for count in range(-before, self.frames - before))

    def weights(self) -> tuple[int, ...]:
        """How much each frame counts; whole numbers, so that their sum is exact.

        >>> FrameAverage(frames=4, shape="triangle").weights()
        (1, 2, 2, 1)
        """
        counts = range(1, self.frames + 1)
        return tuple(1 if self.shape == "box" else min(count, self.frames + 1 - count) for count in counts)

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """The mean; what is opaque in all frames has an alpha of just 1, since the division is exact."""
        import numpy as np

        from reelwork_time.trails import accumulate, divide

        # Times a power of two, which changes no digit, so that sums of the brightest light are floats.
        weights = np.array(self.weights(), np.float32)
        weights *= np.float32(0.5) ** int(weights.sum()).bit_length()
        out.data[:] = 0.0
        for index, weight in enumerate(weights):
            accumulate(sources[index].crop(out.window).data, weight, out.data)
        divide(weights.sum(), out.data)
