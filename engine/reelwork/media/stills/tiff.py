"""TIFF: a file goes in; the samples of one of its pages with their colour come out.

Whatever way the picture is stored (strips or tiles, either order of bytes, channels together or apart, whole numbers or
floats, compressed or not), a piece of it that is missing is an error and never grey.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.image.storage import Alpha
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills.by_pillow import BROKEN, MOST_PIXELS
from reelwork.media.stills.lab import lab_to_light
from reelwork.media.stills.raster import Colour, Model, Raster

MAGICS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _MASK, _CMYK, _YCBCR = range(7)
_LAB, _ICC_LAB = 8, 9
_MODELS: Final[dict[int, Model]] = {
    _MIN_IS_WHITE: "grey", _MIN_IS_BLACK: "grey", _RGB: "rgb", _CMYK: "cmyk", _YCBCR: "rgb",
}  # fmt: skip
_COUNTS: Final[dict[Model, int]] = {"grey": 1, "rgb": 3, "cmyk": 4}
_ASSOCIATED, _UNASSOCIATED = 1, 2
_JPEGS: Final = (6, 7, 34892)
_PROFILE, _ORIENTATION, _SUBSAMPLING = 34675, 274, 530
#: Of one piece, once it is decoded.
_MOST_BYTES: Final = 1 << 30
#: Bytes of pieces that are read at once.
_BUFFER: Final = 16 << 20
#: Rows that are added up at a time.
_RUN: Final = 256


def tiff_pages(path: Path) -> int:
    """How many pages a file has.

    :raises MediaError: it is damaged
    """
    with _file(path) as file:
        return len(file.pages)


def tiff_extent(path: Path, number: int = 1) -> tuple[int, int]:
    """Columns and rows of a page, upright.

    :param number: which one, from 1

    :raises MediaError: it is damaged, or larger than the limit
    """
    with _page(path, number) as page:
        turned = _orientation(page) >= 5
        return (page.imagelength, page.imagewidth) if turned else (page.imagewidth, page.imagelength)


def read_tiff(path: Path, level: int = 0, number: int = 1) -> Raster:
    """A page of a file.

    :param level: up to 0: shrink it to ``2 ** level`` of its size, piece by piece; one with a palette is as it is
    :param number: which page, from 1
    :raises MediaError: it is damaged or cut short, larger than the limit, or stored in a way that is not read
    """
    with opened_page(path, number) as page:
        if level < 0 and is_banded(page):
            return raster_of(_shrunk(page, 1 << -level), page)
        return raster_of(_whole(page, path), page)


def is_banded(page: Any) -> bool:
    """Whether its pieces can be looked at one by one: those of a palette, of CIELAB, and parts of bytes, cannot."""
    return int(page.photometric) not in (_PALETTE, _LAB, _ICC_LAB) and page.bitspersample >= 8


def raster_of(samples: npt.NDArray[Any], page: Any) -> Raster:
    """Samples of a page, or of some of its rows, with their meaning.

    :raises ValueError: it is stored in a way that is not read
    """
    photometric = int(page.photometric)
    colour = Colour(profile=_tag(page, _PROFILE))
    if photometric == _PALETTE:
        return Raster(_from_palette(samples, page), "rgb", 8, colour=colour, orientation=_orientation(page))
    if photometric in (_LAB, _ICC_LAB):
        return _from_lab(samples, page)
    model = _MODELS.get(photometric)
    if model is None or samples.shape[2] < _COUNTS[model]:
        raise ValueError(f"its colours ({page.photometric.name}) cannot be read; save it as RGB")
    alpha = _alpha(page, samples.shape[2] - _COUNTS[model])
    samples, depth = _known(samples, page, model)
    samples = samples[:, :, : _COUNTS[model] + (alpha != "none")]
    return Raster(samples, model, depth, alpha, colour, _orientation(page))


@contextmanager
def opened_page(path: Path, number: int) -> Iterator[Any]:
    """A page of a file, all of whose pieces are there.

    :raises MediaError: it is damaged or cut short, or larger than the limit; also in the block
    """
    with _page(path, number) as page:
        _check_whole(page, path)
        yield page


def piece(page: Any, number: int) -> tuple[npt.NDArray[Any], tuple[int, ...]]:
    """One of a page's pieces, ``[row, column, channel]``, and where it lies: channel, depth, row, column, sample.

    :raises ValueError: it cannot be decoded
    """
    words = {"_fullsize": page.is_tiled}
    if int(page.compression) in _JPEGS:
        words |= {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader}
    file = page.parent.filehandle
    file.seek(page.dataoffsets[number])
    found, place, _ = page.decode(file.read(page.databytecounts[number]), number, **words)
    if found is None:
        raise ValueError("a piece of it is missing")
    return found[0], place


def is_plain(page: Any) -> bool:
    """Whether any rows of it can be read as they stand: it is of strips without compression."""
    whole = page.bitspersample == 8 * page.dtype.itemsize
    return int(page.compression) == 1 and not page.is_tiled and whole and page.fillorder == 1 and page.predictor == 1


def plain_rows(page: Any, top: int, bottom: int) -> npt.NDArray[Any]:
    """Some rows of a plain page, ``[row, column, channel]``."""
    count = page.samplesperpixel
    planes = count if int(page.planarconfig) == 2 else 1
    strip, kind = min(page.rowsperstrip, page.imagelength), page.dtype.newbyteorder(page.parent.byteorder)
    row, strips = page.imagewidth * count // planes, -(-page.imagelength // strip)
    out = np.empty((bottom - top, page.imagewidth, count), page.dtype)
    file = page.parent.filehandle
    for plane in range(planes):
        there = out[:, :, plane : plane + 1] if planes > 1 else out
        for number in range(top // strip, -(-bottom // strip)):
            begin, end = max(top, number * strip), min(bottom, (number + 1) * strip)
            file.seek(page.dataoffsets[plane * strips + number] + (begin - number * strip) * row * kind.itemsize)
            found = np.frombuffer(file.read((end - begin) * row * kind.itemsize), kind)
            there[begin - top : end - top] = found.reshape(end - begin, page.imagewidth, -1)
    return out


@contextmanager
def _page(path: Path, number: int) -> Iterator[Any]:
    with _file(path) as file:
        if number > 1 and number > len(file.pages):
            raise MediaError(f"{path}: has no page {number}: it has {len(file.pages)}")
        page: Any = file.pages[number - 1]
        _check_size(page, MOST_PIXELS, path)
        if not (page.imagewidth and page.imagelength and page.dtype is not None) or page.imagedepth != 1:
            raise ValueError("it holds no picture that can be read")
        yield page


@contextmanager
def _file(path: Path) -> Iterator[Any]:
    import tifffile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what matters of its warnings is an error here
    try:
        with tifffile.TiffFile(path) as file:
            yield file
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaError(f"{path}: is larger than what is read") from error
    except (*BROKEN, tifffile.TiffFileError, KeyError, AttributeError) as error:
        raise MediaError(f"{path}: is damaged or cut short: {error}") from error


def _check_size(page: Any, most: int, path: Path) -> None:
    width, height = page.imagewidth, page.imagelength
    if width * height > most:
        raise MediaError(f"{path}: {width}x{height} is larger than {most:,} pixels, the most that is read")


def _whole(page: Any, path: Path) -> npt.NDArray[Any]:
    _check_size(page, MAX_PIXELS, path)
    samples: npt.NDArray[Any] = page.asarray(maxworkers=1)
    if page.axes[:1] == "S":  # each channel apart
        samples = np.moveaxis(samples, 0, -1)
    return samples if samples.ndim == 3 else samples[:, :, np.newaxis]


def _shrunk(page: Any, factor: int) -> npt.NDArray[Any]:
    """The mean of each square of so many pixels, from one piece of the picture after the other.

    :raises ValueError: a piece cannot be decoded
    """
    height, width, channels = page.imagelength, page.imagewidth, page.samplesperpixel
    exact = _sums_type(page.dtype, factor)
    sums = np.zeros((-(-height // factor), -(-width // factor), channels), exact)
    for samples, channel, top, left in _parts(page):
        part = samples.astype(exact)
        for axis, first in ((0, top), (1, left)):
            places = np.arange(first, first + part.shape[axis]) // factor
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            part = np.add.reduceat(part, starts, axis)
        y, x = top // factor, left // factor
        there = sums[y : y + part.shape[0], x : x + part.shape[1]]
        if part.shape[2] == channels:
            there += part
        else:
            there[:, :, channel] += part[:, :, 0]
    counts = [np.bincount(np.arange(side) // factor) for side in (height, width)]
    mean = np.empty(sums.shape, page.dtype.newbyteorder("="))
    for row, line in enumerate(sums):
        pixels: npt.NDArray[Any] = (counts[0][row] * counts[1])[:, np.newaxis]
        mean[row] = line / pixels if exact.kind == "f" else (line + pixels // 2) // pixels
    return mean


def _parts(page: Any) -> Iterator[tuple[npt.NDArray[Any], int, int, int]]:
    """All samples, a few rows of a piece at a time, each with its channel, if it is of one, its first row and column.

    :raises ValueError: a piece cannot be decoded
    """
    height, width = page.imagelength, page.imagewidth
    if is_plain(page):
        for top in range(0, height, _RUN):
            yield plain_rows(page, top, min(top + _RUN, height)), 0, top, 0
        return
    for piece, (channel, _, top, left, _), _shape in page.segments(maxworkers=1, buffersize=_BUFFER):
        if piece is None:
            raise ValueError("a piece of it is missing")
        part = piece[0, : height - top, : width - left]
        for begin in range(0, len(part), _RUN):
            yield part[begin : begin + _RUN], channel, top + begin, left


def _sums_type(samples: np.dtype[Any], factor: int) -> np.dtype[Any]:
    """What the sum of a square of samples fits in."""
    if samples.kind == "f":
        return np.dtype(np.float64 if samples.itemsize > 4 else np.float32)
    if samples.itemsize == 1 and factor <= 16:
        return np.dtype(np.uint16)
    return np.dtype(np.uint32 if samples.itemsize <= 2 and factor <= 256 else np.uint64)


def _check_whole(page: Any, path: Path) -> None:
    """:raises ValueError: a piece of the picture is missing, or is larger than what is read"""
    tile = (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)
    across, down = -(-page.imagewidth // tile[0]), -(-page.imagelength // min(tile[1], page.imagelength))
    pieces = across * down * (page.samplesperpixel if int(page.planarconfig) == 2 else 1)
    offsets, counts = page.dataoffsets, page.databytecounts
    if len(offsets) < pieces or len(counts) < pieces:
        raise ValueError(f"it has {min(len(offsets), len(counts))} of {pieces} pieces")
    size = path.stat().st_size
    if any(count <= 0 or offset <= 0 or offset + count > size for offset, count in zip(offsets, counts, strict=False)):
        raise ValueError("a piece of it lies beyond its end")
    piece = tile[0] * (tile[1] if page.is_tiled else min(tile[1], page.imagelength))
    if piece * page.samplesperpixel * page.dtype.itemsize > _MOST_BYTES and not is_plain(page):
        raise ValueError("its pieces are too large")
    if int(page.compression) == 1:
        needed = page.imagewidth * page.imagelength * page.samplesperpixel * page.bitspersample // 8
        if sum(counts) < needed:
            raise ValueError(f"it holds {sum(counts):,} of {needed:,} bytes")
    if int(page.photometric) == _YCBCR and int(page.compression) not in _JPEGS:
        raise ValueError("its colours are Y'CbCr without JPEG compression; save it as RGB")


def _from_lab(samples: npt.NDArray[Any], page: Any) -> Raster:
    """CIELAB under D50, as Photoshop's notes have it, as light (TIFF 6.0, section 23; ICC's coding, TIFF/EP)."""
    if samples.shape[2] < 3 or samples.dtype.kind not in "ui" or samples.dtype.itemsize > 2:
        raise ValueError(f"its CIELAB is of {samples.dtype}; save it as RGB")
    deep = samples.dtype.itemsize == 2
    codes = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    alpha = _alpha(page, samples.shape[2] - 3)
    if alpha == "premultiplied":
        raise ValueError("its CIELAB is multiplied by its alpha; save it as RGB")
    light = lab_to_light(codes, icc_coding=int(page.photometric) == _ICC_LAB)
    if alpha != "none":
        most = np.float32(65535 if deep else 255)
        light = np.concatenate((light, codes[:, :, 3:4].astype(np.float32) / most), -1)
    return Raster(light, "rgb", 32, alpha, Colour(), _orientation(page))


def _known(samples: npt.NDArray[Any], page: Any, model: Model) -> tuple[npt.NDArray[Any], int]:
    """The samples in a type that rasters have, and their bits; black is 0."""
    bits = page.bitspersample
    kind = samples.dtype.kind
    if kind == "b":
        samples, bits = samples.astype(np.uint8) * np.uint8(255), 8
    elif kind == "f":
        return samples.astype(np.float32), 32
    elif kind == "u" and samples.dtype.itemsize == 4:
        samples, bits = (samples >> np.uint32(16)).astype(np.uint16), 16
    elif kind != "u" or samples.dtype.itemsize > 4:
        raise ValueError(f"its samples are {samples.dtype}, which cannot be read; save it with 8 or 16 bits")
    elif bits < 8:
        samples, bits = (samples * (255 / ((1 << bits) - 1)) + 0.5).astype(np.uint8), 8
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if int(page.photometric) == _MIN_IS_WHITE:
        samples = samples.copy()
        samples[:, :, 0] = ((1 << bits) - 1) - samples[:, :, 0]
    return samples, bits


def _alpha(page: Any, extra: int) -> Alpha:
    if extra < 1 or not page.extrasamples:
        return "none"
    return {_ASSOCIATED: "premultiplied", _UNASSOCIATED: "straight"}.get(int(page.extrasamples[0]), "none")  # type: ignore[return-value]


def _from_palette(samples: npt.NDArray[Any], page: Any) -> npt.NDArray[np.uint8]:
    colours = np.asarray(page.colormap, np.uint16)
    return np.ascontiguousarray(np.moveaxis((colours >> 8).astype(np.uint8)[:, samples[:, :, 0]], 0, -1))


def _orientation(page: Any) -> int:
    value = _tag(page, _ORIENTATION)
    return int(value) if isinstance(value, int) else 1


def _tag(page: Any, code: int) -> Any:
    tag = page.tags.get(code)
    return None if tag is None else tag.value
