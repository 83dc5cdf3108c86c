"""Eases: how a value moves between two keyframes; progress from 0 to 1 goes in, the eased progress comes out.

The named families are Robert Penner's, with the constants that https://easings.net gives; four numbers are the curve
of CSS Easing Functions Level 1, ``cubic-bezier()``. Only arithmetic and ``reelwork.maths`` are used, so that every
machine gets the same value.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Final

from reelwork.maths import cos, exp2, sin

#: A name, or the control points ``(x1, y1, x2, y2)`` of a CSS curve.
Ease = str | tuple[float, float, float, float]

_PI: Final = 3.141592653589793
_BACK: Final = 1.70158


def _power(exponent: int) -> Callable[[float], float]:
    def ease(t: float) -> float:
        result = t
        for _ in range(exponent - 1):  # not `**`: its result is the C library's
            result *= t
        return result

    return ease


def _sine(t: float) -> float:
    return 1.0 - cos(t * _PI / 2.0)


def _expo(t: float) -> float:
    return exp2(10.0 * t - 10.0)


def _circ(t: float) -> float:
    return 1.0 - sqrt(1.0 - t * t)


def _back(t: float, overshoot: float = _BACK) -> float:
    return t * t * ((overshoot + 1.0) * t - overshoot)


def _wide_back(t: float) -> float:
    return _back(t, _BACK * 1.525)


def _elastic(t: float, period: float = 3.0) -> float:
    # a wave of 2π/period that grows to 1 at t = 1
    return -exp2(10.0 * t - 10.0) * sin((10.0 * t - 10.0) * 2.0 * _PI / period - _PI / 2.0)


def _wide_elastic(t: float) -> float:
    return _elastic(t, 4.5)


def _bounce(t: float) -> float:
    u = 1.0 - t
    for start, height in ((2.5, 0.984375), (2.0, 0.9375), (1.0, 0.75)):
        if u >= start / 2.75:
            u -= {2.5: 2.625, 2.0: 2.25, 1.0: 1.5}[start] / 2.75
            return 1.0 - (7.5625 * u * u + height)
    return 1.0 - 7.5625 * u * u


_IN: Final[dict[str, Callable[[float], float]]] = {
    "sine": _sine,
    "quad": _power(2),
    "cubic": _power(3),
    "quart": _power(4),
    "quint": _power(5),
    "expo": _expo,
    "circ": _circ,
    "back": _back,
    "elastic": _elastic,
    "bounce": _bounce,
}
# Penner widens these two where they are used at both ends, or the swing would look too small.
_IN_OUT: Final = _IN | {"back": _wide_back, "elastic": _wide_elastic}

#: Every name that an ease may have.
EASES: Final = (
    "linear",
    "hold",
    *(f"{way}-{family}" for way in ("in", "out", "in-out") for family in _IN),
)


def eased(ease: Ease, t: float) -> float:
    """Eased progress; 0 gives 0 and 1 gives 1, between them it may leave that range (``back``, ``elastic``, curves).

    :param ease: one of ``EASES``, or a CSS curve
    :param t: progress, 0 to 1
    """
    if t <= 0.0:
        return 0.0
    if t >= 1.0:
        return 1.0
    if isinstance(ease, tuple):
        return _bezier(*ease, t)
    if ease == "linear":
        return t
    if ease == "hold":
        return 0.0
    way, family = ease.rsplit("-", 1)
    if way == "in":
        return _IN[family](t)
    if way == "out":
        return 1.0 - _IN[family](1.0 - t)
    curve = _IN_OUT[family]
    return curve(2.0 * t) / 2.0 if t < 0.5 else 1.0 - curve(2.0 - 2.0 * t) / 2.0


def _bezier(x1: float, y1: float, x2: float, y2: float, x: float) -> float:
    """``y`` of the curve from (0, 0) to (1, 1) at ``x``; ``x1`` and ``x2`` lie in 0 to 1, so there is just one."""
    low, high = 0.0, 1.0
    while True:
        u = (low + high) / 2.0
        if u in (low, high):  # no number lies between: as exact as a double can say
            break
        if _cubic(x1, x2, u) < x:
            low = u
        else:
            high = u
    return _cubic(y1, y2, high)


def _cubic(p1: float, p2: float, u: float) -> float:
    v = 1.0 - u
    return 3.0 * v * v * u * p1 + 3.0 * v * u * u * p2 + u * u * u
