"""Dolby Vision's metadata of a picture, as streams of HEVC carry it (ETSI GS CCM 001), which no encoder here writes."""

from __future__ import annotations

from media.layered import Writer, unit


def rpu(*, mapping: int, full_range: int, residual: bool = False) -> bytes:
    """A unit whose curves leave the base layer as it is.

    :param mapping: the profile of the mapping: 0 of the base layers that are Dolby's own, 1 of others
    :param residual: whether an enhancement layer is added, of a quarter of the pixels
    """
    bits = Writer().u(2, 6).u(18, 11).u(mapping, 4).u(0, 4)
    bits.u(1, 1).u(0, 1).u(0, 2).ue(23).u(1, 2).u(full_range, 1)  # coefficients have 23 bits behind the point
    bits.ue(2).ue(2).ue(4).u(0, 1).u(0, 3).u(residual, 1).u(not residual, 1)  # 10 bits become 12
    bits.u(0, 1).u(0, 1).ue(0).ue(0).ue(0)
    for _ in range(3):
        bits.ue(0).u(0, 10).u(1023, 10)
    if residual:
        bits.u(0, 3).u(0, 10).u(1023, 10)
    bits.ue(0).ue(0)
    for _ in range(3):
        bits.ue(0).ue(0).u(0, 1).u(1, 1).u(0, 23).ue(1).u(0, 23)  # a line from 0 with a slope of 1
    for _ in range(3 if residual else 0):
        bits.u(0, 10).ue(1).u(0, 23).ue(0).u(0, 23).ue(0).u(0, 23)
    bits.align()
    data = int(bits.text, 2).to_bytes(len(bits.text) // 8)
    return unit(62, b"\x19" + data + _crc(data).to_bytes(4) + b"\x80")


def _crc(data: bytes) -> int:
    """CRC-32/MPEG-2."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1 ^ (0x04C11DB7 if remainder >> 31 else 0)) & 0xFFFFFFFF
    return remainder
