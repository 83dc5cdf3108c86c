"""Channel mixer: each channel becomes a sum of all three."""

from __future__ import annotations

from typing import ClassVar

from reelwork import PointEffect, param
from reelwork.kinds import Kind, List, Number
from reelwork_colour.light import mixed


def _row() -> Kind:
    return List(Number(minimum=-100.0, maximum=100.0, soft_range=(-2.0, 2.0)), 3, 3)


class ChannelMixer(PointEffect, name="channel-mixer", version=1):
    """Channel mixer: red, green and blue of the result, each as shares of red, green and blue of the picture.

    It mixes scene-linear light. Rows that add up to 1 keep greys grey.

    >>> ChannelMixer().is_identity()
    True
    """

    cost = 10.0
    keeps_alpha = True
    presets: ClassVar = {
        "sepia": {"red": [0.39, 0.77, 0.19], "green": [0.35, 0.69, 0.17], "blue": [0.27, 0.53, 0.13]},
        "red-for-blue": {"red": [0, 0, 1], "blue": [1, 0, 0]},
    }

    red: tuple[float, ...] = param((1.0, 0.0, 0.0), kind=_row(), help="The shares that red is made of.")
    green: tuple[float, ...] = param((0.0, 1.0, 0.0), kind=_row(), help="The shares that green is made of.")
    blue: tuple[float, ...] = param((0.0, 0.0, 1.0), kind=_row(), help="The shares that blue is made of.")

    def is_identity(self) -> bool:
        return self.uniforms() == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    def uniforms(self) -> tuple[float, ...]:
        return (*self.red, *self.green, *self.blue)

    pixel = staticmethod(mixed)
