"""Boxes of AVIF, HEIF and JPEG 2000 (ISO/IEC 14496-12, 15444-1): bytes go in, what they say of colour comes out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reelwork.media.stills.png import tags_colour
from reelwork.media.stills.raster import Colour

# Boxes that hold others, and how many bytes of their own stand before these.
_HOLDERS: Final = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"jp2h": 0}
_DEEPEST: Final = 5
_MOST: Final = 4096
_MOST_BYTES: Final = 16 << 20
_CODESTREAM: Final = b"\xff\x4f\xff\x51"


def brands(head: bytes) -> set[bytes]:
    """The brands that a file of ISO boxes names in its first box."""
    if head[4:8] != b"ftyp":
        return set()
    size = min(struct.unpack(">I", head[:4])[0], len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}


def colour_of(path: Path) -> Colour:
    """What the first ``colr`` box says of each kind: an ICC profile counts more than numbers (ISO/IEC 23008-12).

    :raises MediaError: a colour that cannot be converted
    """
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES)
    colour = Colour()
    for kind, body in walk(data):
        if kind != b"colr":
            continue
        said = bytes(body)
        if said[:4] in (b"prof", b"rICC"):
            return Colour(profile=said[4:])
        if said[:1] == b"\x02" and data[4:8] == b"jP  ":
            return Colour(profile=said[3:])
        if said[:4] == b"nclx" and len(said) >= 8 and colour == Colour():
            primaries, transfer = struct.unpack_from(">HH", said, 4)
            colour = tags_colour(primaries, transfer, path)
    return colour


def depth_of(data: bytes) -> int:
    """How many bits the deepest channel has; 8 where nothing is said."""
    if data.startswith(_CODESTREAM):
        return _codestream_depth(data)
    depths = [8]
    for kind, body in walk(data[:_MOST_BYTES]):
        if kind == b"pixi" and len(body) > 5:
            depths.extend(body[5 : 5 + body[4]])
        elif kind == b"av1C" and len(body) > 2:
            depths.append((12 if body[2] & 0x20 else 10) if body[2] & 0x40 else 8)
        elif kind == b"jp2c":
            depths.append(_codestream_depth(body))
    return max(depths)


def walk(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """All boxes with their contents, those that hold others before these."""
    return _walk(memoryview(data), 0)


def _walk(data: memoryview, depth: int) -> Iterator[tuple[bytes, memoryview]]:
    at = count = 0
    while at + 8 <= len(data) and count < _MOST:
        size, kind, start = struct.unpack_from(">I", data, at)[0], bytes(data[at + 4 : at + 8]), at + 8
        if size == 1 and at + 16 <= len(data):
            size, start = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        stop = len(data) if size == 0 else at + size
        if stop <= at + 7:
            return
        body = data[start:stop]
        yield kind, body
        if kind in _HOLDERS and depth < _DEEPEST:
            yield from _walk(body[_HOLDERS[kind] :], depth + 1)
        at, count = stop, count + 1


def _codestream_depth(data: bytes | memoryview) -> int:
    """Of a JPEG 2000 codestream, by its SIZ marker (ISO/IEC 15444-1, A.5.1)."""
    if bytes(data[:4]) != _CODESTREAM or len(data) < 42:
        return 8
    count = struct.unpack_from(">H", data, 40)[0]
    return max([8, *((code & 0x7F) + 1 for code in bytes(data[42 : 42 + 3 * min(count, 8) : 3]))])
