"""Pointwise work on frames: effects, merges, transitions or generators go in with frames, a frame is filled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reelwork.errors import PluginError
from reelwork.faults import Calling, PluginFault, fault
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import generate as generated
from reelwork.kernels import point_kernels
from reelwork.kernels.decorator import kernel
from reelwork.kernels.point_lines import DATA, DISPLAY
from reelwork.kernels.spaces import given as given_in
from reelwork.values import Affine, Colour, Display, Space

if TYPE_CHECKING:
    from reelwork.effect import Context, Extension, Merge, PixelGenerator, PointEffect, Transition
    from reelwork.stage import Stage

_Four = tuple[float, float, float, float]


def apply_pointwise(
    effects: Sequence[PointEffect],
    source: Frame,
    out: Frame,
    *,
    to_layer: Affine,
    box: tuple[float, float],
    display: Display = "srgb",
    others: Sequence[Frame] = (),
) -> None:
    """Fill ``out`` with ``source`` changed by point effects, one after the other, in one pass.

    ``source`` and ``out`` may be the same frame. Where ``out`` reaches beyond the source it is transparent.

    :param to_layer: from pixels of the raster to pixels of the layer, which positional effects are told
    :param box: width and height of the layer's box, pixels of the layer
    :param display: the production's display curve
    :param others: the pictures of further layers, for an effect that stands alone
    """
    Pointwise(effects, to_layer=to_layer, box=box, display=display, layers=len(others))(source, out, others)


class Pointwise:
    """Point effects made ready for many frames; called as :func:`apply_pointwise`, whose parameters it has.

    :param layers: how many further layers the effect, which then stands alone, reads
    """

    def __init__(
        self,
        effects: Sequence[PointEffect],
        *,
        to_layer: Affine,
        box: tuple[float, float],
        display: Display = "srgb",
        layers: int = 0,
    ) -> None:
        self._effects, self._display = tuple(effects), display
        self._calling = Calling(*effects, doing="pixel()")
        steps, numbers = [], list[float]()
        self._tables: list[npt.NDArray[np.float32]] = []
        for effect in effects:
            parts = []
            for stage in _stages(effect):
                own = _numbers(effect, partial(getattr, stage, "uniforms"), _colour_of(effect, display))
                parts.append((stage.pixel, len(stage.tables), len(own)))
                numbers += own
                self._tables += (table_of(effect, table, "stages()") for table in stage.tables)
            steps.append((type(effect), effect.space, tuple(parts)))
        try:
            self._kernels = point_kernels.pointwise(tuple(steps), display, layers)
        except Exception as error:
            raise self._fault(error) from error
        self._uniforms = np.array(numbers, np.float32)
        self._places = _places(to_layer, box)

    def __call__(self, source: Frame, out: Frame, others: Sequence[Frame] = ()) -> None:
        """Fill ``out`` with the source changed by the effects; they may be the same frame.

        :raises PluginFault: an effect fails
        """
        if out.window.is_empty:
            return
        x, y = out.window[:2]
        more = (*self._tables, _planes(self._effects[0], others, out.window, self._display)) if others else self._tables
        if self._kernels.rows:
            more = (*more, _rows(self._kernels.rows, out.data.shape[2]))
        self._calling.pixels = out.data[0].size
        try:
            with self._calling:
                if source.data is out.data:
                    self._kernels.in_place(out.data, x, y, self._places, self._uniforms, *more)
                else:
                    self._kernels.apart(*_covering(source, out), out.data, x, y, self._places, self._uniforms, *more)
        except PluginFault as error:
            raise self._fault(error.__cause__ or error) from error

    def _fault(self, error: BaseException) -> PluginFault:
        """Whose fault it is: of effects that run as one, the first that fails alone too."""
        for effect in self._effects if len(self._effects) > 1 else ():
            speck = Frame.transparent(Window(0, 0, 1, 1))
            try:
                apply_pointwise([effect], speck, speck, to_layer=Affine.IDENTITY, box=(1.0, 1.0), display=self._display)
            except PluginFault as alone:
                return alone
        return fault(error, *self._effects, doing="pixel()")


class _Room(threading.local):
    """What one thread's kernels put aside while they run."""

    rows = np.empty((0, 0), np.float32)


_room = _Room()


def _rows(count: int, length: int) -> npt.NDArray[np.float32]:
    """Rows of this thread, each that long or longer; what stands in them is anything."""
    if _room.rows.shape[0] < count or _room.rows.shape[1] < length:
        # Each begins with a line of the caches, and not a multiple of a page after another one, where writing the one
        # would delay reading the other.
        pitch = -(-length // 1024) * 1024 + 80
        room = np.empty(count * pitch + 16, np.float32)
        first = -room.ctypes.data % 64 // room.itemsize
        _room.rows = room[first : first + count * pitch].reshape(count, pitch)
    return _room.rows


def _planes(effect: PointEffect, others: Sequence[Frame], window: Window, display: Display) -> npt.NDArray[np.float32]:
    """The planes of further layers, premultiplied in the space of the effect that reads them."""
    return np.concatenate([given_in(other.crop(window), effect.space, display).data for other in others])


def merge(merge: type[Merge], space: Space, backdrop: Frame, source: Frame, opacity: float = 1.0) -> None:
    """Merge ``source`` onto ``backdrop``, in place, where their windows meet.

    :param space: where colours are mixed
    :param opacity: 0 to 1, multiplies the source
    """
    merger(merge, space, opacity)(backdrop, source)


def merger(merge: type[Merge], space: Space, opacity: float = 1.0, path: str = "") -> Callable[[Frame, Frame], None]:
    """A merge made ready for many frames: a function of backdrop and source, as :func:`merge`.

    :param path: of the key that names the merge, for messages
    :raises PluginFault: the merge fails
    """
    opacity = float(opacity)
    if opacity <= 0.0:
        return lambda backdrop, source: None
    try:
        run = generated.merge_kernel(merge, space)
    except Exception as error:
        raise fault(error, merge, path=path) from error

    def onto(backdrop: Frame, source: Frame) -> None:
        both = backdrop.window & source.window
        if not both.is_empty:
            run(source.data, *source.window[:2], backdrop.data, *backdrop.window[:2], *both, opacity)

    if merge.name == "normal":
        return onto  # of which there may be thousands a frame
    calling = Calling(merge, path=path)

    def watched(backdrop: Frame, source: Frame) -> None:
        calling.pixels = source.data[0].size
        with calling:
            onto(backdrop, source)

    return watched


def mix(a: Frame, b: Frame, amount: float, out: Frame) -> None:
    """Fill ``out`` with ``a (1 - amount) + b amount``; it may be ``a`` or ``b``. Exact at 0 and 1.

    All three have the same window.
    """
    one, two = (frame.data.copy() if frame.data is out.data else frame.data for frame in (a, b))
    if one.size:
        _mix(one.reshape(-1), two.reshape(-1), np.float32(amount), out.data.reshape(-1))


def transition(
    transition: Transition,
    progress: float,
    source_from: Frame | None,
    source_to: Frame | None,
    out: Frame,
    *,
    to_layer: Affine,
    size: tuple[float, float],
    display: Display = "srgb",
) -> None:
    """Fill ``out`` with the way from one picture to the next; ``None`` stands for transparency.

    :param progress: 0 to 1
    :param to_layer: from pixels of the raster to pixels of the composition
    :param size: the composition's width and height in pixels
    :param display: the production's display curve
    """
    if out.window.is_empty:
        return
    sources = [frame if frame is not None else Frame.transparent(out.window) for frame in (source_from, source_to)]
    numbers = _numbers(transition, transition.uniforms, lambda colour: colour.premultiplied(display))
    uniforms = np.array(numbers, np.float32)
    arguments = (*_covering(sources[0], out), *_covering(sources[1], out), out.data, *out.window[:2])
    with Calling(transition, doing="pixel()", pixels=out.data[0].size):
        run = generated.transition_kernel(type(transition), len(uniforms))
        run(*arguments, _places(to_layer, size), float(progress), uniforms)


def generate(
    generator: PixelGenerator, context: Context, out: Frame, *, to_layer: Affine, size: tuple[float, float]
) -> None:
    """Fill ``out`` with a generator's pixels.

    :param to_layer: from pixels of the raster to pixels of the composition
    :param size: the composition's width and height in pixels
    """
    if out.window.is_empty:
        return
    display = context.display
    colour = _encoded if generator.space in (DISPLAY, DATA) else lambda c: c.premultiplied(display)
    numbers = _numbers(generator, lambda: generator.uniforms(context), colour)
    uniforms = np.array(numbers, np.float32)
    with Calling(generator, doing="pixel()", pixels=out.data[0].size):
        run = generated.generator_kernel(type(generator), len(uniforms), display)
        run(out.data, *out.window[:2], _places(to_layer, size), uniforms)


def fill(out: Frame, colour: tuple[float, float, float, float]) -> None:
    """Fill ``out`` with one premultiplied scene-linear colour."""
    for plane, value in zip(out.data, colour, strict=True):
        plane.fill(value)


@kernel
def _mix(a: Any, b: Any, amount: Any, out: Any) -> None:
    rest = np.float32(1.0) - amount
    for i in range(out.shape[0]):
        out[i] = a[i] * rest + b[i] * amount


def _numbers(
    extension: Extension, uniforms: Callable[[], Iterable[float | Colour]], colour: Callable[[Colour], _Four]
) -> list[float]:
    """What an extension's ``uniforms`` gives, as plain numbers: a colour becomes four of them.

    :raises PluginFault: it fails, or gives something else
    """
    with Calling(extension, doing="uniforms()"):
        given = uniforms()
        if not isinstance(given, tuple | list):
            raise PluginError(f"it must give a tuple of numbers and colours, and gave {given!r}")
        plain: list[float] = []
        for value in given:
            if not isinstance(value, float | int | Colour | Real):
                raise PluginError(f"it must give numbers and colours, and gave {value!r}")
            plain += colour(value) if isinstance(value, Colour) else (float(value),)
        return plain


def _stages(effect: PointEffect) -> tuple[Stage, ...]:
    with Calling(effect, doing="stages()"):
        return effect.stages()


def table_of(extension: Extension, table: npt.NDArray[np.float32], doing: str) -> npt.NDArray[np.float32]:
    """A table as kernels take it, which nobody writes to.

    :param doing: what of the extension gave it
    :raises PluginFault: it has several dimensions, or holds other numbers
    """
    with Calling(extension, doing=doing):
        if not isinstance(table, np.ndarray) or table.ndim != 1 or table.dtype != np.float32:
            raise PluginError(f"a table is a one-dimensional array of float32; it gave {type(table).__name__}")
    given = np.ascontiguousarray(table).view()
    given.flags.writeable = False
    return given


def _colour_of(effect: PointEffect, display: Display) -> Callable[[Colour], _Four]:
    """How a colour reaches an effect's pixel function: as the pixel itself does."""
    if effect.space in (DISPLAY, DATA):
        return lambda colour: (colour.red, colour.green, colour.blue, colour.alpha)
    if effect.unpremultiplied:
        return lambda colour: colour.linear(display)
    return lambda colour: colour.premultiplied(display)


def _encoded(colour: Colour) -> _Four:
    """Premultiplied display-encoded values, as a generator of that space returns them."""
    return (colour.red * colour.alpha, colour.green * colour.alpha, colour.blue * colour.alpha, colour.alpha)


def _covering(source: Frame, out: Frame) -> tuple[npt.NDArray[np.float32], int, int]:
    """The pixels of a source, made to reach as far as the output, and their origin."""
    frame = source.covering(out.window)
    return (frame.data, *frame.window[:2])


def _places(to_layer: Affine, box: tuple[float, float]) -> npt.NDArray[np.float64]:
    m = to_layer
    return np.array((m.a, m.b, m.c, m.d, m.e, m.f, *box), np.float64)
