"""Resampling: a whole frame and an affine map go in, the pixels of an output window come out.

What a pixel shows depends on the frame, the map and the pixel's absolute position, and on nothing else.

*Enlarging, turning, moving* interpolates between 2 × 2 (``bilinear``) or 4 × 4 samples (``bicubic``). *Shrinking*, by
more than 1 along an axis of the source, takes the version of the frame that is halved as often as it can be without
losing detail, and stretches the kernel by what is left (1 to 2). What is turned as well is shrunk upright first, which
takes a fraction of the samples, and then turned. Maps that shrink much more along one diagonal than along the other are
blurred along both.

*Edges*: the frame's outermost pixels go on beyond it, and the result is multiplied by the coverage of the frame's
rectangle. So edges stay as sharp as the output's pixels allow, fade over one of them, and never darken.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, EVERYWHERE, Window
from reelwork.kernels.arrays import Float, Floats, Int, Plane
from reelwork.kernels.decorator import kernel
from reelwork.kernels.mipmap import MOST_LEVELS, Mipmap, Samples, full, half_taps, halving_needs, shrinking_needs, unit
from reelwork.kernels.resample_affine import resample_affine
from reelwork.kernels.resample_upright import resample_upright
from reelwork.maths import sqrt
from reelwork.values import Affine

__all__ = [
    "Filter", "Mipmap", "Samples", "is_copy", "levels_of", "resample", "resample_bounds", "resample_needs", "resampler",
]  # fmt: skip

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
#: Steps up to this need no stretched kernel: what they could show that is not there is next to nothing.
_SLACK: Final = 1.05


@dataclass(frozen=True)
class _Way:
    """All that a map alone decides.

    :param place: the map, rounded
    :param flat: whether it has no inverse, so that nothing is seen
    :param copies: by how many whole pixels it moves, if that is all it does
    :param steps: how far, at most, one pixel of the output leads along the source's x and along its y
    :param levels: how often the source is halved along x and y
    :param shrinks: by how much the level is shrunk further, along x and y, before it is turned
    :param scales: pixels of the source to one of what is read
    :param numbers: the map into what is read
    :param halves: half the taps along each axis
    :param squeezes: 1 over the factors by which the kernel is stretched
    """

    place: Affine
    flat: bool
    copies: tuple[int, int] | None
    steps: tuple[float, float]
    levels: tuple[int, int]
    shrinks: tuple[float, float]
    scales: tuple[float, float]
    numbers: tuple[float, float, float, float, float, float]
    halves: tuple[int, int]
    squeezes: tuple[np.float32, np.float32]


def resample(source: Samples | Mipmap[Samples], to_source: Affine, out: Frame, filter: Filter = "auto") -> None:  # noqa: A002
    """Fill ``out`` with the source seen through a map; beyond the source it is transparent.

    A map that moves by whole pixels copies. Nothing leaves the range of the source's values (see
    :mod:`reelwork.kernels.taps`); inside, a constant stays the same to the last bit.

    :param source: a frame, or a mipmap, which keeps what it made to shrink the frame
    :param to_source: from output raster pixels to source pixels
    :param filter: ``nearest`` takes the sample whose pixel the centre lies in, and has hard edges
    """
    resampler(source, to_source, filter)(out)


def resampler(
    source: Samples | Mipmap[Samples],
    to_source: Affine,
    filter: Filter = "auto",  # noqa: A002
) -> Callable[[Frame], None]:
    """A source and a map made ready for many windows: a function that fills a frame, as :func:`resample`."""
    mipmap = source if isinstance(source, Mipmap) else Mipmap(source)
    way = _way(to_source)
    if mipmap.window.is_empty or way.flat:
        return _clear
    if way.copies is not None:
        return functools.partial(_copy, mipmap.level(0, 0), *way.copies)
    if filter == "nearest":
        return functools.partial(_take_nearest, mipmap.level(0, 0), way.place)
    return _interpolation(mipmap, way, filter == "bilinear")


def resample_bounds(source: Window, to_source: Affine) -> Window:
    """Where the output may be other than transparent, given the window of the source."""
    way = _way(to_source)
    if source.is_empty or way.flat:
        return EMPTY
    if way.copies is not None:
        x, y = way.copies
        return source.expand(x, y, -x, -y)
    fade_u, fade_v = (step / 2.0 + _NEARLY for step in way.steps)
    box = (source.x0 - fade_u, source.y0 - fade_v, source.x1 + fade_u, source.y1 + fade_v)
    x0, y0, x1, y1 = way.place.inverse().bounds(*box)
    return _around(x0 + 0.5, y0 + 0.5, x1 - 0.5, y1 - 0.5)


def resample_needs(wanted: Window, to_source: Affine) -> Window:
    """Which pixels of the source are read to make the wanted ones; with no others in it, the result is the same."""
    way = _way(to_source)
    if wanted.is_empty or way.flat:
        return EMPTY
    if way.copies is not None:
        x, y = way.copies
        return wanted.expand(-x, -y, x, y)
    x0, y0, x1, y1 = way.place.bounds(wanted.x0 + 0.5, wanted.y0 + 0.5, wanted.x1 - 0.5, wanted.y1 - 0.5)
    (level_x, level_y), (scale_x, scale_y) = way.levels, way.scales
    reach_x, reach_y = (half + 0.5 for half in way.halves)
    needs = _around(x0 / scale_x - reach_x, y0 / scale_y - reach_y, x1 / scale_x + reach_x, y1 / scale_y + reach_y)
    if way.shrinks != (1.0, 1.0):
        needs = shrinking_needs(needs, *way.shrinks)
    for level in range(max(level_x, level_y)):
        needs = halving_needs(needs, along_x=level < level_x, along_y=level < level_y)
    return needs & EVERYWHERE


def is_copy(to_source: Affine) -> bool:
    """Whether the map only moves by whole pixels, so that resampling copies."""
    return _way(to_source).copies is not None


def levels_of(to_source: Affine) -> tuple[int, int]:
    """How often a source is halved along x and y to be resampled through a map."""
    return _way(to_source).levels


def _copy(frame: Samples, x: int, y: int, out: Frame) -> None:
    wanted = out.window.expand(-x, -y, x, y)
    if wanted.is_empty:
        return
    both = frame.window & wanted
    if both != wanted:
        out.data[:] = 0.0
    if not both.is_empty:
        to_rows, to_columns = _slices(both, wanted)
        rows, columns = _slices(both, frame.window)
        np.multiply(frame.data[:, rows, columns], unit(frame), out=out.data[:, to_rows, to_columns])


def _slices(part: Window, whole: Window) -> tuple[slice, slice]:
    return slice(part.y0 - whole.y0, part.y1 - whole.y0), slice(part.x0 - whole.x0, part.x1 - whole.x0)


def _clear(out: Frame) -> None:
    out.data[:] = 0.0


def _take_nearest(frame: Samples, place: Affine, out: Frame) -> None:
    if not out.window.is_empty:
        _nearest(frame.data, unit(frame), *frame.window[:2], *_numbers(place), *out.window[:2], out.data)


def _interpolation(mipmap: Mipmap[Samples], way: _Way, linear: bool) -> Callable[[Frame], None]:
    scale_x, scale_y = way.scales
    if way.shrinks == (1.0, 1.0):
        frame = mipmap.level(*way.levels)
    else:
        frame = mipmap.shrunk(*way.levels, *way.shrinks, linear=linear)
    x0, y0, x1, y1 = mipmap.window
    box = np.array((x0 / scale_x, y0 / scale_y, x1 / scale_x, y1 / scale_y))
    steep_u, steep_v = scale_x / way.steps[0], scale_y / way.steps[1]
    a, b, c, d, e, f = way.numbers
    half_u, half_v = (1 if linear and half == 2 else half for half in way.halves)
    alpha = full(frame, mipmap.opaque)
    data, light, (left, top), squeezes = frame.data, unit(frame), frame.window[:2], way.squeezes

    def fill_upright(out: Frame) -> None:
        if not out.window.is_empty:
            resample_upright(
                data, light, alpha, left, top, a, d, e, f, box, steep_u, steep_v,
                half_u, half_v, *squeezes, linear, *out.window[:2], out.data,
            )  # fmt: skip

    def fill(out: Frame) -> None:
        if not out.window.is_empty:
            resample_affine(
                data, light, left, top, a, b, c, d, e, f, box, steep_u, steep_v,
                half_u, linear, *out.window[:2], out.data,
            )  # fmt: skip

    return fill_upright if b == 0.0 and c == 0.0 else fill


@functools.lru_cache(maxsize=1024)
def _way(to_source: Affine) -> _Way:
    place = _rounded(to_source)
    a, b, c, d, e, f = _numbers(place)
    copies = None
    if (a, b, c, d) == (1.0, 0.0, 0.0, 1.0) and e == round(e) and f == round(f):
        copies = (round(e), round(f))
    steps = (sqrt(a * a + c * c), sqrt(b * b + d * d))
    (level_x, stretch_x), (level_y, stretch_y) = (_level(step) for step in steps)
    scales = (float(1 << level_x), float(1 << level_y))
    shrinks = (1.0, 1.0)
    if (b != 0.0 or c != 0.0) and max(stretch_x, stretch_y) > 1.0:
        shrinks, stretch_x, stretch_y = (stretch_x, stretch_y), 1.0, 1.0
        scales = (scales[0] * shrinks[0], scales[1] * shrinks[1])
    return _Way(
        place,
        place.determinant == 0.0,
        copies,
        steps,
        (level_x, level_y),
        shrinks,
        scales,
        _numbers(Affine.scaling(1.0 / scales[0], 1.0 / scales[1]) @ place),
        (half_taps(stretch_x), half_taps(stretch_y)),
        (F(1.0 / stretch_x), F(1.0 / stretch_y)),
    )


def _level(step: float) -> tuple[int, float]:
    """How often to halve an axis of which an output pixel spans ``step`` pixels; how far to stretch the kernel then."""
    level = 0
    while step > 2.0 - _NEARLY and level < MOST_LEVELS:
        step /= 2.0
        level += 1
    return level, min(step, 2.0) if step > _SLACK else 1.0


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
    source: Plane, unit: Float, x0: Int, y0: Int,
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
                sample = F(source[k, j, i]) * unit
                out[k, U(row), U(column)] = sample if inside else F(0.0)
