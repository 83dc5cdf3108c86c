"""Stills that are decoded row by row, from the top: any rows of them come out, and little is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

#: Rows that are kept of those decoded last: neighbouring bands overlap.
_OVERLAP: Final = 128
#: Rows that are decoded at once are a multiple of it.
_RUN: Final = 64


class Sequence:
    """The rows of a picture that libvips decodes; again from the top, where rows are wanted that have passed.

    :param load: libvips' name of what decodes it
    :param stands: where its bytes are, if not in the file itself
    """

    def __init__(self, path: Path, size: tuple[int, int], load: str, stands: BinaryIO | None = None) -> None:
        self._path, self._load, self._stands = path, load, stands
        self.width, self.height = size
        self._image: Any = None
        self._done = 0
        self._tail: npt.NDArray[Any] = np.empty((0, size[0], 0), np.uint8)

    def rows(self, top: int, bottom: int) -> npt.NDArray[Any]:
        """The samples of some rows, ``[row, column, channel]``.

        :raises ValueError: they cannot be decoded
        """
        import pyvips

        try:
            if self._image is None or top < self._done - len(self._tail):
                self._image = self._opened()
                self._done, self._tail = 0, self._tail[:0]
            # rows come in whole runs; what is decoded beyond those that are wanted waits for the next ones
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

    def _opened(self) -> Any:
        import pyvips

        pyvips.cache_set_max(0)  # it would know files by their names
        words = {"access": "sequential", "fail_on": "error"}
        if self._stands is None:
            return pyvips.Operation.call(self._load, str(self._path), **words)
        self._stands.seek(0)
        source = pyvips.Source.new_from_descriptor(self._stands.fileno())
        return pyvips.Operation.call(f"{self._load}_source", source, **words)


def shrunk(picture: Sequence, factor: int) -> npt.NDArray[Any]:
    """The mean of each square of so many pixels, those at the edges smaller; a second or fourth channel is alpha, by
    which the others count.

    :raises ValueError: it cannot be decoded
    """
    return np.concatenate(list(_means(picture, factor)))


def _means(picture: Sequence, factor: int) -> Iterator[npt.NDArray[Any]]:
    band = -(-_RUN // factor) * factor
    columns = np.arange(0, picture.width, factor)
    for top in range(0, picture.height, band):
        samples = picture.rows(top, min(top + band, picture.height))
        lines = np.arange(0, len(samples), factor)
        count = np.diff(lines, append=len(samples))[:, None] * np.diff(columns, append=picture.width)
        mean = np.empty((len(lines), len(columns), samples.shape[2]), samples.dtype)

        def sums(plane: npt.NDArray[Any], lines: npt.NDArray[Any] = lines) -> npt.NDArray[np.uint64]:
            added: npt.NDArray[np.uint64] = np.add.reduceat(plane, lines, 0, np.uint64)
            return np.add.reduceat(added, columns, 1)

        colours = samples.shape[2] - (samples.shape[2] % 2 == 0)
        if colours == samples.shape[2]:
            weights, alpha = count.astype(np.uint64), None
        else:
            alpha = samples[:, :, colours]
            total = sums(alpha)
            mean[:, :, colours] = (total + count.astype(np.uint64) // 2) // count.astype(np.uint64)
            weights = np.maximum(total, 1)
        for channel in range(colours):
            plane = samples[:, :, channel]
            total = sums(plane if alpha is None else plane.astype(np.uint32) * alpha)
            mean[:, :, channel] = (total + weights // 2) // weights
        yield mean
