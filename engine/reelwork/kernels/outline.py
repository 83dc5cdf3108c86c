"""Outlines as edges: paths and an affine map go in, straight edges in fixed-point raster pixels come out.

Curves are cut into chords that stay within :data:`TOLERANCE` of them. Points are rounded to 1 / 65,536 of a pixel, so
that everything after can be counted in whole numbers, whose sums do not depend on their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from reelwork.image.drawing import Path
from reelwork.kernels.arrays import Doubles, Float, Int, Ints
from reelwork.kernels.decorator import kernel
from reelwork.maths import sqrt
from reelwork.values import Affine

#: How far a chord may lie from its curve, pixels.
TOLERANCE: Final = 0.005
#: Fixed-point units of a pixel.
ONE: Final = 1 << 16
#: Edges that are passed over together where none of them meets a tile: neighbours along an outline lie near each other.
BLOCK: Final = 16
# Points lie within so many pixels of the origin: what is farther is drawn nearer, and is far off any canvas still.
_FARTHEST: Final = float(1 << 28)
_MOST_CHORDS: Final = 4096.0
_M, _L, _Q, _C, _Z = 0, 1, 2, 3, 4
_VERBS: Final = {"M": _M, "L": _L, "Q": _Q, "C": _C, "Z": _Z}


@dataclass(frozen=True, eq=False)
class Outlines:
    """Paths as arrays.

    :param verbs: a code for each step of all paths
    :param points: the coordinates that the steps take
    :param first_verbs: where each path's steps begin, and at last where they end
    :param first_points: the same for coordinates
    """

    verbs: Ints
    points: Doubles
    first_verbs: Ints
    first_points: Ints


@dataclass(frozen=True, eq=False)
class Edges:
    """Straight edges of several paths.

    :param ends: ``x0, y0, x1, y1`` of each edge, none of them horizontal, in units of 1 / 65,536 pixel
    :param first: where each path's edges begin, and at last where they end
    :param boxes: ``x0, y0, x1, y1`` in whole pixels around each path
    :param spans: the lowest and highest y of every :data:`BLOCK` edges, in units as well
    """

    ends: Ints
    first: Ints
    boxes: Ints
    spans: Ints


def outlines(paths: Sequence[Path]) -> Outlines:
    """Paths as arrays."""
    verbs = [_VERBS[verb] for path in paths for verb in path.verbs]
    points = [value for path in paths for value in path.points]
    counts = np.cumsum([0, *(len(path.verbs) for path in paths)], dtype=np.int64)
    lengths = np.cumsum([0, *(len(path.points) for path in paths)], dtype=np.int64)
    return Outlines(np.array(verbs, np.int64), np.array(points, np.float64), counts, lengths)


def flatten(source: Outlines, matrix: Affine, rows: tuple[int, int] | None = None) -> Edges:
    """Outlines seen through a map into the raster, as edges.

    :param rows: of the raster, from the first up to the last one: steps that meet none of them make no edges, as they
        cover nothing there
    """
    numbers = np.array((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f))
    low, high = (-_FARTHEST, _FARTHEST) if rows is None else (rows[0] - 1.0, rows[1] + 1.0)
    most = _most_edges(source.verbs, source.points, numbers, low, high) + len(source.first_verbs)
    ends = np.empty((most, 4), np.int64)
    first, boxes = np.zeros_like(source.first_verbs), np.zeros((len(source.first_verbs) - 1, 4), np.int64)
    _flatten(
        source.verbs, source.points, source.first_verbs, source.first_points, numbers, low, high, ends, first, boxes
    )
    ends = ends[: first[-1]]
    spans = np.empty((-(-len(ends) // BLOCK), 2), np.int64)
    _span(ends, spans)
    return Edges(ends, first, boxes, spans)


@kernel
def _most_edges(verbs: Ints, points: Doubles, numbers: Doubles, low: Float, high: Float) -> Int:
    """At least as many edges as these steps can make, but for those that close the paths at last."""
    x, y = np.zeros(4, np.float64), np.zeros(4, np.float64)
    at, edges = 0, 1
    for step in range(len(verbs)):
        taken = _take(verbs[step], points, at, numbers, x, y)
        at += 2 * taken
        if verbs[step] == _M or verbs[step] == _Z:
            edges += 2
        elif _meets(y, taken, low, high):
            edges += _chords(verbs[step], x, y) + 1
        x[0], y[0] = x[taken], y[taken]
    return edges


@kernel
def _flatten(
    verbs: Ints, points: Doubles, first_verbs: Ints, first_points: Ints,
    numbers: Doubles, low: Float, high: Float, ends: Ints, first: Ints, boxes: Ints,
) -> None:  # fmt: skip
    for path in range(len(boxes)):
        path_verbs = verbs[first_verbs[path] : first_verbs[path + 1]]
        path_points = points[first_points[path] : first_points[path + 1]]
        first[path + 1] = _flatten_path(path_verbs, path_points, numbers, low, high, ends, first[path], boxes[path])


@kernel
def _flatten_path(
    verbs: Ints, points: Doubles, numbers: Doubles, low: Float, high: Float, ends: Ints, edges: Int, box: Ints
) -> Int:
    """Add the edges of one path and note the box around them; how many edges there are now."""
    x, y = np.zeros(4, np.float64), np.zeros(4, np.float64)
    at, before = 0, edges
    start_x = start_y = 0.0
    for step in range(len(verbs)):
        verb = verbs[step]
        taken = _take(verb, points, at, numbers, x, y)
        at += 2 * taken
        if verb == _M:
            edges = _edge(ends, edges, x[0], y[0], start_x, start_y, low, high)
            start_x, start_y = x[1], y[1]
        elif verb == _Z:
            edges = _edge(ends, edges, x[0], y[0], start_x, start_y, low, high)
            x[0], y[0] = start_x, start_y
        elif _meets(y, taken, low, high):
            chords = _chords(verb, x, y)
            from_x, from_y = x[0], y[0]
            for chord in range(1, chords):
                to_x, to_y = _point(verb, x, chord / chords), _point(verb, y, chord / chords)
                edges = _edge(ends, edges, from_x, from_y, to_x, to_y, low, high)
                from_x, from_y = to_x, to_y
            edges = _edge(ends, edges, from_x, from_y, x[taken], y[taken], low, high)
        x[0], y[0] = x[taken], y[taken]
    edges = _edge(ends, edges, x[0], y[0], start_x, start_y, low, high)
    _box(ends, before, edges, box)
    return edges


@kernel
def _take(verb: Int, points: Doubles, at: Int, numbers: Doubles, x: Doubles, y: Doubles) -> Int:
    """Fill in the mapped points of a step from ``x[1], y[1]`` on; how many there are."""
    taken = 3 if verb == _C else (2 if verb == _Q else (0 if verb == _Z else 1))
    for point in range(taken):
        px, py = points[at + 2 * point], points[at + 2 * point + 1]
        x[point + 1] = numbers[0] * px + numbers[2] * py + numbers[4]
        y[point + 1] = numbers[1] * px + numbers[3] * py + numbers[5]
    return taken


@kernel
def _chords(verb: Int, x: Doubles, y: Doubles) -> Int:
    """Into how many chords a step is cut: over 1 / n of a curve, one is off by at most the second derivative / 8 n²."""
    bend = 0.0
    if verb == _Q:
        bend = 2.0 * _length(x[0] - 2.0 * x[1] + x[2], y[0] - 2.0 * y[1] + y[2])
    elif verb == _C:
        one = _length(x[0] - 2.0 * x[1] + x[2], y[0] - 2.0 * y[1] + y[2])
        two = _length(x[1] - 2.0 * x[2] + x[3], y[1] - 2.0 * y[2] + y[3])
        bend = 6.0 * max(one, two)
    wanted = np.ceil(sqrt(bend / (8.0 * TOLERANCE)))
    return np.int64(min(max(wanted, 1.0), _MOST_CHORDS))


@kernel
def _length(x: Float, y: Float) -> Float:
    return sqrt(x * x + y * y)


@kernel
def _point(verb: Int, x: Doubles, t: Float) -> Float:
    """A curve's coordinate at ``t``, by de Casteljau's construction."""
    s = 1.0 - t
    p, q = s * x[0] + t * x[1], s * x[1] + t * x[2]
    if verb == _C:
        r = s * x[2] + t * x[3]
        p, q = s * p + t * q, s * q + t * r
    return s * p + t * q


@kernel
def _meets(y: Doubles, taken: Int, low: Float, high: Float) -> bool:
    """Whether a step may reach between two heights: no curve leaves the hull of its points."""
    above, below = True, True
    for point in range(taken + 1):
        above = above and y[point] < low
        below = below and y[point] > high
    return not (above or below)


@kernel
def _edge(ends: Ints, count: Int, x0: Float, y0: Float, x1: Float, y1: Float, low: Float, high: Float) -> Int:
    """Add an edge, unless it is horizontal or not between two heights; how many there are now."""
    if (y0 < low and y1 < low) or (y0 > high and y1 > high):
        return count
    ends[count, 0], ends[count, 1] = _fixed(x0), _fixed(y0)
    ends[count, 2], ends[count, 3] = _fixed(x1), _fixed(y1)
    return count + (1 if ends[count, 1] != ends[count, 3] else 0)


@kernel
def _fixed(value: Float) -> Int:
    value = min(max(value, -_FARTHEST), _FARTHEST)
    return np.int64(np.floor(value * ONE + 0.5))


@kernel
def _box(ends: Ints, first: Int, last: Int, box: Ints) -> None:
    if first == last:
        return
    low_x = high_x = ends[first, 0]
    low_y = high_y = ends[first, 1]
    for edge in range(first, last):
        low_x, high_x = min(low_x, ends[edge, 0], ends[edge, 2]), max(high_x, ends[edge, 0], ends[edge, 2])
        low_y, high_y = min(low_y, ends[edge, 1], ends[edge, 3]), max(high_y, ends[edge, 1], ends[edge, 3])
    box[0], box[1] = low_x >> 16, low_y >> 16
    box[2], box[3] = -(-high_x >> 16), -(-high_y >> 16)


@kernel
def _span(ends: Ints, spans: Ints) -> None:
    for block in range(len(spans)):
        low = high = ends[block * BLOCK, 1]
        for edge in range(block * BLOCK, min((block + 1) * BLOCK, len(ends))):
            low = min(low, ends[edge, 1], ends[edge, 3])
            high = max(high, ends[edge, 1], ends[edge, 3])
        spans[block, 0], spans[block, 1] = low, high
