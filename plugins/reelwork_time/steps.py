"""Steps through time: a length of time as it is written goes in, whole frames come out."""

from __future__ import annotations

from fractions import Fraction


def step(interval: Fraction, frame: Fraction) -> Fraction:
    """The multiple of a frame's duration that is nearest to an interval, at least one frame; all in seconds.

    Whole frames are what other frames of the film show too, so that each picture is painted once.

    >>> step(Fraction(1, 12), Fraction(1, 25))
    Fraction(2, 25)
    """
    return max(1, (interval / frame + Fraction(1, 2)).__floor__()) * frame
