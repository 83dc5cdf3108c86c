"""What compressor, gate and limiter have in common: how times become numbers."""

from __future__ import annotations

from fractions import Fraction

from reelwork import maths


def share_left(time: Fraction, rate: int) -> float:
    """What is left from one sample to the next of something that falls to 1/e in ``time`` seconds."""
    samples = float(time) * rate
    return maths.exp(-1.0 / samples) if samples > 0.0 else 0.0
