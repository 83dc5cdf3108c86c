"""Joints: by how much a clock jumps goes in, whether another recording begins there comes out."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

# Less is a gap, or what comes twice.
_LONGEST_GAP_SECONDS: Final = 600
_LONGEST_OVERLAP_SECONDS: Final = 1


def is_jump(late: Fraction) -> bool:
    """Whether what is late by so many seconds, or early, has the clock of another recording."""
    return not -_LONGEST_OVERLAP_SECONDS <= late <= _LONGEST_GAP_SECONDS
