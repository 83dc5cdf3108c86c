"""CIELAB: codes go in, scene-linear Rec.709 comes out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.media.stills.icc import from_d50

_D50: Final = (0.9642, 1.0, 0.8249)
_KNEE: Final = 6 / 29
_ROWS: Final = 64


def lab_to_light(
    codes: npt.NDArray[Any], *, icc_coding: bool = False, full_range: bool = False
) -> npt.NDArray[np.float32]:
    """Light, ``[row, column, 3]``, of codes of 8 or 16 bits, whose first three channels are L*, a* and b* under D50.

    Colours outside Rec.709 keep their negative shares. The inverse is CIE 15:2004's, 8.2.1.

    :param icc_coding: whether a* and b* have an offset, and 16 bits of L* end at 65280, as in ICC profiles, or a sign
    :param full_range: whether there is an offset, and L* ends at the highest code, as in Photoshop's documents
    """
    out = np.empty((*codes.shape[:2], 3), np.float32)
    deep = codes.dtype.itemsize == 2
    scale = 256.0 if deep else 1.0
    lightest = 255.0 if not deep else 65280.0 if icc_coding else 65535.0
    matrix = np.array(from_d50())
    for top in range(0, len(codes), _ROWS):
        part = codes[top : top + _ROWS]
        if icc_coding or full_range:
            ab = part[:, :, 1:3].astype(np.float64) / scale - 128.0
        else:
            ab = part[:, :, 1:3].astype(np.int16 if deep else np.int8).astype(np.float64) / scale
        middle = (part[:, :, 0].astype(np.float64) * (100.0 / lightest) + 16.0) / 116.0
        around = np.stack((middle + ab[:, :, 0] / 500.0, middle, middle - ab[:, :, 1] / 200.0), -1)
        xyz = np.where(around > _KNEE, around * around * around, (around - 4 / 29) * (3 * _KNEE * _KNEE)) * _D50
        for channel, row in enumerate(matrix):
            light = xyz[:, :, 0] * row[0] + xyz[:, :, 1] * row[1] + xyz[:, :, 2] * row[2]
            out[top : top + _ROWS, :, channel] = light
    return out
