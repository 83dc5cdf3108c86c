"""Gaussian blur: a frame goes in, the blurred pixels of an output window come out.

A wide blur works on a smaller picture: the source is halved until the rest of the blur is a few pixels wide, filtered
there and doubled again. Halving and doubling have the variance that they have, and the filter between them makes up
what is missing of the one that is asked for. The grids of all levels start at pixel 0 of the raster, so that every
result depends on its own neighbourhood alone, whatever the window.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import maths
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.kernels.decorator import kernel

Plane = npt.NDArray[np.float32]

#: The filter reaches so many standard deviations: beyond lie 5 in 10,000 of a Gaussian's weight.
_REACH: Final = 3.5
#: The narrowest filter at the smallest level, in its pixels: narrower ones would show the grid.
_NARROWEST: Final = 2.0


def blur_margin(sigma: float) -> int:
    """How far, in whole pixels, a blur of standard deviation ``sigma`` pixels moves light."""
    if sigma <= 0.0:
        return 0
    level, weights = _filter(sigma)
    # the filter's radius, and on the way down and up less than two pixels of each level
    return (len(weights) // 2 + 3 << level) if level else len(weights) // 2


def gaussian_blur(source: Frame, sigma_x: float, sigma_y: float, out: Frame) -> None:
    """Fill ``out`` with the source blurred by standard deviations in pixels along x and y.

    ``source`` covers ``out`` and the margins around it; outside its window it is taken for transparent. Within 1e-3 of
    the true Gaussian for light from 0 to 1; what is constant stays so to within rounding.
    """
    across, down = blur_margin(sigma_x), blur_margin(sigma_y)
    frame = source.crop(out.window.expand(across, down, across, down))
    if sigma_x > 0.0 and sigma_y > 0.0:
        level_x, weights_x = _filter(sigma_x)
        level_y, weights_y = _filter(sigma_y)
        frame = _halved(frame, level_x, level_y)
        # the smaller pictures reach as far as the doubling needs: a pixel around what covers the output
        window = _smaller(out.window, level_x, level_y)
        frame = _filtered_x(frame, weights_x, window)
        frame = _filtered_y(frame, weights_y, window)
        frame = _doubled(frame, out.window, level_x, level_y)
    elif sigma_x > 0.0:
        level_x, weights_x = _filter(sigma_x)
        window = _smaller(out.window, level_x, 0)
        frame = _doubled(_filtered_x(_halved(frame, level_x, 0), weights_x, window), out.window, level_x, 0)
    elif sigma_y > 0.0:
        level_y, weights_y = _filter(sigma_y)
        window = _smaller(out.window, 0, level_y)
        frame = _doubled(_filtered_y(_halved(frame, 0, level_y), weights_y, window), out.window, 0, level_y)
    out.data[:] = frame.crop(out.window).data


@functools.lru_cache(maxsize=256)
def _filter(sigma: float) -> tuple[int, Plane]:
    """How often to halve, and the weights of the filter there, which sum to 1.

    A halving by ``[1 3 3 1] / 8`` has a variance of 3/4 of its input's pixels squared, and so has a doubling of its
    output's: together ``(4**n - 1) / 2`` of the whole picture's for ``n`` of each.
    """
    level = 0
    while sigma * sigma - (4.0 ** (level + 1) - 1.0) / 2.0 >= _NARROWEST * _NARROWEST * 4.0 ** (level + 1):
        level += 1
    variance = (sigma * sigma - (4.0**level - 1.0) / 2.0) / 4.0**level
    radius = max(1, -int(-_REACH * maths.sqrt(variance) // 1))
    weights = [maths.exp(-(distance * distance) / (2.0 * variance)) for distance in range(-radius, radius + 1)]
    total = sum(weights)
    return level, np.array([weight / total for weight in weights], np.float32)


def _smaller(window: Window, level_x: int, level_y: int) -> Window:
    """The pixels of a smaller level that a window is doubled from."""
    x0, y0, x1, y1 = window
    for _ in range(level_x):
        x0, x1 = (x0 >> 1) - 1, (x1 - 1 >> 1) + 2
    for _ in range(level_y):
        y0, y1 = (y0 >> 1) - 1, (y1 - 1 >> 1) + 2
    return Window(x0, y0, x1, y1)


def _halved(frame: Frame, level_x: int, level_y: int) -> Frame:
    """A frame at a smaller level, as far as its window has it."""
    for _ in range(level_x):
        x0, y0, x1, y1 = frame.window
        window = Window(x0 >> 1, y0, -(-x1 >> 1), y1)
        padded = frame.crop(Window(2 * window.x0 - 1, y0, 2 * window.x1 + 1, y1))
        frame = Frame.empty(window)
        _halve_x(padded.data, frame.data)
    for _ in range(level_y):
        x0, y0, x1, y1 = frame.window
        window = Window(x0, y0 >> 1, x1, -(-y1 >> 1))
        padded = frame.crop(Window(x0, 2 * window.y0 - 1, x1, 2 * window.y1 + 1))
        frame = Frame.empty(window)
        _halve_y(padded.data, frame.data)
    return frame


def _filtered_x(frame: Frame, weights: Plane, window: Window) -> Frame:
    radius = len(weights) // 2
    rows = frame.window
    padded = frame.crop(Window(window.x0 - radius, rows.y0, window.x1 + radius, rows.y1))
    out = Frame.empty(Window(window.x0, rows.y0, window.x1, rows.y1))
    _filter_x(padded.data, weights, out.data)
    return out


def _filtered_y(frame: Frame, weights: Plane, window: Window) -> Frame:
    radius = len(weights) // 2
    padded = frame.crop(Window(frame.window.x0, window.y0 - radius, frame.window.x1, window.y1 + radius))
    out = Frame.empty(Window(frame.window.x0, window.y0, frame.window.x1, window.y1))
    _filter_y(padded.data, weights, out.data)
    return out


def _doubled(frame: Frame, window: Window, level_x: int, level_y: int) -> Frame:
    """A frame of a smaller level at full size, in a window."""
    for level in range(level_y - 1, -1, -1):
        rows = _smaller(window, 0, level)
        padded = frame.crop(Window(frame.window.x0, (rows.y0 >> 1) - 1, frame.window.x1, (rows.y1 - 1 >> 1) + 2))
        frame = Frame.empty(Window(padded.window.x0, rows.y0, padded.window.x1, rows.y1))
        _double_y(padded.data, padded.window.y0, rows.y0, frame.data)
    for level in range(level_x - 1, -1, -1):
        columns = _smaller(window, level, 0)
        x0, y0, x1, y1 = (columns.x0 >> 1) - 1, frame.window.y0, (columns.x1 - 1 >> 1) + 2, frame.window.y1
        padded = frame.crop(Window(x0, y0, x1, y1))
        frame = Frame.empty(Window(columns.x0, y0, columns.x1, y1))
        _double_x(padded.data, padded.window.x0, columns.x0, frame.data)
    return frame


@kernel
def _halve_x(source: Any, out: Any) -> None:
    """Halve the columns; the source begins one column before the first pair, and ends one behind the last."""
    for channel in range(4):
        for row in range(np.uintp(out.shape[1])):
            line, result = source[channel, row], out[channel, row]
            for i in range(np.uintp(out.shape[2])):
                j = np.uintp(2) * i
                outer = line[j] + line[j + np.uintp(3)]
                inner = line[j + np.uintp(1)] + line[j + np.uintp(2)]
                result[i] = (outer + np.float32(3.0) * inner) * np.float32(0.125)


@kernel
def _halve_y(source: Any, out: Any) -> None:
    """Halve the rows; the source begins one row before the first pair, and ends one behind the last."""
    for channel in range(4):
        for row in range(np.uintp(out.shape[1])):
            j = np.uintp(2) * row
            a, b = source[channel, j], source[channel, j + np.uintp(1)]
            c, d = source[channel, j + np.uintp(2)], source[channel, j + np.uintp(3)]
            result = out[channel, row]
            for i in range(np.uintp(out.shape[2])):
                result[i] = (a[i] + d[i] + np.float32(3.0) * (b[i] + c[i])) * np.float32(0.125)


@kernel
def _filter_x(source: Any, weights: Any, out: Any) -> None:
    """Filter along rows; the source reaches the filter's radius beyond the output on both sides."""
    for channel in range(4):
        for row in range(np.uintp(out.shape[1])):
            line, result = source[channel, row], out[channel, row]
            for i in range(np.uintp(out.shape[2])):
                result[i] = np.float32(0.0)
            for tap in range(np.uintp(weights.shape[0])):
                weight = weights[tap]
                for i in range(np.uintp(out.shape[2])):
                    result[i] += weight * line[i + tap]


@kernel
def _filter_y(source: Any, weights: Any, out: Any) -> None:
    """Filter along columns; the source reaches the filter's radius beyond the output above and below."""
    for channel in range(4):
        for row in range(np.uintp(out.shape[1])):
            result = out[channel, row]
            for i in range(np.uintp(out.shape[2])):
                result[i] = np.float32(0.0)
            for tap in range(np.uintp(weights.shape[0])):
                weight, line = weights[tap], source[channel, row + tap]
                for i in range(np.uintp(out.shape[2])):
                    result[i] += weight * line[i]


@kernel
def _double_x(source: Any, source_x: int, out_x: int, out: Any) -> None:
    """Double the columns by linear interpolation; origins are absolute, each in its own level."""
    for channel in range(4):
        for row in range(np.uintp(out.shape[1])):
            line, result = source[channel, row], out[channel, row]
            for i in range(out.shape[2]):
                x = out_x + i
                j = (x >> 1) - source_x
                other = j + 1 if x & 1 else j - 1
                result[i] = np.float32(0.75) * line[j] + np.float32(0.25) * line[other]


@kernel
def _double_y(source: Any, source_y: int, out_y: int, out: Any) -> None:
    """Double the rows by linear interpolation; origins are absolute, each in its own level."""
    for channel in range(4):
        for row in range(out.shape[1]):
            y = out_y + row
            j = (y >> 1) - source_y
            near, far = source[channel, j], source[channel, j + 1 if y & 1 else j - 1]
            result = out[channel, row]
            for i in range(np.uintp(out.shape[2])):
                result[i] = np.float32(0.75) * near[i] + np.float32(0.25) * far[i]
