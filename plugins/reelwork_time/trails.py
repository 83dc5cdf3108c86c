"""How pictures of several instants become one: arrays go in, arrays are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reelwork.kernels import kernel
from reelwork.kernels.alpha import added, held

Planes = npt.NDArray[np.float32]

F = np.float32


@kernel
def lay_behind(source: Planes, amount: Any, out: Planes) -> None:
    """Put a source, of which an amount is seen, under a picture, in place: ``o + m s (1 - ao)``."""
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            seen = amount * (F(1.0) - out[3, row, column])
            for channel in range(4):
                out[channel, row, column] = added(out[channel, row, column], source[channel, row, column] * seen)


@kernel
def lay_over(source: Planes, amount: Any, out: Planes) -> None:
    """Put a source, of which an amount is seen, over a picture, in place: ``o + m (s - as o)``."""
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            alpha = source[3, row, column]
            for channel in range(4):
                own, below = source[channel, row, column], out[channel, row, column]
                out[channel, row, column] = added(below, amount * added(own, -(alpha * below)))


@kernel
def keep_brighter(source: Planes, amount: Any, out: Planes) -> None:
    """Make each channel that of a source, by an amount, where that is more, in place."""
    for channel in range(4):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                own, other = out[channel, row, column], amount * source[channel, row, column]
                out[channel, row, column] = other if other > own else own


@kernel
def add_light(source: Planes, amount: Any, out: Planes) -> None:
    """Add a source, by an amount, to a picture, in place; alpha is at most 1."""
    for channel in range(3):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                out[channel, row, column] = added(out[channel, row, column], amount * source[channel, row, column])
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            alpha = out[3, row, column] + amount * source[3, row, column]
            out[3, row, column] = alpha if alpha < F(1.0) else F(1.0)


@kernel
def tint_behind(source: Planes, colour: Planes, amount: Any, out: Planes) -> None:
    """Put what a source covers, painted in one colour of which an amount is seen, under a picture, in place.

    :param colour: premultiplied scene-linear, four numbers
    """
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            seen = amount * source[3, row, column] * (F(1.0) - out[3, row, column])
            for channel in range(4):
                out[channel, row, column] += colour[channel] * seen


@kernel
def accumulate(source: Planes, weight: Any, out: Planes) -> None:
    """Add a source, by a weight, to a sum."""
    for channel in range(4):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                out[channel, row, column] += weight * source[channel, row, column]


@kernel
def divide(divisor: Any, out: Planes) -> None:
    """Divide a sum, in place; what the largest floats were summed up to becomes the largest float."""
    for channel in range(4):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                total = out[channel, row, column]
                out[channel, row, column] = held(total / divisor, total)


@kernel
def difference(source: Planes, gain: Any, out: Planes) -> None:
    """Make a picture how far its light is from a source's, times a gain, in place; it covers what either does."""
    for channel in range(3):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                apart = abs(added(out[channel, row, column], -source[channel, row, column]))
                out[channel, row, column] = held(gain * apart, apart)
    for row in range(np.uint64(out.shape[1])):
        for column in range(np.uint64(out.shape[2])):
            own, other = out[3, row, column], source[3, row, column]
            out[3, row, column] = own if own > other else other


@kernel
def median_of_3(a: Planes, b: Planes, c: Planes, out: Planes) -> None:
    """The middle one of three, for each channel."""
    for channel in range(4):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                out[channel, row, column] = _middle(
                    a[channel, row, column], b[channel, row, column], c[channel, row, column]
                )


@kernel
def median_of_5(a: Planes, b: Planes, c: Planes, d: Planes, e: Planes, out: Planes) -> None:
    """The middle one of five, for each channel: neither the least nor the most of any four is it."""
    for channel in range(4):
        for row in range(np.uint64(out.shape[1])):
            for column in range(np.uint64(out.shape[2])):
                p, q = a[channel, row, column], b[channel, row, column]
                r, s = c[channel, row, column], d[channel, row, column]
                low = _more(_less(p, q), _less(r, s))
                high = _less(_more(p, q), _more(r, s))
                out[channel, row, column] = _middle(low, high, e[channel, row, column])


@kernel(inline=True)
def _middle(a: Any, b: Any, c: Any) -> Any:
    return _more(_less(a, b), _less(_more(a, b), c))


@kernel(inline=True)
def _less(a: Any, b: Any) -> Any:
    return a if a < b else b


@kernel(inline=True)
def _more(a: Any, b: Any) -> Any:
    return a if a > b else b
