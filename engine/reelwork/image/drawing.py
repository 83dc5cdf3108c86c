"""Drawings: outlines with their paint, as the vector generators hand them to the engine."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.values import Affine, Colour


@dataclass(frozen=True)
class Path:
    """Closed or open outlines in pixels of the layer; an open one is filled as if it were closed.

    :param verbs: one letter a step: ``M`` move, ``L`` line, ``Q`` quadratic, ``C`` cubic, ``Z`` close
    :param points: the coordinates that the steps take, x and y in turn (2, 2, 4, 6 and 0 numbers a step)
    """

    verbs: str
    points: tuple[float, ...]

    def bounds(self) -> tuple[float, float, float, float] | None:
        """The box around all points, control points too: at least as large as the ink. ``None`` if empty."""
        if not self.points:
            return None
        xs, ys = self.points[0::2], self.points[1::2]
        return (min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True)
class Stop:
    """A colour at a place (0 to 1) along a gradient."""

    at: float
    colour: Colour


@dataclass(frozen=True)
class Gradient:
    """A gradient that is mixed premultiplied and display-encoded, as CSS does; the first and last colour go on outside.

    :param kind: ``linear`` (along x from 0 to 1 in its own space), ``radial`` (distance from the origin) or
        ``conic`` (clockwise angle from the top about the origin, in turns)
    :param matrix: from the gradient's own space to pixels of the layer
    :param stops: at least one, in order of their places
    """

    kind: str
    matrix: Affine
    stops: tuple[Stop, ...]


Paint = Colour | Gradient


@dataclass(frozen=True)
class Fill:
    """One outline, filled by the non-zero rule; ``opacity`` is 0 to 1."""

    path: Path
    paint: Paint
    opacity: float = 1.0


@dataclass(frozen=True)
class Drawing:
    """Fills painted in order, first at the bottom, each over the last, in a box of ``width`` by ``height`` pixels."""

    fills: tuple[Fill, ...]
    width: float
    height: float
