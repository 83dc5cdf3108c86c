"""Smaller versions of a frame: a frame goes in, and frames of half, a quarter … its width or height come out.

Pixel ``k`` of a halved axis covers pixels ``2k`` and ``2k + 1`` of the axis before it, wherever the window lies, so a
part of a frame has the same smaller versions as the whole. The filter is the cubic of :mod:`reelwork.kernels.taps`,
stretched by 2 and limited: its eight weights are sums of powers of two, and add up to 1 exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeAlias, TypeVar, cast

import numpy as np

from reelwork.image.frame import Frame
from reelwork.image.packed import HIGHEST, PackedFrame
from reelwork.image.window import Window
from reelwork.kernels.arrays import Float, Floats, Int, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.resample_upright import down_columns, read_ahead, resample_upright
from reelwork.kernels.taps import limited8

F = np.float32
U = np.uint64
#: How far the eight taps reach beyond the two pixels that they replace.
HALVING_REACH: Final = 3
#: Beyond so many halvings nothing is left of any canvas.
MOST_LEVELS: Final = 24

# A box so large that it has no edges to fade at.
_EVERYWHERE: Final = np.array((-1e12, -1e12, 1e12, 1e12))

#: What can be resampled.
Samples: TypeAlias = Frame | PackedFrame
S = TypeVar("S", bound=Samples, covariant=True)


class Mipmap(Generic[S]):
    """A frame together with its smaller versions, made when first asked for; safe to share between threads.

    :param opaque: whether all of it is: then it is resampled faster, to the same bits
    """

    def __init__(self, frame: S, *, opaque: bool = False) -> None:
        self.window = frame.window
        self.opaque = opaque
        self._levels: dict[tuple[int, int], Samples] = {(0, 0): frame}
        self._shrunk: tuple[tuple[int, int, float, float, bool], Frame] | None = None
        self._asked: tuple[set[tuple[int, int]], set[tuple[int, int]]] = (set(), set())
        self._again: Callable[[], Samples] | None = None
        self._building = threading.Lock()

    @property
    def frame(self) -> S:
        """The frame itself. To look at it is not to ask for it: :meth:`slim` need not go on holding it."""
        return cast("S", self._found(0, 0))

    @property
    def held_bytes(self) -> int:
        """What it takes of memory now."""
        with self._building:
            shrunk = 0 if self._shrunk is None else self._shrunk[1].data.nbytes
            return shrunk + sum(level.data.nbytes for level in self._levels.values())

    def level(self, x: int, y: int) -> Samples:
        """The frame halved ``x`` times along x and ``y`` times along y."""
        self._asked[0].add((x, y))
        return self._found(x, y)

    def begin(self) -> None:
        """Say that what is asked for from now on is another picture's."""
        self._asked = (set(), self._asked[0])

    def slim(self, again: Callable[[], Samples]) -> None:
        """Hold those versions alone that were asked for since the last but one :meth:`begin`.

        :param again: gives back the frame itself, where a version is asked for that is not held
        """
        with self._building:
            asked = self._asked[0] | self._asked[1]
            self._levels = {key: level for key, level in self._levels.items() if key in asked}
            self._again = again

    def shrunk(self, x: int, y: int, by_x: float, by_y: float, *, linear: bool) -> Frame:
        """The frame halved so often, and then shrunk to any size down to the next half. The last one is held."""
        key = (x, y, by_x, by_y, linear)
        self._asked[0].add((x, y))
        with self._building:
            if self._shrunk is None or self._shrunk[0] != key:
                self._shrunk = (key, shrunk(self._level(x, y), by_x, by_y, opaque=self.opaque, linear=linear))
            return self._shrunk[1]

    def _found(self, x: int, y: int) -> Samples:
        found = self._levels.get((x, y))
        if found is None:
            with self._building:
                found = self._level(x, y)
        return found

    def _level(self, x: int, y: int) -> Samples:
        found = self._levels.get((x, y))
        if found is None:
            if (x, y) == (0, 0):
                assert self._again is not None
                found = self._again()
            else:
                along_x, along_y = x >= y, y >= x
                larger = self._level(x - along_x, y - along_y)
                found = halved(larger, along_x=along_x, along_y=along_y, opaque=self.opaque)
            self._levels[x, y] = found
        return found


def half_taps(stretch: float) -> int:
    """Half the taps of the interpolation kernel, stretched by a factor of 1 to 2."""
    return 2 if stretch == 1.0 else 3 if stretch <= 1.5 else 4


def shrunk(frame: Samples, by_x: float, by_y: float, *, opaque: bool, linear: bool) -> Frame:
    """The frame shrunk by factors of 1 to 2; its edge's pixels stand for those that lie beyond.

    Pixel ``k`` of an axis covers ``k`` to ``k + 1`` times the factor, wherever the window lies.
    """
    x0, y0, x1, y1 = frame.window
    out = Frame.empty(Window.around(x0 / by_x, y0 / by_y, x1 / by_x, y1 / by_y))
    if not out.window.is_empty:
        resample_upright(
            frame.data, unit(frame), full(frame, opaque), x0, y0, by_x, by_y, 0.0, 0.0, _EVERYWHERE, 1.0, 1.0,
            half_taps(by_x), half_taps(by_y), F(1.0 / by_x), F(1.0 / by_y), linear, *out.window[:2], out.data,
        )  # fmt: skip
    return out


def shrinking_needs(window: Window, by_x: float, by_y: float) -> Window:
    """Which pixels are read to make those of a window of the shrunk frame."""
    x0, y0, x1, y1 = window
    reach_x, reach_y = half_taps(by_x) + 0.5, half_taps(by_y) + 0.5
    low_x, high_x = (x0 + 0.5) * by_x - reach_x, (x1 - 0.5) * by_x + reach_x
    return Window.around(low_x, (y0 + 0.5) * by_y - reach_y, high_x, (y1 - 0.5) * by_y + reach_y)


def full(frame: Samples, opaque: bool) -> np.float32:
    """The sample of whole alpha in a frame that is opaque; 0 for others."""
    return F(0.0) if not opaque else F(HIGHEST) if isinstance(frame, PackedFrame) else F(1.0)


def unit(frame: Samples) -> np.float32:
    """The light of a sample of 1."""
    return F(1.0) / F(HIGHEST) if isinstance(frame, PackedFrame) else F(1.0)


def halved(frame: Samples, *, along_x: bool, along_y: bool, opaque: bool = False) -> Samples:
    """The frame at half its size along x, along y or both; its edge's pixels stand for those that lie beyond."""
    out = type(frame).empty(halved_window(frame.window, along_x=along_x, along_y=along_y))
    rounding = F(0.5 if isinstance(frame, PackedFrame) else 0.0)  # codes are cut off to whole ones
    if not out.window.is_empty:
        _halve(
            frame.data, *frame.window[:2], along_x, along_y, rounding, 3 if opaque else 4, *out.window[:2], out.data
        )  # fmt: skip
        if opaque:
            out.data[3] = full(frame, opaque)
    return out


def halved_window(window: Window, *, along_x: bool, along_y: bool) -> Window:
    """The window of a halved frame."""
    x0, y0, x1, y1 = window
    if along_x:
        x0, x1 = x0 // 2, -(-x1 // 2)
    if along_y:
        y0, y1 = y0 // 2, -(-y1 // 2)
    return Window(x0, y0, x1, y1)


def halving_needs(window: Window, *, along_x: bool, along_y: bool) -> Window:
    """Which pixels are read to make those of a window of the halved frame."""
    x0, y0, x1, y1 = window
    if along_x:
        x0, x1 = 2 * x0 - HALVING_REACH, 2 * x1 + HALVING_REACH
    if along_y:
        y0, y1 = 2 * y0 - HALVING_REACH, 2 * y1 + HALVING_REACH
    return Window(x0, y0, x1, y1)


@kernel
def _halve(
    source: Plane, x0: Int, y0: Int, along_x: bool, along_y: bool, rounding: Float, channels: Int,
    out_x0: Int, out_y0: Int, out: Plane,
) -> None:  # fmt: skip
    weights, whole = np.empty(8, np.float32), np.zeros(4, np.float32)
    weights[0] = weights[7] = F(-0.01171875)
    weights[1] = weights[6] = F(-0.03515625)
    weights[2] = weights[5] = F(0.11328125)
    weights[3] = weights[4] = F(0.43359375)
    whole[1] = F(1.0)
    low = 2 * out_x0 - 3 - x0 if along_x else 0
    line = np.empty((4, 2 * out.shape[2] + 6 if along_x else out.shape[2]), np.float32)
    ahead = np.empty(1, np.float32)
    for row in range(out.shape[1]):
        if along_y:
            top = 2 * (out_y0 + row) - 3 - y0
            ahead[0] = read_ahead(source, top + 8, top + 10, low, low + line.shape[1], channels)
            down_columns(source, top, weights, low, low + line.shape[1], channels, line)
        else:
            down_columns(source, out_y0 + row - y0 - 1, whole, low, low + line.shape[1], channels, line)
        if along_x:
            _halve_line(line, weights, rounding, channels, row, out)
        else:
            for k in range(channels):
                for t in range(U(out.shape[2])):
                    out[k, U(row), t] = line[k, t] + rounding


@kernel
def _halve_line(line: Floats, weights: Floats, rounding: Float, channels: Int, row: Int, out: Plane) -> None:
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    for k in range(channels):
        for t in range(U(out.shape[2])):
            i = U(2) * t
            value = limited8(
                line[k, i], line[k, i + U(1)], line[k, i + U(2)], line[k, i + U(3)],
                line[k, i + U(4)], line[k, i + U(5)], line[k, i + U(6)], line[k, i + U(7)],
                w0, w1, w2, w3, w3, w2, w1, w0,
            )  # fmt: skip
            out[k, U(row), t] = value + rounding
