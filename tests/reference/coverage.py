"""The obvious rasteriser: each outline cut by each pixel's square, and the area of what is left."""

from itertools import pairwise

import numpy as np

from reelwork.image import Path, Window
from reelwork.values import Affine

_TAKES = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}


def polygons(path: Path, matrix: Affine, chords: int = 64) -> list[list[tuple[float, float]]]:
    """The path's outlines in the raster, curves cut into so many chords."""
    numbers = iter(path.points)
    outlines: list[list[tuple[float, float]]] = [[]]
    for verb in path.verbs:
        points = [matrix.apply(next(numbers), next(numbers)) for _ in range(_TAKES[verb])]
        if verb == "M":
            outlines.append(points)
        elif verb == "L":
            outlines[-1] += points
        elif verb == "Z":
            outlines.append([outlines[-1][0]])
        else:
            curve = [outlines[-1][-1], *points]
            outlines[-1] += [_point(curve, (step + 1) / chords) for step in range(chords)]
    return [outline for outline in outlines if len(outline) > 2]


def _point(curve: list[tuple[float, float]], t: float) -> tuple[float, float]:
    while len(curve) > 1:
        curve = [(p[0] * (1 - t) + q[0] * t, p[1] * (1 - t) + q[1] * t) for p, q in pairwise(curve)]
    return curve[0]


def coverage(path: Path, matrix: Affine, window: Window) -> np.ndarray:
    """``min(1, |mean winding|)`` of each pixel."""
    out = np.zeros((window.height, window.width))
    for outline in polygons(path, matrix):
        for row in range(window.height):
            band = _cut(_cut(outline, 1, window.y0 + row, 1), 1, window.y0 + row + 1, -1)
            for column in range(window.width) if band else ():
                square = _cut(_cut(band, 0, window.x0 + column, 1), 0, window.x0 + column + 1, -1)
                out[row, column] += _area(square)
    return np.minimum(1, np.abs(out))


def _cut(outline: list[tuple[float, float]], axis: int, limit: float, side: int) -> list[tuple[float, float]]:
    """The part of an outline on one side of a line (Sutherland and Hodgman, 1974)."""
    kept = []
    for p, q in zip(outline, outline[1:] + outline[:1], strict=True):
        a, b = side * (p[axis] - limit), side * (q[axis] - limit)
        if a >= 0:
            kept.append(p)
        if (a >= 0) != (b >= 0):
            t = a / (a - b)
            kept.append((p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t))
    return kept


def _area(outline: list[tuple[float, float]]) -> float:
    pairs = zip(outline, outline[1:] + outline[:1], strict=True)
    return sum(p[0] * q[1] - q[0] * p[1] for p, q in pairs) / 2
