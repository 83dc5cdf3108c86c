"""Samples as integers: floats go in, codes of some bits come out, dithered where these are few."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

# Codes of no more bits than these are dithered: 24 bits lie below any noise that is recorded or heard.
_FEW: Final = 16
# splitmix64 (Steele, Lea and Flood, OOPSLA 2014): each sample has numbers of its own, whatever block it comes in.
_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def codes_of(samples: npt.NDArray[np.float32], bits: int, first: int) -> npt.NDArray[Any]:
    """Codes of ``float32[channel, n]``: ``int16`` of 16 bits, else ``int32`` with the code in its upper bits.

    Where they are dithered, it is with noise of triangular density, two steps wide, which leaves no distortion and no
    breathing (Lipshitz, Wannamaker and Vanderkooy, JAES 40, 1992). Silence stays zeros, and a block that has such codes
    already keeps them.

    :param samples: what lies beyond -1 to 1 is clipped
    :param first: the number of the first sample
    """
    scale = 1 << (bits - 1)
    exact = samples.astype(np.float64) * scale
    if bits <= _FEW and (exact != np.rint(exact)).any():
        exact += np.where(samples.any(axis=0), _triangular(samples.shape[0], first, samples.shape[1]), 0.0)
    codes = np.clip(np.rint(exact), -scale, scale - 1).astype(np.int32)
    return codes.astype(np.int16) if bits == 16 else codes << (32 - bits)


def _triangular(channels: int, first: int, count: int) -> npt.NDArray[np.float64]:
    """Numbers between -1 and 1, those near 0 the likeliest, for some samples of each channel."""
    places = np.arange(first * channels, (first + count) * channels, dtype=np.uint64).reshape(count, channels).T
    mixed = (places + np.uint64(1)) * _GAMMA
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    mixed ^= mixed >> np.uint64(31)
    halves = (mixed >> np.uint64(32)).astype(np.float64), (mixed & np.uint64(0xFFFFFFFF)).astype(np.float64)
    result: npt.NDArray[np.float64] = (halves[0] + halves[1]) / 2.0**32 - 1.0
    return result
