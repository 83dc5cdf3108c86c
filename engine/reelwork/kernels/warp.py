"""Warps: a frame and a map that says from where each pixel is read go in, the pixels of an output window come out.

A pixel whose area the map leads to no more than its like is interpolated at its centre (Catmull and Rom's cubic). One
that spans more is the mean of up to 16 × 16 bilinear samples, each at the place of a part of the pixel, so that what is
shrunk, folded or torn has smooth edges. How much it spans is seen from the places of its four corners. Everything is
worked out from absolute positions, so that no pixel depends on where a tile begins. Beyond the source is transparency.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from reelwork.errors import PluginError
from reelwork.image.frame import Frame
from reelwork.image.window import EMPTY, EVERYWHERE, Window
from reelwork.kernels import generate
from reelwork.kernels.point_lines import DISPLAY
from reelwork.kernels.warp_samples import BORDER, average, encoded, interpolate, lay_out, sample, spans, split
from reelwork.values import Affine, Display

if TYPE_CHECKING:
    from reelwork.effect import Box, Context, WarpEffect

__all__ = ["Warp", "warp_needs", "warp_region"]

_Doubles: TypeAlias = npt.NDArray[np.float64]
#: Samples that are averaged at once, but for those of one row of the output.
_AT_ONCE: Final = 1 << 18


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
        place, uniforms = _place(effect, context)
        told = layers if place is not _projected else 0
        self._uniforms = np.array(uniforms, np.float32)
        self._run = None if place is None else generate.place_kernel(type(effect), place, told, len(uniforms))
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
        x0, y0, x1, y1 = out.window
        across, down = np.arange(x0, x1 + 1, dtype=np.float64), np.arange(y0, y1 + 1, dtype=np.float64)
        centres = self._read_from(across[:-1] + 0.5, down[:-1] + 0.5, read)
        interpolate(self._samples, *self._origin, *centres, out.data)
        counts, totals = np.empty((2, y1 - y0, x1 - x0), np.int64), np.empty(y1 - y0, np.int64)
        spans(self._samples, *self._origin, *self._read_from(across, down, read), counts, totals)
        first, rows = 0, len(totals)
        while first < rows:
            last = first + 1
            while last < rows and totals[first : last + 1].sum() <= _AT_ONCE:
                last += 1
            self._average(counts[:, first:last], int(totals[first:last].sum()), out, first, read)
            first = last

    def _average(self, counts: npt.NDArray[np.int64], total: int, out: Frame, row: int, read: Sequence[_Read]) -> None:
        """Replace those pixels of some rows that are the mean of several samples."""
        if total:
            xs, ys, us, vs = np.empty((4, total))
            split(counts, out.window.x0, out.window.y0 + row, xs, ys)
            self._places_of(xs, ys, us, vs, read)
            average(self._samples, *self._origin, us, vs, counts, row, out.data)

    def _read_from(self, across: _Doubles, down: _Doubles, read: Sequence[_Read]) -> tuple[_Doubles, _Doubles]:
        """From where the points of a grid are read."""
        shape = (len(down), len(across))
        us, vs = np.empty((2, *shape))
        xs, ys = np.broadcast_to(across, shape).ravel(), np.broadcast_to(down[:, None], shape).ravel()
        self._places_of(xs, ys, us.reshape(-1), vs.reshape(-1), read)
        return us, vs

    def _places_of(self, xs: _Doubles, ys: _Doubles, us: _Doubles, vs: _Doubles, read: Sequence[_Read]) -> None:
        assert self._run is not None
        pixels = np.empty((4 * len(read), len(xs)), np.float32)
        for number, other in enumerate(read):
            sample(other.samples, *other.origin, xs, ys, pixels[4 * number : 4 * number + 4])
        self._run(xs, ys, pixels, us, vs, self._places, self._uniforms)


class _Read:
    """A further layer's picture, laid out to be read anywhere."""

    def __init__(self, frame: Frame, encodes: Display | None) -> None:
        self.origin = frame.window[:2]
        self.samples = lay_out(frame.data if encodes is None else encoded(frame.data, encodes))


def _place(effect: WarpEffect, context: Context) -> tuple[Callable[..., object] | None, tuple[float, ...]]:
    """The function that says from where is read, with its uniforms; ``None`` where a matrix leaves nothing."""
    matrix = effect.matrix(context)
    if matrix is None:
        if effect.place is None:
            cls = type(effect)
            raise PluginError(f"{cls.__module__}.{cls.__qualname__} has no place(), and its matrix() gives None")
        return effect.place, effect.uniforms(context)
    try:
        inverse = matrix.inverse()
    except ZeroDivisionError:
        return None, ()
    if isinstance(inverse, Affine):
        m = inverse
        return _projected, (m.a, m.c, m.e, m.b, m.d, m.f, 0.0, 0.0, 1.0)
    return _projected, inverse.rows


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
