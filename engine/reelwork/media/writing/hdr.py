"""What a container says of a film's light: a written film goes in, its header then says it, at the same length.

FFmpeg's muxers can say it, yet have no door for it here. So the header is written with a name in it that is as long as
what is to be said, and the name makes way.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from reelwork.errors import OutputError
from reelwork.kernels.colour import CHROMATICITIES, WHITE
from reelwork.media.writing.spec import Light

_BOXED: Final = (".mp4", ".mov")
# The elements of Matroska (RFC 9559, 5.1) that are read or written here.
_SEGMENT, _TRACKS, _ENTRY, _NAME, _VIDEO, _COLOUR = 0x18538067, 0x1654AE6B, 0xAE, 0x536E, 0xE0, 0x55B0
_CRC, _VOID, _MOST, _AVERAGE, _DISPLAY = 0xBF, 0xEC, 0x55BC, 0x55BD, 0x55D0
# Within MasteringMetadata: x and y of red, green, blue and white, and the luminances.
_POINTS, _PEAK, _BLACK = 0x55D1, 0x55D9, 0x55DA
_MATROSKA_ROOM: Final = 160
# A header that has no more than these is found in one go.
_HEADER: Final = 1 << 20


def room_for(light: Light, suffix: str) -> dict[str, str]:
    """The metadata of a stream of pictures that keeps room for :func:`say_light`."""
    if suffix in _BOXED:
        return {"handler_name": "x" * (len(_boxes(light)) + len(_HANDLER))}
    return {"title": "x" * _MATROSKA_ROOM}


def say_light(path: Path, suffix: str, light: Light) -> None:
    """Put what is said of its light into the header of a film that was written with :func:`room_for` it.

    :raises OutputError: the header is not as FFmpeg writes it
    """
    with path.open("r+b") as file:
        try:
            if suffix in _BOXED:
                _say_in_boxes(file, _boxes(light), handler_counts=suffix == ".mov")
            else:
                _say_in_elements(file, light)
        except (ValueError, struct.error, StopIteration) as error:
            raise OutputError(f"{path}: its header has no room for what it says of its light") from error


# ---- boxes (ISO/IEC 14496-12) ----

_HANDLER: Final = b"VideoHandler"
# What a VisualSampleEntry holds before its boxes, of which some codecs' last ones are followed by what is none.
_SAMPLE_ENTRY: Final = 86


def _boxes(light: Light) -> bytes:
    """ISO/IEC 14496-12, 12.1.6 and 12.1.7: ``mdcv`` and ``clli``."""
    said = b""
    if light.primaries is not None:
        red, green, blue = CHROMATICITIES[light.primaries]
        points = [round(50_000 * value) for point in (green, blue, red, WHITE) for value in point]
        said += _box(b"mdcv", struct.pack(">8H2I", *points, round(10_000 * light.peak), round(10_000 * light.black)))
    if light.content is not None:
        said += _box(b"clli", struct.pack(">2H", *light.content))
    return said


def _box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


def _say_in_boxes(file: BinaryIO, said: bytes, *, handler_counts: bool) -> None:
    """Shorten the name of the handler and lengthen the sample entry, which stand in one box near the beginning."""
    moov = _find(file, b"moov", 0, file.seek(0, 2))
    trak = next(box for box in _all(file, b"trak", *moov) if _kind_of(file, box) == b"vide")
    mdia = _find(file, b"mdia", *trak)
    hdlr = _find(file, b"hdlr", *mdia)
    above = [_find(file, b"minf", *mdia)]
    above.append(_find(file, b"stbl", *above[-1]))
    above.append(_find(file, b"stsd", *above[-1]))
    entry = above[-1][0] + 8  # after its version and the count of entries
    size = int.from_bytes(_at(file, entry, 4), "big")
    file.seek(hdlr[0])
    name = 24 + handler_counts
    data = bytearray(file.read(entry + size - hdlr[0]))
    taken, first = len(said), hdlr[0]
    if data[name : name + taken].strip(b"x"):
        raise ValueError(name)
    for begin, change in [(hdlr[0] - 8, -taken), *((box[0] - 8, taken) for box in above), (entry, taken)]:
        told = int.from_bytes(_at(file, begin, 4), "big") + change
        if begin < first:
            file.seek(begin)
            file.write(told.to_bytes(4, "big"))
        else:
            data[begin - first : begin - first + 4] = told.to_bytes(4, "big")
    if handler_counts:
        data[24] = len(_HANDLER)
    boxes = entry - first + _SAMPLE_ENTRY
    kept = data[:name] + _HANDLER + data[name + taken + len(_HANDLER) : boxes] + said + data[boxes:]
    file.seek(first)
    file.write(kept)


def _find(file: BinaryIO, kind: bytes, begin: int, end: int) -> tuple[int, int]:
    """Where the content of the first box of a kind begins and ends."""
    return next(_all(file, kind, begin, end))


def _all(file: BinaryIO, kind: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end:
        size, found = struct.unpack(">I4s", _at(file, begin, 8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(_at(file, begin + 8, 8), "big"), 16
        if size < head:
            raise ValueError(found)
        if found == kind:
            yield begin + head, begin + size
        begin += size


def _kind_of(file: BinaryIO, trak: tuple[int, int]) -> bytes:
    """What a track is of, by its handler."""
    return _at(file, _find(file, b"hdlr", *_find(file, b"mdia", *trak))[0] + 8, 4)


def _at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


# ---- elements (RFC 8794, RFC 9559) ----


def _say_in_elements(file: BinaryIO, light: Light) -> None:
    """Write the first track anew: without the name, with more of its colour, and as long as before."""
    data = _at(file, 0, _HEADER)
    begin, _ = next(_elements(data, _SEGMENT, 0, len(data)))
    tracks, end = next(_elements(data, _TRACKS, begin, len(data)))
    entry, entry_end = next(_elements(data, _ENTRY, tracks, end))
    kept = b""
    for number, start, inside, stop in _children(data, entry, entry_end):
        if number == _VIDEO:
            kept += _element(_VIDEO, _with_colour(data[inside:stop], light))
        elif number != _NAME:
            kept += data[start:stop]
    new = bytearray(data[tracks:end])
    new[entry - tracks : entry_end - tracks] = kept + _nothing(entry_end - entry - len(kept))
    if new[:2] == bytes((_CRC, 0x84)):
        new[2:6] = zlib.crc32(new[6:]).to_bytes(4, "little")
    file.seek(tracks)
    file.write(new)


def _with_colour(video: bytes, light: Light) -> bytes:
    said = b""
    if light.content is not None:
        most, average = light.content
        said += _element(_MOST, most.to_bytes(2, "big")) + _element(_AVERAGE, average.to_bytes(2, "big"))
    if light.primaries is not None:
        values = [value for point in (*CHROMATICITIES[light.primaries], WHITE) for value in point]
        numbered = [*enumerate(values, start=_POINTS), (_PEAK, light.peak), (_BLACK, light.black)]
        said += _element(_DISPLAY, b"".join(_element(number, struct.pack(">f", value)) for number, value in numbered))
    made = b""
    for number, start, inside, stop in _children(video, 0, len(video)):
        made += _element(_COLOUR, video[inside:stop] + said) if number == _COLOUR else video[start:stop]
    return made


def _elements(data: bytes, wanted: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
    return ((inside, stop) for number, _, inside, stop in _children(data, begin, end) if number == wanted)


def _children(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The number of each element between two places, where it begins, where its content does, and where that ends."""
    while begin < end:
        width = 9 - data[begin].bit_length()
        sizes = 9 - data[begin + width].bit_length()
        inside = begin + width + sizes
        size = int.from_bytes(data[begin + width : inside], "big") & ((1 << 7 * sizes) - 1)
        yield int.from_bytes(data[begin : begin + width], "big"), begin, inside, inside + size
        begin = inside + size


def _element(number: int, content: bytes) -> bytes:
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    size = bytes((0x80 | len(content),)) if len(content) < 127 else (0x4000 | len(content)).to_bytes(2, "big")
    return name + size + content


def _nothing(size: int) -> bytes:
    """A Void of a size."""
    if size < 2:
        raise ValueError(size)
    if size < 9:
        return bytes((_VOID, 0x80 | (size - 2))) + bytes(size - 2)
    return bytes((_VOID, 0x01)) + (size - 9).to_bytes(7, "big") + bytes(size - 9)
