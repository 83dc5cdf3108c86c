"""Gaussian blur: a frame goes in, the blurred pixels of an output window come out.

Small blurs are weighted sums over the pixels around. Large ones are worked out on a coarser grid: the picture is
reduced by 2, 4, 8 … (cubic B-splines, whose spread counts towards the blur), blurred there, and led back by cubic
B-splines again. Cell ``i`` of a grid of step ``n`` spans pixels ``n i`` to ``n (i + 1)`` in absolute places, and every
sum runs in the same order, so that no pixel depends on the windows.

Against the true Gaussian (sampled at the pixels, endless) an output pixel is off by less than 7e-4 of the range of the
input, whatever the picture; for blurs of more than half a pixel.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.kernels.arrays import Doubles, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.maths import exp, sqrt

__all__ = ["blur_margin", "blur_planes", "blur_reach", "gaussian_blur"]

F = np.float32
U = np.uint64
#: The least standard deviation on a coarser grid, in its cells: with less, the grid shows.
_LEAST: Final = 1.75
#: Sums reach over so many standard deviations to each side; 5e-4 of a Gaussian lies beyond.
_REACH: Final = 3.5
#: Blurs below it move less than a millionth of the light, and copy.
_NOTHING: Final = 0.1
# Below it, samples of a Gaussian do not show where it lies.
_COARSE: Final = 0.7
#: Larger blurs, wider than any canvas, are taken for this one.
_MOST: Final = 4096.0
# The variance of a cubic B-spline, once for the way down and once for the way back.
_SPLINES: Final = 2.0 / 3.0


@dataclass(frozen=True, eq=False)
class _Axis:
    """A blur along one axis.

    :param step: pixels of a cell of the grid that it is worked out on
    :param radius: how many cells the sum reaches to each side
    :param sum: weights of ``2 radius + 1`` cells
    :param reduce: weights of the pixels that make a cell; ``4 step``, the first of which lies ``3 step / 2`` before it
    :param expand: ``[phase, cell]``, weights of the cells that make a pixel; 4, see :func:`_first_cell`
    """

    step: int
    radius: int
    sum: Floats
    reduce: Floats
    expand: Floats


def blur_margin(sigma: float) -> int:
    """How far, in whole pixels, a blur of standard deviation ``sigma`` pixels moves light."""
    return blur_reach(sigma, 0.0)[0]


def blur_reach(sigma: float, shift: float) -> tuple[int, int]:
    """How far, in whole pixels, a blur that also moves by ``shift`` pixels leads light: before and after its place."""
    whole = math.floor(shift)
    axis = _axis(float(sigma), shift - whole)
    reach = axis.radius if axis.step == 1 else (axis.radius + 4) * axis.step - 1
    return max(0, reach - whole), max(0, reach + whole)


def gaussian_blur(source: Frame, sigma_x: float, sigma_y: float, out: Frame) -> None:
    """Fill ``out`` with the source blurred.

    Constants keep their value within 1e-6, and so does the sum of all light.

    :param source: what is not in its window counts as transparent: it should cover ``out``'s window and
        :func:`blur_margin` around it
    :param sigma_x, sigma_y: standard deviations along x and y, pixels, 0 to 4096
    """
    blur_planes(source.data, source.window, (sigma_x, sigma_y), out.data, out.window)


def blur_planes(
    source: Floats,
    source_window: Window,
    sigmas: tuple[float, float],
    out: Floats,
    out_window: Window,
    *,
    shift: tuple[float, float] = (0.0, 0.0),
) -> None:
    """:func:`gaussian_blur` for any number of planes, ``float32[plane, row, column]``, that also moves them.

    :param shift: how far along x and y, pixels, parts of pixels too
    """
    if out_window.is_empty:
        return
    if source_window.is_empty:
        out[:] = 0.0
        return
    whole_x, whole_y = math.floor(shift[0]), math.floor(shift[1])
    x, y = _axis(float(sigmas[0]), shift[0] - whole_x), _axis(float(sigmas[1]), shift[1] - whole_y)
    origins = (source_window.x0 + whole_x, source_window.y0 + whole_y, out_window.x0, out_window.y0)
    if x.step == 1 and y.step == 1:
        _blur_fine(source, *origins, x.sum, y.sum, out)
    else:
        _blur_coarse(
            source, *origins, x.step, y.step, x.sum, y.sum, x.reduce, y.reduce,
            np.ascontiguousarray(x.expand.T), y.expand, out,
        )  # fmt: skip


@functools.lru_cache(maxsize=128)
def _axis(sigma: float, shift: float) -> _Axis:
    sigma, step = min(sigma, _MOST), 1
    while sigma / (2 * step) >= _LEAST:
        step *= 2
    spread = sigma if step == 1 else sqrt((sigma / step) * (sigma / step) - _SPLINES)
    radius = (math.ceil(_REACH * spread) if spread >= _NOTHING else 0) + (1 if shift > 0.0 else 0)
    weights = _gaussian(spread, shift / step, radius)
    reduce, expand = np.ones(1), np.ones((1, 1))
    if step > 1:
        reduce = np.array([_spline((k + 0.5) / step - 2.0) / step for k in range(4 * step)])
        expand = np.array([[_spline((p + 0.5) / step - cell + 1.0) for cell in range(4)] for p in range(step)])
    return _Axis(step, radius, weights.astype(np.float32), reduce.astype(np.float32), expand.astype(np.float32))


def _gaussian(spread: float, shift: float, radius: int) -> Doubles:
    """Weights that sum to 1, as a pixel's neighbours take part in it, of a Gaussian moved by ``shift``, 0 to 1."""
    if shift > 0.0 and spread < _COARSE:
        # Too narrow for samples of it to show where it lies: the pixel's light is shared out instead.
        still = _gaussian(spread, 0.0, radius)
        shared: Doubles = still * (1.0 - shift) + np.append(still[1:], 0.0) * shift
        return shared
    weights = np.zeros(2 * radius + 1)
    weights[radius] = 1.0
    if spread >= _NOTHING:
        places = [(k + shift) / spread for k in range(-radius, radius + 1)]
        weights = np.array([exp(-0.5 * place * place) for place in places])
    weights /= weights.sum()
    return weights


def _spline(x: float) -> float:
    """The cubic B-spline."""
    x = abs(x)
    if x < 1.0:
        return 2.0 / 3.0 - x * x + x * x * x / 2.0
    return (2.0 - x) * (2.0 - x) * (2.0 - x) / 6.0 if x < 2.0 else 0.0


@kernel
def _blur_fine(
    source: Floats, x0: Int, y0: Int, out_x0: Int, out_y0: Int, sum_x: Floats, sum_y: Floats, out: Floats
) -> None:
    planes, radius_x, radius_y = len(out), len(sum_x) // 2, len(sum_y) // 2
    line = np.empty((planes, out.shape[2] + 2 * radius_x), np.float32)
    for row in range(out.shape[1]):
        _sum_rows(source, out_y0 + row - radius_y - y0, sum_y, out_x0 - radius_x - x0, line)
        _sum_along(line, sum_x, row, out)


@kernel
def _blur_coarse(
    source: Floats, x0: Int, y0: Int, out_x0: Int, out_y0: Int, step_x: Int, step_y: Int, sum_x: Floats, sum_y: Floats,
    reduce_x: Floats, reduce_y: Floats, expand_x: Floats, expand_y: Floats, out: Floats,
) -> None:  # fmt: skip
    planes, radius_x, radius_y = len(out), len(sum_x) // 2, len(sum_y) // 2
    # The cells that pixels are led back from, and with the reach of the sum around them those that are summed.
    left, top = _first_cell(out_x0, step_x), _first_cell(out_y0, step_y)
    width = _first_cell(out_x0 + out.shape[2] - 1, step_x) + len(expand_x) - left
    height = _first_cell(out_y0 + out.shape[1] - 1, step_y) + expand_y.shape[1] - top
    reduced = np.empty((planes, height + 2 * radius_y, width + 2 * radius_x), np.float32)
    summed = np.empty((planes, height, width), np.float32)
    before_x, before_y = 3 * step_x // 2 if step_x > 1 else 0, 3 * step_y // 2 if step_y > 1 else 0
    line = np.empty((planes, (reduced.shape[2] - 1) * step_x + len(reduce_x)), np.float32)
    for row in range(reduced.shape[1]):
        first = (top - radius_y + row) * step_y - before_y - y0
        _sum_rows(source, first, reduce_y, (left - radius_x) * step_x - before_x - x0, line)
        _reduce_along(line, step_x, reduce_x, row, reduced)
    cells = np.empty((planes, reduced.shape[2]), np.float32)
    for row in range(height):
        _sum_rows(reduced, row, sum_y, 0, cells)
        _sum_along(cells, sum_x, row, summed)
    cells = np.empty((planes, width), np.float32)
    for row in range(out.shape[1]):
        cell = _first_cell(out_y0 + row, step_y)
        _sum_rows(summed, cell - top, expand_y[_phase(out_y0 + row, step_y)], 0, cells)
        _expand_along(cells, left, step_x, expand_x, out_x0, row, out)


@kernel
def _first_cell(pixel: Int, step: Int) -> Int:
    """The first of the cells that a pixel is led back from: four where there is a grid, else itself."""
    return pixel if step == 1 else (pixel + step // 2) // step - 2


@kernel
def _phase(pixel: Int, step: Int) -> Int:
    """Which of the grid's ``step`` sets of weights leads to a pixel."""
    return 0 if step == 1 else (pixel + step // 2) % step


@kernel
def _sum_rows(source: Floats, first: Int, weights: Floats, left: Int, line: Floats) -> None:
    """Weighted sums down the columns from ``left`` on, of the rows from ``first`` on; the source is 0 outside."""
    height, width = source.shape[1], source.shape[2]
    begin, end = max(0, -left), min(line.shape[1], width - left)
    low, high = max(0, -first), min(len(weights), height - first)
    for k in range(U(len(line))):
        for t in range(line.shape[1]):
            line[k, t] = F(0.0)
        if begin >= end:
            continue
        to, at, count = U(begin), U(begin + left), U(end - begin)
        tap = low
        while tap + 4 <= high:
            j0 = U(first + tap)
            j1, j2, j3 = j0 + U(1), j0 + U(2), j0 + U(3)
            w0, w1, w2, w3 = weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
            for t in range(count):
                i = at + t
                total = line[k, to + t] + w0 * source[k, j0, i]
                total += w1 * source[k, j1, i]
                total += w2 * source[k, j2, i]
                total += w3 * source[k, j3, i]
                line[k, to + t] = total
            tap += 4
        while tap < high:
            j0, w0 = U(first + tap), weights[tap]
            for t in range(count):
                line[k, to + t] += w0 * source[k, j0, at + t]
            tap += 1


@kernel
def _sum_along(line: Floats, weights: Floats, row: Int, out: Floats) -> None:
    """Weighted sums along a line, one for each of its samples that has all its neighbours."""
    taps, count = len(weights), U(out.shape[2])
    for k in range(U(len(out))):
        for t in range(count):
            out[k, U(row), t] = F(0.0)
        tap = 0
        while tap + 4 <= taps:
            j0 = U(tap)
            j1, j2, j3 = j0 + U(1), j0 + U(2), j0 + U(3)
            w0, w1, w2, w3 = weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
            for t in range(count):
                total = out[k, U(row), t] + w0 * line[k, t + j0]
                total += w1 * line[k, t + j1]
                total += w2 * line[k, t + j2]
                total += w3 * line[k, t + j3]
                out[k, U(row), t] = total
            tap += 4
        while tap < taps:
            j0, w0 = U(tap), weights[tap]
            for t in range(count):
                out[k, U(row), t] += w0 * line[k, t + j0]
            tap += 1


@kernel
def _reduce_along(line: Floats, step: Int, weights: Floats, row: Int, out: Floats) -> None:
    """Weighted sums along a line, one for each cell."""
    if step == 2:
        _halve_along(line, weights, row, out)
        return
    taps, blue, alpha = U(len(weights)), U(min(2, len(out) - 1)), U(len(out) - 1)
    green = U(min(1, len(out) - 1))
    for t in range(U(out.shape[2])):
        at = t * U(step)
        r, g, b, a = F(0.0), F(0.0), F(0.0), F(0.0)
        for j in range(taps):  # four sums at once: one would wait for itself
            w = weights[j]
            r += w * line[0, at + j]
            g += w * line[green, at + j]
            b += w * line[blue, at + j]
            a += w * line[alpha, at + j]
        out[0, U(row), t], out[green, U(row), t], out[blue, U(row), t], out[alpha, U(row), t] = r, g, b, a


@kernel
def _halve_along(line: Floats, weights: Floats, row: Int, out: Floats) -> None:
    """The same for cells of two pixels, many at a time."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    for k in range(U(len(out))):
        for t in range(U(out.shape[2])):
            i = t * U(2)
            total = w0 * line[k, i] + w1 * line[k, i + U(1)]
            total += w2 * line[k, i + U(2)] + w3 * line[k, i + U(3)]
            total += w3 * line[k, i + U(4)] + w2 * line[k, i + U(5)]
            out[k, U(row), t] = total + (w1 * line[k, i + U(6)] + w0 * line[k, i + U(7)])


@kernel
def _expand_along(cells: Floats, left: Int, step: Int, weights: Floats, out_x0: Int, row: Int, out: Floats) -> None:
    """Pixels of a row from cells; ``weights[cell, phase]``."""
    width = out.shape[2]
    if step == 1:
        for k in range(U(len(out))):
            for t in range(U(width)):
                out[k, U(row), t] = cells[k, t]
        return
    column = 0
    while column < width:
        phase = _phase(out_x0 + column, step)
        i = U(_first_cell(out_x0 + column, step) - left)
        if step == 2 and phase == 0 and column + 1 < width:
            pairs = (width - column) // 2
            _double_along(cells, i, weights, pairs, column, row, out)
            column += 2 * pairs
            continue
        count = min(step - phase, width - column)
        for k in range(U(len(out))):
            c0, c1, c2, c3 = cells[k, i], cells[k, i + U(1)], cells[k, i + U(2)], cells[k, i + U(3)]
            for t in range(U(count)):
                p = U(phase) + t
                out[k, U(row), U(column) + t] = (weights[0, p] * c0 + weights[1, p] * c1) + (
                    weights[2, p] * c2 + weights[3, p] * c3
                )
        column += count


@kernel
def _double_along(cells: Floats, first: Int, weights: Floats, pairs: Int, column: Int, row: Int, out: Floats) -> None:
    """The same for cells of two pixels, many at a time."""
    u0, u1, u2, u3 = weights[0, 0], weights[1, 0], weights[2, 0], weights[3, 0]
    v0, v1, v2, v3 = weights[0, 1], weights[1, 1], weights[2, 1], weights[3, 1]
    for k in range(U(len(out))):
        for t in range(U(pairs)):
            i, at = first + t, U(column) + t * U(2)
            c0, c1, c2, c3 = cells[k, i], cells[k, i + U(1)], cells[k, i + U(2)], cells[k, i + U(3)]
            one, two = (u0 * c0 + u1 * c1) + (u2 * c2 + u3 * c3), (v0 * c0 + v1 * c1) + (v2 * c2 + v3 * c3)
            out[k, U(row), at] = one
            out[k, U(row), at + U(1)] = two
