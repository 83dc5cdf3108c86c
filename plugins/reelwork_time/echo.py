"""Echo: what moves leaves a trail."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from reelwork import Context, Example, TemporalEffect, param
from reelwork.kinds import Choice, Number, Ratio, Time
from reelwork_time.steps import step

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class Echo(TemporalEffect, name="echo", version=1):
    """Echo: pictures of a while ago stay for a while, each weaker than the one after it.

    What moves in the layer leaves the trail: a video's subject, a layer of a group or a nested composition. For a trail
    of the layer's own movement, put the effect on a group around it, or on an adjustment layer above.

    >>> Echo(number=0).is_identity()
    True
    """

    cost = 100.0
    keeps_opaque = True
    presets: ClassVar = {
        "trail": {"number": 12, "interval": "2f", "decay": "85%"},
        "ghost": {"number": 1, "interval": "500ms"},
    }
    examples = (Example("with its defaults"),)

    number: int = param(6, kind=Number(0, 64, integer=True), help="How many pictures of the past are seen.")
    interval: Fraction = param(
        Fraction(1, 12), kind=Time(minimum=0), help="From one to the next; to the nearest frame, and at least one."
    )
    decay: float = param(0.6, kind=Ratio(bounded=True), help="How strong each is, of the one after it.")
    merge: str = param(
        "max",
        kind=Choice(("behind", "in-front", "max", "add")),
        help="`behind` what is newer, which shows where that is transparent; `in-front` of it; `max`: the brightest of "
        "all; `add`: the sum of all light.",
    )

    def is_identity(self) -> bool:
        """Whether nothing of the past is seen."""
        return self.number == 0 or self.decay == 0.0

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """Now, and each step back."""
        back = step(self.interval, context.frame)
        return tuple(-back * count for count in range(self.number + 1))

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """Merge one after the other onto the present."""
        import numpy as np

        from reelwork_time import trails

        merged = {
            "behind": trails.lay_behind,
            "in-front": trails.lay_over,
            "max": trails.keep_brighter,
            "add": trails.add_light,
        }[self.merge]
        out.data[:] = sources[0].crop(out.window).data
        amount = 1.0
        for index in range(1, len(sources)):
            amount *= self.decay
            merged(sources[index].crop(out.window).data, np.float32(amount), out.data)
