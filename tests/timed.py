"""A temporal effect for tests, and what it must give."""

from __future__ import annotations

from fractions import Fraction

from building import FRAME

from reelwork.effect import TemporalEffect, param


class Mean(TemporalEffect, name="mean", version=1):
    """The mean of the last pictures, and of those to come."""

    keeps_opaque = True

    before: int = param(2)
    after: int = param(0)

    def times(self, context):
        return tuple(n * context.frame for n in range(-self.before, self.after + 1))

    def render(self, sources, out, context):
        out.data[:] = sum(source.crop(out.window).data for source in sources) / len(sources)


class Beside(Mean, name="beside", version=1):
    """The same, of what lies three raster pixels to the right."""

    keeps_opaque = False

    def margin(self, context):
        return (3, 0, 0, 0)

    def render(self, sources, out, context):
        moved = out.window.expand(-3, 0, 3, 0)
        out.data[:] = sum(source.crop(moved).data for source in sources) / len(sources)


def frames(*numbers) -> list[Fraction]:
    return [number * FRAME for number in numbers]
