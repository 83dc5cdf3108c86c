"""Outlines: a path and a map go in, straight edges come out, and from those the area that they cover of each pixel.

Edges are cut at the rows and columns of the raster, and what they cover is summed along rows in whole numbers. Sums of
whole numbers do not depend on where they begin, so neither does the result on the window.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image.drawing import Path
from reelwork.image.window import EMPTY, Window
from reelwork.kernels.arrays import Float, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.maths import sqrt
from reelwork.values import Affine

#: Parts of a pixel, along x and along y, that edges are rounded to.
ONE: Final = 1 << 16
#: What a wholly covered pixel sums to: twice its area.
WHOLE: Final = 2 * ONE * ONE
#: How far a chord may lie from its curve, pixels.
TOLERANCE: Final = 0.05

_KEPT: Final = 4096
_VERBS: Final = {"M": 0, "L": 1, "Q": 2, "C": 3, "Z": 4}


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of an outline in raster pixels: ``float64[edge, (x0, y0, x1, y1)]``, and a window that holds them."""

    data: npt.NDArray[np.float64]
    window: Window


class _Recent:
    """The edges of the outlines that were asked for last, by the path object and its map."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._edges: OrderedDict[tuple[int, Affine], tuple[Path, Edges]] = OrderedDict()

    def of(self, path: Path, matrix: Affine) -> Edges:
        key = (id(path), matrix)
        with self._lock:
            found = self._edges.get(key)
            if found is not None and found[0] is path:
                self._edges.move_to_end(key)
                return found[1]
        edges = _flattened(path, matrix)
        with self._lock:
            self._edges[key] = (path, edges)
            while len(self._edges) > _KEPT:
                self._edges.popitem(last=False)
        return edges


_recent = _Recent()


def edges_of(path: Path, matrix: Affine) -> Edges:
    """The edges of a path mapped into the raster; curves become chords at most :data:`TOLERANCE` away."""
    return _recent.of(path, matrix)


def _flattened(path: Path, matrix: Affine) -> Edges:
    verbs = np.array([_VERBS[verb] for verb in path.verbs], np.uint8)
    points = np.array(path.points, np.float64)
    a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
    nothing = np.empty((0, 4), np.float64)
    count = flatten(verbs, points, a, b, c, d, e, f, TOLERANCE, nothing)
    edges = np.empty((count, 4), np.float64)
    flatten(verbs, points, a, b, c, d, e, f, TOLERANCE, edges)
    if not count or not np.isfinite(edges).all():
        return Edges(nothing, EMPTY)
    xs, ys = edges[:, 0::2], edges[:, 1::2]
    window = Window.around(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
    return Edges(edges, window.expand(0, 0, 1, 1))


@kernel
def flatten(
    verbs: Any, points: Any, a: Float, b: Float, c: Float, d: Float, e: Float, f: Float, tolerance: Float, edges: Any
) -> Int:
    """Fill ``edges`` with the chords of an outline, every part of it closed; comes back with how many there are.

    With an array of no rows nothing is filled, so that the caller learns how many rows it takes.
    """
    count, at = 0, 0
    x, y, first_x, first_y = 0.0, 0.0, 0.0, 0.0
    for index in range(len(verbs) + 1):
        verb = verbs[index] if index < len(verbs) else 0
        if verb == 0 or verb == 4:
            if x != first_x or y != first_y:
                count = _edge(edges, count, x, y, first_x, first_y)
            x, y = first_x, first_y
            if index == len(verbs) or verb == 4:
                continue
            first_x = a * points[at] + c * points[at + 1] + e
            first_y = b * points[at] + d * points[at + 1] + f
            x, y, at = first_x, first_y, at + 2
        elif verb == 1:
            to_x = a * points[at] + c * points[at + 1] + e
            to_y = b * points[at] + d * points[at + 1] + f
            count = _edge(edges, count, x, y, to_x, to_y)
            x, y, at = to_x, to_y, at + 2
        else:
            x1 = a * points[at] + c * points[at + 1] + e
            y1 = b * points[at] + d * points[at + 1] + f
            x2 = a * points[at + 2] + c * points[at + 3] + e
            y2 = b * points[at + 2] + d * points[at + 3] + f
            at += 4
            if verb == 2:  # a quadratic is a cubic whose control points lie two thirds of the way to its one
                x3, y3 = x2, y2
                x2, y2 = x3 + (x1 - x3) * 2.0 / 3.0, y3 + (y1 - y3) * 2.0 / 3.0
                x1, y1 = x + (x1 - x) * 2.0 / 3.0, y + (y1 - y) * 2.0 / 3.0
            else:
                x3 = a * points[at] + c * points[at + 1] + e
                y3 = b * points[at] + d * points[at + 1] + f
                at += 2
            # Wang's formula: chords of n equal steps are at most |second differences| 6 / (8 n n) away
            bend_x = max(abs(x - 2.0 * x1 + x2), abs(x1 - 2.0 * x2 + x3))
            bend_y = max(abs(y - 2.0 * y1 + y2), abs(y1 - 2.0 * y2 + y3))
            steps = int(sqrt(sqrt(bend_x * bend_x + bend_y * bend_y) * 0.75 / tolerance)) + 1
            steps = min(steps, 1000)
            from_x, from_y = x, y
            for step in range(1, steps + 1):
                t = step / steps
                s = 1.0 - t
                k0, k1, k2, k3 = s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t
                to_x = k0 * from_x + k1 * x1 + k2 * x2 + k3 * x3
                to_y = k0 * from_y + k1 * y1 + k2 * y2 + k3 * y3
                if step == steps:
                    to_x, to_y = x3, y3
                count = _edge(edges, count, x, y, to_x, to_y)
                x, y = to_x, to_y
    return count


@kernel
def _edge(edges: Any, count: Int, x0: Float, y0: Float, x1: Float, y1: Float) -> Int:
    if y0 == y1:
        return count  # a level edge covers nothing
    if count < len(edges):
        edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3] = x0, y0, x1, y1
    return count + 1


@kernel
def accumulate(edges: Any, x0: Int, y0: Int, sums: Any) -> None:
    """Add what edges cover to ``sums[row, column]``, whose running sum along a row is the winding of each pixel's area.

    A pixel that is wholly inside once sums to :data:`WHOLE`; ``sums`` has a column more than the window.

    :param x0: the window's first column
    :param y0: the window's first row
    """
    rows, columns = sums.shape[0], sums.shape[1] - 1
    for index in range(len(edges)):
        ax, ay, bx, by = edges[index, 0], edges[index, 1], edges[index, 2], edges[index, 3]
        sign = 1
        if ay > by:
            ax, ay, bx, by, sign = bx, by, ax, ay, -1
        if by <= y0 or ay >= y0 + rows:
            continue
        slope = (bx - ax) / (by - ay)
        first = max(int(np.floor(ay)), y0)
        last = min(int(np.ceil(by)), y0 + rows)
        for row in range(first, last):
            top, bottom = max(ay, float(row)), min(by, float(row + 1))
            left = ax + (top - ay) * slope if top > ay else ax
            right = ax + (bottom - ay) * slope if bottom < by else bx
            _row(sums, row - y0, columns, x0, left, top - row, right, bottom - row, sign)


@kernel
def _row(sums: Any, row: Int, columns: Int, x0: Int, xa: Float, ya: Float, xb: Float, yb: Float, sign: Int) -> None:
    """Add an edge within one row, from ``(xa, ya)`` down to ``(xb, yb)``; y is counted from the row's top."""
    if xa > xb:
        # mirrored in y, so that x rises: what it covers is the same
        xa, ya, xb, yb, sign = xb, yb, xa, ya, -sign
    from_y = int(np.floor(ya * ONE + 0.5))
    to_y = int(np.floor(yb * ONE + 0.5))
    if from_y == to_y:
        return
    column, end = int(np.floor(xa)), int(np.floor(xb))
    slope = (yb - ya) / (xb - xa) if xb > xa else 0.0
    if column < x0:
        # all that lies to the left covers the whole rows of the window
        here = to_y if end < x0 else int(np.floor((ya + (x0 - xa) * slope) * ONE + 0.5))
        sums[row, 0] += sign * (here - from_y) * 2 * ONE
        if end < x0:
            return
        from_y, column = here, x0
        xa_in = 0
    else:
        xa_in = int(np.floor((xa - column) * ONE + 0.5))
    while column <= end:
        if column >= x0 + columns:
            return
        if column == end:
            here, xb_in = to_y, int(np.floor((xb - column) * ONE + 0.5))
        else:
            here, xb_in = int(np.floor((ya + (column + 1 - xa) * slope) * ONE + 0.5)), ONE
        height = sign * (here - from_y)
        area = height * (2 * ONE - xa_in - xb_in)
        sums[row, column - x0] += area
        sums[row, column - x0 + 1] += height * 2 * ONE - area
        from_y, xa_in = here, 0
        column += 1


@kernel
def covered(sums: Any, out: Floats) -> None:
    """Turn sums into coverage, 0 to 1, by the non-zero rule: what is wound round more than once is covered once."""
    for row in range(out.shape[0]):
        total = 0
        for column in range(out.shape[1]):
            total += sums[row, column]
            area = min(abs(total), WHOLE)
            out[row, column] = np.float32(area) * np.float32(1.0 / WHOLE)
