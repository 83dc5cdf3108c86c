"""What film does to pixels: arrays go in, arrays are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork import maths
from reelwork.kernels import kernel
from reelwork.kernels.curves import srgb_decode, srgb_encode

Planes = npt.NDArray[np.float32]

F = np.float32


@kernel
def grain(
    source: Planes, x0: Any, y0: Any, step_x: Any, step_y: Any, seed: Any, amount: Any, colour: Any, out: Planes
) -> None:
    """Fill ``out``, whose first pixel stands at ``x0, y0``, with the source and noise on its display-encoded values.

    The noise lies on a grid and is interpolated between its points; it is strongest in midtones, and none in black
    and white.

    :param step_x, step_y: points of the grid to a pixel
    :param amount: the standard deviation, about, of the noise in midtones
    :param colour: 0 for the same noise in all channels, 1 for one of its own in each
    """
    for row in range(np.uint64(out.shape[1])):
        v = (np.float64(y0 + np.int64(row)) + 0.5) * step_y
        j = np.floor(v)
        down = F(v - j)
        for column in range(np.uint64(out.shape[2])):
            u = (np.float64(x0 + np.int64(column)) + 0.5) * step_x
            i = np.floor(u)
            along = F(u - i)
            red, green = source[0, row, column], source[1, row, column]
            blue, alpha = source[2, row, column], source[3, row, column]
            by = F(1.0) / alpha if alpha > F(1e-6) else F(0.0)
            red, green, blue = srgb_encode(red * by), srgb_encode(green * by), srgb_encode(blue * by)
            luma = F(0.2126) * red + F(0.7152) * green + F(0.0722) * blue
            luma = luma if luma > F(0.0) else F(0.0)
            luma = luma if luma < F(1.0) else F(1.0)
            strength = amount * F(4.0) * luma * (F(1.0) - luma)
            key = np.int64(i) * 374761393 + np.int64(j) * 668265263 + seed
            shared = _between(key, along, down)
            n_red = shared + (_between(key + 101, along, down) - shared) * colour
            n_green = shared + (_between(key + 202, along, down) - shared) * colour
            n_blue = shared + (_between(key + 303, along, down) - shared) * colour
            touched = strength > F(0.0) and alpha > F(0.0)
            red, green, blue = red + n_red * strength, green + n_green * strength, blue + n_blue * strength
            out[0, row, column] = _light(red) * alpha if touched else source[0, row, column]
            out[1, row, column] = _light(green) * alpha if touched else source[1, row, column]
            out[2, row, column] = _light(blue) * alpha if touched else source[2, row, column]
            out[3, row, column] = alpha


@kernel(inline=True)
def _light(x: Any) -> Any:
    return srgb_decode(x if x > F(0.0) else F(0.0))


@kernel(inline=True)
def _between(key: Any, along: Any, down: Any) -> Any:
    """Noise between four points of the grid, of the same strength everywhere."""
    a, b = _noise(key), _noise(key + 374761393)
    c, d = _noise(key + 668265263), _noise(key + 374761393 + 668265263)
    u, v = F(1.0) - along, F(1.0) - down
    # the sum of the weights' squares is the variance that interpolation leaves
    left = (u * u + along * along) * (v * v + down * down)
    return ((a * u + b * along) * v + (c * u + d * along) * down) / np.sqrt(left)


@kernel(inline=True)
def _noise(key: Any) -> Any:
    """A number of mean 0 and variance 1 for a point: the sum of four, each evenly spread."""
    bits = maths.scrambled(key)
    total = (bits & 0xFF) + ((bits >> 8) & 0xFF) + ((bits >> 16) & 0xFF) + (bits >> 24)
    return (F(total) - F(510.0)) * F(1.0 / 147.8)
