"""Edit lists that tests write into MP4 and MOV, and what each of them shows, by the standard's own words."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

#: Ticks of the film's clock a second, in the files whose edit lists are written anew.
CLOCK = 48_000
#: Boxes that hold boxes.
_FULL = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


class Said(NamedTuple):
    """An edit: how long it lasts, and where in the track it begins, ``None`` where it shows nothing; in seconds, or in
    ticks. Where it stands, it shows that instant all the time."""

    lasting: Fraction | int
    media: Fraction | int | None
    stands: bool = False


def picture_at(t: Fraction, times: Sequence[Fraction], edits: Sequence[Said]) -> int | None:
    """Which picture is shown at an instant of the film (ISO/IEC 14496-12, 8.6.6), ``None`` where none is.

    :param times: when the track's pictures begin, ascending; before the first that one is shown
    """
    for lasting, media, stands in edits:
        if t < lasting:
            if media is None:
                return None
            instant = media if stands else media + t
            return max([number for number, time in enumerate(times) if time <= instant], default=0)
        t -= lasting
    raise ValueError("the film is over")


def boxes(data: bytes, start: int, stop: int) -> list[tuple[bytes, int, int]]:
    """Boxes of ISO/IEC 14496-12: their kind, and where each begins and ends."""
    found = []
    while start < stop:
        size, kind = struct.unpack_from(">I4s", data, start)
        found.append((kind, start, start + size))
        start += size
    return found


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box that holds these bytes."""
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def with_edits(
    path: Path,
    edits: Sequence[tuple[int, int] | tuple[int, int, int]],
    track: int | None = None,
    *,
    version: int = 0,
    shifted: bool = False,
) -> Path:
    """Write the edit list of a track, from 0, or of all anew: how long each edit lasts, in ticks of the film's clock,
    where in the track's own it begins, -1 showing nothing, and its rate, 1 unless it is said. The index must stand at
    the end of the file, or its fragments must count from themselves.

    :param version: of the box
    :param shifted: whether there is a box beside that says how far pictures are shifted (``cslg``)
    """
    form = ">QqI" if version else ">IiI"
    entries = [
        struct.pack(form, lasting, begin, round((rate or [1])[0] * (1 << 16))) for lasting, begin, *rate in edits
    ]
    edts = box(b"edts", box(b"elst", struct.pack(">II", version << 24, len(edits)), *entries))
    cslg = box(b"cslg", struct.pack(">6i", 0, 0, 0, 0, 0, 0)) if shifted else b""
    data, seen = path.read_bytes(), 0

    def rebuilt(start: int, stop: int) -> bytes:
        nonlocal seen
        made = b""
        for kind, first, last in boxes(data, start, stop):
            if kind == b"trak":
                seen += 1
            is_its = track in (None, seen - 1)
            if kind == b"edts" and is_its:
                continue
            part = box(kind, rebuilt(first + 8, last)) if kind in _FULL else data[first:last]
            made += part + (edts if kind == b"tkhd" and is_its else b"") + (cslg if kind == b"stts" and is_its else b"")
        return made

    path.write_bytes(rebuilt(0, len(data)))
    return path
