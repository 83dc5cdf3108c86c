"""Warps: a frame and a map that says from where each pixel is read go in, the pixels of an output window come out.

A pixel whose area the map leads to no more than its like is interpolated at its centre (Catmull and Rom's cubic). One
that spans more is the mean of up to 16 × 16 bilinear samples, each at the place of a part of the pixel, so that what is
shrunk, folded or torn has smooth edges. How much it spans is seen from the places of its four corners. Everything is
worked out from absolute positions, so that no pixel depends on where a tile begins. Beyond the source is transparency.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from reelwork.errors import PluginError
from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, EVERYWHERE, Window
from reelwork.kernels import generate
from reelwork.kernels.arrays import Floats
from reelwork.kernels.frames import table_of
from reelwork.kernels.point_lines import DISPLAY
from reelwork.kernels.warp_samples import BORDER, average, encoded, interpolate, lay_out, sample, sample_centres
from reelwork.kernels.warp_spans import corners, find_steep, lay_grid, spans, split
from reelwork.values import Affine, Display

if TYPE_CHECKING:
    from reelwork.effect import Box, Context, WarpEffect

__all__ = ["Warp", "warp_needs", "warp_region"]

_Doubles: TypeAlias = npt.NDArray[np.float64]
#: Rows that are filled at once, and samples that are averaged at once, but for those of one row: what is known of them
#: stays in the second-level cache.
_ROWS: Final = 16
_AT_ONCE: Final = 1 << 14


def warp_region(effect: WarpEffect, source: Window, to_layer: Affine, context: Context) -> Window:
    """Where a warp may paint, in a raster that ``to_layer`` leads from, given where its source does."""
    if source.is_empty:
        return EMPTY
    fading = source.expand(1, 1, 1, 1)  # edges fade over half a pixel beyond the source
    try:
        return _window(effect.region(to_layer.bounds(*fading), context), to_layer, 1)
    except ZeroDivisionError:
        return EMPTY


def warp_needs(effect: WarpEffect, wanted: Window, to_layer: Affine, context: Context) -> Window:
    """Which pixels of the source are read to make the wanted ones."""
    if wanted.is_empty:
        return EMPTY
    try:
        return _window(effect.needs(to_layer.bounds(*wanted), context), to_layer, BORDER + 1)
    except ZeroDivisionError:
        return EMPTY


class Warp:
    """A warp and its source made ready for many windows.

    :param source: covers what :func:`warp_needs` says of all that will be wanted, as far as there is light
    :param to_layer: from pixels of the raster, which is the source's and the output's, to those of the layer
    :param context: as the effect gets it
    :param layers: how many further layers it reads
    """

    def __init__(
        self, effect: WarpEffect, source: Frame, *, to_layer: Affine, context: Context, layers: int = 0
    ) -> None:
        self._origin = source.window[:2]
        self._samples = lay_out(source.data)
        left, top, right, bottom = source.window
        self._shown = (left - 0.5, top - 0.5, right + 0.5, bottom + 0.5)
        place, tables, uniforms = _place(effect, context)
        told, given = layers if place is not _projected else 0, (len(tables), len(uniforms))
        self._tables, self._uniforms = tables, np.array(uniforms, np.float32)
        self._run = None if place is None else generate.place_kernel(type(effect), place, told, *given)
        self._encodes = context.display if effect.space == DISPLAY else None
        back = Affine() if place is None else to_layer.inverse()
        x0, y0, x1, y1 = context.box
        forth = (to_layer.a, to_layer.b, to_layer.c, to_layer.d, to_layer.e, to_layer.f)
        self._places = np.array((*forth, x1 - x0, y1 - y0, back.a, back.b, back.c, back.d), np.float64)

    def __call__(self, out: Frame, others: Sequence[Frame] = ()) -> None:
        """Fill a frame.

        :param others: the pictures of further layers, as far as there is any light in them; they cover a pixel more on
            each side
        """
        if out.window.is_empty:
            return
        if self._run is None or not self._samples.size:
            out.data[:] = 0.0
            return
        read = [_Read(other, self._encodes) for other in others]
        for top in range(0, out.window.height, _ROWS):
            self._fill(out, top, min(_ROWS, out.window.height - top), read)

    def _fill(self, out: Frame, top: int, rows: int, read: Sequence[_Read]) -> None:
        """Fill some rows of a frame."""
        us, vs = self._read_from(out.window.x0 - 1, out.window.y0 + top - 1, rows + 2, out.window.width + 2, read)
        counts, totals = self._parts(out.window.x0, out.window.y0 + top, us, vs, read)
        interpolate(self._samples, *self._origin, us, vs, counts, top, out.data)
        first = 0
        while first < len(totals):
            last, total = first + 1, totals[first]
            while last < len(totals) and total + totals[last] <= _AT_ONCE:
                last, total = last + 1, total + totals[last]
            if total:
                xs, ys, us, vs = np.empty((4, total))
                split(counts[:, first:last], out.window.x0, out.window.y0 + top + first, xs, ys)
                self._places_of(xs, ys, us, vs, read)
                average(self._samples, *self._origin, us, vs, counts[:, first:last], top + first, out.data)
            first = last

    def _read_from(self, x0: int, y0: int, rows: int, columns: int, read: Sequence[_Read]) -> tuple[_Doubles, _Doubles]:
        """From where the centres of pixels are read, ``[row, column]``."""
        xs, ys, us, vs = np.empty((4, rows * columns))
        lay_grid(x0 + 0.5, y0 + 0.5, columns, xs, ys)
        pixels = np.empty((4 * len(read), len(xs)), np.float32)
        for number, other in enumerate(read):
            at = (x0 - other.origin[0], y0 - other.origin[1])
            sample_centres(other.pixels, *at, columns, pixels[4 * number : 4 * number + 4])
        self._place(xs, ys, pixels, us, vs)
        return us.reshape(rows, columns), vs.reshape(rows, columns)

    def _parts(
        self, x0: int, y0: int, us: _Doubles, vs: _Doubles, read: Sequence[_Read]
    ) -> tuple[npt.NDArray[np.uint8], list[int]]:
        """Into how many parts pixels are split, ``[axis, row, column]``, and how many parts each row has.

        :param x0, y0: the first pixel
        :param us, vs: the places of centres, a row and a column more on each side
        """
        rows, columns = us.shape[0] - 2, us.shape[1] - 2
        counts, links = np.zeros((2, rows, columns), np.uint8), np.empty((2, rows + 2, columns + 2), np.uint8)
        steep = np.empty((rows, columns), np.uint8)
        if not find_steep(us, vs, *self._shown, links, steep):
            return counts, [0] * rows
        numbers, totals = np.empty((rows + 1, columns + 1), np.int64), np.empty(rows, np.int64)
        xs, ys = np.empty((2, numbers.size))
        count = corners(steep, x0, y0, numbers, xs, ys)
        us, vs = np.empty((2, count))
        self._places_of(xs[:count], ys[:count], us, vs, read)
        spans(steep, numbers, us, vs, *self._shown, counts, totals)
        return counts, totals.tolist()

    def _places_of(self, xs: _Doubles, ys: _Doubles, us: _Doubles, vs: _Doubles, read: Sequence[_Read]) -> None:
        """From where any points are read."""
        pixels = np.empty((4 * len(read), len(xs)), np.float32)
        for number, other in enumerate(read):
            sample(other.samples, *other.origin, xs, ys, pixels[4 * number : 4 * number + 4])
        self._place(xs, ys, pixels, us, vs)

    def _place(self, xs: _Doubles, ys: _Doubles, pixels: Floats, us: _Doubles, vs: _Doubles) -> None:
        assert self._run is not None
        self._run(xs, ys, pixels, us, vs, self._places, self._uniforms, *self._tables)


class _Read:
    """A further layer's picture, and what it is when laid out to be read anywhere."""

    def __init__(self, frame: Frame, encodes: Display | None) -> None:
        self.origin = frame.window[:2]
        self.pixels = frame.data if encodes is None else encoded(frame.data, encodes)

    @cached_property
    def samples(self) -> Floats:
        return lay_out(self.pixels)


def _place(
    effect: WarpEffect, context: Context
) -> tuple[Callable[..., object] | None, tuple[Floats, ...], tuple[float, ...]]:
    """The function that says from where is read, its tables and uniforms; ``None`` where a matrix leaves nothing."""
    matrix = effect.matrix(context)
    if matrix is None:
        if effect.place is None:
            cls = type(effect)
            raise PluginError(f"{cls.__module__}.{cls.__qualname__} has no place(), and its matrix() gives None")
        tables = tuple(table_of(effect, table, "tables()") for table in effect.tables(context))
        return effect.place, tables, effect.uniforms(context)
    try:
        inverse = matrix.inverse()
    except ZeroDivisionError:
        return None, (), ()
    if isinstance(inverse, Affine):
        m = inverse
        return _projected, (), (m.a, m.c, m.e, m.b, m.d, m.f, 0.0, 0.0, 1.0)
    return _projected, (), inverse.rows


def _projected(
    x: float, y: float, width: float, height: float,
    a: float, b: float, c: float, d: float, e: float, f: float, g: float, h: float, i: float,
) -> tuple[float, float]:  # fmt: skip
    """The place of a map through a 3 × 3 matrix; far away for what lies behind whoever looks."""
    w = g * x + h * y + i
    seen = w > 0.0
    k = 1.0 / (w if seen else 1.0)
    return ((a * x + b * y + c) * k if seen else -1e9), ((d * x + e * y + f) * k if seen else -1e9)


def _window(box: Box, to_layer: Affine, more: int) -> Window:
    """The pixels that a box of the layer touches, and so many around."""
    x0, y0, x1, y1 = box
    if not (x0 < x1 and y0 < y1):
        return EMPTY
    limits = EVERYWHERE.expand(-more, -more, -more, -more)
    left, top, right, bottom = to_layer.inverse().bounds(x0, y0, x1, y1)
    left, right = (min(float(limits.x1), max(float(limits.x0), value)) for value in (left, right))
    top, bottom = (min(float(limits.y1), max(float(limits.y0), value)) for value in (top, bottom))
    return Window.around(left, top, right, bottom).expand(more, more, more, more)
