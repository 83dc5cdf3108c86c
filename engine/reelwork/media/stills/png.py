"""PNG's own chunks: a file goes in, what it says of its colour and of its transparency comes out, before Pillow."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reelwork.catalogue.facts import ColourTags
from reelwork.image.storage import StorageFormat
from reelwork.media.formats import PRIMARIES_NAMES, TRANSFER_NAMES, tagged_storage
from reelwork.media.stills.raster import Colour

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_SRGB_GAMMA: Final = 45455
_GAMMA_SLACK: Final = 100
_SRGB_CHROMATICITIES: Final = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_CHROMATICITY_SLACK: Final = 150
_MOST: Final = 64
# Chunks that are no critical ones, and without which pixels would be others.
_NEEDED: Final = (b"tRNS", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"cICP", b"gAMA", b"cHRM", b"sRGB")


def colour_of(path: Path, profile: bytes | None) -> Colour:
    """What a PNG says of its colour: the first of ``cICP``, its profile, ``sRGB``, and ``gAMA`` with ``cHRM``
    (Portable Network Graphics, third edition, 4.3).

    :param profile: the ICC profile that ``iCCP`` holds
    :raises MediaError: ``cICP`` names a colour that cannot be converted
    """
    chunks = dict(_chunks(path))
    if len(code := chunks.get(b"cICP", b"")) == 4:
        return tags_colour(code[0], code[1], path)
    if profile:
        return Colour(profile=profile)
    if b"sRGB" in chunks:
        return Colour(transfer="srgb", primaries="bt709")
    gamma = struct.unpack(">I", chunks[b"gAMA"])[0] if len(chunks.get(b"gAMA", b"")) == 4 else 0
    numbers = struct.unpack(">8I", chunks[b"cHRM"]) if len(chunks.get(b"cHRM", b"")) == 32 else ()
    pairs = zip(numbers, _SRGB_CHROMATICITIES, strict=False)
    if not all(numbers) or all(abs(found - known) <= _CHROMATICITY_SLACK for found, known in pairs):
        numbers = ()
    if not numbers and abs(gamma - _SRGB_GAMMA) <= _GAMMA_SLACK:
        gamma = 0  # what programs write to mean sRGB
    return Colour(
        gamma=100_000 / gamma if gamma else None,
        chromaticities=tuple(n / 100_000 for n in (*numbers[2:], *numbers[:2])) if numbers else None,
    )


def check_chunks(path: Path) -> None:
    """Whether every chunk that pixels depend on is as it was written, which decoders do not all look at.

    :raises ValueError: it is not, or the file ends too early
    """
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        kind = b""
        while kind != b"IEND":
            head = file.read(8)
            if len(head) < 8:
                raise ValueError("it ends before its last chunk")
            length, kind = struct.unpack(">I4s", head)
            if kind[:1].islower() and kind not in _NEEDED:
                file.seek(length + 4, 1)
                continue
            found = zlib.crc32(kind)
            while length > 0:
                part = file.read(min(length, 1 << 20))
                if not part:
                    raise ValueError("it ends before its last chunk")
                found, length = zlib.crc32(part, found), length - len(part)
            if file.read(4) != struct.pack(">I", found):
                raise ValueError(f"its chunk {kind.decode('latin-1')} is not what was written")


def tags_colour(primaries: int, transfer: int, path: Path) -> Colour:
    """Colour by the numbers of ITU-T H.273; 2 says nothing.

    :raises MediaError: a colour that cannot be converted
    """
    tags = ColourTags(transfer=TRANSFER_NAMES.get(transfer), primaries=PRIMARIES_NAMES.get(primaries))
    storage = tagged_storage(StorageFormat(model="rgb"), tags, 0, path)
    return Colour(transfer=storage.transfer, primaries=storage.primaries)


def _chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The short chunks before the first pixels."""
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        for _ in range(1000):
            head = file.read(8)
            if len(head) < 8:
                return
            length, kind = struct.unpack(">I4s", head)
            if kind in (b"IDAT", b"IEND"):
                return
            if length <= _MOST:
                yield kind, file.read(length)
                file.seek(4, 1)
            else:
                file.seek(length + 4, 1)
