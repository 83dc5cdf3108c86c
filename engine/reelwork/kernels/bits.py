"""The bits of single-precision numbers: a float goes in, the integer that stores it comes out, and back.

In plain Python these go by way of bytes; kernels have them as single instructions.
"""

from __future__ import annotations

import struct


def bits_of(x: float) -> int:
    """The bits of a float32 as an int32.

    >>> hex(bits_of(1.0))
    '0x3f800000'
    """
    (bits,) = struct.unpack("<i", struct.pack("<f", x))
    return int(bits)


def float_of(bits: int) -> float:
    """The float32 of some bits.

    >>> float_of(0x3F800000)
    1.0
    """
    (x,) = struct.unpack("<f", struct.pack("<i", bits))
    return float(x)
