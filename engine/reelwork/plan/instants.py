"""Which instants of a layer a temporal effect reads: offsets go in, times of the layer's clock come out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reelwork.effect import MOST_INSTANTS, Context, TemporalEffect
from reelwork.errors import OutputError, PluginError
from reelwork.faults import Calling


@dataclass(frozen=True)
class Span:
    """From the first to the last frame that a layer shows, on some clock; both count."""

    first: Fraction
    last: Fraction

    def held(self, time: Fraction, now: Fraction) -> Fraction:
        """An instant, or the end of the span where it lies beyond; ``now`` is always within."""
        return min(max(time, min(self.first, now)), max(self.last, now))


def instants(effect: TemporalEffect, context: Context, span: Span, layer: str) -> tuple[Fraction, ...]:
    """The times of a layer's clock that an effect reads.

    :param context: with the present time of that clock
    :param layer: the layer's path, for messages
    :raises OutputError: the effect reads none, or too many
    :raises PluginFault: it fails, or gives no times
    """
    with Calling(effect, doing="times()"):
        offsets = tuple(effect.times(context))
        if not all(isinstance(offset, Fraction | int) for offset in offsets):
            raise PluginError(f"it must give Fractions of a second, and gave {offsets!r}")
    if not 1 <= len(offsets) <= MOST_INSTANTS:
        raise OutputError(
            f"{layer}: the effect {effect.name!r} reads {len(offsets):,} instants at once; it may read 1 to "
            f"{MOST_INSTANTS}: change its parameters"
        )
    return tuple(span.held(context.time + offset, context.time) for offset in offsets)
