"""The shape of leaked light: a place goes in, how much light fell on it comes out. The effects compile it."""

from __future__ import annotations

from reelwork.maths import exp, sin

#: How much the edge of the light waves, and how many waves there are across the picture.
_DEPTH, _WAVES = 0.35, 5.0


def leaked(depth: float, along: float, reach: float, seed: float) -> float:
    """How much light fell on a place, from 0 to 1.

    :param depth: how far from the side that leaks, 0 to 1
    :param along: where along that side, -1 to 1
    :param reach: how far the light reaches, above 0
    :param seed: another number is another leak
    """
    wave = 1.0 + _DEPTH * (sin(along * _WAVES + seed) + sin(along * 2.3 * _WAVES + seed * 1.7)) * 0.5
    distance = max(depth, 0.0) / max(reach * wave, 1e-3)
    return exp(-distance * distance)
