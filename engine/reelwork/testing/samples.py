"""Samples: a class of extensions goes in, instances with ordinary and with extreme parameters come out; pictures."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from reelwork import kinds
from reelwork.effect import Context, Extension, layers_of
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.image.svg_path import parse_path
from reelwork.plan.evaluate import Scope, evaluate_params
from reelwork.values import Colour, File

E = TypeVar("E", bound=Extension)

#: The layer that everything is tried on.
BOX: Final = Window(0, 0, 72, 48)
CONTEXT: Final = Context((1.0, 1.0), (0.0, 0.0, 72.0, 48.0), Fraction(1, 2), seed=7)
_SCOPE: Final = Scope(Fraction(1, 2), (72.0, 48.0), (72.0, 48.0))
#: Numbers without a bound are tried up to this.
_FAR: Final = 100.0
#: Lengths are tried up to this many pixels.
_LONG: Final = 40.0


def ordinary(cls: type[E], **changes: object) -> E:
    """An instance with its defaults; what has none gets a value in the middle of what is usual."""
    values: dict[str, object] = {}
    chosen = set(cls.exactly_one[:1])
    for name, param in cls.params().items():
        if param.default is kinds.REQUIRED or name in chosen:
            values[kinds.field_name(name)] = _middle(param.kind)
    return cls(**evaluate_params(cls.params(), values | changes, _SCOPE))


def extremes(cls: type[E]) -> Iterator[E]:
    """Instances each with one parameter at an end of its range, or with another of its choices, if that is allowed."""
    for name, kind in _varied(cls):
        for value in _ends(kind):
            made = ordinary(cls, **{kinds.field_name(name): value})
            try:
                made.check()
            except ValueError:
                continue
            yield made


def changed(cls: type[E]) -> Iterator[tuple[str, E]]:
    """For each parameter, an instance in which only that differs from :func:`ordinary`."""
    usual: Any = ordinary(cls)
    for name, kind in _varied(cls):
        field = kinds.field_name(name)
        for value in _ends(kind):
            other = dataclasses.replace(usual, **{field: value})
            if getattr(other, field) != getattr(usual, field):
                yield name, other
                break


def picture(window: Window = BOX, *, seed: float = 0) -> Frame:
    """A soft disc, a hard bar, a lamp brighter than white, two edges, all of noise; each pixel by its place alone."""
    return Frame(_pixels(window, seed).copy(), window)


@functools.lru_cache(maxsize=64)  # it takes longer to draw than most extensions take to change
def _pixels(window: Window, seed: float) -> Pixels:
    x, y = np.meshgrid(np.arange(window.x0, window.x1) + 0.5, np.arange(window.y0, window.y1) + 0.5)
    alpha = np.clip(14 - np.hypot(x - 24, y - 22), 0, 1)
    alpha[(abs(x - 52) < 6) & (abs(y - 24) < 17)] = 1.0
    alpha[(x < 3) | (y > BOX.y1 - 3)] = 0.5
    grain = (np.sin(x * 12.9898 + y * 78.233 + seed) * 43758.5453) % 1.0
    light = np.stack([0.2 + 0.6 * grain, 0.1 + 0.008 * x, 0.3 + 0.01 * y])
    light[:, (abs(x - 24) < 3) & (abs(y - 22) < 3)] = np.array([[3.0], [2.0], [1.0]])
    inside = (x > 0) & (y > 0) & (x < BOX.x1) & (y < BOX.y1)
    data = np.concatenate((light * alpha, alpha[None])) * inside
    return np.ascontiguousarray(data, np.float32)


def others(extension: Extension, window: Callable[[str], Window], scale: int = 1) -> list[Frame]:
    """The pictures of the further layers that an effect reads, with no numbers around them.

    :param window: what is read of the layer that a parameter names
    :param scale: pixels to one of the sample pictures
    """
    frames = []
    for name in layers_of(type(extension)):
        inside = window(name)
        around = inside.expand(2, 2, 2, 2)
        frame = Frame(np.full((4, around.height, around.width), np.nan, np.float32), around)
        frame.paste(enlarged(inside, scale, seed=9) if getattr(extension, name) else Frame.transparent(inside))
        frames.append(frame)
    return frames


def enlarged(window: Window, scale: int, *, seed: float = 0) -> Frame:
    """:func:`picture` with so many pixels, each way, in place of one."""
    x0, y0, x1, y1 = window
    small = picture(Window(x0 // scale, y0 // scale, -(-x1 // scale), -(-y1 // scale)), seed=seed)
    large = small.data.repeat(scale, axis=1).repeat(scale, axis=2)
    return Frame(large, Window(*(scale * edge for edge in small.window))).crop(window)


def _varied(cls: type[Extension]) -> Iterator[tuple[str, kinds.Kind]]:
    """The parameters that may be given another value: of those that exclude each other, the first."""
    for name, param in cls.params().items():
        if not param.later and name not in cls.exactly_one[1:]:
            yield name, param.kind


def _middle(kind: kinds.Kind) -> Any:
    values = list(_ends(kind))
    return values[len(values) // 2] if values else None


def _ends(kind: kinds.Kind) -> Iterator[Any]:
    """Plain values at the ends of a kind's range, and something between."""
    if isinstance(kind, kinds.Number):
        low, high = kind.soft_range or (-_FAR, _FAR)
        low = low if kind.minimum is None else kind.minimum
        high = high if kind.maximum is None else kind.maximum
        middle = (low + high) / 2
        yield from (int(low), int(middle), int(high)) if kind.integer else (float(low), float(middle), float(high))
    elif isinstance(kind, kinds.Ratio):
        low = 0.0 if kind.bounded or kind.minimum is None else kind.minimum
        yield from (low, 0.5, 1.0 if kind.bounded or kind.maximum is None else kind.maximum)
    elif isinstance(kind, kinds.Length):
        yield from (0.0 if kind.minimum is None else kind.minimum, 5.0, _LONG)
    elif isinstance(kind, kinds.Point | kinds.Size):
        yield from ((0.0, 0.0), (5.0, 3.0), (_LONG, _LONG))
    elif isinstance(kind, kinds.Scale):
        yield from ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
    elif isinstance(kind, kinds.Skew):
        yield from ((0.0, 0.0), (10.0, -10.0))
    elif isinstance(kind, kinds.Angle):
        yield from (0.0, 30.0, 720.0)
    elif isinstance(kind, kinds.Level):
        yield from (_or(kind.minimum, -60.0), _or(kind.minimum, 0.0), _or(kind.maximum, 6.0))
    elif isinstance(kind, kinds.Colour):
        yield from (Colour(0.0, 0.0, 0.0), Colour(0.8, 0.4, 0.2), Colour(1.0, 1.0, 1.0))
    elif isinstance(kind, kinds.Time):
        first, last = Fraction(_or(kind.minimum, 0.0)), Fraction(_or(kind.maximum, 10.0))
        yield from (first, (2 * first + last) / 3, last)
    elif isinstance(kind, kinds.Text):
        yield from ("", "A word", "Words " * 20)
    elif isinstance(kind, kinds.Boolean):
        yield from (False, True)
    elif isinstance(kind, kinds.Choice):
        yield from kind.options
    elif isinstance(kind, kinds.Layer):
        yield from ("one", "other")
    elif isinstance(kind, kinds.PathData):
        yield from (parse_path("M0 0 L20 0 L10 20 Z"), parse_path("M0 0 C10 0 20 10 20 20 Z"))
    elif isinstance(kind, kinds.File):
        yield _sample(kind)
    elif isinstance(kind, kinds.List):
        yield from _lists(kind)
    elif isinstance(kind, kinds.OneOf):
        for option in kind.options:
            yield from _ends(option)
    elif isinstance(kind, kinds.Struct):
        needed = {name: p for name, p in kinds.params(kind.model).items() if p.default is kinds.REQUIRED}
        yield kind.model(**{kinds.field_name(name): _middle(p.kind) for name, p in needed.items()})


def _or(limit: float | None, usual: float) -> float:
    return usual if limit is None else limit


@functools.cache
def _samples() -> tempfile.TemporaryDirectory[str]:
    """A folder that is there as long as the process."""
    return tempfile.TemporaryDirectory()


def _sample(kind: kinds.File) -> File:
    """The sample of a kind of file."""
    ending, data = kind.endings[0], kind.sample.encode()
    digest = hashlib.sha256(data).hexdigest()
    path = Path(_samples().name) / f"{digest}{ending}"
    path.write_bytes(data)
    return File(ending, digest, str(path))


def _lists(kind: kinds.List) -> Iterator[tuple[Any, ...]]:
    """Lists of the least and of the most items, whose values go from one end to the other."""
    values = list(_ends(kind.item))
    if not values:
        return
    for count in {max(kind.minimum, 1), min(kind.maximum or 4, 8)}:
        yield tuple(values[n * (len(values) - 1) // max(1, count - 1)] for n in range(count))
