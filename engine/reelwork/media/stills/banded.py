"""Large stills by bands: a file is opened, and any rows of it come out as pictures, without the others being held.

Rows are those that lie in the file, not turned upright.
"""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.folders import caches
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.picture import Picture, check_light
from reelwork.media.stills import by_pillow, jpeg, tiff
from reelwork.media.stills.raster import Colour, Raster, picture_of
from reelwork.media.stills.sequence import Sequence

#: Bytes of all pieces of a TIFF that lie beside each other, once they are decoded.
_MOST_PIECES: Final = 192 << 20
#: Rows of a whole picture that are written at a time.
_LAID_ROWS: Final = 256


class Banded(ABC):
    """An open file whose rows can be decoded.

    :param width: columns, as stored
    :param height: rows, as stored
    """

    path: Path
    width: int
    height: int

    def picture(self, top: int, bottom: int) -> Picture:
        """Some rows, from the left to the right edge.

        :raises MediaError: they cannot be decoded
        """
        with by_pillow.reading(self.path):
            return check_light(picture_of(self._raster(self._read(top, bottom))), self.path)

    def rest(self) -> None:
        """Let go what was decoded and can be decoded again."""
        return

    @abstractmethod
    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        """The samples of some rows, ``[row, column, channel]``."""

    @abstractmethod
    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        """Samples with their meaning."""


class _Rows(Banded):
    """One that is decoded from the top to the bottom.

    :param depth: bits of a sample
    :param inks: whether four channels are inks
    :param held: what is closed with it
    """

    def __init__(
        self, path: Path, rows: Sequence, depth: int, colour: Colour, held: ExitStack, *, inks: bool = False
    ) -> None:
        self.path, self._rows, self._depth, self._colour, self._inks = path, rows, depth, colour, inks
        self.width, self.height = rows.width, rows.height
        self._held = held

    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        return self._rows.rows(top, bottom)

    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        if self._inks:
            return Raster(samples, "cmyk", self._depth, "none", self._colour)
        return by_pillow.stacked_raster(samples, self._depth, self._colour)


class _Tiff(Banded):
    def __init__(self, path: Path, page: Any, held: ExitStack) -> None:
        self.path, self._page, self._held = path, page, held
        self.width, self.height = page.imagewidth, page.imagelength
        self._down = page.tilelength if page.is_tiled else min(page.rowsperstrip, self.height)
        self._last: tuple[int, npt.NDArray[Any]] | None = None

    def rest(self) -> None:
        self._last = None

    @property
    def weight(self) -> int:
        """Bytes of the pieces that lie beside each other, where they are decoded as a whole."""
        if tiff.is_plain(self._page):
            return 0
        return int(self.width * self._down * self._page.samplesperpixel * self._page.dtype.itemsize)

    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        if tiff.is_plain(self._page):
            return tiff.plain_rows(self._page, top, bottom)
        parts = []
        for row in range(top // self._down, -(-bottom // self._down)):
            begin = row * self._down
            parts.append(self._pieces(row)[max(0, top - begin) : bottom - begin])
        return np.concatenate(parts)

    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        return replace(tiff.raster_of(samples, self._page), orientation=1)

    def _pieces(self, row: int) -> npt.NDArray[Any]:
        """The pieces that lie beside each other, from one edge to the other."""
        if self._last is not None and self._last[0] == row:
            return self._last[1]
        page, begin = self._page, row * self._down
        count = page.samplesperpixel
        out = np.empty((min(self._down, self.height - begin), self.width, count), page.dtype)
        across = -(-self.width // page.tilewidth) if page.is_tiled else 1
        down = -(-self.height // self._down)
        for plane in range(count if int(page.planarconfig) == 2 else 1):
            for column in range(across):
                piece, (channel, _, top, left, _) = tiff.piece(page, (plane * down + row) * across + column)
                part = piece[: self.height - top, : self.width - left]
                there = out[: part.shape[0], left : left + part.shape[1]]
                if part.shape[2] == count:
                    there[:] = part
                else:
                    there[:, :, channel] = part[:, :, 0]
        self._last = (row, out)
        return out


class _Laid(Banded):
    """One that was decoded as a whole, and lies in a file.

    :param rows: samples of some of its rows, whose length is that of the meaning's
    """

    def __init__(self, path: Path, height: int, rows: Callable[[int, int], npt.NDArray[Any]], meaning: Raster) -> None:
        self.path, self.height = path, height
        self._meaning = replace(meaning, samples=rows(0, 1).copy(), orientation=1)
        _, self.width, self._channels = self._meaning.samples.shape
        try:
            self._file = tempfile.TemporaryFile(dir=caches())  # noqa: SIM115
            for top in range(0, height, _LAID_ROWS):
                self._file.write(np.ascontiguousarray(rows(top, min(top + _LAID_ROWS, height))).data)
            self._file.flush()
        except OSError as error:
            size = f"{self._meaning.samples.nbytes * height / 1e9:.1f} GB in {caches()}"
            raise MediaError(f"{path}: there is no room to unpack it, {size}: {error.strerror or error}") from error

    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        kind, row = self._meaning.samples.dtype, self.width * self._channels
        self._file.seek(top * row * kind.itemsize)
        samples = np.fromfile(self._file, kind, (bottom - top) * row)
        return samples.reshape(bottom - top, self.width, self._channels)

    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        return replace(self._meaning, samples=samples)


def laid(path: Path, read: Callable[[], Raster]) -> Banded:
    """A picture that is decoded only as a whole, by rows from a file in the caches folder.

    :param read: decodes it
    :raises MediaError: it is damaged, or there is no room for it
    """
    with by_pillow.reading(path):
        raster = read()
        samples = raster.samples
        return _Laid(path, len(samples), lambda top, bottom: samples[top:bottom], raster)


def laid_light(path: Path, picture: Picture) -> Banded:
    """The same, of a picture that is light by its own primaries."""

    def rows(top: int, bottom: int) -> npt.NDArray[Any]:
        return np.stack([plane[top:bottom] for plane in picture.planes], -1)

    storage = picture.storage
    meaning = Raster(rows(0, 0), "rgb", 32, storage.alpha, Colour(primaries=storage.primaries))
    return _Laid(path, picture.height, rows, meaning)


def pillow_rows(path: Path) -> Banded:
    """What Pillow opens by rows: a JPEG or PNG as it is decoded, another format laid in a file.

    :raises MediaError: it is damaged, or cannot be read by rows and is too large for another way
    """
    with by_pillow.opened(path) as image, by_pillow.reading(path), ExitStack() as closing:
        colour = by_pillow.colour_of(image, path)
        if image.format in ("JPEG", "MPO"):
            rows = Sequence(path, image.size, "jpegload", closing.enter_context(jpeg.frugal(path)))
            return _Rows(path, rows, 8, colour, closing.pop_all(), inks=image.mode == "CMYK")
        if by_pillow.is_by_rows(image):
            rows = Sequence(path, image.size, "pngload")
            return _Rows(path, rows, by_pillow.png_depth(path), colour, closing.pop_all())
    return laid(path, lambda: by_pillow.read_raster(path))


def tiff_rows(path: Path, number: int) -> Banded | None:
    """A page of a TIFF by rows, laid in a file where its pieces are too large, or its samples need all of it; ``None``
    where it is also too large to be held.

    :param number: which page, from 1
    :raises MediaError: it is damaged
    """
    held = ExitStack()
    with ExitStack() as closing:
        page = closing.enter_context(tiff.opened_page(path, number))
        rows = _Tiff(path, page, held)
        if not tiff.is_banded(page) or rows.weight > _MOST_PIECES:
            small = page.imagewidth * page.imagelength <= MAX_PIXELS
            return laid(path, lambda: tiff.read_tiff(path, 0, number)) if small else None
        held.push(closing.pop_all())
    return rows
