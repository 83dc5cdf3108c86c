"""Transport streams (ISO/IEC 13818-1, 2.4.3): where a picture begins goes in, what is whole from there on comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_SYNC: Final = 0x47
_SIZE: Final = 188
# A packet may have 4 bytes of time before it, or 16 for correction after it.
_STRIDES: Final = (188, 192, 204)
_MOST_PACKETS: Final = 1 << 18
# FFmpeg finds a jump when it has begun to read the picture behind it, and blames one or two before.
_MOST_PICTURES: Final = 3


def whole_before_jump(path: Path, place: int | None, track: int) -> int:
    """How many pictures are whole before the next one begins with a jump of the counter; 0 where something of them is
    missing: the counter jumps within one, or the last packet of the last is not filled up, as only an end is.

    :param place: of the first packet of a picture, in bytes
    :param track: the identifier of the pictures' packets
    """
    if place is None or place < 0:
        return 0
    with path.open("rb") as file:
        file.seek(place)
        head = file.read(_STRIDES[-1] + 1)
        stride = next((size for size in _STRIDES if head[:1] == head[size : size + 1] == b"G"), _SIZE)
        file.seek(place)
        counter, filled, whole = -1, False, 0
        for _ in range(_MOST_PACKETS):
            packet = file.read(stride)[:_SIZE]
            if len(packet) < _SIZE or packet[0] != _SYNC:
                return 0
            if (packet[1] & 0x1F) << 8 | packet[2] != track or not packet[3] & 0x10:
                continue
            begins, jumps = bool(packet[1] & 0x40), counter >= 0 and packet[3] & 15 != (counter + 1) & 15
            if packet[1] & 0x80 or (counter < 0 and not begins) or (jumps and not (begins and filled)):
                return 0
            whole += begins and counter >= 0
            if jumps or whole > _MOST_PICTURES:
                return whole if jumps else 0
            counter, filled = packet[3] & 15, _is_filled(packet)
    return 0


def _is_filled(packet: bytes) -> bool:
    """Whether bytes stand before the payload that say nothing."""
    if not packet[3] & 0x20:
        return False
    size, flags = packet[4], packet[5]
    if size == 0:
        return True
    said = 1 + 6 * (flags >> 4 & 1) + 6 * (flags >> 3 & 1) + (flags >> 2 & 1)
    return not flags & 3 and size > said
