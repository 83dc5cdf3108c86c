"""Time stretching: a reader of samples and a speed go in, blocks that last differently long at the same pitch come out.

Waveform-similarity overlap-add (Verhelst and Roelands, ICASSP 1993): short grains are taken from where the speed says,
moved by a few milliseconds to where they best go on from the grain before, and cross-faded. No error adds up: every
grain lies within :data:`SEARCH` samples of its place. Likeness is measured in whole numbers, so that it comes out alike
on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import maths

Samples = npt.NDArray[np.float32]

#: Samples (at 48,000 Hz) from one grain to the next; a grain is two of them, 32 ms.
HOP: Final = 768
#: How far a grain may be moved to fit, in samples: 10 ms.
SEARCH: Final = 480
# The coarse search looks at every fourth sample; the fine one at all around its best.
_COARSE: Final = 4
_PI: Final = 3.141592653589793
# Whole numbers with which likeness is measured: sums of HOP products stay far below 2 ** 63.
_STEPS: Final = 1 << 15


def stretched(read: Callable[[int, int], Samples], speed: Fraction, length: int) -> Iterator[Samples]:
    """Blocks of ``float32[channel, n]``, ``length`` samples in all.

    :param read: ``(start, count)`` to that many samples of the source, silence beyond its ends
    :param speed: samples of the source to one of the result, above 0; output sample ``n`` is heard at source sample
        ``n * speed``, give or take :data:`SEARCH`
    """
    fade = np.array([0.5 - 0.5 * maths.cos(_PI * (n + 0.5) / HOP) for n in range(HOP)], np.float32)
    going_on = 0  # where the source goes on from the last grain
    made = 0
    while made < length:
        place = int(made * speed)
        shift = _best_shift(read, place, going_on) if made else 0
        grain = read(place + shift, HOP)
        if place + shift != going_on:
            tail = read(going_on, HOP)
            grain = tail * (1 - fade) + grain * fade
        yield grain[:, : length - made]
        going_on = place + shift + HOP
        made += HOP


def _best_shift(read: Callable[[int, int], Samples], place: int, going_on: int) -> int:
    """By how much to move the grain at ``place`` so that it is most like what would have followed."""
    if place == going_on:
        return 0
    wanted = _whole(read(going_on, HOP))
    area = _whole(read(place - SEARCH, HOP + 2 * SEARCH))
    coarse_wanted, coarse_area = _summed(wanted), _summed(area)
    best = _most_alike(coarse_area, coarse_wanted, range(2 * SEARCH // _COARSE + 1)) * _COARSE
    fine = range(max(0, best - _COARSE + 1), min(2 * SEARCH, best + _COARSE - 1) + 1)
    return _most_alike(area, wanted, fine) - SEARCH


def _whole(samples: Samples) -> npt.NDArray[np.int64]:
    middle = samples.sum(axis=0, dtype=np.float64) / len(samples)
    clipped: npt.NDArray[np.int64] = np.rint(np.clip(middle, -4.0, 4.0) * _STEPS).astype(np.int64)
    return clipped


def _summed(samples: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    summed: npt.NDArray[np.int64] = samples.reshape(-1, _COARSE).sum(axis=1)
    return summed >> 2


def _most_alike(area: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64], shifts: range) -> int:
    """The shift with the greatest normalised correlation; the one nearest the middle among equals."""
    windows: npt.NDArray[Any] = np.lib.stride_tricks.sliding_window_view(area, len(wanted))[shifts.start : shifts.stop]
    products = windows @ wanted
    squares = np.concatenate(([0], np.cumsum(area * area)))
    energies = (squares[len(wanted) :] - squares[: -len(wanted)])[shifts.start : shifts.stop]
    likeness = products / np.sqrt(np.maximum(energies, 1).astype(np.float64))
    best = np.flatnonzero(likeness == likeness.max()) + shifts.start
    middle = (len(area) - len(wanted)) // 2
    return int(min(best.tolist(), key=lambda shift: (abs(shift - middle), shift)))
