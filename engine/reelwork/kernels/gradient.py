"""Gradients: stops go in, a table of premultiplied scene-linear colours comes out, and kernels look colours up in it.

Colours are mixed premultiplied and display-encoded, as CSS Images 4 (section 3.4.2) says. Between two stops the table
holds 257 colours, and between those the light is mixed linearly, which is off by less than 2e-5.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.image.drawing import Gradient
from reelwork.kernels.arrays import Doubles, Floats, Int
from reelwork.kernels.decorator import kernel
from reelwork.kernels.quad import FLAT
from reelwork.maths import atan2, bt1886_decode, sqrt, srgb_decode
from reelwork.values import Affine, Display

F = np.float32
U = np.uint64
#: What a paint is, as kernels know it.
SOLID, LINEAR, RADIAL, CONIC = 0, 1, 2, 3
KINDS: Final = {"linear": LINEAR, "radial": RADIAL, "conic": CONIC}
#: Steps of the table between two stops.
_STEPS: Final = 256
_TURN: Final = 6.283185307179586


def gradient_table(gradient: Gradient, display: Display) -> tuple[Doubles, Doubles, Floats]:
    """Places of the stops, the table's steps a unit from each, and ``float32[stop, step, channel]``: its colours."""
    places = np.array([stop.at for stop in gradient.stops], np.float64)
    gaps = np.diff(places, append=places[-1])
    rises = np.divide(float(_STEPS), gaps, out=np.zeros_like(gaps), where=gaps > 0.0)
    colours = np.array([(s.colour.red, s.colour.green, s.colour.blue, s.colour.alpha) for s in gradient.stops])
    table = np.empty((len(places), _STEPS + 1, 4), np.float32)
    _tabulate(colours, display == "bt1886", table)
    return places, rises, table


def to_gradient(gradient: Gradient, matrix: Affine) -> Affine:
    """From the raster to the gradient's own space; where that is flat, to its origin."""
    place = matrix @ gradient.matrix
    return Affine(0.0, 0.0, 0.0, 0.0, 0.0, 0.0) if abs(place.determinant) < FLAT else place.inverse()


@kernel
def _tabulate(colours: Doubles, bt1886: bool, table: Floats) -> None:
    for stop in range(len(colours)):
        after = min(stop + 1, len(colours) - 1)
        for step in range(_STEPS + 1):
            t = step / _STEPS
            alpha = colours[stop, 3] * (1.0 - t) + colours[after, 3] * t
            table[stop, step, 3] = F(alpha)
            for k in range(3):
                mixed = colours[stop, k] * colours[stop, 3] * (1.0 - t) + colours[after, k] * colours[after, 3] * t
                straight = mixed / alpha if alpha > 0.0 else 0.0
                light = bt1886_decode(straight) if bt1886 else srgb_decode(straight)
                table[stop, step, k] = F(light * alpha)


@kernel
def gradient_places(kind: Int, inverse: Doubles, left: Int, y: Int, count: Int, along: Doubles) -> None:
    """How far along the gradient the pixels of a row lie, from column ``left`` on."""
    cy = np.float64(y) + 0.5
    row_u, row_v = inverse[2] * cy + inverse[4], inverse[3] * cy + inverse[5]
    for t in range(count):
        cx = np.float64(left + t) + 0.5
        u, v = inverse[0] * cx + row_u, inverse[1] * cx + row_v
        if kind == LINEAR:
            along[t] = u
        elif kind == RADIAL:
            along[t] = sqrt(u * u + v * v)
        else:
            turn = atan2(u, -v) / _TURN
            along[t] = turn if turn >= 0.0 else turn + 1.0


@kernel(slp=True)
def gradient_colours(along: Doubles, places: Doubles, rises: Doubles, table: Floats, count: Int, mixed: Floats) -> None:
    """Premultiplied scene-linear colours of a row, four channels side by side.

    :param rises: for each stop, steps of the table a unit of ``along``; 0 where there is no way to the next
    """
    last = len(places) - 1
    stop = 0
    for t in range(U(count)):
        place = along[t]
        # Neighbours mostly lie between the same stops; which they are does not depend on where the search begins.
        while stop > 0 and place < places[stop]:
            stop -= 1
        while stop < last and place >= places[stop + 1]:
            stop += 1
        step = (place - places[stop]) * rises[stop]
        step = step if step > 0.0 else 0.0
        before: Int = min(np.int64(step), _STEPS - 1)
        part = F(step - before)
        i, j, at = U(stop), U(before), t * U(4)
        r, g, b, a = table[i, j, 0], table[i, j, 1], table[i, j, 2], table[i, j, 3]
        j += U(1)
        r2, g2, b2, a2 = table[i, j, 0], table[i, j, 1], table[i, j, 2], table[i, j, 3]
        mixed[at] = r + (r2 - r) * part
        mixed[at + U(1)] = g + (g2 - g) * part
        mixed[at + U(2)] = b + (b2 - b) * part
        mixed[at + U(3)] = a + (a2 - a) * part
