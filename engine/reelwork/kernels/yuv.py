"""Luma and chroma: planes of codes go in and rows of R'G'B' (or light) come out, and back.

Chroma that was subsampled is interpolated linearly between its sites; on the way back it is averaged with a triangle as
wide as that interpolation, centred on the site. At the edges of the picture the outermost samples are repeated.

``levels`` holds, as float32, where black and neutral chroma stand and how many codes lie between black and white, and
between neutral chroma and one: ``(black, white - black, neutral, chroma range)``. ``weights`` holds the luma of red,
green and blue. ``sites`` says, along x and y, how many luma samples there are to one of chroma (1 or 2) and whether a
chroma sample stands midway between two of luma (1) or on the first (0).
"""

from __future__ import annotations

import numpy as np

from reelwork.kernels.arrays import Float, Floats, Int, Ints, Plane
from reelwork.kernels.curves import float32, int32, srgb_decode, srgb_encode
from reelwork.kernels.decorator import kernel


@kernel
def decode_yuv(
    luma: Plane,
    blue: Plane,
    red: Plane,
    levels: Floats,
    weights: Floats,
    sites: Ints,
    width: Int,
    height: Int,
    srgb: bool,
    out: Floats,
    out_x: Int,
    out_y: Int,
    x0: Int,
    y0: Int,
    x1: Int,
    y1: Int,
) -> None:
    """Write R'G'B' of a rectangle of a picture, or with ``srgb`` its light, to the colours of ``out``."""
    per_x, per_y = sites[0], sites[1]
    chroma_width, chroma_height = (width + per_x - 1) // per_x, (height + per_y - 1) // per_y
    first, last = x0 // per_x - 1, (x1 - 1) // per_x + 2
    u_line, v_line = np.empty(last - first, np.float32), np.empty(last - first, np.float32)
    u_full, v_full = np.empty((last - first) * per_x, np.float32), np.empty((last - first) * per_x, np.float32)
    skip = x0 - (first + 1) * per_x
    count = x1 - x0
    for y in range(y0, y1):
        near, far, share = _rows(y, per_y, sites[3], chroma_height)
        _blend_rows(blue[near], blue[far], share, first, chroma_width, u_line)
        _blend_rows(red[near], red[far], share, first, chroma_width, v_line)
        if per_x == 2:
            _double(u_line, sites[2], u_full)
            _double(v_line, sites[2], v_full)
        else:
            _copy(u_line[1:], u_full)
            _copy(v_line[1:], v_full)
        i, left = y - out_y, x0 - out_x
        _row_to_rgb(
            luma[y, x0:x1],
            u_full[skip : skip + count],
            v_full[skip : skip + count],
            levels,
            weights,
            out[0, i, left : left + count],
            out[1, i, left : left + count],
            out[2, i, left : left + count],
        )
        if srgb:
            for c in range(3):
                _decode_row(out[c, i, left : left + count])


@kernel
def encode_yuv(
    source: Floats,
    source_x: Int,
    source_y: Int,
    srgb: bool,
    levels: Floats,
    weights: Floats,
    sites: Ints,
    highest: Int,
    width: Int,
    height: Int,
    luma: Plane,
    blue: Plane,
    red: Plane,
    x0: Int,
    y0: Int,
    x1: Int,
    y1: Int,
) -> None:
    """Write the codes of a rectangle of R'G'B', or with ``srgb`` of light, to the planes of a picture."""
    per_x, per_y = sites[0], sites[1]
    # Two columns more than the rectangle on each side, for the triangle.
    left, right = x0 - 2, x1 + 2 + (x1 - x0) % per_x
    inside_left, inside_right = max(left, 0), min(right, width)
    rgb = np.empty((3, right - left), np.float32)
    yuv = np.empty((3, right - left), np.float32)
    cx0, cx1 = x0 // per_x, (x1 + per_x - 1) // per_x
    u_rows, v_rows = np.empty((4, cx1 - cx0), np.float32), np.empty((4, cx1 - cx0), np.float32)
    done = y0 - 1 if per_y == 1 else max(y0 - 2, -1)
    for cy in range(y0 // per_y, (y1 + per_y - 1) // per_y):
        top = cy * per_y
        while done < min(top + 2 if per_y == 2 else top, height - 1):
            done += 1
            row = done - source_y
            for c in range(3):
                from_x, to_x = inside_left - source_x, inside_right - source_x
                colour = rgb[c, inside_left - left : inside_right - left]
                if srgb:
                    _encode_row(source[c, row, from_x:to_x], colour)
                else:
                    _copy(source[c, row, from_x:to_x], colour)
            _row_to_yuv(rgb[0], rgb[1], rgb[2], weights, yuv[0], yuv[1], yuv[2])
            if y0 <= done < y1:
                _store(yuv[0, 2 : 2 + x1 - x0], levels[0], levels[1], highest, luma[done, x0:x1])
            for c in range(1, 3):
                _repeat_edges(yuv[c], inside_left - left, inside_right - left)
            slot = done & 3
            if per_x == 2:
                _halve(yuv[1], sites[2], u_rows[slot])
                _halve(yuv[2], sites[2], v_rows[slot])
            else:
                _copy(yuv[1, 2 : 2 + x1 - x0], u_rows[slot])
                _copy(yuv[2, 2 : 2 + x1 - x0], v_rows[slot])
        if per_y == 2:
            a, b = max(top - 1, 0) & 3, top & 3
            c, d = min(top + 1, height - 1) & 3, min(top + 2, height - 1) & 3
            _store_mean(u_rows[a], u_rows[b], u_rows[c], u_rows[d], sites[3], levels, highest, blue[cy, cx0:cx1])
            _store_mean(v_rows[a], v_rows[b], v_rows[c], v_rows[d], sites[3], levels, highest, red[cy, cx0:cx1])
        else:
            _store(u_rows[cy & 3], levels[2], levels[3], highest, blue[cy, cx0:cx1])
            _store(v_rows[cy & 3], levels[2], levels[3], highest, red[cy, cx0:cx1])


@kernel
def _rows(y: Int, per: Int, midway: Int, count: Int) -> tuple[Int, Int, Float]:
    """The two chroma rows (or columns) that luma row ``y`` lies between, and the share of the second."""
    if per == 1:
        return y, y, float32(0.0)
    near = y >> 1
    if midway:
        far = near + 1 if y & 1 else near - 1
        return near, min(max(far, 0), count - 1), float32(0.25)
    return near, min(near + 1, count - 1), float32(0.5) if y & 1 else float32(0.0)


@kernel
def _blend_rows(near: Plane, far: Plane, share: Float, first: Int, count: Int, out: Floats) -> None:
    """Mix two rows of codes from column ``first`` on, the outermost columns repeated."""
    n = out.shape[0]
    rest = float32(1.0) - share
    before = max(-first, 0)
    inside = min(n, count - first)
    a, b, middle = near[first + before : first + inside], far[first + before : first + inside], out[before:inside]
    for i in range(middle.shape[0]):
        middle[i] = float32(a[i]) * rest + float32(b[i]) * share
    for i in range(before):
        out[i] = out[before]
    for i in range(inside, n):
        out[i] = out[inside - 1]


@kernel
def _double(line: Floats, midway: Int, out: Floats) -> None:
    """Interpolate linearly: two values for each but the outer two, the first at the start of ``out``."""
    if midway:
        for i in range(line.shape[0] - 2):
            here = line[i + 1] * float32(0.75)
            out[2 * i] = here + line[i] * float32(0.25)
            out[2 * i + 1] = here + line[i + 2] * float32(0.25)
    else:
        for i in range(line.shape[0] - 2):
            out[2 * i] = line[i + 1]
            out[2 * i + 1] = (line[i + 1] + line[i + 2]) * float32(0.5)


@kernel
def _halve(line: Floats, midway: Int, out: Floats) -> None:
    """Average to half the columns; ``line`` begins two columns before the first of ``out``."""
    if midway:
        for i in range(out.shape[0]):
            inner = line[2 * i + 2] + line[2 * i + 3]
            outer = line[2 * i + 1] + line[2 * i + 4]
            out[i] = inner * float32(0.375) + outer * float32(0.125)
    else:
        for i in range(out.shape[0]):
            out[i] = line[2 * i + 2] * float32(0.5) + (line[2 * i + 1] + line[2 * i + 3]) * float32(0.25)


@kernel
def _row_to_rgb(
    luma: Plane, blue: Floats, red: Floats, levels: Floats, weights: Floats, r: Floats, g: Floats, b: Floats
) -> None:
    one, two = float32(1.0), float32(2.0)
    wr, wg, wb = weights[0], weights[1], weights[2]
    black, span, neutral, reach = levels[0], levels[1], levels[2], levels[3]
    blue_to_b, red_to_r = two * (one - wb) / reach, two * (one - wr) / reach
    blue_to_g, red_to_g = -blue_to_b * wb / wg, -red_to_r * wr / wg
    for i in range(r.shape[0]):
        # Dividing, not multiplying by the inverse, makes exactly 1 of white.
        y = (float32(luma[i]) - black) / span
        u, v = blue[i] - neutral, red[i] - neutral
        r[i] = y + red_to_r * v
        g[i] = y + (blue_to_g * u + red_to_g * v)
        b[i] = y + blue_to_b * u


@kernel
def _row_to_yuv(r: Floats, g: Floats, b: Floats, weights: Floats, luma: Floats, blue: Floats, red: Floats) -> None:
    one, half = float32(1.0), float32(0.5)
    wr, wg, wb = weights[0], weights[1], weights[2]
    to_blue, to_red = half / (one - wb), half / (one - wr)
    for i in range(r.shape[0]):
        y = (r[i] * wr + b[i] * wb) + g[i] * wg
        luma[i] = y
        blue[i] = (b[i] - y) * to_blue
        red[i] = (r[i] - y) * to_red


@kernel
def _repeat_edges(line: Floats, first: Int, last: Int) -> None:
    for i in range(first):
        line[i] = line[first]
    for i in range(last, line.shape[0]):
        line[i] = line[last - 1]


@kernel
def _store(line: Floats, zero: Float, span: Float, highest: Int, out: Plane) -> None:
    most = float32(highest)
    for i in range(out.shape[0]):
        code = line[i] * span + (zero + float32(0.5))
        code = code if code > float32(0.0) else float32(0.0)
        out[i] = int32(code if code < most else most)


@kernel
def _store_mean(
    a: Floats, b: Floats, c: Floats, d: Floats, midway: Int, levels: Floats, highest: Int, out: Plane
) -> None:
    """Average four rows around a chroma site (the last counts only where it is midway) and store the codes."""
    inner = float32(0.375) if midway else float32(0.25)
    outer = float32(0.125) if midway else float32(0.0)
    first = outer if midway else inner
    second = inner if midway else float32(0.5)
    most, zero, span = float32(highest), levels[2] + float32(0.5), levels[3]
    for i in range(out.shape[0]):
        code = ((b[i] * second + c[i] * inner) + (a[i] * first + d[i] * outer)) * span + zero
        code = code if code > float32(0.0) else float32(0.0)
        out[i] = int32(code if code < most else most)


@kernel
def _copy(line: Floats, out: Floats) -> None:
    """As far as both reach. (Assigning slices would bring numba's text formatting along, for its error message.)"""
    for i in range(min(line.shape[0], out.shape[0])):
        out[i] = line[i]


@kernel
def _decode_row(line: Floats) -> None:
    for i in range(line.shape[0]):
        line[i] = srgb_decode(line[i])


@kernel
def _encode_row(line: Floats, out: Floats) -> None:
    for i in range(line.shape[0]):
        out[i] = srgb_encode(line[i])
