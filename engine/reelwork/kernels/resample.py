"""Resampling: a whole frame and an affine map go in, the pixels of an output window come out.

What a pixel shows depends on the frame, the map and the pixel's absolute position, and on nothing else.

*Enlarging, turning, moving* interpolates between 2 × 2 (``bilinear``) or 4 × 4 samples (``bicubic``). *Shrinking*, by
more than 1 along an axis of the source, takes the version of the frame that is halved as often as it can be without
losing detail, and stretches the kernel by what is left (1 to 2). Maps that shrink much more along one diagonal than
along the other are blurred along both.

*Edges*: the frame's outermost pixels go on beyond it, and the result is multiplied by the coverage of the frame's
rectangle. So edges stay as sharp as the output's pixels allow, fade over one of them, and never darken.
"""

from __future__ import annotations

import functools
from typing import Final, Literal

import numpy as np

from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, EVERYWHERE, Window
from reelwork.kernels.arrays import Float, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.kernels.mipmap import MOST_LEVELS, Mipmap, halving_needs
from reelwork.kernels.resample_affine import resample_affine
from reelwork.kernels.resample_upright import resample_upright
from reelwork.maths import sqrt
from reelwork.values import Affine

__all__ = ["Filter", "Mipmap", "is_copy", "resample", "resample_bounds", "resample_needs"]

#: How samples are mixed; ``auto`` is ``bicubic``.
Filter = Literal["auto", "nearest", "bilinear", "bicubic"]

F = np.float32
U = np.uint64
# Maps are rounded before use, so that the noise of concatenated maps neither blurs a copy nor moves an edge: steps
# a pixel to 2 ** -40, which moves the far end of 16,384 pixels by 1e-8; offsets to 2 ** -30.
_STEP_GRID: Final = float(1 << 40)
_OFFSET_GRID: Final = float(1 << 30)
#: Larger numbers in a map, infinity too, are taken for this one.
_FARTHEST: Final = 1e15
#: What a step may differ from a power of two and still count as one.
_NEARLY: Final = 1e-6


def resample(source: Frame | Mipmap, to_source: Affine, out: Frame, filter: Filter = "auto") -> None:  # noqa: A002
    """Fill ``out`` with the source seen through a map; beyond the source it is transparent.

    A map that moves by whole pixels copies. Nothing leaves the range of the source's values (see
    :mod:`reelwork.kernels.taps`); inside, a constant stays the same to the last bit.

    :param source: a frame, or a mipmap, which keeps what it made to shrink the frame
    :param to_source: from output raster pixels to source pixels
    :param filter: ``nearest`` takes the sample whose pixel the centre lies in, and has hard edges
    """
    window = out.window
    if window.is_empty:
        return
    frame = source.frame if isinstance(source, Mipmap) else source
    place = _rounded(to_source)
    if frame.window.is_empty or place.determinant == 0.0:
        out.data[:] = 0.0
    elif is_copy(place):
        _copy(frame, round(place.e), round(place.f), out)
    elif filter == "nearest":
        _nearest(frame.data, frame.window.x0, frame.window.y0, *_numbers(place), window.x0, window.y0, out.data)
    else:
        mipmap = source if isinstance(source, Mipmap) else Mipmap(source)
        _interpolate(mipmap, place, filter == "bilinear", out)


def resample_bounds(source: Window, to_source: Affine) -> Window:
    """Where the output may be other than transparent, given the window of the source."""
    place = _rounded(to_source)
    if source.is_empty or place.determinant == 0.0:
        return EMPTY
    if is_copy(place):
        x, y = round(place.e), round(place.f)
        return source.expand(x, y, -x, -y)
    fade_u, fade_v = (step / 2.0 + _NEARLY for step in _steps(place))
    box = (source.x0 - fade_u, source.y0 - fade_v, source.x1 + fade_u, source.y1 + fade_v)
    x0, y0, x1, y1 = place.inverse().bounds(*box)
    return _around(x0 + 0.5, y0 + 0.5, x1 - 0.5, y1 - 0.5)


def resample_needs(wanted: Window, to_source: Affine) -> Window:
    """Which pixels of the source are read to make the wanted ones; with no others in it, the result is the same."""
    place = _rounded(to_source)
    if wanted.is_empty or place.determinant == 0.0:
        return EMPTY
    if is_copy(place):
        x, y = round(place.e), round(place.f)
        return wanted.expand(-x, -y, x, y)
    (level_x, stretch_x), (level_y, stretch_y) = (_level(step) for step in _steps(place))
    x0, y0, x1, y1 = place.bounds(wanted.x0 + 0.5, wanted.y0 + 0.5, wanted.x1 - 0.5, wanted.y1 - 0.5)
    scale_x, scale_y = float(1 << level_x), float(1 << level_y)
    half_x, half_y = _halves(place, stretch_x, stretch_y)
    reach_x, reach_y = half_x + 0.5, half_y + 0.5
    needs = _around(
        x0 / scale_x - reach_x, y0 / scale_y - reach_y, x1 / scale_x + reach_x, y1 / scale_y + reach_y
    )  # fmt: skip
    for level in range(max(level_x, level_y)):
        needs = halving_needs(needs, along_x=level < level_x, along_y=level < level_y)
    return needs & EVERYWHERE


def is_copy(to_source: Affine) -> bool:
    """Whether the map only moves by whole pixels, so that resampling copies."""
    a, b, c, d, e, f = _numbers(_rounded(to_source))
    return (a, b, c, d) == (1.0, 0.0, 0.0, 1.0) and e == round(e) and f == round(f)


def _copy(frame: Frame, x: int, y: int, out: Frame) -> None:
    wanted = out.window.expand(-x, -y, x, y)
    both = frame.window & wanted
    if both != wanted:
        out.data[:] = 0.0
    if not both.is_empty:
        to_rows, to_columns = _slices(both, wanted)
        rows, columns = _slices(both, frame.window)
        out.data[:, to_rows, to_columns] = frame.data[:, rows, columns]


def _slices(part: Window, whole: Window) -> tuple[slice, slice]:
    return slice(part.y0 - whole.y0, part.y1 - whole.y0), slice(part.x0 - whole.x0, part.x1 - whole.x0)


def _interpolate(mipmap: Mipmap, place: Affine, linear: bool, out: Frame) -> None:
    (level_x, stretch_x), (level_y, stretch_y) = (_level(step) for step in _steps(place))
    frame = mipmap.level(level_x, level_y)
    scale_x, scale_y = float(1 << level_x), float(1 << level_y)
    a, b, c, d, e, f = _numbers(Affine.scaling(1.0 / scale_x, 1.0 / scale_y) @ place)
    x0, y0, x1, y1 = mipmap.frame.window
    box = np.array((x0 / scale_x, y0 / scale_y, x1 / scale_x, y1 / scale_y))
    steep_u, steep_v = (1.0 / step for step in _steps(Affine(a, b, c, d)))
    squeeze_x, squeeze_y = F(1.0 / stretch_x), F(1.0 / stretch_y)
    half_x, half_y = _halves(place, stretch_x, stretch_y)
    origin, target = frame.window[:2], out.window[:2]
    if b == 0.0 and c == 0.0:
        resample_upright(
            frame.data, *origin, a, d, e, f, box, steep_u, steep_v,
            half_x, half_y, squeeze_x, squeeze_y, linear, *target, out.data,
        )  # fmt: skip
    else:
        resample_affine(
            frame.data, *origin, a, b, c, d, e, f, box, steep_u, steep_v,
            half_x, squeeze_x, squeeze_y, linear, *target, out.data,
        )  # fmt: skip


def _steps(place: Affine) -> tuple[float, float]:
    """How far, at most, one pixel of the output leads along the source's x and along its y."""
    return sqrt(place.a * place.a + place.c * place.c), sqrt(place.b * place.b + place.d * place.d)


def _level(step: float) -> tuple[int, float]:
    """How often to halve an axis of which an output pixel spans ``step`` pixels; how far to stretch the kernel then."""
    level = 0
    while step > 2.0 - _NEARLY and level < MOST_LEVELS:
        step /= 2.0
        level += 1
    return level, min(step, 2.0) if step > 1.0 + _NEARLY else 1.0


def _halves(place: Affine, stretch_x: float, stretch_y: float) -> tuple[int, int]:
    """Half the taps along each axis; a map that is not upright takes as many along both."""
    half_x, half_y = (2 if stretch == 1.0 else 4 for stretch in (stretch_x, stretch_y))
    if place.b == 0.0 and place.c == 0.0:
        return half_x, half_y
    return max(half_x, half_y), max(half_x, half_y)


@functools.lru_cache(maxsize=1024)
def _rounded(place: Affine) -> Affine:
    a, b, c, d, e, f = (min(_FARTHEST, max(-_FARTHEST, value)) for value in _numbers(place))
    steps = (round(value * _STEP_GRID) / _STEP_GRID for value in (a, b, c, d))
    offsets = (round(value * _OFFSET_GRID) / _OFFSET_GRID for value in (e, f))
    return Affine(*steps, *offsets)


def _numbers(place: Affine) -> tuple[float, float, float, float, float, float]:
    return (place.a, place.b, place.c, place.d, place.e, place.f)


def _around(x0: float, y0: float, x1: float, y1: float) -> Window:
    """The window of the pixels that a box touches, within reason."""
    limit = float(EVERYWHERE.x1)
    return Window.around(*(min(limit, max(-limit, value)) for value in (x0, y0, x1, y1)))


@kernel
def _nearest(
    source: Floats, x0: Int, y0: Int,
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float,
    out_x0: Int, out_y0: Int, out: Floats,
) -> None:  # fmt: skip
    width, height = np.float64(source.shape[2]), np.float64(source.shape[1])
    for row in range(out.shape[1]):
        y = np.float64(out_y0 + row) + 0.5
        row_u, row_v = c * y + e, d * y + f
        for column in range(out.shape[2]):
            x = np.float64(out_x0 + column) + 0.5
            u, v = np.floor(a * x + row_u) - x0, np.floor(b * x + row_v) - y0
            inside = 0.0 <= u < width and 0.0 <= v < height
            i, j = U(u if inside else 0.0), U(v if inside else 0.0)
            for k in range(4):
                sample = source[k, j, i]
                out[k, U(row), U(column)] = sample if inside else F(0.0)
