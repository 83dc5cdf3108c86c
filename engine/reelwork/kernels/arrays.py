"""Types of what kernels take, for annotations: arrays of numpy, and numbers of numpy's or Python's."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: Single-precision arrays: pixels, weights, coverage.
Floats: TypeAlias = npt.NDArray[np.float32]
#: Sound, ``[channel, sample]``.
Sound: TypeAlias = npt.NDArray[np.float32]
#: Double-precision arrays: coordinates.
Doubles: TypeAlias = npt.NDArray[np.float64]
#: Indices and fixed-point numbers.
Ints: TypeAlias = npt.NDArray[np.int64]
#: Small whole numbers, and 1 or 0 for yes or no.
Bytes: TypeAlias = npt.NDArray[np.uint8]
#: Codes of stored pictures, of 8 or 16 bits, or floats.
Plane: TypeAlias = npt.NDArray[Any]
#: A number inside a kernel, where numpy's scalars and Python's mix.
Float: TypeAlias = Any
Int: TypeAlias = Any
