"""Spreading: planes go in, and planes come out in which each pixel is the mean of those that its footprint covers.

Light is summed along rows in whole numbers, so that the sum of a span is the difference of two, wherever the sums
began; single pixels are added one by one. For a disc, the work grows with its radius, not with its area.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image import Window
from reelwork.kernels import kernel
from reelwork.kernels.alpha import held
from reelwork_filters.footprint import Footprint

Planes = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

F = np.float32
U = np.uint64
#: Columns that are worked on at once, so that what is read again is still in the processor's caches.
_STRIP: Final = 512
#: Light is counted in steps of 2 ** -22, and light of more than 2 ** 16 as that.
_ONE = 4194304.0
_BRIGHTEST = 65536.0


def spread(source: Planes, source_window: Window, footprint: Footprint, out: Planes, out_window: Window) -> None:
    """Fill ``out`` with means over a footprint.

    Constants keep their value within 1e-6. The result differs from the sum in double precision by less than 1e-6 of
    the brightest light in reach, and at least 3e-7.

    :param source: ``float32[plane, row, column]``; it covers the output's window and the footprint's reach around that
    """
    reach_x, reach_y = footprint.reach
    # By a power of two, which changes no digit, so that sums of the brightest light are floats.
    part = 2.0 ** (math.frexp(footprint.share)[1] - 1)
    for first in range(out_window.x0, out_window.x1, _STRIP):
        end = min(first + _STRIP, out_window.x1)
        across = slice(first - reach_x - source_window.x0, end + reach_x - source_window.x0)
        down = slice(out_window.y0 - reach_y - source_window.y0, out_window.y1 + reach_y - source_window.y0)
        light = np.ascontiguousarray(source[:, down, across])
        sums = np.zeros((light.shape[1], light.shape[2] + 1), np.int64)
        columns = np.empty((len(out), out_window.height, end - first), np.float32)
        _sum_footprints(
            light, footprint.spans, footprint.places, footprint.weights * np.float32(part), footprint.share, part,
            reach_x, reach_y, sums, columns,
        )  # fmt: skip
        out[:, :, first - out_window.x0 : end - out_window.x0] = columns


@kernel
def _sum_footprints(
    light: Planes, spans: Ints, places: Ints, weights: Planes, share: Any, part: Any, reach_x: Any, reach_y: Any,
    sums: Ints, out: Planes,
) -> None:  # fmt: skip
    width = U(out.shape[2])
    inside, beside = np.empty(out.shape[2], np.int64), np.empty(out.shape[2], np.float32)
    for plane in range(U(len(out))):
        for row in range(U(light.shape[1]) if len(spans) else U(0)):
            _sum_row(light[plane, row], sums[row])
        for row in range(out.shape[1]):
            inside[:], beside[:] = 0, F(0.0)
            span = 0
            while span + 2 <= len(spans):
                one, other = sums[U(row + reach_y + spans[span, 0])], sums[U(row + reach_y + spans[span + 1, 0])]
                a, b = U(spans[span, 1] + reach_x), U(spans[span, 2] + reach_x)
                c, d = U(spans[span + 1, 1] + reach_x), U(spans[span + 1, 2] + reach_x)
                for t in range(width):
                    inside[t] += (one[t + b] - one[t + a]) + (other[t + d] - other[t + c])
                span += 2
            if span < len(spans):
                one = sums[U(row + reach_y + spans[span, 0])]
                a, b = U(spans[span, 1] + reach_x), U(spans[span, 2] + reach_x)
                for t in range(width):
                    inside[t] += one[t + b] - one[t + a]
            _add_places(light[plane], places, weights, reach_x, row + reach_y, beside)
            for t in range(width):
                mean = F((np.float64(inside[t]) / _ONE + np.float64(beside[t]) / part) * share)
                out[plane, U(row), t] = held(mean, beside[t])


@kernel
def _sum_row(light: Planes, sums: Ints) -> None:
    """Sums of a row's light up to each pixel, which they leave out."""
    total: Any = 0
    for t in range(U(len(light))):
        value: Any = np.float64(light[t])
        value = value if value == value else 0.0
        value = value if value < _BRIGHTEST else _BRIGHTEST
        value = value if value > -_BRIGHTEST else -_BRIGHTEST
        total += np.int64(np.floor(value * _ONE + 0.5))
        sums[t + U(1)] = total


@kernel
def _add_places(light: Planes, places: Ints, weights: Planes, reach_x: Any, row: Any, beside: Planes) -> None:
    place = 0
    while place + 4 <= len(places):
        w0, w1, w2, w3 = weights[place], weights[place + 1], weights[place + 2], weights[place + 3]
        l0, l1 = light[U(row + places[place, 0])], light[U(row + places[place + 1, 0])]
        l2, l3 = light[U(row + places[place + 2, 0])], light[U(row + places[place + 3, 0])]
        a, b = U(places[place, 1] + reach_x), U(places[place + 1, 1] + reach_x)
        c, d = U(places[place + 2, 1] + reach_x), U(places[place + 3, 1] + reach_x)
        for t in range(U(len(beside))):
            beside[t] += (w0 * l0[t + a] + w1 * l1[t + b]) + (w2 * l2[t + c] + w3 * l3[t + d])
        place += 4
    while place < len(places):
        w0, l0, a = weights[place], light[U(row + places[place, 0])], U(places[place, 1] + reach_x)
        for t in range(U(len(beside))):
            beside[t] += w0 * l0[t + a]
        place += 1
