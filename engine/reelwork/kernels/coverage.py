"""Rasterising: outlines and an affine map go in, antialiased coverage or painted pixels come out."""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import maths
from reelwork.image.drawing import Drawing, Fill, Path, Stop
from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, Window
from reelwork.kernels.arrays import Float, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.kernels.outline import Edges, accumulate, covered, edges_of
from reelwork.kernels.quad import clip_to_quad
from reelwork.maths import atan2, sqrt
from reelwork.values import Affine, Colour

__all__ = ["clip_to_quad", "draw", "drawing_bounds", "rasterise"]

#: Colours that a gradient is read from; between two of them it is mixed in light.
_STEPS: Final = 1024
_KINDS: Final = {"linear": 0, "radial": 1, "conic": 2}


def rasterise(path: Path, matrix: Affine, window: Window, out: npt.NDArray[np.float32]) -> None:
    """Fill ``out[row, column]`` with the coverage (0 to 1) of the path in ``window``; ``matrix`` leads to the raster.

    Coverage is the exact area of the outline's chords, to 1/65536 of a pixel, by the non-zero rule; where opposite
    windings overlap within one pixel, it is that of their sum.
    """
    covered(_sums(edges_of(path, matrix), window), out)


def draw(drawing: Drawing, matrix: Affine, out: Frame) -> None:
    """Paint all fills of the drawing over nothing; ``matrix`` leads from pixels of the drawing to the raster."""
    out.data[:] = 0.0
    for fill in drawing.fills:
        edges = edges_of(fill.path, matrix)
        window = edges.window & out.window
        if not window.is_empty:
            _paint(fill, matrix, edges, window, out)


def drawing_bounds(drawing: Drawing, matrix: Affine) -> Window:
    """A window outside of which the drawing has no ink; ``EMPTY`` if it has none at all."""
    bounds = EMPTY
    for fill in drawing.fills:
        bounds = bounds | edges_of(fill.path, matrix).window
    return bounds


def _sums(edges: Edges, window: Window) -> npt.NDArray[np.int64]:
    sums = np.zeros((window.height, window.width + 1), np.int64)
    accumulate(edges.data, window.x0, window.y0, sums)
    return sums


def _paint(fill: Fill, matrix: Affine, edges: Edges, window: Window, out: Frame) -> None:
    coverage = np.empty((window.height, window.width), np.float32)
    covered(_sums(edges, window), coverage)
    x, y = window.x0 - out.window.x0, window.y0 - out.window.y0
    if isinstance(fill.paint, Colour):
        red, green, blue, alpha = (np.float32(value * fill.opacity) for value in fill.paint.premultiplied())
        paint_solid(coverage, red, green, blue, alpha, x, y, out.data)
        return
    gradient = fill.paint
    back = (matrix @ gradient.matrix).inverse()
    # from pixel centres of the window straight to the gradient's own space
    back = back @ Affine.translation(window.x0 + 0.5, window.y0 + 0.5)
    colours = _colours(gradient.stops)
    places = (back.a, back.b, back.c, back.d, back.e, back.f)
    paint_gradient(coverage, _KINDS[gradient.kind], *places, colours, np.float32(fill.opacity), x, y, out.data)


@functools.lru_cache(maxsize=128)
def _colours(stops: tuple[Stop, ...]) -> npt.NDArray[np.float32]:
    """Premultiplied scene-linear colours at even places from 0 to 1, mixed in premultiplied sRGB."""
    colours = np.empty((_STEPS + 1, 4), np.float32)
    for step in range(_STEPS + 1):
        colours[step] = _mixed(stops, step / _STEPS)
    return colours


def _mixed(stops: tuple[Stop, ...], at: float) -> tuple[float, float, float, float]:
    after = next((index for index, stop in enumerate(stops) if stop.at > at), len(stops))
    if after == 0:
        return stops[0].colour.premultiplied()
    if after == len(stops):
        return stops[-1].colour.premultiplied()
    one, other = stops[after - 1], stops[after]
    amount = (at - one.at) / (other.at - one.at)
    before, behind = one.colour, other.colour
    alpha = before.alpha + (behind.alpha - before.alpha) * amount
    if alpha == 0.0:
        return (0.0, 0.0, 0.0, 0.0)
    light = []
    for start, end in ((before.red, behind.red), (before.green, behind.green), (before.blue, behind.blue)):
        mixed = start * before.alpha + (end * behind.alpha - start * before.alpha) * amount
        light.append(maths.srgb_decode(mixed / alpha) * alpha)
    return (light[0], light[1], light[2], alpha)


@kernel
def paint_solid(
    coverage: Floats, red: Float, green: Float, blue: Float, alpha: Float, x: Int, y: Int, out: Floats
) -> None:
    """Put one premultiplied colour over ``out``, as far as it is covered; ``x, y`` is where the coverage lies in it."""
    for row in range(coverage.shape[0]):
        for column in range(coverage.shape[1]):
            cover = coverage[row, column]
            if cover > np.float32(0.0):
                rest = np.float32(1.0) - alpha * cover
                i, j = y + row, x + column
                out[0, i, j] = red * cover + out[0, i, j] * rest
                out[1, i, j] = green * cover + out[1, i, j] * rest
                out[2, i, j] = blue * cover + out[2, i, j] * rest
                out[3, i, j] = alpha * cover + out[3, i, j] * rest


@kernel
def paint_gradient(
    coverage: Floats, kind: Int, a: Float, b: Float, c: Float, d: Float, e: Float, f: Float,
    colours: Any, opacity: Float, x: Int, y: Int, out: Floats,
) -> None:  # fmt: skip
    """Put a gradient over ``out``, as far as it is covered; the map leads from the coverage's pixels to its space."""
    steps = colours.shape[0] - 1
    for row in range(coverage.shape[0]):
        for column in range(coverage.shape[1]):
            cover = coverage[row, column] * opacity
            if cover > np.float32(0.0):
                u, v = a * column + c * row + e, b * column + d * row + f
                if kind == 0:
                    place = u
                elif kind == 1:
                    place = sqrt(u * u + v * v)
                else:
                    place = atan2(u, -v) / 6.283185307179586
                    if place < 0.0:
                        place += 1.0
                place = min(max(place, 0.0), 1.0) * steps
                step = min(int(place), steps - 1)
                part = np.float32(place - step)
                rest = np.float32(1.0) - (colours[step, 3] + (colours[step + 1, 3] - colours[step, 3]) * part) * cover
                i, j = y + row, x + column
                for channel in range(4):
                    start = colours[step, channel]
                    light = start + (colours[step + 1, channel] - start) * part
                    out[channel, i, j] = light * cover + out[channel, i, j] * rest
