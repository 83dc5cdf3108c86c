"""Edit lists of MP4 and MOV (ISO/IEC 14496-12, 8.6.6): a file and a track go in, what of it is shown comes out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

_MOST_BOXES: Final = 4096
_MOST_BYTES: Final = 64 << 20


class Edit(NamedTuple):
    """Some time of the film, and what of a track is heard or seen then.

    :param begin: when in the film, seconds
    :param end: likewise; ``None`` where the track goes on to its end
    :param media: from where in the track, seconds; ``None`` where nothing is
    """

    begin: Fraction
    end: Fraction | None
    media: Fraction | None


class EditList(NamedTuple):
    """The edits of a track, one after the other.

    :param tick: to what their lengths are rounded, seconds
    """

    edits: tuple[Edit, ...] = ()
    tick: Fraction = Fraction(0)

    @property
    def first(self) -> Edit | None:
        """The first that shows something."""
        return next((edit for edit in self.edits if edit.media is not None), None)


def edits_of(path: Path, track: int) -> EditList:
    """The edit list of a track by its number; an empty one where it has none, or one that cannot be understood."""
    try:
        with path.open("rb") as file:
            stop = file.seek(0, 2)
            return _read(file, stop, track)
    except (struct.error, OSError):
        return EditList()


def _read(file: BinaryIO, stop: int, track: int) -> EditList:
    for kind, first, last in _boxes(file, 0, stop):
        if kind != b"moov":
            continue
        inside = list(_boxes(file, first, last))
        film = _timescale(_body(file, inside, b"mvhd"))
        for name, begin, end in inside:
            parts = list(_boxes(file, begin, end)) if name == b"trak" else []
            head = _body(file, parts, b"tkhd")
            if head and struct.unpack_from(">I", head, 20 if head[0] else 12)[0] == track:
                own = _timescale(_body(file, _inside(file, parts, b"mdia"), b"mdhd"))
                return _edits(_body(file, _inside(file, parts, b"edts"), b"elst"), film, own)
    return EditList()


def _edits(data: bytes, film: int, own: int) -> EditList:
    if len(data) < 8 or not film or not own:
        return EditList()
    form = ">QqI" if data[0] else ">IiI"
    count = min(struct.unpack_from(">I", data, 4)[0], (len(data) - 8) // struct.calcsize(form))
    found, ticks = [], 0
    for number in range(count):
        lasting, media, _ = struct.unpack_from(form, data, 8 + number * struct.calcsize(form))
        begin, ticks = ticks, ticks + lasting
        end = None if lasting == 0 and number == count - 1 else Fraction(ticks, film)
        found.append(Edit(Fraction(begin, film), end, None if media < 0 else Fraction(media, own)))
    return EditList(tuple(found), Fraction(1, film))


def _timescale(data: bytes) -> int:
    """Ticks a second, of a ``mvhd`` or ``mdhd``."""
    return int(struct.unpack_from(">I", data, 20 if data[0] else 12)[0]) if data else 0


def _inside(file: BinaryIO, boxes: list[tuple[bytes, int, int]], name: bytes) -> list[tuple[bytes, int, int]]:
    return next((list(_boxes(file, first, last)) for kind, first, last in boxes if kind == name), [])


def _body(file: BinaryIO, boxes: list[tuple[bytes, int, int]], name: bytes) -> bytes:
    for kind, first, last in boxes:
        if kind == name:
            file.seek(first)
            return file.read(min(last - first, _MOST_BYTES))
    return b""


def _boxes(file: BinaryIO, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Boxes of a file from one place to another: their kind, and where their contents begin and end."""
    for _ in range(_MOST_BOXES):
        if at + 8 > stop:
            return
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        first = at + 8
        if size == 1:
            size, first = struct.unpack(">Q", file.read(8))[0], at + 16
        end = stop if size == 0 else at + size
        if end < first:
            return
        yield kind, first, min(end, stop)
        at = end
