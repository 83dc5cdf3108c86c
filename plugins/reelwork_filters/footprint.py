"""Footprints: what a point becomes when light spreads, as spans of whole pixels and single ones with weights."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork import maths

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

#: Larger apertures, and longer halves of lines, wider than any canvas, are taken for this one, pixels.
MOST: Final = 2048.0
#: In how many places down a pixel its coverage is measured, at most, and of all of it; along it is exact.
_LINES: Final = 64
_ALL_LINES: Final = 8192
#: What is covered by more than this is whole.
_WHOLE: Final = 1.0 - 1e-6
#: Blades less curved than this are straight.
_STRAIGHT: Final = 1e-4


@dataclass(frozen=True, eq=False)
class Footprint:
    """The weights with which a pixel's neighbours take part in it, in two parts.

    :param spans: row, first and end column of pixels that weigh 1, seen from the pixel: ``int64[n, 3]``
    :param places: row and column of others: ``int64[m, 2]``
    :param weights: what each of those weighs: ``float32[m]``
    :param share: 1 over the sum of all weights, those within too
    :param reach: how many columns and rows it extends to each side
    """

    spans: Ints
    places: Ints
    weights: npt.NDArray[np.float32]
    share: float
    reach: tuple[int, int]


@functools.lru_cache(maxsize=64)
def aperture(radius_x: float, radius_y: float, blades: int, rotation: float, curvature: float) -> Footprint:
    """What a lens makes of a point that is out of focus: its aperture.

    :param radius_x, radius_y: pixels from its centre to its corners
    :param blades: how many sides it has; fewer than 3 make a disc
    :param rotation: degrees, clockwise; at 0 a corner is at the top
    :param curvature: 0 for straight sides, 1 for a disc; between them, sides are arcs of larger circles
    """
    reach_x, reach_y = (aperture_reach(radius) for radius in (radius_x, radius_y))
    radii = (max(min(radius_x, MOST), 0.01), max(min(radius_y, MOST), 0.01))
    # a pixel gets light from where the aperture, turned by half, covers: then a point becomes the aperture itself
    covered = _coverage(radii, (reach_x, reach_y), blades, rotation, curvature)[::-1, ::-1]
    spans, places = [], []
    for row, line in enumerate(covered):
        whole = np.flatnonzero(line > _WHOLE)
        first, end = (int(whole[0]), int(whole[-1]) + 1) if len(whole) else (0, 0)
        if end > first:
            spans.append((row - reach_y, first - reach_x, end - reach_x))
        places += [(row, int(column)) for column in np.flatnonzero(line) if not first <= column < end]
    edge = np.array(places, np.int64).reshape(-1, 2)
    weights = covered[edge[:, 0], edge[:, 1]].astype(np.float32)
    inside = np.array(spans, np.int64).reshape(-1, 3)
    total = float((inside[:, 2] - inside[:, 1]).sum()) + math.fsum(weights.tolist())
    return Footprint(inside, edge - np.array((reach_y, reach_x)), weights, 1.0 / total, (reach_x, reach_y))


def aperture_reach(radius: float) -> int:
    """How many pixels an aperture may extend to each side."""
    return math.ceil(max(0.0, min(radius, MOST) - 0.5))


@functools.lru_cache(maxsize=64)
def streak(half_x: float, half_y: float) -> Footprint:
    """A line through the pixel, from ``-half_x, -half_y`` to ``half_x, half_y``: the mean of places on it that are
    evenly spaced, no further apart than a pixel, each shared out among the four pixels that it lies between."""
    steps = max(1, math.ceil(max(abs(half_x), abs(half_y))))
    shares: dict[tuple[int, int], float] = {}
    for step in range(-steps, steps + 1):
        x, y = half_x * step / steps, half_y * step / steps
        column, row = math.floor(x), math.floor(y)
        for down, part in ((0, 1.0 - (y - row)), (1, y - row)):
            for along, share in ((0, 1.0 - (x - column)), (1, x - column)):
                if part * share > 0.0:
                    place = (row + down, column + along)
                    shares[place] = shares.get(place, 0.0) + part * share
    places = sorted(shares)
    weights = np.array([shares[place] for place in places], np.float32)
    reach = (math.ceil(abs(half_x)), math.ceil(abs(half_y)))
    total = math.fsum(weights.tolist())
    return Footprint(np.zeros((0, 3), np.int64), np.array(places, np.int64), weights, 1.0 / total, reach)


def _coverage(
    radii: tuple[float, float], reach: tuple[int, int], blades: int, rotation: float, curvature: float
) -> Doubles:
    """What part of each pixel is inside, ``float64[row, column]``."""
    (radius_x, radius_y), (reach_x, reach_y) = radii, reach
    rows = 2 * reach_y + 1
    each = max(4, min(_LINES, _ALL_LINES // rows))
    y = ((np.arange(rows * each) + 0.5) / each - reach_y - 0.5) / radius_y
    left, right = np.full(len(y), -2.0), np.full(len(y), 2.0)
    for normal_x, normal_y, centre, radius in _sides(blades, rotation, curvature):
        if radius == 0.0:  # a straight side, the points with x nx + y ny <= centre
            if abs(normal_x) < 1e-12:
                left = np.where(y * normal_y <= centre, left, 2.0)
            elif normal_x > 0.0:
                right = np.minimum(right, (centre - y * normal_y) / normal_x)
            else:
                left = np.maximum(left, (centre - y * normal_y) / normal_x)
            continue
        rest = radius * radius - (y - centre * normal_y) ** 2
        half = np.sqrt(np.maximum(rest, 0.0))
        left = np.where(rest > 0.0, np.maximum(left, centre * normal_x - half), 2.0)
        right = np.minimum(right, centre * normal_x + half)
    left, right = left * radius_x, np.maximum(left, right) * radius_x
    edges = np.arange(2 * reach_x + 2) - reach_x - 0.5
    covered = np.empty((rows, 2 * reach_x + 1))
    for row in range(rows):  # one by one, since all of a large aperture's lines would fill the memory
        lines = slice(row * each, (row + 1) * each)
        inside = np.clip(edges, left[lines, None], right[lines, None])
        covered[row] = np.diff(inside, axis=1).sum(axis=0) / each
    if not covered.any():
        covered[reach_y, reach_x] = 1.0
    return covered


def _sides(blades: int, rotation: float, curvature: float) -> list[tuple[float, float, float, float]]:
    """The sides of an aperture of radius 1: the direction that each faces, where the centre of its circle lies that
    way, and the circle's radius; 0 for a straight side, which lies as far that way."""
    if blades < 3:
        return [(1.0, 0.0, 0.0, 1.0)]
    sine, cosine = maths.sincos_degrees(180.0 / blades)
    radius, centre = 0.0, cosine
    if curvature > _STRAIGHT:
        radius = 1.0 / curvature
        centre = cosine - maths.sqrt(max(radius * radius - sine * sine, 0.0))
    sides = []
    for blade in range(blades):
        normal_y, normal_x = maths.sincos_degrees(rotation - 90.0 + (blade + 0.5) * 360.0 / blades)
        sides.append((normal_x, normal_y, centre, radius))
    return sides
