"""Parameters of one number, or one each for red, green and blue: how they are read, and their three numbers."""

from __future__ import annotations

from typing import TypeAlias

from reelwork.kinds import Kind, List, Number, OneOf

#: One number, or one each for red, green and blue.
Channels: TypeAlias = float | tuple[float, ...]


def channels(minimum: float, soft: tuple[float, float]) -> Kind:
    """The kind of such a parameter.

    :param soft: the range that most values lie in
    """
    number = Number(minimum=minimum, maximum=100.0, soft_range=soft)
    return OneOf((number, List(number, 3, 3)))


def three(value: Channels) -> tuple[float, float, float]:
    """The numbers of red, green and blue.

    >>> three(0.5)
    (0.5, 0.5, 0.5)
    """
    if isinstance(value, tuple):
        red, green, blue = value
        return (red, green, blue)
    return (value, value, value)
