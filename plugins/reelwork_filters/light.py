"""What the filters do to pixels beside blurring: arrays go in, arrays are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel
from reelwork.kernels.alpha import added, held

if TYPE_CHECKING:
    from reelwork.image import Window
    from reelwork.image.frame import Frame

Planes = npt.NDArray[np.float32]

F = np.float32
_BRIGHTEST: Any = F(3e38)


def layer_at(source: Frame, window: Window) -> tuple[Planes, int, int]:
    """A layer's pixels, as far as a window at least, and where the window's first pixel lies in them."""
    layer = source.covering(window)
    return layer.data, window.x0 - layer.window.x0, window.y0 - layer.window.y0


@kernel(inline=True)
def _below(light: Any, given: Any) -> Any:
    """Light that was made of ``given``, so far below the largest float that sums of shares of it are floats."""
    below = light if light < _BRIGHTEST else _BRIGHTEST
    below = below if below > -_BRIGHTEST else -_BRIGHTEST
    return below if abs(held(light, given)) < np.inf else light


@kernel
def bright_light(source: Planes, threshold: Any, intensity: Any, out: Planes) -> None:
    """The light above a threshold, all channels of a pixel by one factor, so that it keeps its colour.

    Alpha becomes as high as the light is bright, at most 1.
    """
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            r, g, b = source[0, row, column], source[1, row, column], source[2, row, column]
            peak = r if r > g else g
            peak = peak if peak > b else b
            over = peak - threshold * source[3, row, column]
            factor = over / peak * intensity if over > F(0.0) and peak > F(0.0) else F(0.0)
            peak *= factor
            out[0, row, column] = _below(r * factor, r)
            out[1, row, column] = _below(g * factor, g)
            out[2, row, column] = _below(b * factor, b)
            out[3, row, column] = peak if peak < F(1.0) else F(1.0)


@kernel
def brighten(source: Planes, threshold: Any, amount: Any, out: Planes) -> None:
    """Fill ``out`` with the source and, once more or several times, its light above a threshold.

    All channels of a pixel become brighter by one factor; alpha stays.
    """
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            r, g, b = source[0, row, column], source[1, row, column], source[2, row, column]
            peak = r if r > g else g
            peak = peak if peak > b else b
            over = peak - threshold * source[3, row, column]
            factor = F(1.0) + (over / peak * amount if over > F(0.0) and peak > F(0.0) else F(0.0))
            out[0, row, column] = _below(r * factor, r)
            out[1, row, column] = _below(g * factor, g)
            out[2, row, column] = _below(b * factor, b)
            out[3, row, column] = source[3, row, column]


@kernel
def add_layer(layer: Planes, x: Any, y: Any, light: Planes) -> None:
    """Add a layer to light, in place; ``x, y`` is where the light's first pixel lies in the layer."""
    i, j = np.uint64(x), np.uint64(y)
    for row in range(np.uint64(light.shape[1])):
        for column in range(np.uint64(light.shape[2])):
            rest = F(1.0) - layer[3, j + row, i + column]
            light[3, row, column] = light[3, row, column] * rest + layer[3, j + row, i + column]
        for channel in range(3):
            for column in range(np.uint64(light.shape[2])):
                total = added(light[channel, row, column], layer[channel, j + row, i + column])
                light[channel, row, column] = total


@kernel
def add_light(light: Planes, share: Any, out: Planes) -> None:
    """Add a share of some light, in place."""
    for channel in range(np.uint64(out.shape[0])):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                out[channel, row, column] = added(out[channel, row, column], light[channel, row, column] * share)


@kernel
def cast_shadow(layer: Planes, x: Any, y: Any, shade: Planes, colour: Planes, out: Planes) -> None:
    """Fill ``out`` with a layer over its shadow.

    :param shade: how dense the shadow is, one plane
    :param colour: the shadow's premultiplied scene-linear colour
    """
    i, j = np.uint64(x), np.uint64(y)
    for channel in range(4):
        light = colour[channel]
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                rest = F(1.0) - layer[3, j + row, i + column]
                out[channel, row, column] = layer[channel, j + row, i + column] + light * shade[0, row, column] * rest


@kernel
def unsharp(layer: Planes, x: Any, y: Any, amount: Any, threshold: Any, light: Planes) -> None:
    """Make a blurred picture, ``light``, into the layer with its difference from it made larger, in place.

    Straight colours are compared, so that the layer's edge is no difference. Those up to the threshold are left. Alpha
    stays the layer's; nothing becomes darker than black.
    """
    i, j = np.uint64(x), np.uint64(y)
    for channel in range(3):
        for row in range(np.uint64(light.shape[1])):
            for column in range(np.uint64(light.shape[2])):
                own, alpha, around = (
                    layer[channel, j + row, i + column],
                    layer[3, j + row, i + column],
                    light[3, row, column],
                )
                soft = light[channel, row, column] * (alpha / around) if around > F(1e-6) else own
                difference = own - soft
                beyond = abs(difference) - threshold * alpha
                step = (beyond if difference > F(0.0) else -beyond) if beyond > F(0.0) else F(0.0)
                sharp = held(own + amount * step, own)
                lowest = own if own < F(0.0) else F(0.0)
                sharp = sharp if sharp > lowest else lowest
                light[channel, row, column] = sharp if alpha > F(0.0) else own
    for row in range(np.uint64(light.shape[1])):
        for column in range(np.uint64(light.shape[2])):
            light[3, row, column] = layer[3, j + row, i + column]


@kernel
def cast_inside(layer: Planes, x: Any, y: Any, shade: Planes, colour: Planes, density: Any, out: Planes) -> None:
    """Fill ``out`` with a layer on which what is around it throws a shadow.

    :param shade: the layer's alpha, moved and blurred: one plane; what it lacks of 1 is how dense the shadow is
    :param colour: the shadow's scene-linear colour, opaque
    :param density: what that is multiplied by
    """
    i, j = np.uint64(x), np.uint64(y)
    for channel in range(3):
        light = colour[channel]
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                dark = (F(1.0) - shade[0, row, column]) * density
                dark = dark if dark > F(0.0) else F(0.0)
                own, alpha = layer[channel, j + row, i + column], layer[3, j + row, i + column]
                out[channel, row, column] = own + (light * alpha - own) * dark
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            out[3, row, column] = layer[3, j + row, i + column]


@kernel
def draw_line(
    layer: Planes, x: Any, y: Any, distances: Planes, ends: Planes, colour: Planes, side: Any, out: Planes
) -> None:
    """Fill ``out`` with a layer and a line along its edge.

    :param distances: of each pixel from the edge, below 0 inside
    :param ends: between which distances the line lies, and over which it fades at the first and at the last
    :param colour: the line's premultiplied scene-linear colour
    :param side: -1 beneath the layer, 0 over it, 1 over it and only where it is
    """
    i, j = np.uint64(x), np.uint64(y)
    for channel in range(4):
        light = colour[channel]
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                distance = distances[row, column]
                drawn = _ramp((ends[1] - distance) / ends[3]) - _ramp((ends[0] - distance) / ends[2])
                drawn = drawn if drawn > F(0.0) else F(0.0)
                own, alpha = layer[channel, j + row, i + column], layer[3, j + row, i + column]
                beneath = own + light * drawn * (F(1.0) - alpha)
                above = own * (F(1.0) - colour[3] * drawn) + light * drawn * (alpha if side > 0 else F(1.0))
                out[channel, row, column] = beneath if side < 0 else above


@kernel(inline=True)
def _ramp(x: Any) -> Any:
    """From 0 at -1/2 to 1 at 1/2."""
    x = x + F(0.5)
    x = x if x > F(0.0) else F(0.0)
    return x if x < F(1.0) else F(1.0)
