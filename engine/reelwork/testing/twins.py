"""Naive twins: what a pixel function gives in plain Python goes in, what the engine must make of it comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from reelwork.effect import (
    DATA,
    DISPLAY,
    CompositeMerge,
    Merge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    Transition,
)
from reelwork.maths import srgb_decode, srgb_encode
from reelwork.testing.painting import SIZE
from reelwork.testing.samples import CONTEXT
from reelwork.values import Colour

Pixel = Sequence[float]

#: Rows and columns of the sample picture: its disc, lamp, bar and edges, and nothing.
SPOTS: Final = ((22, 24), (10, 52), (24, 50), (0, 0), (30, 30), (20, 12))


def point_twin(effect: PointEffect, x: float, y: float, pixel: Pixel, *others: Pixel) -> list[float]:
    """A premultiplied scene-linear pixel at a place, changed by an effect that may read pixels of further layers."""
    *light, alpha = map(float, pixel)
    straight, encoded = effect.unpremultiplied or effect.space == DISPLAY, effect.space == DISPLAY
    if straight:
        light = [value / alpha if alpha > 0.0 else 0.0 for value in light]
    if encoded:
        light = [srgb_encode(value) for value in light]
    place = (x, y, *SIZE) if effect.positional else ()
    read = [value for other in others for value in (_encoded_pixel(other) if encoded else other)]
    made, after = light, alpha
    for stage in effect.stages():
        written = effect.space in (DISPLAY, DATA)
        numbers = _numbers(stage.uniforms, _display if written else _linear if straight else _premultiplied)
        *made, after = _plainly(stage.pixel, *place, *made, after, *read, *stage.tables, *numbers)
    if encoded:
        made = [srgb_decode(value) for value in made]
    if straight:
        made = [value * after for value in made]
    return [*made, after] if alpha > 0.0 or not straight else [*map(float, pixel)]


def _encoded_pixel(pixel: Pixel) -> list[float]:
    """A premultiplied pixel in display-encoded values, premultiplied too."""
    *light, alpha = pixel
    return [*(srgb_encode(value / alpha) * alpha if alpha > 0.0 else 0.0 for value in light), alpha]


def generator_twin(generator: PixelGenerator, x: float, y: float) -> list[float]:
    """What a generator makes at a place."""
    encoded = generator.space == DISPLAY
    numbers = _numbers(generator.uniforms(CONTEXT), _encoded if generator.space in (DISPLAY, DATA) else _premultiplied)
    *light, alpha = _plainly(generator.pixel, x, y, *SIZE, *numbers)
    if encoded:
        light = [srgb_decode(value / alpha if alpha > 0.0 else 0.0) * alpha for value in light]
    return [*light, alpha]


def transition_twin(transition: Transition, x: float, y: float, progress: float, one: Pixel, two: Pixel) -> list[float]:
    """What a transition makes of two pixels at a place."""
    numbers = _numbers(transition.uniforms(), _premultiplied)
    return _plainly(transition.pixel, x, y, *SIZE, progress, *one, *two, *numbers)


def merge_twin(merge: type[Merge], x: int, y: int, backdrop: Pixel, source: Pixel) -> list[float]:
    """Two premultiplied scene-linear pixels, mixed in light: W3C's formula, where the merge has none of its own."""
    if issubclass(merge, CompositeMerge):
        return _plainly(merge.pixel, *((x, y) if merge.positional else ()), *backdrop, *source)
    ab, as_ = backdrop[3], source[3]
    cb = [value / ab if ab > 0.0 else 0.0 for value in backdrop[:3]]
    cs = [value / as_ if as_ > 0.0 else 0.0 for value in source[:3]]
    blend: Any = merge.blend  # type: ignore[attr-defined]
    with np.errstate(all="ignore"):
        if issubclass(merge, SeparableMerge):
            mixed = [blend(np.float64(b), np.float64(s)) for b, s in zip(cb, cs, strict=True)]
        else:
            mixed = blend(*map(np.float64, cb), *map(np.float64, cs))
    light = [
        s * as_ * (1.0 - ab) + b * ab * (1.0 - as_) + (as_ * ab * m if as_ * ab > 0.0 else 0.0)
        for b, s, m in zip(cb, cs, mixed, strict=True)
    ]
    return [*light, as_ + ab * (1.0 - as_)]


def _plainly(function: Callable[..., Iterable[float]], *arguments: Any) -> list[float]:
    """What a function gives of numbers that divide by 0 as compiled ones do, and of tables."""
    plain = (each if isinstance(each, np.ndarray) else np.float64(each) for each in arguments)
    with np.errstate(all="ignore"):
        return [float(value) for value in function(*plain)]


def _numbers(uniforms: Iterable[float | Colour], colour: Callable[[Colour], Iterable[float]]) -> list[float]:
    numbers: list[float] = []
    for value in uniforms:
        numbers += colour(value) if isinstance(value, Colour) else (value,)
    return numbers


def _premultiplied(colour: Colour) -> Iterable[float]:
    return colour.premultiplied(CONTEXT.display)


def _linear(colour: Colour) -> Iterable[float]:
    return colour.linear(CONTEXT.display)


def _display(colour: Colour) -> Iterable[float]:
    return (colour.red, colour.green, colour.blue, colour.alpha)


def _encoded(colour: Colour) -> Iterable[float]:
    return (colour.red * colour.alpha, colour.green * colour.alpha, colour.blue * colour.alpha, colour.alpha)
