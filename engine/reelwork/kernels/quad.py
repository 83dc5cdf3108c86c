"""Antialiased rectangles under an affine map: coverage of pixels goes out, and pictures clipped by it.

A pixel's distance to an edge is measured from its centre; coverage falls from 1 to 0 over one pixel across the edge. On
upright edges that is the exact share of the pixel's area; on slanted ones it differs from that by less than 0.05.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.image.frame import Frame
from reelwork.kernels.arrays import Float, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.maths import sqrt
from reelwork.values import Affine

F = np.float32
U = np.uint64
#: A map that shrinks areas by more is taken to leave nothing.
FLAT: Final = 1e-18


@kernel(slp=True)
def between(x: Float, low: Float, high: Float, steepness: Float) -> Float:
    """How far a pixel lies between two parallel edges, 0 to 1 (double precision).

    :param steepness: 1 over the change of ``x`` from one pixel to the next across the edges
    """
    above = (x - low) * steepness + 0.5
    below = (high - x) * steepness + 0.5
    above = above if above > 0.0 else 0.0
    below = below if below > 0.0 else 0.0
    above = above if above < 1.0 else 1.0
    below = below if below < 1.0 else 1.0
    both = above + below - 1.0
    return both if both > 0.0 else 0.0


@kernel
def _clip(
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float, width: Float, height: Float,
    steep_u: Float, steep_v: Float, x0: Int, y0: Int, pixels: Floats,
) -> None:  # fmt: skip
    for row in range(pixels.shape[1]):
        y = np.float64(y0 + row) + 0.5
        row_u, row_v = c * y + e, d * y + f
        for column in range(pixels.shape[2]):
            x = np.float64(x0 + column) + 0.5
            u, v = a * x + row_u, b * x + row_v
            cover = F(between(u, 0.0, width, steep_u) * between(v, 0.0, height, steep_v))
            for channel in range(4):
                pixels[channel, U(row), U(column)] *= cover


def steepness(step_x: float, step_y: float) -> float:
    """What :func:`between` needs, given how a coordinate changes from one pixel to the next along x and along y."""
    return 1.0 / sqrt(step_x * step_x + step_y * step_y)


def clip_to_quad(frame: Frame, matrix: Affine, width: float, height: float) -> None:
    """Multiply the frame, in place, by the antialiased box ``0, 0, width, height`` of a space mapped into the raster.

    :param matrix: from that space to the raster; one that is flat leaves nothing
    """
    window = frame.window
    if window.is_empty:
        return
    if abs(matrix.determinant) < FLAT or width <= 0.0 or height <= 0.0:
        frame.data[:] = 0.0
        return
    inverse = matrix.inverse()
    steep_u, steep_v = steepness(inverse.a, inverse.c), steepness(inverse.b, inverse.d)
    u0, v0, u1, v1 = inverse.bounds(window.x0 + 0.5, window.y0 + 0.5, window.x1 - 0.5, window.y1 - 0.5)
    margin_u, margin_v = 0.5 / steep_u, 0.5 / steep_v
    if u0 >= margin_u and v0 >= margin_v and u1 <= width - margin_u and v1 <= height - margin_v:
        return
    if u1 <= -margin_u or v1 <= -margin_v or u0 >= width + margin_u or v0 >= height + margin_v:
        frame.data[:] = 0.0
        return
    _clip(
        inverse.a, inverse.b, inverse.c, inverse.d, inverse.e, inverse.f, width, height,
        steep_u, steep_v, window.x0, window.y0, frame.data,
    )  # fmt: skip
