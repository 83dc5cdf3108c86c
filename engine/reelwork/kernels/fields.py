"""Fields: two pictures go in; how much combs where the upper field of one is woven with the lower field of the other,
or how much their upper fields differ, comes out, block by block."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.kernels.arrays import Int, Plane
from reelwork.kernels.decorator import kernel

#: Rows and columns of a block, which are rows of a picture of both fields.
BLOCK: Final = 16
_SHIFT: Final = 4


def combing(upper: Plane, lower: Plane, width: int, least: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How much the rows of two fields stand out against each other.

    A sample combs where it lies above both of its neighbours in the other field, or below both. What it adds is how
    far, from the nearer one. It is counted where it does so by more than ``least``, and by the five-tap filter too,
    which lines and edges pass (as in FFmpeg's ``fieldmatch``, ``cthresh``).

    :param upper: luma ``[row, column]``, of which rows 0, 2, 4 … are taken
    :param lower: likewise, rows 1, 3, 5 …
    :param width: columns that count
    :returns: of each block, the sum, and the count
    """
    blocks = (-(-min(upper.shape[0], lower.shape[0]) // BLOCK), -(-width // BLOCK))
    sums, counts = np.zeros(blocks, np.int64), np.zeros(blocks, np.int64)
    _comb(upper, lower, width, least, sums, counts)
    return sums, counts


def change(one: Plane, other: Plane, width: int) -> npt.NDArray[np.int64]:
    """How much the upper fields of two pictures differ: of each block, the sum of the differences.

    :param one: luma ``[row, column]``, of which rows 0, 2, 4 … are taken
    :param other: likewise
    :param width: columns that count
    """
    sums = np.zeros((-(-min(one.shape[0], other.shape[0]) // BLOCK), -(-width // BLOCK)), np.int64)
    _change(one, other, width, sums)
    return sums


@kernel
def _comb(upper: Any, lower: Any, width: Int, least: Int, sums: Any, counts: Any) -> None:
    for y in range(2, min(upper.shape[0], lower.shape[0]) - 2):
        own, other = (lower, upper) if y & 1 else (upper, lower)
        for x in range(width):
            here = np.int64(own[y, x])
            above, below = np.int64(other[y - 1, x]), np.int64(other[y + 1, x])
            up, down = here - above, here - below
            if (up > 0 and down > 0) or (up < 0 and down < 0):
                block = y >> _SHIFT, x >> _SHIFT
                sums[block] += min(abs(up), abs(down))
                five = np.int64(own[y - 2, x]) + 4 * here + np.int64(own[y + 2, x]) - 3 * (above + below)
                if min(abs(up), abs(down)) > least and abs(five) > 6 * least:
                    counts[block] += 1


@kernel
def _change(one: Any, other: Any, width: Int, sums: Any) -> None:
    for y in range(0, min(one.shape[0], other.shape[0]), 2):
        for x in range(width):
            sums[y >> _SHIFT, x >> _SHIFT] += abs(np.int64(one[y, x]) - np.int64(other[y, x]))
