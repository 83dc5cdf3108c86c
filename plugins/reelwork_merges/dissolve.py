"""Dissolve: where the source is half transparent, some of its pixels are there and others are not."""

from __future__ import annotations

from reelwork import CompositeMerge, maths


class Dissolve(CompositeMerge, name="dissolve", version=1):
    """Dissolve: of a half transparent source, each pixel is either there in full or not at all, by a pattern of noise.

    The pattern stands still. Opacity makes fewer of the pixels be there.

    >>> Dissolve.pixel(0, 0, 0.5, 0.5, 0.5, 1.0, 0.25, 0.0, 0.0, 1.0)
    (0.25, 0.0, 0.0, 1.0)
    """

    cost = 10.0
    positional = True

    @staticmethod
    def pixel(
        x: int, y: int, rb: float, gb: float, bb: float, ab: float, rs: float, gs: float, bs: float, alpha: float
    ) -> tuple[float, float, float, float]:
        there = alpha > threshold(int(x), int(y))
        whole = 1.0 / alpha if there else 0.0
        return (
            rs * whole if there else rb,
            gs * whole if there else gb,
            bs * whole if there else bb,
            1.0 if there else ab,
        )


def threshold(x: int, y: int) -> float:
    """A number from 0 to below 1 for a pixel, without a pattern that the eye finds.

    >>> threshold(0, 0) != threshold(1, 0)
    True
    """
    return float(maths.scrambled(x * 374761393 + y * 668265263 + 1274126177) >> 8) * (1.0 / 16777216.0)
