"""Pages: a PDF goes in; the size of one of its pages, or its pixels at a multiple of that, come out.

Paper is white. Fonts that a page does not bring are those that are built into PDFium, never the machine's, so that a
page looks the same everywhere; scripts in it do not run.
"""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills.apart import MOST_DRAWN, ApartError, drawn_apart
from reelwork.media.stills.raster import Raster

MAGIC: Final = b"%PDF-"
_MAXIMUM_BYTES: Final = 256 << 20
#: Pixels a point: a page has 72 points to the inch, and is nominally shown at 96 pixels to it, as in CSS.
_SCALE: Final = 96 / 72


@dataclass(frozen=True)
class Page:
    """A page of a document, whose nominal size is in pixels.

    :param number: which one, from 1
    :param count: how many pages there are
    """

    path: Path
    width: int
    height: int
    number: int
    count: int


def is_page(head: bytes) -> bool:
    """Whether a file that begins like this is a PDF: it may have some bytes before."""
    return MAGIC in head[:1024]


def read_page(path: Path, number: int = 1) -> Page:
    """:raises MediaError: it is damaged, locked, has no such page, or the page is larger than the limit"""
    if path.stat().st_size > _MAXIMUM_BYTES:
        raise MediaError(f"{path}: is larger than {_MAXIMUM_BYTES >> 20} MiB, the most that is read of a document")
    width, height, count = struct.unpack(">ddI", _apart("size", path, 0.0, number))
    across, down = (max(1, math.ceil(side * _SCALE - 0.01)) for side in (width, height))
    if across * down > MAX_PIXELS:
        raise MediaError(f"{path}: {across}x{down} is larger than {MAX_PIXELS:,} pixels, the most that is read")
    return Page(path, across, down, number, count)


def rasterise_page(page: Page, level: int) -> Raster:
    """The page at ``2 ** level`` times its nominal size; at a lower level if that were too large.

    :raises MediaError: it cannot be drawn
    """
    while page.width * page.height * 4.0**level > MOST_DRAWN:
        level -= 1
    drawn = _apart("draw", page.path, _SCALE * 2.0**level, page.number)
    width, height = struct.unpack_from(">II", drawn)
    pixels: npt.NDArray[np.uint8] = np.frombuffer(drawn, np.uint8, offset=8).reshape(height, width, 3)
    return Raster(pixels, "rgb")


def size(words: Mapping[str, Any], _: bytes) -> bytes:
    """Columns and rows of a page in points, as two big-endian doubles, and how many pages there are."""
    with _page(words["path"], words["number"]) as (page, count):
        return struct.pack(">ddI", *page.get_size(), count)


def draw(words: Mapping[str, Any], _: bytes) -> bytes:
    """A page at a scale, pixels a point: its columns and rows, then red, green and blue of each pixel."""
    with _page(words["path"], words["number"]) as (page, _count):
        pixels = page.render(scale=words["scale"], rev_byteorder=True).to_numpy()[:, :, :3]
        return struct.pack(">II", pixels.shape[1], pixels.shape[0]) + np.ascontiguousarray(pixels).tobytes()


def _apart(name: str, path: Path, scale: float, number: int) -> bytes:
    words = {"path": str(path.absolute()), "scale": scale, "number": number}
    try:
        return drawn_apart(f"reelwork.media.stills.pages:{name}", words)
    except ApartError as error:
        raise MediaError(f"{path}: {error}") from error


@contextmanager
def _page(path: str, number: int) -> Iterator[tuple[Any, int]]:
    import pypdfium2

    _without_system_fonts()
    try:
        with pypdfium2.PdfDocument(path) as document:
            count = len(document)
            if count == 0:
                raise ValueError("it has no page")
            if number > count:
                raise ValueError(f"has no page {number}: it has {count}")
            yield document[number - 1], count
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ValueError(f"is {'locked with a password' if locked else 'damaged or cut short'}: {error}") from error


@functools.cache
def _without_system_fonts() -> Any:
    """Have PDFium find no fonts on the machine. What is given back must live as long as the process."""
    import pypdfium2.raw as raw

    info = raw.FPDF_SYSFONTINFO(version=1)
    kinds = dict(raw.FPDF_SYSFONTINFO._fields_)
    info.Release = kinds["Release"](lambda this: None)
    info.EnumFonts = kinds["EnumFonts"](lambda this, mapper: None)
    info.MapFont = kinds["MapFont"](lambda *_: None)
    info.GetFont = kinds["GetFont"](lambda *_: None)
    info.GetFontData = kinds["GetFontData"](lambda *_: 0)
    info.GetFaceName = kinds["GetFaceName"](lambda *_: 0)
    info.GetFontCharset = kinds["GetFontCharset"](lambda *_: 0)
    info.DeleteFont = kinds["DeleteFont"](lambda *_: None)
    raw.FPDF_SetSystemFontInfo(info)
    return info
