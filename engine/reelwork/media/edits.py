"""Edit lists of MP4 and MOV (ISO/IEC 14496-12, 8.6.6): a file and a track go in, what of it is shown comes out."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from reelwork.errors import MediaError

_MOST_BOXES: Final = 4096
_MOST_BYTES: Final = 64 << 20
# Normal speed, as a fixed-point number of 16.16 bits.
_NORMAL: Final = 1 << 16


class Edit(NamedTuple):
    """Some time of the film, and what of a track is heard or seen then.

    :param begin: when in the film, seconds
    :param end: likewise; ``None`` where the track goes on to its end
    :param media: from where in the track, seconds; ``None`` where nothing is
    :param stands: whether the track stands there (a dwell), rather than goes on
    """

    begin: Fraction
    end: Fraction | None
    media: Fraction | None
    stands: bool = False


class EditList(NamedTuple):
    """The edits of a track, one after the other.

    :param tick: to what their lengths are rounded, seconds
    :param fragmented: whether the file is written in fragments
    """

    edits: tuple[Edit, ...] = ()
    tick: Fraction = Fraction(0)
    fragmented: bool = False

    @property
    def first(self) -> Edit | None:
        """The first that shows something."""
        return next((edit for edit in self.edits if edit.media is not None), None)


def edits_of(path: Path, track: int) -> EditList:
    """The edit list of a track by its number; an empty one where it has none, or one that cannot be understood.

    :raises MediaError: it plays the track at another speed
    """
    try:
        with path.open("rb") as file:
            stop = file.seek(0, 2)
            return _read(file, stop, track, path)
    except (struct.error, zlib.error, OSError):
        return EditList()


def _read(file: BinaryIO, stop: int, track: int, path: Path) -> EditList:
    for kind, first, last in boxes(file, 0, stop):
        if kind != b"moov":
            continue
        inside = list(boxes(file, first, last))
        if packed := _body(file, _inside(file, inside, b"cmov"), b"cmvd"):  # QuickTime's compressed movie resource
            data = zlib.decompressobj().decompress(packed[4:], _MOST_BYTES)
            return _read(io.BytesIO(data), len(data), track, path)
        film = _timescale(_body(file, inside, b"mvhd"))
        for name, begin, end in inside:
            parts = list(boxes(file, begin, end)) if name == b"trak" else []
            head = _body(file, parts, b"tkhd")
            if head and struct.unpack_from(">I", head, 20 if head[0] else 12)[0] == track:
                own = _timescale(_body(file, _inside(file, parts, b"mdia"), b"mdhd"))
                found = _edits(_body(file, _inside(file, parts, b"edts"), b"elst"), film, own, path)
                goes_on = any(name == b"mvex" for name, _, _ in inside)
                return _open_ended(found, _duration(_body(file, inside, b"mvhd"))) if goes_on else found
    return EditList()


def _edits(data: bytes, film: int, own: int, path: Path) -> EditList:
    if len(data) < 8 or not film or not own:
        return EditList()
    form = ">QqI" if data[0] else ">IiI"
    count = min(struct.unpack_from(">I", data, 4)[0], (len(data) - 8) // struct.calcsize(form))
    found, ticks = [], 0
    for number in range(count):
        lasting, media, rate = struct.unpack_from(form, data, 8 + number * struct.calcsize(form))
        if rate not in (0, _NORMAL) and media >= 0:
            raise MediaError(
                f"{path}: edit {number + 1} of its edit list plays it at {rate / _NORMAL:g} times its speed; export "
                "it anew at normal speed"
            )
        begin, ticks = ticks, ticks + lasting
        end = None if lasting == 0 and number == count - 1 else Fraction(ticks, film)
        own_time = None if media < 0 else Fraction(media, own)
        found.append(Edit(Fraction(begin, film), end, own_time, own_time is not None and rate == 0))
    return EditList(tuple(found), Fraction(1, film))


def _open_ended(edits: EditList, known: Fraction) -> EditList:
    """The edits of a fragmented file: the last one goes on where it ends with what stands before the fragments."""
    last = edits.edits[-1] if edits.edits else None
    if last is None or last.end is None or abs(last.end - known) > edits.tick:
        return edits._replace(fragmented=True)
    return edits._replace(edits=(*edits.edits[:-1], last._replace(end=None)), fragmented=True)


def _duration(data: bytes) -> Fraction:
    """Of a ``mvhd``, seconds."""
    scale = _timescale(data)
    form, place = (">Q", 24) if data and data[0] else (">I", 16)
    return Fraction(struct.unpack_from(form, data, place)[0], scale) if scale else Fraction(0)


def _timescale(data: bytes) -> int:
    """Ticks a second, of a ``mvhd`` or ``mdhd``."""
    return int(struct.unpack_from(">I", data, 20 if data[0] else 12)[0]) if data else 0


def _inside(file: BinaryIO, there: list[tuple[bytes, int, int]], name: bytes) -> list[tuple[bytes, int, int]]:
    return next((list(boxes(file, first, last)) for kind, first, last in there if kind == name), [])


def _body(file: BinaryIO, there: list[tuple[bytes, int, int]], name: bytes) -> bytes:
    for kind, first, last in there:
        if kind == name:
            file.seek(first)
            return file.read(min(last - first, _MOST_BYTES))
    return b""


def boxes(file: BinaryIO, at: int, stop: int, most: int = _MOST_BOXES) -> Iterator[tuple[bytes, int, int]]:
    """Boxes of a file (section 4.2) from one place to another: their kind, and where their contents begin and end.

    :param most: so many of them
    """
    for _ in range(most):
        if at + 8 > stop:
            return
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        first = at + 8
        if size == 1:
            size, first = int.from_bytes(file.read(8)), at + 16
        end = stop if size == 0 else at + size
        if end < first:
            return
        yield kind, first, min(end, stop)
        at = end
