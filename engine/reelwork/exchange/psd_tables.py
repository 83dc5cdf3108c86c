"""Tables of colours: a function of colours goes in, a ``.cube`` comes out, and how far it lies from the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Samples along each side of a cube, the next one where the error of the one before is too large.
_SIDES: Final = (2, 17, 33, 49)
_ENOUGH: Final = 2.0
_PROBES: Final = 20_000


def curve_table(values: Array) -> str:
    """A one-dimensional ``.cube``.

    :param values: ``float64[n, 3]``, what ``n`` values from 0 to 1 become in each channel
    """
    return f"LUT_1D_SIZE {len(values)}\n" + _rows(values)


def cube_table(function: Callable[[Array], Array]) -> tuple[str, float]:
    """A three-dimensional ``.cube``, and by how many codes of 8 bits it is off at most, where it is looked up.

    It is as large as it must be to be no more than 2 codes off, and no larger than 49 samples along each side.
    """
    probes = np.random.default_rng(0).random((_PROBES, 3))
    wanted = function(probes)
    table, error = "", 0.0
    for side in _SIDES:
        values = function(_grid(side))
        error = float(np.abs(_looked_up(values, side, probes) - wanted).max()) * 255
        table = f"LUT_3D_SIZE {side}\n" + _rows(values)
        if error <= _ENOUGH:
            break
    return table, error


def _grid(side: int) -> Array:
    """All samples of a cube, red first, ``float64[side ** 3, 3]``."""
    steps = np.linspace(0.0, 1.0, side)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], -1).reshape(-1, 3)


def _looked_up(values: Array, side: int, colours: Array) -> Array:
    """What the cube says of colours, tetrahedrally."""
    cube = values.reshape(side, side, side, 3)
    place = colours * (side - 1)
    corner = np.minimum(place.astype(int), side - 2)
    part = place - corner
    order = np.argsort(-part, -1, kind="stable")
    at = corner.copy()
    found = cube[at[:, 2], at[:, 1], at[:, 0]].copy()
    rows = np.arange(len(colours))
    for step in range(3):
        axis = order[:, step]
        before = cube[at[:, 2], at[:, 1], at[:, 0]]
        at[rows, axis] += 1
        found += (cube[at[:, 2], at[:, 1], at[:, 0]] - before) * part[rows, axis][:, None]
    return np.asarray(found, np.float64)


def _rows(values: Array) -> str:
    return "".join(f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in values.tolist())
