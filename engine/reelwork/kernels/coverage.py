"""Rasterising: drawings and an affine map go in, painted pixels come out.

A pixel's coverage is the exact area of the outline in it, where outlines do not cross inside the pixel: every edge adds
its signed area to the right of it, in whole numbers, and a running sum along the row gives the winding number's mean
over each pixel. Whole numbers make the sum independent of where it began, and the inside exactly 1.

The fill rule is non-zero, by way of ``min(1, |mean winding|)``. In pixels where edges of opposite direction overlap,
their windings cancel, and where separate outlines of one path cover different parts of a pixel twice they add up;
such pixels on the crossing of two edges come out lighter or darker than they should, by at most the overlap.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from reelwork.image.drawing import Drawing, Gradient
from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, Window
from reelwork.kernels.arrays import Doubles, Float, Floats, Int, Ints
from reelwork.kernels.decorator import kernel
from reelwork.kernels.gradient import (
    KINDS,
    SOLID,
    gradient_colours,
    gradient_places,
    gradient_table,
    to_gradient,
)
from reelwork.kernels.outline import BLOCK, ONE, Edges, Outlines, flatten, outlines
from reelwork.kernels.quad import clip_to_quad
from reelwork.values import Affine, Colour, Display

__all__ = ["clip_to_quad", "draw", "drawing_bounds"]

F = np.float32
U = np.uint64
#: How many drawings are kept prepared, and how many maps and runs of rows for each.
_DRAWINGS: Final = 64
_PLACES: Final = 8
#: Rows whose edges are made together: what a long text has above and below the canvas is passed over.
_BAND: Final = 1024
_WHOLE: Final = 1.0 / float(ONE * ONE)


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A drawing as arrays.

    :param kinds: what paints each fill
    :param colours: premultiplied scene-linear colours of solid fills; of others, their opacity as alpha
    :param stops: where each fill's stops begin among ``places``, ``rises`` and ``tables``, and at last where they end
    """

    outlines: Outlines
    kinds: Ints
    colours: Floats
    gradients: tuple[Gradient | None, ...]
    stops: Ints
    places: Doubles
    rises: Doubles
    tables: Floats
    flattened: OrderedDict[tuple[Affine, tuple[int, int]], tuple[Edges, Doubles]] = field(default_factory=OrderedDict)


_lock = threading.Lock()
# By identity: a value's hash would walk over every coordinate, each time.
_prepared: OrderedDict[tuple[int, Display], tuple[weakref.ref[Drawing], _Prepared]] = OrderedDict()


def draw(drawing: Drawing, matrix: Affine, out: Frame, display: Display = "srgb") -> None:
    """Fill ``out`` with all fills of a drawing, painted in order over nothing.

    :param matrix: from pixels of the drawing to the raster
    :param display: the production's display curve
    """
    out.data[:] = 0.0
    if out.window.is_empty or not drawing.fills:
        return
    rows = (out.window.y0 // _BAND * _BAND, -(-out.window.y1 // _BAND) * _BAND)
    prepared, edges, inverses = _placed(drawing, matrix, rows, display)
    _paint(
        edges.ends, edges.first, edges.boxes, edges.spans, prepared.kinds, prepared.colours, inverses,
        prepared.stops, prepared.places, prepared.rises, prepared.tables, out.window.x0, out.window.y0, out.data,
    )  # fmt: skip


def drawing_bounds(drawing: Drawing, matrix: Affine) -> Window:
    """A window outside of which the drawing has no ink; ``EMPTY`` if it has none at all."""
    if not drawing.fills:
        return EMPTY
    bounds = EMPTY
    for box in flatten(outlines([fill.path for fill in drawing.fills]), matrix).boxes.tolist():
        bounds = bounds | Window(*box)
    return bounds


def _placed(
    drawing: Drawing, matrix: Affine, rows: tuple[int, int], display: Display
) -> tuple[_Prepared, Edges, Doubles]:
    """A drawing as arrays, its edges in some rows of the raster, and the maps from the raster to its gradients."""
    with _lock:
        key = (id(drawing), display)
        kept = _prepared.get(key)
        prepared = kept[1] if kept is not None and kept[0]() is drawing else _prepare(drawing, display)
        _prepared[key] = (weakref.ref(drawing), prepared)
        _prepared.move_to_end(key)
        while len(_prepared) > _DRAWINGS:
            _prepared.popitem(last=False)
        found = prepared.flattened.get((matrix, rows))
        if found is None:
            found = (flatten(prepared.outlines, matrix, rows), _inverses(prepared, matrix))
            prepared.flattened[matrix, rows] = found
            while len(prepared.flattened) > _PLACES:
                prepared.flattened.popitem(last=False)
    return prepared, *found


def _prepare(drawing: Drawing, display: Display) -> _Prepared:
    fills = drawing.fills
    kinds, stops = np.zeros(len(fills), np.int64), np.zeros(len(fills) + 1, np.int64)
    colours = np.zeros((len(fills), 4), np.float32)
    ramps = []
    for index, fill in enumerate(fills):
        stops[index + 1] = stops[index]
        if isinstance(fill.paint, Colour):
            kinds[index] = SOLID
            colours[index] = [value * fill.opacity for value in fill.paint.premultiplied(display)]
        else:
            kinds[index] = KINDS[fill.paint.kind]
            colours[index, 3] = fill.opacity
            ramps.append(gradient_table(fill.paint, display))
            stops[index + 1] += len(fill.paint.stops)
    none = (np.zeros(0), np.zeros(0), np.zeros((0, 1, 4), np.float32))
    places, rises, tables = (np.concatenate(parts) for parts in zip(*(ramps or [none]), strict=True))
    return _Prepared(
        outlines([fill.path for fill in fills]),
        kinds,
        colours,
        tuple(fill.paint if isinstance(fill.paint, Gradient) else None for fill in fills),
        stops,
        places,
        rises,
        tables,
    )


def _inverses(prepared: _Prepared, matrix: Affine) -> Doubles:
    maps = [Affine.IDENTITY if g is None else to_gradient(g, matrix) for g in prepared.gradients]
    return np.array([(m.a, m.b, m.c, m.d, m.e, m.f) for m in maps], np.float64)


@kernel
def _paint(
    ends: Ints, first: Ints, boxes: Ints, spans: Ints, kinds: Ints, colours: Floats, inverses: Doubles,
    stops: Ints, places: Doubles, rises: Doubles, tables: Floats, x0: Int, y0: Int, out: Floats,
) -> None:  # fmt: skip
    height, width = out.shape[1], out.shape[2]
    sums = np.zeros((height, width + 1), np.int64)
    cover, along, mixed = np.empty(width, np.float32), np.empty(width, np.float64), np.empty(4 * width, np.float32)
    for fill in range(len(kinds)):
        left, top = max(boxes[fill, 0], x0), max(boxes[fill, 1], y0)
        right, bottom = min(boxes[fill, 2], x0 + width), min(boxes[fill, 3], y0 + height)
        if left >= right or top >= bottom:
            continue
        edge, last = first[fill], first[fill + 1]
        while edge < last:
            block = edge // BLOCK
            end = min(last, (block + 1) * BLOCK)
            if spans[block, 0] < bottom << 16 and spans[block, 1] > top << 16:
                _add_edges(ends[edge:end], left, top, right, bottom, y0, sums)
            edge = end
        low, high = stops[fill], stops[fill + 1]
        for y in range(top, bottom):
            _sweep(sums, y - y0, right - left, cover)
            if kinds[fill] == SOLID:
                _blend(cover, right - left, colours[fill], y - y0, left - x0, out)
            else:
                count = right - left
                gradient_places(kinds[fill], inverses[fill], left, y, count, along)
                gradient_colours(along, places[low:high], rises[low:high], tables[low:high], count, mixed)
                _blend_mixed(cover, count, mixed, colours[fill, 3], y - y0, left - x0, out)


@kernel
def _add_edges(ends: Ints, left: Int, top: Int, right: Int, bottom: Int, origin: Int, sums: Ints) -> None:
    for edge in range(len(ends)):
        _add_edge(ends[edge, 0], ends[edge, 1], ends[edge, 2], ends[edge, 3], left, top, right, bottom, origin, sums)


@kernel
def _add_edge(
    x0: Int, y0: Int, x1: Int, y1: Int, left: Int, top: Int, right: Int, bottom: Int, origin: Int, sums: Ints
) -> None:
    """Add an edge's signed areas to the rows ``top`` to ``bottom``, columns ``left`` to ``right``.

    ``sums[row, column]`` gets what a column has more than the one before it, in units of 2 ** -32 of a pixel.
    """
    sign = 1
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -1
    slope = np.float64(x1 - x0) / np.float64(y1 - y0)
    for row in range(max(y0 >> 16, top), min((y1 - 1 >> 16) + 1, bottom)):
        # Where the edge enters and leaves the row depends on the edge and the row alone.
        low, high = max(y0, row << 16), min(y1, row + 1 << 16)
        enter, leave = (
            (np.float64(x0) + slope * np.float64(low - y0)) / ONE,
            (np.float64(x0) + slope * np.float64(high - y0)) / ONE,
        )
        if high == y1:
            leave = np.float64(x1) / ONE
        _add_piece(enter, leave, low, high, sign, left, right, sums[row - origin])


@kernel
def _add_piece(enter: Float, leave: Float, low: Int, high: Int, sign: Int, left: Int, right: Int, sums: Ints) -> None:
    """The same for the piece of an edge that lies in one row, from ``enter, low`` to ``leave, high``."""
    first, last = min(enter, leave), max(enter, leave)
    column: Int = np.int64(np.floor(first))
    if column >= right:
        return
    end = np.int64(np.floor(last))
    if end < left:
        sums[0] += sign * ((high - low) << 16)
        return
    if column == end:
        _add_cell(sums, column - left, sign * (high - low), (first + last) * 0.5 - column)
        return
    rise = np.float64(high - low) / (last - first)
    done: Int = 0
    if column < left:
        done = min(high - low, np.int64(np.floor(rise * (np.float64(left) - first) + 0.5)))
        sums[0] += sign * (done << 16)
        column = left
    while column <= end and column < right:
        reached = high - low
        if column < end:
            reached = min(reached, np.int64(np.floor(rise * (np.float64(column + 1) - first) + 0.5)))
        centre = (max(first, np.float64(column)) + min(last, np.float64(column + 1))) * 0.5 - column
        _add_cell(sums, column - left, sign * (reached - done), centre)
        done = reached
        column += 1


@kernel
def _add_cell(sums: Ints, column: Int, height: Int, centre: Float) -> None:
    """A piece within one pixel: all beyond it is to its right, and of the pixel itself what lies beyond its centre."""
    beside = np.int64(np.floor(np.float64(height) * centre * ONE + 0.5))
    sums[column] += (height << 16) - beside
    sums[column + 1] += beside


@kernel
def _sweep(sums: Ints, row: Int, width: Int, cover: Floats) -> None:
    """Sums become coverage; what was read is set to 0 again."""
    total = 0
    for column in range(width):
        total += sums[row, column]
        sums[row, column] = 0
        cover[column] = F(min(abs(np.float64(total) * _WHOLE), 1.0))
    sums[row, width] = 0


@kernel
def _blend(cover: Floats, width: Int, colour: Floats, row: Int, start: Int, out: Floats) -> None:
    alpha = colour[3]
    for k in range(4):
        value = colour[k]
        for t in range(U(width)):
            at = U(start) + t
            out[k, U(row), at] = value * cover[t] + out[k, U(row), at] * (F(1.0) - alpha * cover[t])


@kernel
def _blend_mixed(cover: Floats, width: Int, mixed: Floats, opacity: Float, row: Int, start: Int, out: Floats) -> None:
    for k in range(4):
        for t in range(U(width)):
            amount, at = cover[t] * opacity, U(start) + t
            alpha, value = mixed[t * U(4) + U(3)], mixed[t * U(4) + U(k)]
            out[k, U(row), at] = value * amount + out[k, U(row), at] * (F(1.0) - alpha * amount)
