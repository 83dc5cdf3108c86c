"""Boxes of a layer, in its pixels: boxes and lengths go in, larger boxes come out; and angles."""

from __future__ import annotations

from typing import Final, TypeAlias

from reelwork import Context, maths

Box: TypeAlias = tuple[float, float, float, float]

#: A full turn, and a degree, radians.
TURN: Final = 6.283185307179586
RADIAN: Final = 0.017453292519943295


def grown(box: Box, x: float, y: float) -> Box:
    """A box with so much more on the left and the right, and at the top and the bottom."""
    return (box[0] - x, box[1] - y, box[2] + x, box[3] + y)


def joined(one: Box, other: Box) -> Box:
    """The smallest box around two."""
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def stirred(box: Box, centre: tuple[float, float], radius: float) -> Box:
    """A box, with the disc that it touches, in which anything may move anywhere."""
    x, y = centre
    disc = grown((x, y, x, y), radius, radius)
    apart = box[2] <= disc[0] or box[0] >= disc[2] or box[3] <= disc[1] or box[1] >= disc[3]
    return box if apart else joined(box, disc)


def at_shares(shares: tuple[float, float], context: Context) -> tuple[float, float]:
    """The point at shares of the box's width and height."""
    return (shares[0] * context.box[2], shares[1] * context.box[3])


def farthest(box: Box, centre: tuple[float, float]) -> float:
    """How far the farthest corner of a box is from a centre."""
    x = max(abs(box[0] - centre[0]), abs(box[2] - centre[0]))
    y = max(abs(box[1] - centre[1]), abs(box[3] - centre[1]))
    return maths.sqrt(x * x + y * y)
