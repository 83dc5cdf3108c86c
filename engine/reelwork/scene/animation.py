"""Animation: keyframes go in as a curve, the value at an instant of the layer's own clock comes out."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reelwork.scene.easing import Ease, eased
from reelwork.values import Colour, Length


@dataclass(frozen=True)
class Key:
    """A value at an instant of the layer's clock, seconds; ``ease`` shapes the way *to* it."""

    time: Fraction
    value: Any
    ease: Ease = "linear"


@dataclass(frozen=True)
class Curve:
    """A value over time: it holds before the first key and after the last.

    :param keys: at least one, in order of their times, no two at one instant
    :param minimum: what an ease that swings over may not fall below, for numbers
    :param maximum: what it may not exceed

    >>> Curve((Key(Fraction(0), 10.0), Key(Fraction(2), 20.0))).at(Fraction(1))
    15.0
    """

    keys: tuple[Key, ...]
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def constant(cls, value: Any) -> Curve:
        """A curve that never moves."""
        return cls((Key(Fraction(0), value),))

    @property
    def is_constant(self) -> bool:
        """Whether it has the same value at every instant."""
        first = self.keys[0].value
        return all(key.value == first for key in self.keys[1:])

    def at(self, time: Fraction) -> Any:
        """The value at an instant, seconds of the layer's clock."""
        if len(self.keys) == 1:  # most curves, thousands of times a frame
            return self.keys[0].value
        after = bisect.bisect_right(self.keys, time, key=lambda key: key.time)
        if after == 0:
            return self.keys[0].value
        start = self.keys[after - 1]
        if after == len(self.keys) or start.time == time:
            return start.value
        end = self.keys[after]
        progress = eased(end.ease, float((time - start.time) / (end.time - start.time)))
        mixed = mix(start.value, end.value, progress)
        if isinstance(mixed, float):
            if self.minimum is not None and mixed < self.minimum:
                return self.minimum
            if self.maximum is not None and mixed > self.maximum:
                return self.maximum
        return mixed


def mix(a: Any, b: Any, amount: float) -> Any:
    """Between two plain values of one kind; ``amount`` 0 is ``a``, 1 is ``b``, and eases may leave that range.

    Numbers, lengths and tuples move linearly, colours as in CSS Color 4, section 12.3: premultiplied, display-encoded.
    What cannot be mixed keeps the first value until the end.
    """
    if amount == 0.0 or a == b:
        return a
    if amount == 1.0:
        return b
    if isinstance(a, Colour) and isinstance(b, Colour):
        return _mix_colours(a, b, amount)
    if isinstance(a, Length) and isinstance(b, Length):
        return Length(_lerp(a.pixels, b.pixels, amount), _lerp(a.percent, b.percent, amount))
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(mix(x, y, amount) for x, y in zip(a, b, strict=True))
    if isinstance(a, int | float) and isinstance(b, int | float) and not isinstance(a, bool):
        mixed = _lerp(float(a), float(b), amount)
        return mixed if isinstance(a, float) else int((mixed + 0.5) // 1.0)
    return a


def _lerp(a: float, b: float, amount: float) -> float:
    return a + (b - a) * amount


def _mix_colours(a: Colour, b: Colour, amount: float) -> Colour:
    alpha = min(1.0, max(0.0, _lerp(a.alpha, b.alpha, amount)))
    if alpha == 0.0:
        return Colour(0.0, 0.0, 0.0, 0.0)
    red, green, blue = (
        max(0.0, _lerp(x * a.alpha, y * b.alpha, amount) / alpha)
        for x, y in ((a.red, b.red), (a.green, b.green), (a.blue, b.blue))
    )
    return Colour(red, green, blue, alpha)
