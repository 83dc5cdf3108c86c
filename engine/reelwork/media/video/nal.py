"""NAL units of HEVC (ITU-T H.265, 7.3.1): extradata or a packet goes in, its units come out, and their bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: Kinds of units (table 7-1): sets of parameters, and messages before the slices.
VPS, SPS, PPS, SEI = 32, 33, 34, 39
_START: Final = b"\0\0\1"


@dataclass(frozen=True)
class Unit:
    """A NAL unit with its header of two bytes."""

    data: bytes

    @property
    def kind(self) -> int:
        """Its ``nal_unit_type``."""
        return self.data[0] >> 1 & 63

    @property
    def layer(self) -> int:
        """Its ``nuh_layer_id``."""
        return (self.data[0] & 1) << 5 | self.data[1] >> 3

    @property
    def payload(self) -> bytes:
        """What stands behind the header, without the bytes that keep start codes out of it (7.4.2)."""
        return self.data[2:].replace(b"\0\0\3", b"\0\0")

    def in_base_layer(self) -> Unit:
        """The same unit as one of layer 0."""
        return Unit(bytes((self.data[0] & 0xFE, self.data[1] & 7)) + self.data[2:])


def units_of(packet: bytes, prefix: int) -> Iterator[Unit]:
    """The units of a packet.

    :param prefix: bytes of the length before each unit; 0 where start codes stand between them (annex B)
    """
    if prefix == 0:
        found = (part.rstrip(b"\0") for part in packet.split(_START)[1:])
        yield from (Unit(data) for data in found if len(data) > 2)
        return
    at = 0
    while at + prefix < len(packet):
        size = int.from_bytes(packet[at : at + prefix])
        data = packet[at + prefix : at + prefix + size]
        if len(data) > 2:
            yield Unit(data)
        at += prefix + size


def with_start_codes(units: Iterator[Unit]) -> bytes:
    """Units as they follow each other in a bare stream."""
    return b"".join(b"\0" + _START + unit.data for unit in units)


def configuration(extradata: bytes) -> tuple[int, tuple[Unit, ...]]:
    """How long the lengths in packets are, bytes, or 0 for start codes; and the units that stand beside the stream.

    :param extradata: a HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1), units with start codes, or nothing
    """
    if len(extradata) < 23 or extradata[0] != 1:
        return 0, tuple(units_of(extradata, 0))
    units, at = [], 23
    for _ in range(extradata[22]):
        count, at = int.from_bytes(extradata[at + 1 : at + 3]), at + 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2])
            units.append(Unit(extradata[at + 2 : at + 2 + size]))
            at += 2 + size
    return (extradata[21] & 3) + 1, tuple(unit for unit in units if len(unit.data) > 2)


class Bits:
    """Bits of a unit's payload, from the first on.

    :raises EOFError: by each method, behind the last
    """

    def __init__(self, payload: bytes) -> None:
        self._value, self._left = int.from_bytes(payload), 8 * len(payload)
        self._whole = self._left

    def u(self, count: int) -> int:
        """An unsigned number of so many bits."""
        if count > self._left:
            raise EOFError
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def ue(self) -> int:
        """An unsigned number in Exp-Golomb code (9.2)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)

    def align(self) -> None:
        """Pass over what is left of a byte."""
        self._left -= self._left % 8
