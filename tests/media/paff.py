"""H.264 whose pictures are two fields each, every one a picture of its own (PAFF): cameras write it, encoders of tests
do not. The samples stand in it as they are (ITU-T H.264, 7.3; macroblocks of I_PCM)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

#: Columns and rows of a picture.
SIZE = 64
#: How many pictures follow each key.
GROUP = 6


class Bits:
    """Bits that are written one after the other."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def u(self, count: int, value: int) -> None:
        """A number of so many bits."""
        self._bits += f"{value:0{count}b}"

    def ue(self, *values: int) -> None:
        """Numbers in Exp-Golomb code (9.1); a 0 with a sign is the same."""
        for value in values:
            length = (value + 1).bit_length()
            self.u(2 * length - 1, value + 1)

    def flags(self, *values: int) -> None:
        for value in values:
            self.u(1, value)

    def samples(self, values: bytes) -> None:
        """Whole bytes from the next one on."""
        self._bits += "0" * (-len(self._bits) % 8)
        self._bits += "".join(f"{value:08b}" for value in values)

    def unit(self, kind: int) -> bytes:
        """As a NAL unit, with its start code and the bytes that keep others from looking like one."""
        self.u(1, 1)
        self.samples(b"")
        text = "".join(self._bits)
        out, zeros = bytearray([0, 0, 0, 1, 3 << 5 | kind]), 0
        for value in int(text, 2).to_bytes(len(text) // 8, "big"):
            if zeros >= 2 and value <= 3:
                out.append(3)
                zeros = 0
            out.append(value)
            zeros = 0 if value else zeros + 1
        return bytes(out)


def headers(rate: int) -> bytes:
    """Sequence and picture parameters; ``rate`` in fields a second."""
    sequence, picture = Bits(), Bits()
    for value in (77, 0, 30):
        sequence.u(8, value)
    sequence.ue(0, 0, 0, 4, 2)
    sequence.flags(0)
    sequence.ue(SIZE // 16 - 1, SIZE // 32 - 1)
    sequence.flags(0, 0, 1, 0, 1, 0, 0, 0, 0, 1)  # fields; and a rate
    sequence.u(32, 1)
    sequence.u(32, rate)
    sequence.flags(1, 0, 0, 1, 0)
    picture.ue(0, 0)
    picture.flags(0, 0)
    picture.ue(0, 0, 0)
    picture.flags(0, 0, 0)
    picture.ue(0, 0, 0)
    picture.flags(0, 0, 0)
    return sequence.unit(7) + picture.unit(8)


def field(number: int, second: bool, luma: Callable[[int, int], int]) -> bytes:
    """The first or the second field of a picture; ``luma`` of a column and a row of the picture."""
    place, bits = number % GROUP, Bits()
    key = place == 0 and not second
    bits.ue(0, 7, 0)
    bits.u(4, place)
    bits.flags(1, second)
    if key:
        bits.ue(0)
    bits.u(8, 2 * place + second)
    bits.flags(*((0, 0) if key else (0,)))
    bits.ue(0)
    for block in range(SIZE * SIZE // 512):
        left, top = block % (SIZE // 16) * 16, block // (SIZE // 16) * 16
        bits.ue(25)
        rows, columns = range(top, top + 16), range(left, left + 16)
        bits.samples(bytes(luma(column, 2 * row + second) for row in rows for column in columns) + bytes([128]) * 128)
    return bits.unit(5 if key else 1)


def make_paff(path: Path, count: int, *, apart: bool) -> Path:
    """A file at 25 pictures a second, top field first.

    :param apart: whether each field is a packet of its own, with its own time, or a picture's two are one
    """
    pictures = []
    for number in range(count):
        both = [
            field(number, second, lambda x, y, n=number: 20 + (3 * x + 2 * y + 9 * n) % 200) for second in (False, True)
        ]
        pictures.append([(headers(50) if number % GROUP == 0 else b"") + both[0], both[1]])
    bare = path.with_suffix(".h264")
    bare.write_bytes(b"".join(b"".join(both) for both in pictures))
    with av.open(str(bare)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        for number, both in enumerate(pictures):
            for second, data in enumerate(both if apart else [b"".join(both)]):
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, 50)
                packet.pts = packet.dts = 50 + 2 * number + second
                packet.duration, packet.is_keyframe = 1 if apart else 2, number % GROUP == 0 and not second
                out.mux(packet)
    return path
