"""Large stills by bands: a file is opened, and any rows of it come out as pictures, without the others being held.

Rows are those that lie in the file, not turned upright.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.media.picture import Picture, check_light
from reelwork.media.stills import by_pillow, tiff
from reelwork.media.stills.raster import Colour, Raster, picture_of

#: Bytes of all pieces of a TIFF that lie beside each other, once they are decoded.
_MOST_PIECES: Final = 192 << 20
#: Rows that are kept of those decoded last: neighbouring bands overlap.
_OVERLAP: Final = 128
#: Rows of a JPEG that are decoded at once are a multiple of it.
_RUN: Final = 64


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

    @abstractmethod
    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        """The samples of some rows, ``[row, column, channel]``."""

    @abstractmethod
    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        """Samples with their meaning."""


class _Jpeg(Banded):
    """It is decoded from the top to the bottom, and from the top again where rows are wanted that have passed."""

    def __init__(self, path: Path, size: tuple[int, int], colour: Colour) -> None:
        self.path, self._colour = path, colour
        self.width, self.height = size
        self._image: Any = None
        self._done = 0
        self._tail: npt.NDArray[Any] = np.empty((0, size[0], 3), np.uint8)

    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
        import pyvips

        try:
            if self._image is None or top < self._done - len(self._tail):
                pyvips.cache_set_max(0)  # it would know files by their names
                self._image = pyvips.Image.jpegload(str(self.path), access="sequential", fail_on="error")
                self._done, self._tail = 0, self._tail[:0]
            # libjpeg's rows come in whole runs; what is decoded beyond those that are wanted waits for the next ones
            end = min(-(-bottom // _RUN) * _RUN, self.height)
            if end > self._done:
                begin = max(top // _RUN * _RUN, self._done)
                found: npt.NDArray[Any] = self._image.crop(0, begin, self.width, end - begin).numpy()
                found = found.reshape(end - begin, self.width, -1)
                self._tail = np.concatenate((self._tail, found)) if begin == self._done > top else found
                self._done = end
        except pyvips.Error as error:
            raise ValueError(str(error).strip()) from error
        begin = self._done - len(self._tail)
        wanted = self._tail[top - begin : bottom - begin]
        self._tail = self._tail[-_OVERLAP:].copy()
        return wanted

    def _raster(self, samples: npt.NDArray[Any]) -> Raster:
        return Raster(samples, "grey" if samples.shape[2] == 1 else "rgb", 8, "none", self._colour)


class _Tiff(Banded):
    def __init__(self, path: Path, page: Any, held: ExitStack) -> None:
        self.path, self._page, self._held = path, page, held
        self.width, self.height = page.imagewidth, page.imagelength
        self._down = page.tilelength if page.is_tiled else min(page.rowsperstrip, self.height)
        self._last: tuple[int, npt.NDArray[Any]] | None = None

    @property
    def weight(self) -> int:
        """Bytes of the pieces that lie beside each other."""
        return int(self.width * self._down * self._page.samplesperpixel * self._page.dtype.itemsize)

    def _read(self, top: int, bottom: int) -> npt.NDArray[Any]:
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


def jpeg_rows(path: Path) -> Banded | None:
    """A JPEG by rows; ``None`` for one of inks.

    :raises MediaError: it is damaged
    """
    with by_pillow.opened(path) as image:
        if image.format not in ("JPEG", "MPO") or image.mode not in ("RGB", "L"):
            return None
        return _Jpeg(path, image.size, by_pillow.colour_of(image, path))


def tiff_rows(path: Path, number: int) -> Banded | None:
    """A page of a TIFF by rows; ``None`` where its pieces are too large, or its samples need all of it.

    :param number: which page, from 1
    :raises MediaError: it is damaged
    """
    held = ExitStack()
    with ExitStack() as closing:
        page = closing.enter_context(tiff.opened_page(path, number))
        rows = _Tiff(path, page, held)
        if not tiff.is_banded(page) or rows.weight > _MOST_PIECES:
            return None
        held.push(closing.pop_all())
    return rows
