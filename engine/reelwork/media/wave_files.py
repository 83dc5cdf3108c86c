"""Headers of WAVE and CAF files: a path goes in, what they say that FFmpeg does not heed comes out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from reelwork.errors import MediaError
from reelwork.media.links import Part

_MOST_CHUNKS: Final = 4096
# What programs write for a length that they do not know yet, or never come to know as they write to a pipe: 0, the
# largest number, signed or not, or a little less for what stands before the samples.
_LARGEST: Final = ((0x7FFF_EF00, 0x8000_0000), (0xFFFF_EF00, 0xFFFF_FFFF))
_EXTENSIBLE: Final = 0xFFFE
# Bytes of an extensible description of samples.
_FORMAT: Final = 40
# A GUID that begins with 1, for integers (Microsoft's KSDATAFORMAT_SUBTYPE_PCM).
_INTEGERS: Final = bytes.fromhex("0100000000001000800000aa00389b71")
# FFmpeg's names, by the bytes of a sample.
_FORMATS: Final = {2: "s16le", 3: "s24le", 4: "s32le"}


class Padded(NamedTuple):
    """Integers that fill only the upper part of the bytes that each takes, such as 24 bits in 32.

    :param form: FFmpeg's name of samples of so many bytes
    :param layout: FFmpeg's name of the channels
    :param part: the bytes that they are
    """

    form: str
    rate: int
    layout: str
    part: Part


def is_open_ended(path: Path) -> bool:
    """Whether a file does not say how many samples it has: they go on to its end.

    :raises OSError: it cannot be read
    """
    with path.open("rb") as file:
        return any(kind == b"data" and _says_nothing(size) for kind, _, size in _chunks(file))


def padded_of(path: Path) -> Padded | None:
    """The integers of a WAVE file, where they have fewer bits than the bytes that each takes: FFmpeg takes those of 24
    bits in 32 for floats, and misses where the others lie.

    :raises MediaError: it is cut short
    """
    form = b""
    with suppress(OSError), path.open("rb") as file:  # whoever opens it says so
        for kind, begin, size in _chunks(file):
            if kind == b"fmt ":
                file.seek(begin)
                form = file.read(min(size, _FORMAT))
            elif kind == b"data":
                stop = path.stat().st_size
                found = _padded(form, (begin, stop if _says_nothing(size) else begin + size))
                if found and found.part[1] > stop:
                    raise MediaError(f"{path}: is cut short or damaged")
                return found
    return None


def _says_nothing(size: int) -> bool:
    return size <= 0 or any(low <= size <= high for low, high in _LARGEST)


def _padded(form: bytes, part: Part) -> Padded | None:
    if len(form) < _FORMAT:
        return None
    tag, channels, rate, _, block, _, _, bits, mask = struct.unpack_from("<HHIIHHHHI", form)
    if tag != _EXTENSIBLE or form[24:40] != _INTEGERS or not channels or block % channels:
        return None
    size = block // channels
    if size not in _FORMATS or not 0 < bits <= 8 * (size - 1):
        return None
    layout = hex(mask) if mask.bit_count() == channels else f"{channels}C"
    return Padded(_FORMATS[size], rate, layout, part)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Of each chunk its kind, where its contents begin, and how long they are."""
    head = file.read(12)
    if head[:4] == b"caff":
        at, form, even = 8, ">4sq", 1
    elif head[:4] == b"RIFF" and head[8:] == b"WAVE":
        at, form, even = 12, "<4sI", 2
    else:
        return
    many = struct.calcsize(form)
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        if len(said := file.read(many)) < many:
            return
        kind, size = struct.unpack(form, said)
        yield kind, at + many, size
        if size < 0:
            return
        at += many + size + size % even
