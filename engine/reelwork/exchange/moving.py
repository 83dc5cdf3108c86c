"""Moving values: the curves of a scene go in; keys with straight lines between them, as editors have them, come out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from reelwork.exchange.timeline import ZERO, Keys
from reelwork.scene.animation import Curve, Key

#: Beyond how many frames a level that moves keeps its own keys alone.
MOST_KEYS: Final = 10_000


@dataclass(frozen=True)
class Span:
    """When a clip is there.

    :param head: how far its layer's clock has come when it begins
    :param at: when it begins in its composition
    :param lasts: how long it is there
    :param fps: frames a second
    """

    head: Fraction
    at: Fraction
    lasts: Fraction
    fps: Fraction


def keys_of(curve: Curve, span: Span, default: Any, value: Callable[[Any], Any] = lambda found: found) -> Keys[Any]:
    """The keys of a curve while a clip is there; where it eases, one for each frame."""
    if curve.is_constant:
        constant = value(curve.keys[0].value)
        return () if constant == default else ((ZERO, constant),)
    if eases(curve):
        first, last = (key.time - span.head for key in (curve.keys[0], curve.keys[-1]))
        begin, end = max(ZERO, first), min(span.lasts, last)
        frames = range(math.ceil((begin + span.at) * span.fps), math.floor((end + span.at) * span.fps) + 1)
        times = [frame / span.fps - span.at for frame in frames] or [ZERO]
    else:
        times = [key.time - span.head for key in curve.keys if 0 < key.time - span.head < span.lasts]
        times = [ZERO, *times, *([span.lasts] if curve.keys[-1].time - span.head >= span.lasts else [])]
        if curve.keys[0].time - span.head > 0:
            times = times[1:]
    return tuple((time, value(curve.at(time + span.head))) for time in times)


def eases(curve: Curve) -> bool:
    """Whether a curve moves otherwise than along straight lines."""
    return not curve.is_constant and any(key.ease != "linear" for key in curve.keys[1:])


def at(keys: Keys[Any], time: Fraction, default: Any) -> Any:
    """The value of keys at an instant."""
    return Curve(tuple(Key(when, value) for when, value in keys)).at(time) if keys else default


def later(keys: Keys[Any], head: Fraction) -> Keys[Any]:
    """Keys of a clip as those of a layer that begins ``head`` earlier; none of them before its beginning."""
    if len(keys) < 2:
        return keys
    moved = tuple((when + head, value) for when, value in keys)
    after = tuple(key for key in moved if key[0] > 0)
    return moved if len(after) == len(moved) else ((ZERO, at(moved, ZERO, None)), *after)


def together(along: Keys[float], down: Keys[float], default: tuple[float, float]) -> Keys[tuple[float, float]]:
    """Pairs from keys of their parts."""
    times = sorted({time for time, _ in (*along, *down)})
    return tuple((time, (at(along, time, default[0]), at(down, time, default[1]))) for time in times)


def said(value: float) -> str:
    """A number with all digits that a double is sure of."""
    return f"{value:.14g}" if value else "0"
