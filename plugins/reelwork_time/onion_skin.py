"""Onion skin: the drawings before and after, beneath this one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from reelwork import Context, Example, TemporalEffect, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Number, Ratio, Time
from reelwork.values import Colour
from reelwork_time.steps import step

if TYPE_CHECKING:
    from reelwork.image.frame import Frame


class OnionSkin(TemporalEffect, name="onion-skin", version=1):
    """Onion skin: beneath this picture lie the shapes of those before and after it, each side in a colour of its own.

    They show where this picture is transparent: it is for drawn and moving layers, not for footage.

    >>> OnionSkin(before=0, after=0).is_identity()
    True
    """

    cost = 100.0
    keeps_opaque = True
    examples = (
        Example(
            "a moving layer",
            layers="""
            - solid: "#f4f1ea"
            - layers:
              - composition: cutout
                transform: {position: {0s: [-200, 260], 3s: [720, 120]}, scale: 50%}
              effects: [{onion-skin: {interval: 1/4s}}]
            """,
        ),
    )

    before: int = param(2, kind=Number(0, 12, integer=True), help="How many of those before are seen.")
    after: int = param(2, kind=Number(0, 12, integer=True), help="How many of those to come.")
    interval: Fraction = param(
        Fraction(1, 12), kind=Time(minimum=0), help="From one to the next; to the nearest frame, and at least one."
    )
    opacity: float = param(0.5, kind=Ratio(bounded=True), help="How dense the nearest are; the others are less.")
    past: Colour = param(Colour.from_hex("#e0402f"), kind=ColourKind(), help="The colour of those before.")
    future: Colour = param(Colour.from_hex("#2f9e5b"), kind=ColourKind(), help="The colour of those to come.")

    def is_identity(self) -> bool:
        """Whether none is seen."""
        return self.opacity == 0.0 or self.before + self.after == 0

    def _counts(self) -> tuple[int, ...]:
        """The steps to the pictures that are seen, the nearest first."""
        counts = (*range(-self.before, 0), *range(1, self.after + 1))
        return tuple(sorted(counts, key=lambda count: (abs(count), count)))

    def times(self, context: Context) -> tuple[Fraction, ...]:
        """Now, then those around, the nearest first."""
        along = step(self.interval, context.frame)
        return (Fraction(0), *(along * count for count in self._counts()))

    def render(self, sources: Sequence[Frame], out: Frame, context: Context) -> None:
        """Lay one beneath the other."""
        import numpy as np

        from reelwork_time.trails import tint_behind

        past, future = (
            np.array(colour.premultiplied(context.display), np.float32) for colour in (self.past, self.future)
        )
        out.data[:] = sources[0].crop(out.window).data
        for index, count in enumerate(self._counts(), start=1):
            farthest = self.before if count < 0 else self.after
            amount = self.opacity * (farthest + 1 - abs(count)) / farthest
            shape = sources[index].crop(out.window).data
            tint_behind(shape, past if count < 0 else future, np.float32(amount), out.data)
