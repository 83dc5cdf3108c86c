"""Lens distortion: straight lines are bent as by a lens, or made straight again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reelwork import Context, Example, WarpEffect, maths, param, tables
from reelwork.kernels import kernel
from reelwork.kinds import Choice, Scale
from reelwork_warps.boxes import Box, at_shares, farthest

if TYPE_CHECKING:
    from reelwork.kernels.arrays import Float, Floats

#: Distances from the centre are taken for this at most, in half diagonals.
_FARTHEST = 1e3
#: Entries of the table.
_SIZE = 4097.0


class LensDistortion(WarpEffect, name="lens-distortion", version=2):
    """Lens distortion: straight lines are bent as by a lens, or what a lens has bent is made straight.

    Brown's model of radial distortion (Brown, "Decentering distortion of lenses", 1966): a point at the distance ``r``
    from the centre is seen at ``r (1 + k1 r² + k2 r⁴)``, where 1 is half the diagonal of the layer's box. Below 0 the
    picture becomes a barrel, above a cushion. What the model maps to no point, or to two, is transparent.

    >>> LensDistortion(k1=0.0, k2=0.0).is_identity()
    True
    """

    cost = 100.0
    examples = (Example("a barrel", {"k1": -0.2}), Example("a cushion", {"k1": 0.2}))

    k1: float = param(-0.1, soft_range=(-0.5, 0.5), minimum=-10.0, maximum=10.0, help="How much lines are bent.")
    k2: float = param(
        0.0, soft_range=(-0.5, 0.5), minimum=-10.0, maximum=10.0, help="How much more towards the corners."
    )
    direction: str = param(
        "distort", kind=Choice(("distort", "correct")), help="Whether lines are bent, or such lines are made straight."
    )
    centre: tuple[float, float] = param((0.5, 0.5), kind=Scale(), help="Its centre, as shares of the width and height.")

    def is_identity(self) -> bool:
        return self.k1 == 0.0 and self.k2 == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        corrects = 1.0 if self.direction == "correct" else 0.0
        shape = (self.k1, self.k2, self._limit(), self._most(), self._ends())
        return (*at_shares(self.centre, context), 1.0 / _unit(context), *shape, corrects)

    def tables(self, context: Context) -> tuple[Floats, ...]:
        """What distances are multiplied by where lines are bent: Brown's model has no inverse that can be written."""
        import numpy as np

        if self.direction == "correct":
            return (np.ones(int(_SIZE), np.float32),)
        limit = self._limit()
        return (_table(self.k1, self.k2, limit, self._factors(limit)[0], self._ends()),)

    def region(self, source: Box, context: Context) -> Box:
        return self._moved(source, context, distorts=self.direction == "distort")

    def needs(self, wanted: Box, context: Context) -> Box:
        return self._moved(wanted, context, distorts=self.direction != "distort")

    def _limit(self) -> float:
        """The distance, before, up to which points that are farther out are also seen farther out."""
        a, b = 5.0 * self.k2, 3.0 * self.k1  # where 1 + b q + a q² is 0, the first q above 0
        root = b * b - 4.0 * a
        if root < 0.0 or (b >= 0.0 and a >= 0.0):
            return _FARTHEST
        near = 2.0 / (maths.sqrt(root) - b)
        return min(maths.sqrt(near), _FARTHEST) if near > 0.0 else _FARTHEST

    def _most(self) -> float:
        """The farthest distance after."""
        limit = self._limit()
        square = limit * limit
        return limit * (1.0 + square * (self.k1 + square * self.k2))

    def _ends(self) -> float:
        """What ``r / (1 + r)`` is multiplied by to be 1 at the farthest distance after."""
        return 1.0 / self._most() + 1.0

    def _moved(self, box: Box, context: Context, *, distorts: bool) -> Box:
        """Around where the points of a box are seen, or, where it does not distort, come from."""
        x, y = centre = at_shares(self.centre, context)
        far = min(farthest(box, centre) / _unit(context), _FARTHEST)
        limit = self._limit()
        before = far if distorts else _undistorted.py_func(far, self.k1, self.k2, limit, self._factors(limit)[0])
        low, high = self._factors(min(before, limit) if before >= 0.0 else limit)
        if not distorts:
            low, high = 1.0 / max(high, 1e-6), 1.0 / max(low, 1e-6)
        sides = [
            (edge - middle) * factor for edge, middle in zip(box, (x, y, x, y), strict=True) for factor in (low, high)
        ]
        return (x + min(sides[:2]), y + min(sides[2:4]), x + max(sides[4:6]), y + max(sides[6:]))

    def _factors(self, before: float) -> tuple[float, float]:
        """The least and the greatest of ``1 + k1 r² + k2 r⁴`` up to a distance."""
        square = before * before
        squares = [0.0, square]
        if self.k2 != 0.0 and 0.0 < -0.5 * self.k1 / self.k2 < square:
            squares.append(-0.5 * self.k1 / self.k2)
        factors = [1.0 + q * (self.k1 + q * self.k2) for q in squares]
        return (min(factors), max(factors))

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float, table: Any,
        centre_x: float, centre_y: float, shrink: float,
        k1: float, k2: float, limit: float, most: float, ends: float, corrects: float,
    ) -> tuple[float, float]:  # fmt: skip
        dx, dy = x - centre_x, y - centre_y
        distance = maths.sqrt(dx * dx + dy * dy) * shrink
        square = distance * distance
        bent = 1.0 + square * (k1 + square * k2)
        place = maths.sqrt(max(1.0 - distance / (1.0 + distance) * ends, 0.0))
        by = bent if corrects > 0.0 else tables.interpolated(table, 0.0, _SIZE, place)
        seen = distance <= (limit if corrects > 0.0 else most)
        return (centre_x + dx * by if seen else -1e9), (centre_y + dy * by if seen else -1e9)


@lru_cache(maxsize=8)
def _table(k1: float, k2: float, limit: float, least: float, ends: float) -> Floats:
    """Distances before by those after, the farthest first: at ``i / (_SIZE - 1)`` for ``sqrt(1 - ends r / (1 + r))``.

    By that, which is 0 where lines turn back, the curve is smooth there too.
    """
    import numpy as np

    table = np.empty(int(_SIZE), np.float32)
    _fill(k1, k2, limit, least, ends, table)
    return table


@kernel
def _fill(k1: Float, k2: Float, limit: Float, least: Float, ends: Float, table: Floats) -> None:
    last = table.shape[0] - 1
    for i in range(last):
        place = i / last
        share = (1.0 - place * place) / ends
        distance = share / (1.0 - share) if share < 1.0 else _FARTHEST
        before = _undistorted(min(distance, _FARTHEST), k1, k2, limit, least)
        table[i] = before / distance if before >= 0.0 else limit / distance
    table[last] = 1.0


@kernel
def _undistorted(distance: Float, k1: Float, k2: Float, limit: Float, least: Float) -> Float:
    """The distance before from that after, by bisection and Newton's method; below 0 where there is none.

    :param limit: the farthest distance before
    :param least: the least factor of a distance up to there
    """
    low, high = 0.0, min(limit, distance / max(least, 1e-3))
    guess = min(distance, high)
    for step in range(64):
        square = guess * guess
        beyond = guess * (1.0 + square * (k1 + square * k2)) - distance
        if abs(beyond) <= 1e-13 * distance:
            break
        slope = 1.0 + square * (3.0 * k1 + 5.0 * square * k2)
        low = low if beyond > 0.0 else guess
        high = guess if beyond > 0.0 else high
        better = guess - beyond / (slope if slope > 1e-6 else 1e-6)
        # now and then by halves, since Newton's method may go round and round
        guess = better if low < better < high and step % 4 < 3 else 0.5 * (low + high)
    square = guess * guess
    found = guess * (1.0 + square * (k1 + square * k2))
    return guess if abs(found - distance) <= 1e-4 * (1.0 + distance) else -1.0


def _unit(context: Context) -> float:
    """Half the diagonal of the box."""
    width, height = context.box[2], context.box[3]
    return 0.5 * maths.sqrt(width * width + height * height)
