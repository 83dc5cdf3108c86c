"""The sound plan: a list of parts, voices and buses. A voice is a stretch of a file with the envelopes that shape it.

Nested compositions leave no trace in it: gain, pan and fades are all multiplications, so what acts on a nested mix is
handed down to every voice in it, on its own clock. Where sound effects act on a mix, its parts stay together, as a bus.
Times are exact seconds of the output.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from reelwork.graph.model import SoundEffectUse
from reelwork.scene.animation import Curve

#: From this level in dB downwards is silence.
SILENCE: Final = -60.0


@dataclass(frozen=True)
class Clock:
    """What a clock somewhere inside shows when the clock outside shows ``time``: ``(time - origin) * rate``.

    :param rate: seconds inside for a second outside; negative where it runs backwards, never 0
    """

    origin: Fraction = Fraction(0)
    rate: Fraction = Fraction(1)

    def at(self, time: Fraction) -> Fraction:
        """The inner clock's time."""
        return (time - self.origin) * self.rate

    def when(self, inner: Fraction) -> Fraction:
        """The time outside at which the inner clock shows ``inner``."""
        return self.origin + inner / self.rate

    def within(self, outer: Clock) -> Clock:
        """This clock, whose outside is the inside of ``outer``, seen from outside that one."""
        return Clock(outer.when(self.origin), self.rate * outer.rate)


@dataclass(frozen=True)
class Gain:
    """A level in dB over the time of a clock; -60 and below is silence, and it moves linearly in dB."""

    level: Curve
    clock: Clock

    def within(self, outer: Clock) -> Gain:
        """The same, for a listener outside."""
        return replace(self, clock=self.clock.within(outer))


@dataclass(frozen=True)
class Pan:
    """A balance over the time of a clock, -1 (left) to 1 (right).

    0 leaves both channels alone; towards one side, the other side's channel falls linearly to nothing and that side's
    stays: what a balance control does to stereo sound.
    """

    position: Curve
    clock: Clock

    def within(self, outer: Clock) -> Pan:
        """The same, for a listener outside."""
        return replace(self, clock=self.clock.within(outer))


@dataclass(frozen=True)
class Fade:
    """Silence until ``silent``, all of it from ``full``; the other way round where ``silent`` is the later one.

    Between them it follows a quarter of a sine, so that one voice's fade-out over another's fade-in keeps the power.
    """

    silent: Fraction
    full: Fraction

    def within(self, outer: Clock) -> Fade:
        """The same, for a listener outside."""
        return Fade(outer.when(self.silent), outer.when(self.full))


Envelope = Gain | Pan | Fade


@dataclass(frozen=True)
class Voice:
    """A stretch of a file as it is heard.

    The file, played at ``speed`` with its pitch kept, lies on a tape of its own, in seconds as they are heard; the
    head stands at ``head`` on it when the voice starts and moves a second a second.

    :param source: the file's path
    :param begin: the second of the file that stands at 0 on the tape
    :param speed: seconds of the file a second heard, above 0
    :param start: when it is heard, in the output's seconds
    :param end: when it is heard no more
    :param head: where on the tape it starts
    :param backwards: whether the head moves towards smaller times
    :param turn: seconds of tape after which it repeats; ``None`` where it does not
    :param ping_pong: whether every other repetition runs the other way
    :param envelopes: what shapes it, innermost first
    :param sounding: from when to when the file sounds, in its seconds
    :param declick: how long its sound fades where it is cut, seconds as they are heard
    :param stream: which of the file's streams of sound, from 1; 0 for the one that players choose
    """

    source: str
    begin: Fraction
    speed: Fraction
    start: Fraction
    end: Fraction
    head: Fraction = Fraction(0)
    backwards: bool = False
    turn: Fraction | None = None
    ping_pong: bool = False
    envelopes: tuple[Envelope, ...] = ()
    sounding: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    declick: Fraction = Fraction(0)
    stream: int = 0

    def clipped(self, start: Fraction, end: Fraction) -> Voice | None:
        """What is heard of it from ``start`` to ``end``; ``None`` where that is nothing."""
        first, last = max(start, self.start), min(end, self.end)
        if first >= last:
            return None
        moved = first - self.start
        return replace(self, start=first, end=last, head=self.head + (-moved if self.backwards else moved))

    def within(self, outer: Clock) -> Voice:
        """The same, for a listener outside a clock that this voice's times are read on."""
        rate = abs(outer.rate)
        ends = outer.when(self.start), outer.when(self.end)
        head = self.head
        if outer.rate < 0:  # it then starts where it used to end
            length = self.end - self.start
            head += -length if self.backwards else length
        return replace(
            self,
            speed=self.speed * rate,
            start=min(ends),
            end=max(ends),
            head=head / rate,
            backwards=self.backwards != (outer.rate < 0),
            turn=None if self.turn is None else self.turn / rate,
            envelopes=tuple(envelope.within(outer) for envelope in self.envelopes),
        )


@dataclass(frozen=True)
class Bus:
    """Parts that are mixed and sent through sound effects.

    The effects begin at ``start`` whatever is heard of it, so that what is heard does not depend on where one begins to
    listen. Retimed, its parts and keyframes come nearer together; effects work in the time of whoever listens.

    :param parts: what goes in, nothing of it before ``start`` or after ``end``
    :param clock: that the effects' parameters are keyframed on
    :param tail: seconds that it rings on after ``end``
    :param path: of the layer, in the scene
    :param envelopes: what shapes it behind the effects, innermost first
    :param window: from when to when it may be heard; ``None``: always
    """

    parts: tuple[Part, ...]
    effects: tuple[SoundEffectUse, ...]
    clock: Clock
    start: Fraction
    end: Fraction
    tail: Fraction = Fraction(0)
    path: str = ""
    envelopes: tuple[Envelope, ...] = ()
    window: tuple[Fraction, Fraction] | None = None

    @property
    def heard(self) -> tuple[Fraction, Fraction]:
        """From when to when it is heard."""
        first, last = self.window or (self.start, self.end + self.tail)
        return max(first, self.start), min(last, self.end + self.tail)

    def clipped(self, start: Fraction, end: Fraction) -> Bus | None:
        """What is heard of it from ``start`` to ``end``; ``None`` where that is nothing."""
        first, last = self.window or (start, end)
        clipped = replace(self, window=(max(first, start), min(last, end)))
        first, last = clipped.heard
        return clipped if first < last else None

    def within(self, outer: Clock) -> Bus:
        """The same, for a listener outside a clock that this bus's times are read on."""
        start, end = sorted((outer.when(self.start), outer.when(self.end)))
        window = None
        if self.window is not None:
            first, last = sorted(map(outer.when, self.window))
            window = (first, last)
        return replace(
            self,
            parts=tuple(part.within(outer) for part in self.parts),
            clock=self.clock.within(outer),
            start=start,
            end=end,
            envelopes=tuple(envelope.within(outer) for envelope in self.envelopes),
            window=window,
        )


Part = Voice | Bus
