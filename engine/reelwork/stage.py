"""A stage: a pixel function with what it is given, as point effects hand them to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from reelwork.values import Colour


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of a point effect.

    :param pixel: as ``PointEffect.pixel``; ``(r, g, b, a, *tables, *uniforms)``, after its place if it is positional
    :param uniforms: numbers and colours
    :param tables: one-dimensional arrays of ``float32``, for the functions of ``reelwork.tables`` to look up
    """

    pixel: Callable[..., tuple[float, float, float, float]]
    uniforms: tuple[float | Colour, ...] = ()
    tables: tuple[npt.NDArray[np.float32], ...] = ()
