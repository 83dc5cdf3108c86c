"""Contours: a plane of alpha goes in, each pixel's distance from where alpha is one half comes out.

The contour is that of marching squares: between two neighbouring pixels of which one has alpha of at least one half, it
crosses where alpha interpolated between them is one half, and in each square of four pixels crossings are joined by
straight lines. The nearest crossing of each pixel is found exactly, by looking along columns first and along rows then
(Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012), and for those between pixels beside
each other the other way round. The distance is that from the lines that end in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel

Planes = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

F = np.float32
U = np.uint64
_HALF = F(0.5)
_FAR = F(1e9)
#: A place where nothing crosses.
_NEVER = 1 << 28


@kernel
def contour_distances(alpha: Planes, x: Any, y: Any, size_x: Any, size_y: Any, limit: Any, out: Planes) -> None:
    """Fill ``out`` with distances from the contour: below 0 where alpha is at least one half, above 0 elsewhere.

    :param alpha: a plane that reaches ``limit`` and 2 pixels further than ``out`` to each side
    :param x, y: where the first pixel of ``out`` lies in it
    :param size_x, size_y: a pixel's width and height, in units of the distance
    :param limit: what is further away is as far as this
    """
    height, width = out.shape
    reach_x, reach_y = np.int64(limit / size_x) + 1, np.int64(limit / size_y) + 1
    above = np.empty((height, width + 2 * reach_x), np.float32)
    beside = np.empty((height + 2 * reach_y, width), np.float32)
    _along_columns(alpha, x - reach_x, y, above)
    _along_rows(alpha, x, y - reach_y, beside)
    best, upright = np.empty(width, np.float32), np.empty(width, np.int32)
    dx, dy = np.empty(width, np.float32), np.empty(width, np.float32)
    for row in range(height):
        best[:], upright[:] = F(limit * limit), 0
        for step in range(-reach_x, reach_x + 1):
            _nearer(above[row], step + reach_x, F(step), F(size_x), F(size_y), 1, best, dx, dy, upright)
        for step in range(-reach_y, reach_y + 1):
            _nearer(beside[row + step + reach_y], 0, F(step), F(size_y), F(size_x), 2, best, dy, dx, upright)
        for t in range(width):
            distance = F(limit)
            if upright[t] > 0:
                distance = _from_lines(alpha, x + t, y + row, dx[t], dy[t], upright[t] == 1, F(size_x), F(size_y))
                distance = distance if distance < F(limit) else F(limit)
            out[row, t] = -distance if alpha[y + row, x + t] >= _HALF else distance


@kernel
def _nearer(
    offsets: Planes, start: Any, step: Any, size_step: Any, size_offset: Any, which: Any,
    best: Planes, steps: Planes, found: Planes, upright: Ints,
) -> None:  # fmt: skip
    """Take crossings that lie ``step`` pixels one way and ``offsets`` the other where they are nearer than the best."""
    far = step * size_step * step * size_step
    for t in range(U(len(best))):
        offset = offsets[t + U(start)]
        along = offset * size_offset
        square = far + along * along
        closer = square < best[t]
        best[t] = square if closer else best[t]
        steps[t] = step if closer else steps[t]
        found[t] = offset if closer else found[t]
        upright[t] = which if closer else upright[t]


@kernel
def _along_columns(alpha: Planes, x: Any, y: Any, out: Planes) -> None:
    """How far below each pixel the nearest crossing of its column lies; the first pixel of ``out`` lies at ``x, y``."""
    # the pixel before the last crossing, and how far behind it that is: so its distance is the same in every window
    pixel, behind = np.full(out.shape[1], -_NEVER, np.int32), np.zeros(out.shape[1], np.float32)
    for j in range(y + len(out)):
        if j > 0:
            _crossings(alpha[j - 1], alpha[j], x, j - 1, pixel, behind)
        if j >= y:
            for t in range(U(out.shape[1])):
                out[j - y, t] = F(pixel[t] - j) + behind[t]
    pixel[:] = _NEVER
    for j in range(len(alpha) - 1, y - 1, -1):
        if j + 1 < len(alpha):
            _crossings(alpha[j], alpha[j + 1], x, j, pixel, behind)
        if j - y < len(out):
            for t in range(U(out.shape[1])):
                below = F(pixel[t] - j) + behind[t]
                out[j - y, t] = below if below < -out[j - y, t] else out[j - y, t]


@kernel
def _crossings(line: Planes, after: Planes, x: Any, j: Any, pixel: Ints, behind: Planes) -> None:
    for t in range(U(len(pixel))):
        a, b = line[U(x) + t], after[U(x) + t]
        crossed = _crosses(a, b)
        pixel[t] = j if crossed else pixel[t]
        behind[t] = _part(a, b) if crossed else behind[t]


@kernel
def _along_rows(alpha: Planes, x: Any, y: Any, out: Planes) -> None:
    """How far to the right of each pixel the nearest crossing of its row lies."""
    for row in range(len(out)):
        line = alpha[y + row]
        pixel, behind = -_NEVER, F(0.0)
        for i in range(x + out.shape[1]):
            if i > 0 and _crosses(line[i - 1], line[i]):
                pixel, behind = i - 1, _part(line[i - 1], line[i])
            if i >= x:
                out[row, i - x] = F(pixel - i) + behind
        pixel = _NEVER
        for i in range(len(line) - 1, x - 1, -1):
            if i + 1 < len(line) and _crosses(line[i], line[i + 1]):
                pixel, behind = i, _part(line[i], line[i + 1])
            if i - x < out.shape[1]:
                right = F(pixel - i) + behind
                out[row, i - x] = right if right < -out[row, i - x] else out[row, i - x]


@kernel(inline=True)
def _crosses(a: Any, b: Any) -> Any:
    return (a >= _HALF) != (b >= _HALF)


@kernel(inline=True)
def _part(a: Any, b: Any) -> Any:
    """How far from one pixel to the next alpha is one half; never quite at either."""
    part = (_HALF - a) / (b - a)
    part = part if part > F(0.001) else F(0.001)
    return part if part < F(0.999) else F(0.999)


@kernel
def _from_lines(alpha: Planes, x: Any, y: Any, dx: Any, dy: Any, upright: Any, size_x: Any, size_y: Any) -> Any:
    """The distance of a pixel from the contour near a crossing, ``dx, dy`` away: two lines to each side of that."""
    shortest = _FAR
    for side in range(2):
        # the square that the line lies in, and through which of its edges it enters: top, right, bottom, left
        left, top = x + np.int64(np.floor(dx)), y + np.int64(np.floor(dy))
        left, top = (left - 1 + side, top) if upright else (left, top - 1 + side)
        entry = (1 - side) + 3 * side if upright else 2 - 2 * side
        u, v = dx * size_x, dy * size_y
        for _ in range(2):
            if left < 0 or top < 0 or left + 1 >= alpha.shape[1] or top + 1 >= alpha.shape[0]:
                break
            way, along, down = _exit(alpha, left, top, entry)
            end_x, end_y = (along + F(left - x)) * size_x, (down + F(top - y)) * size_y
            distance = _from_line(u, v, end_x, end_y)
            shortest = distance if distance < shortest else shortest
            u, v = end_x, end_y
            left, top = left + (way == 1) - (way == 3), top + (way == 2) - (way == 0)
            entry = (way + 2) % 4
    return shortest


@kernel(inline=True)
def _from_line(x0: Any, y0: Any, x1: Any, y1: Any) -> Any:
    """How far from the origin a line between two places passes."""
    along, down = x1 - x0, y1 - y0
    length = along * along + down * down
    at = -(x0 * along + y0 * down) / length if length > F(0.0) else F(0.0)
    at = at if at > F(0.0) else F(0.0)
    at = at if at < F(1.0) else F(1.0)
    x, y = x0 + at * along, y0 + at * down
    return np.sqrt(x * x + y * y)


@kernel
def _exit(alpha: Planes, i: Any, j: Any, entry: Any) -> Any:
    """Through which edge a line that enters a square of pixels leaves it, and where, from its first pixel on."""
    a, b, c, d = alpha[j, i], alpha[j, i + 1], alpha[j + 1, i + 1], alpha[j + 1, i]
    top, right, bottom, left = _crosses(a, b), _crosses(b, c), _crosses(d, c), _crosses(a, d)
    way = entry
    if top and right and bottom and left:  # a saddle: what lies in its middle is joined
        joined = (a + b + c + d >= F(2.0)) == (a >= _HALF)
        way = (entry ^ 1) if joined else (3 - entry)
    elif top and entry != 0:
        way = 0
    elif right and entry != 1:
        way = 1
    elif bottom and entry != 2:
        way = 2
    elif left and entry != 3:
        way = 3
    if way == 0:
        return way, _part(a, b), F(0.0)
    if way == 1:
        return way, F(1.0), _part(b, c)
    if way == 2:
        return way, _part(d, c), F(1.0)
    return way, F(0.0), _part(a, d)
