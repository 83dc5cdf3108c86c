"""The obvious twins of the kernels of fields."""

from __future__ import annotations

import numpy as np


def combing(upper: np.ndarray, lower: np.ndarray, width: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts of each block of 16 by 16: where a sample lies beyond both of its neighbours."""
    woven = np.array(upper[:, :width], np.int64)
    woven[1::2] = lower[1::2, :width]
    sums, counts = np.zeros_like(woven), np.zeros_like(woven)
    here, above, below = woven[2:-2], woven[1:-3], woven[3:-1]
    by = np.minimum(abs(here - above), abs(here - below)) * ((here - above) * (here - below) > 0)
    five = abs(woven[:-4] + 4 * here + woven[4:] - 3 * (above + below))
    sums[2:-2], counts[2:-2] = by, (by > least) & (five > 6 * least)
    return blocks(sums), blocks(counts)


def change(one: np.ndarray, other: np.ndarray, width: int) -> np.ndarray:
    """Of each block, the sum of what upper fields differ by."""
    differ = abs(one[:, :width].astype(np.int64) - other[:, :width])
    differ[1::2] = 0
    return blocks(differ)


def blocks(values: np.ndarray) -> np.ndarray:
    rows, columns = (-(-size // 16) for size in values.shape)
    padded = np.zeros((16 * rows, 16 * columns), values.dtype)
    padded[: values.shape[0], : values.shape[1]] = values
    return padded.reshape(rows, 16, columns, 16).sum(axis=(1, 3))
