"""Exact times: rates and counts as other programs write them become fractions, and times become what scenes say."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

#: The rates of film and television that are not whole.
_NTSC: Final = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 96, 120))

#: No time is longer than this, seconds: thirty years.
LONGEST: Final = 1_000_000_000


def exact_rate(rate: float) -> Fraction:
    """The rate that a rounded number means: ``23.976`` and ``23.976023976`` are 24000/1001.

    >>> exact_rate(23.98)
    Fraction(24000, 1001)

    :raises ValueError: it is no rate
    """
    if not 0 < rate < 1e9:
        raise ValueError(f"{rate!r} is not a rate")
    for known in _NTSC:
        if abs(rate - float(known)) < 0.006:
            return known
    return exact(rate)


def exact(value: float) -> Fraction:
    """The fraction that a double stands for: that with the smallest terms among those that it rounds to.

    :raises ValueError: it is not finite
    """
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number that can be counted with")
    found = Fraction(value)
    return found if found.denominator == 1 else found.limit_denominator(1_000_000)


def written(seconds: Fraction, fps: Fraction) -> str:
    """A time as a scene says it, exactly, and as a person would: ``2s``, ``36f``, ``520ms``, ``1001/24000s``."""
    if seconds == 0:
        return "0s"
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    frames = seconds * fps
    if frames.denominator == 1:
        return f"{frames.numerator}f"
    thousandths = seconds * 1000
    if thousandths.denominator == 1:
        return f"{thousandths.numerator}ms"
    return f"{seconds.numerator}/{seconds.denominator}s"


def written_speed(speed: Fraction) -> str:
    """A speed as a scene says it, exactly: ``150%``, ``-100%``, ``1001/1000``."""
    percent = speed * 100
    if (percent * 1000).denominator == 1:
        sign = "-" if percent < 0 else ""
        whole, rest = divmod(abs(percent.numerator * 1000 // percent.denominator), 1000)
        return f"{sign}{whole}" + (f".{rest:03}".rstrip("0") if rest else "") + "%"
    return f"{speed.numerator}/{speed.denominator}"
