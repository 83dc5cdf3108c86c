"""One extension alone: it goes in with a window, and what it makes there of the sample pictures comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from reelwork.effect import (
    AreaEffect,
    AreaGenerator,
    Context,
    Extension,
    Merge,
    PixelGenerator,
    PointEffect,
    Spreading,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
    layers_of,
)
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.kernels import coverage, frames
from reelwork.kernels.resample import resample
from reelwork.kernels.spaces import given, taken
from reelwork.kernels.warp import Warp, warp_needs
from reelwork.testing.samples import BOX, CONTEXT, others, picture
from reelwork.values import Affine

#: The size of the layer that everything is tried on, and of its composition.
SIZE: Final = (float(BOX.width), float(BOX.height))
#: There is nothing of the sample pictures beyond.
BEYOND: Final = BOX.expand(9, 9, 9, 9)
#: Seeds of the two pictures of merges and transitions.
BEFORE, AFTER = 0, 5


def painted(extension: Extension, window: Window, context: Context = CONTEXT) -> Pixels:
    """What an extension makes in a window, of the sample pictures; what it leaves unset is no number."""
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    if isinstance(extension, PointEffect):
        point(extension, picture(window), out)
    elif isinstance(extension, Spreading):
        needs = extension.needs(window, context)
        render(extension, lambda seed: picture(needs, seed=seed), out, context)
    elif isinstance(extension, WarpEffect):
        warp(extension, picture(warp_needs(extension, window, Affine.IDENTITY, context) & BEYOND), out, context)
    elif isinstance(extension, PixelGenerator):
        frames.generate(extension, context, out, to_layer=Affine.IDENTITY, size=SIZE)
    elif isinstance(extension, AreaGenerator):
        generate(extension, out, context)
    elif isinstance(extension, VectorGenerator):
        out.data[:] = 0.0
        coverage.draw(extension.draw(*SIZE), Affine.IDENTITY, out, context.display)
    elif isinstance(extension, Transition):
        lead(extension, 0.4, out)
    else:
        assert isinstance(extension, Merge)
        out = picture(window, seed=BEFORE)
        frames.merge(type(extension), "linear", out, picture(window, seed=AFTER), 0.75)
    return out.data


def point(effect: PointEffect, source: Frame, out: Frame, to_layer: Affine = Affine.IDENTITY) -> None:
    """Fill a frame with a source that an effect changes; ``to_layer`` shows it at its own size, or at twice that."""
    read = others(effect, lambda _: out.window, round(1.0 / to_layer.a))
    frames.apply_pointwise([effect], source, out, to_layer=to_layer, box=SIZE, others=read)


def warp(
    effect: WarpEffect, source: Frame, out: Frame, context: Context = CONTEXT, to_layer: Affine = Affine.IDENTITY
) -> None:
    """Fill a frame with a source that an effect bends; ``to_layer`` shows it at its own size, or at twice that."""
    read = others(effect, lambda _: out.window.expand(1, 1, 1, 1), round(1.0 / to_layer.a))
    Warp(effect, source, to_layer=to_layer, context=context, layers=len(read))(out, read)


def render(effect: Spreading, source: Callable[[float], Frame], out: Frame, context: Context = CONTEXT) -> None:
    """Fill a frame with what an effect makes of sample pictures: now that with seed 0, at other instants others."""
    if isinstance(effect, TemporalEffect):
        instants = effect.times(replace(context, time=CONTEXT.time))
        shown = [given(source(float(7 * offset)), effect.space, context.display) for offset in instants]
        effect.render(shown, out, context)
    else:
        assert isinstance(effect, AreaEffect)
        light = given(source(0.0), effect.space, context.display)
        effect.render(light, out, _with_layers(effect, out.window, context))
    taken(out, effect.space, context.display)


def generate(generator: AreaGenerator, out: Frame, context: Context = CONTEXT) -> None:
    """Fill a frame with what a generator makes, of sample pictures."""
    generator.render(out, _with_layers(generator, out.window, context))


def _with_layers(reader: AreaEffect | AreaGenerator, window: Window, context: Context) -> Context:
    read = others(reader, lambda name: reader.needs_of(name, window, context), round(context.scale[0]))
    space = reader.space if isinstance(reader, AreaEffect) else ""
    light = (given(frame, space, context.display) for frame in read)
    return replace(context, layers=dict(zip(layers_of(type(reader)), light, strict=True)))


def lead(transition: Transition, progress: float, out: Frame) -> tuple[Frame | None, Frame | None]:
    """Fill a frame with a part of the way from one sample picture to another; the two, as they were mixed."""

    def end(which: int) -> Frame | None:
        if not transition.shown(progress)[which]:
            return None
        moved = Frame.empty(out.window)
        source = picture(BOX, seed=AFTER if which else BEFORE)
        resample(source, transition.places(progress, *SIZE)[which].inverse(), moved)
        return moved

    ends = (end(0), end(1))
    frames.transition(transition, progress, *ends, out, to_layer=Affine.IDENTITY, size=SIZE)
    return ends
