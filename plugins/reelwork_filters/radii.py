"""Radii: how parameters of one length, or one each along x and y, are read, and their two numbers."""

from __future__ import annotations

from typing import Final, TypeAlias

from reelwork import Context
from reelwork.kinds import Kind, Length, List, OneOf

#: One length for both directions, or one each.
Radii: TypeAlias = float | tuple[float, ...]

#: The kind of such a parameter. Per cent are of the shorter side in both directions.
RADII: Final[Kind] = OneOf((Length(minimum=0.0), List(Length(minimum=0.0), 2, 2)))


def both(radius: Radii) -> tuple[float, float]:
    """The lengths along x and y.

    >>> both(3.0)
    (3.0, 3.0)
    """
    if isinstance(radius, tuple):
        x, y = radius
        return (x, y)
    return (radius, radius)


def in_raster(radius: Radii, context: Context) -> tuple[float, float]:
    """The lengths along x and y in pixels of the raster."""
    x, y = both(radius)
    return (x * context.scale[0], y * context.scale[1])
