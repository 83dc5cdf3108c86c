"""What the filters do to pixels beside blurring: arrays go in, arrays are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel

Planes = npt.NDArray[np.float32]

F = np.float32


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
            out[0, row, column], out[1, row, column], out[2, row, column] = r * factor, g * factor, b * factor
            out[3, row, column] = peak if peak < F(1.0) else F(1.0)


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
                light[channel, row, column] += layer[channel, j + row, i + column]


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
