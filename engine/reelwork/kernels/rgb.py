"""Red, green, blue and alpha: planes of codes go in and frames come out, and back; primaries and alpha on the way.

``levels`` holds, as float32, the code of black and how many codes lie between black and white. Rectangles are given
in pixels of the picture, ``left`` and ``top`` say where the frame's first pixel stands.
"""

from __future__ import annotations

from reelwork.kernels.alpha import reciprocal
from reelwork.kernels.arrays import Floats, Int, Plane
from reelwork.kernels.curves import float32, int32, srgb_decode, srgb_encode
from reelwork.kernels.decorator import kernel


@kernel
def decode_plane(
    plane: Plane, levels: Floats, srgb: bool, out: Floats, left: Int, top: Int, x0: Int, y0: Int, x1: Int, y1: Int
) -> None:
    """Write a plane's values, 0 for black and 1 for white, or with ``srgb`` their light, to one channel."""
    for y in range(y0, y1):
        _decode_row(plane[y, x0:x1], levels[0], levels[1], srgb, out[y - top, x0 - left : x1 - left])


@kernel
def look_up(plane: Plane, curve: Floats, out: Floats, left: Int, top: Int, x0: Int, y0: Int, x1: Int, y1: Int) -> None:
    """Write what a curve, with an entry for each code, makes of a plane's codes to one channel."""
    for y in range(y0, y1):
        for x in range(x0, x1):
            out[y - top, x - left] = curve[plane[y, x]]


@kernel
def encode_plane(
    source: Floats,
    left: Int,
    top: Int,
    srgb: bool,
    levels: Floats,
    highest: Int,
    plane: Plane,
    x0: Int,
    y0: Int,
    x1: Int,
    y1: Int,
) -> None:
    """Write one channel, or with ``srgb`` its light, as codes of at most ``highest``."""
    for y in range(y0, y1):
        row = source[y - top, x0 - left : x1 - left]
        _encode_row(row, levels[0] + float32(0.5), levels[1], srgb, highest, plane[y, x0:x1])


@kernel
def premultiply(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """Multiply the colours of a rectangle of a frame, counted from its first pixel, by its alpha."""
    for y in range(y0, y1):
        for c in range(3):
            _multiply(data[c, y, x0:x1], data[3, y, x0:x1])


@kernel
def unpremultiply(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """Divide the colours of a rectangle of a frame, counted from its first pixel, by its alpha."""
    for y in range(y0, y1):
        for c in range(3):
            _divide(data[c, y, x0:x1], data[3, y, x0:x1])


@kernel
def convert(data: Floats, matrix: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """Change the primaries of a rectangle of a frame by a matrix of 3 by 3, row by row."""
    for y in range(y0, y1):
        _convert(data[0, y, x0:x1], data[1, y, x0:x1], data[2, y, x0:x1], matrix)


@kernel
def _decode_row(row: Plane, black: float, span: float, srgb: bool, out: Floats) -> None:
    if srgb:
        for i in range(out.shape[0]):
            out[i] = srgb_decode((float32(row[i]) - black) / span)
    else:
        for i in range(out.shape[0]):
            out[i] = (float32(row[i]) - black) / span


@kernel
def _encode_row(row: Floats, black: float, span: float, srgb: bool, highest: Int, out: Plane) -> None:
    most = float32(highest)
    for i in range(out.shape[0]):
        value = srgb_encode(row[i]) if srgb else row[i]
        code = value * span + black
        code = code if code > float32(0.0) else float32(0.0)
        out[i] = int32(code if code < most else most)


@kernel
def _multiply(colour: Floats, alpha: Floats) -> None:
    for i in range(colour.shape[0]):
        colour[i] *= alpha[i]


@kernel
def _divide(colour: Floats, alpha: Floats) -> None:
    for i in range(colour.shape[0]):
        colour[i] *= reciprocal(alpha[i])


@kernel
def _convert(r: Floats, g: Floats, b: Floats, m: Floats) -> None:
    for i in range(r.shape[0]):
        red, green, blue = r[i], g[i], b[i]
        r[i] = (m[0] * red + m[1] * green) + m[2] * blue
        g[i] = (m[3] * red + m[4] * green) + m[5] * blue
        b[i] = (m[6] * red + m[7] * green) + m[8] * blue
