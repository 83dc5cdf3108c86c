"""Palettes: which colours a film's pixels have goes in; few colours that stand for them come out, and each pixel's.

All of it is arithmetic on whole numbers, or on floats one by one in a fixed order, so that it is the same everywhere.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: ``uint8[row, column, 3]``, R'G'B'.
Pixels = npt.NDArray[np.uint8]
#: Bits of a channel by which colours are counted, and by which the nearest of a palette is looked up.
_COUNTED, _LOOKED_UP = 6, 6
_CELLS: Final = 1 << 3 * _COUNTED
_ROUNDS: Final = 8
#: How far from its own colour a pixel is dithered, in parts of the way to the palette's next colour.
_STRENGTH: Final = 0.35


class Colours:
    """How often which colours were seen, and which ones while they were few."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.counts = np.zeros(_CELLS, np.int64)
        self.sums = np.zeros((3, _CELLS), np.int64)
        self.few: set[int] | None = set()  #: each as 0xRRGGBB; ``None`` once they are more than a palette holds

    def add(self, pixels: Pixels, seen: npt.NDArray[np.bool_] | None = None) -> None:
        """Count the pixels of a picture, or those of it that are seen."""
        flat = pixels.reshape(-1, 3) if seen is None else pixels[seen]
        cells = _cells(flat, _COUNTED)
        self.counts += np.bincount(cells, minlength=_CELLS)
        for channel in range(3):
            summed = np.bincount(cells, weights=flat[:, channel], minlength=_CELLS)
            self.sums[channel] += summed.astype(np.int64)
        if self.few is not None:
            self.few |= set(np.unique(_whole(flat)).tolist())
            if len(self.few) > self._most:
                self.few = None

    def join(self, other: Colours) -> None:
        """Count what another one has counted."""
        self.counts += other.counts
        self.sums += other.sums
        self.few = None if self.few is None or other.few is None else self.few | other.few
        if self.few is not None and len(self.few) > self._most:
            self.few = None

    def painter(self) -> Painter:
        """What paints with this palette."""
        return Painter(self.palette(), exact=self.few is not None)

    def misses(self, painter: Painter) -> float:
        """By how much a painter's palette misses these colours: the mean of the squares of the distances, in codes."""
        used = np.flatnonzero(self.counts)
        if not len(used):
            return 0.0
        points = self.sums[:, used].astype(np.float64) / self.counts[used]
        centres = painter.palette.T.astype(np.float64)
        away = ((points - centres[:, _nearest(points, centres)]) ** 2).sum(axis=0)
        return float((away * self.counts[used]).sum() / self.counts[used].sum())

    def palette(self) -> npt.NDArray[np.uint8]:
        """At most so many colours, ``uint8[n, 3]``: those that were seen where they are few enough."""
        if self.few is not None:
            exact = np.array(sorted(self.few), np.int64)
            parts = [np.right_shift(exact, shift) & 255 for shift in (16, 8, 0)]
            return np.stack(parts, axis=1).astype(np.uint8)
        used = np.flatnonzero(self.counts)
        weights = self.counts[used].astype(np.float64)
        points = self.sums[:, used].astype(np.float64) / weights
        centres = _settled(points, weights, _cut(points, weights, self._most))
        return np.unique(np.rint(centres.T).astype(np.uint8), axis=0)


def _cells(flat: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.int64]:
    parts = (flat >> (8 - bits)).astype(np.int64)
    cells: npt.NDArray[np.int64] = parts[:, 0] << 2 * bits | parts[:, 1] << bits | parts[:, 2]
    return cells


def _whole(flat: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    wide = flat.astype(np.uint32)
    whole: npt.NDArray[np.uint32] = (wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]).astype(np.uint32)
    return whole


def _cut(points: npt.NDArray[Any], weights: npt.NDArray[Any], most: int) -> npt.NDArray[Any]:
    """Means of boxes: again and again the one whose colours differ most is cut at its mean (P. Heckbert, 1982)."""
    boxes = [np.arange(points.shape[1])]
    spreads = [_spread(points, weights, boxes[0])]
    while len(boxes) < most:
        widest = max(range(len(boxes)), key=lambda box: spreads[box][0])
        spread, channel, mean = spreads[widest]
        if spread <= 0:
            break
        inside = boxes[widest]
        below = points[channel, inside] <= mean
        for place, part in ((widest, inside[below]), (len(boxes), inside[~below])):
            boxes[place : place + 1] = [part]
            spreads[place : place + 1] = [_spread(points, weights, part)]
    means = [(points[:, box] * weights[box]).sum(axis=1) / weights[box].sum() for box in boxes]
    return np.stack(means, axis=1)


def _spread(points: npt.NDArray[Any], weights: npt.NDArray[Any], box: npt.NDArray[Any]) -> tuple[float, int, float]:
    """By how much the colours of a box differ, in which channel most, and that channel's mean."""
    if len(box) < 2:
        return 0.0, 0, 0.0
    inside, heavy = points[:, box], weights[box]
    means = (inside * heavy).sum(axis=1) / heavy.sum()
    spreads = ((inside - means[:, np.newaxis]) ** 2 * heavy).sum(axis=1)
    channel = int(spreads.argmax())
    return float(spreads[channel]), channel, float(means[channel])


def _settled(points: npt.NDArray[Any], weights: npt.NDArray[Any], centres: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Centres moved to the means of what is nearest to each, some times over (S. Lloyd, 1982)."""
    for _ in range(_ROUNDS):
        nearest = _nearest(points, centres)
        total = np.bincount(nearest, weights=weights, minlength=centres.shape[1])
        moved = [np.bincount(nearest, weights=weights * points[c], minlength=centres.shape[1]) for c in range(3)]
        centres = np.where(total > 0, np.stack(moved) / np.maximum(total, 1), centres)
    return centres


def _nearest(points: npt.NDArray[Any], centres: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    found = np.empty(points.shape[1], np.int64)
    wide = centres.astype(np.float32)
    for start in range(0, points.shape[1], 4096):
        part = points[:, start : start + 4096].astype(np.float32)
        away = sum((part[c][:, np.newaxis] - wide[c]) ** 2 for c in range(3))
        found[start : start + 4096] = np.argmin(away, axis=1)
    return found


class Painter:
    """Says for each pixel which colour of a palette stands for it.

    A pixel between two colours is now the one and now the other, by its place alone (B. Bayer, 1973): what does not
    move does not shimmer.

    :param exact: whether no other colours than the palette's are painted
    """

    def __init__(self, palette: npt.NDArray[np.uint8], *, exact: bool) -> None:
        self.palette = palette
        self._sorted = _whole(palette) if exact else None
        if exact:
            return
        side = 1 << _LOOKED_UP
        middle = (np.arange(side) * 2 + 1) * (256 // side) / 2
        cells = np.stack(np.meshgrid(middle, middle, middle, indexing="ij")).reshape(3, -1)
        centres = palette.T.astype(np.float64)
        self._table = _nearest(cells, centres).astype(np.uint8)
        apart = sum((centres[c][:, np.newaxis] - centres[c]) ** 2 for c in range(3))
        np.fill_diagonal(apart, np.inf)
        # The way to the next colour, along each of three channels.
        self._steps = (_STRENGTH * np.sqrt(apart.min(axis=1) / 3)).astype(np.float32)

    def indices(self, pixels: Pixels, part: tuple[slice, slice]) -> npt.NDArray[np.uint8]:
        """The number of each pixel's colour in the palette, for a part of a picture: rows and columns."""
        inside = pixels[part]
        height, width, _ = inside.shape
        flat = inside.reshape(-1, 3)
        if self._sorted is not None:
            return np.searchsorted(self._sorted, _whole(flat)).astype(np.uint8).reshape(height, width)
        first = self._table[_cells(flat, _LOOKED_UP)]
        offsets = (self._steps[first].reshape(height, width) * _thresholds(*pixels.shape[:2])[part]).reshape(-1, 1)
        moved = np.clip(np.rint(flat + offsets), 0, 255).astype(np.uint8)
        return self._table[_cells(moved, _LOOKED_UP)].reshape(height, width)


@functools.cache
def _thresholds(height: int, width: int) -> npt.NDArray[np.float32]:
    square = np.zeros((1, 1))
    for _ in range(3):
        square = np.block([[4 * square, 4 * square + 2], [4 * square + 3, 4 * square + 1]])
    tiled = np.tile((square + 0.5) / 64 - 0.5, (-(-height // 8), -(-width // 8)))
    return tiled[:height, :width].astype(np.float32) * 2
