"""Curves: any brightness becomes any other, channel by channel."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Final, TypeAlias

from reelwork import PointEffect, Stage, param
from reelwork.kinds import Kind, List, Number

#: Points of a curve: what values become.
Points: TypeAlias = tuple[tuple[float, ...], ...]

_MOST: Final = 8
_STRAIGHT: Final[Points] = ((0.0, 0.0), (1.0, 1.0))


def _points() -> Kind:
    return List(List(Number(minimum=-1.0, maximum=4.0, soft_range=(0.0, 1.0)), 2, 2), 2, _MOST)


class Curves(PointEffect, name="curves", version=1):
    """Curves: through up to eight points ``[from, to]`` of display-encoded values, first of all channels, then of each.

    Between points the curve is a cubic that never overshoots them (Fritsch and Carlson's monotone interpolation, with
    Butland's slopes, as in SciPy's ``PchipInterpolator``); beyond the first and the last it goes straight on.

    >>> Curves().is_identity()
    True
    """

    cost = 20.0
    tames_highlights = True
    space = "display"
    keeps_alpha = True
    presets: ClassVar = {
        "contrast": {"rgb": [[0, 0], [0.25, 0.17], [0.75, 0.84], [1, 1]]},
        "faded": {"rgb": [[0, 0.1], [0.3, 0.31], [0.7, 0.72], [1, 0.93]]},
        "cross-process": {
            "red": [[0, 0], [0.3, 0.2], [0.7, 0.82], [1, 1]],
            "green": [[0, 0], [0.3, 0.24], [0.7, 0.8], [1, 1]],
            "blue": [[0, 0.16], [1, 0.82]],
        },
    }

    rgb: Points = param(_STRAIGHT, kind=_points(), help="The curve of all channels: points [from, to].")
    red: Points = param(_STRAIGHT, kind=_points(), help="The curve of red, after that.")
    green: Points = param(_STRAIGHT, kind=_points(), help="The curve of green, after that.")
    blue: Points = param(_STRAIGHT, kind=_points(), help="The curve of blue, after that.")

    def check(self) -> None:
        for name, points in (("rgb", self.rgb), ("red", self.red), ("green", self.green), ("blue", self.blue)):
            for before, after in pairwise(points):
                if before[0] >= after[0]:
                    raise ValueError(
                        f"the points [from, to] of `{name}` go from dark to bright, each `from` above the one before; "
                        f"found {after[0]:g} after {before[0]:g}"
                    )

    def is_identity(self) -> bool:
        return all(start == end for points in (self.rgb, self.red, self.green, self.blue) for start, end in points)

    def stages(self) -> tuple[Stage, ...]:
        first = Stage(self.pixel, knots(self.rgb, len(self.rgb)))
        own = (self.red, self.green, self.blue)
        if all(points == _STRAIGHT for points in own):
            return (first,)
        most = max(map(len, own))
        return first, Stage(self.each, tuple(number for points in own for number in knots(points, most)))

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, *curve: float) -> tuple[float, float, float, float]:
        """All channels by one curve."""
        size = len(curve)
        return bent(r, 0, size, curve), bent(g, 0, size, curve), bent(b, 0, size, curve), a

    @staticmethod
    def each(r: float, g: float, b: float, a: float, *curves: float) -> tuple[float, float, float, float]:
        """Each channel by its own curve."""
        size = len(curves) // 3
        return bent(r, 0, size, curves), bent(g, size, size, curves), bent(b, 2 * size, size, curves), a


def bent(x: float, first: int, size: int, curve: tuple[float, ...]) -> float:
    """A value on the curve whose knots ``(from, to, slope)`` are the ``size`` numbers from ``first`` on."""
    y = curve[first + 1] + (x - curve[first]) * curve[first + 2]
    for i in range(first, first + size - 3, 3):
        low, high = curve[i], curve[i + 3]
        width = high - low
        by = 1.0 / width if width > 0.0 else 0.0
        t = (x - low) * by
        s = 1.0 - t
        # Hermite's cubic: two values, and two slopes over the width
        value = s * s * ((1.0 + 2.0 * t) * curve[i + 1] + t * width * curve[i + 2])
        value = value + t * t * ((1.0 + 2.0 * s) * curve[i + 4] - s * width * curve[i + 5])
        beyond = curve[i + 4] + (x - high) * curve[i + 5]
        y = y if x < low else value if x < high else beyond
    return y


def knots(points: Points, count: int) -> tuple[float, ...]:
    """So many knots ``(from, to, slope)`` of a curve, two at least; the last one is repeated.

    >>> knots(((0.0, 0.0), (1.0, 0.5)), 2)
    (0.0, 0.0, 0.5, 1.0, 0.5, 0.5)
    """
    ordered = sorted((x, y) for x, y in points)
    kept = [
        point for point, after in zip(ordered, [*ordered[1:], None], strict=True) if not after or after[0] > point[0]
    ]
    if len(kept) == 1:
        kept = [kept[0], (kept[0][0] + 1.0, kept[0][1])]
    found = [(x, y, slope) for (x, y), slope in zip(kept, _slopes(kept), strict=True)]
    found += found[-1:] * (count - len(found))
    return tuple(number for knot in found for number in knot)


def _slopes(points: list[tuple[float, float]]) -> list[float]:
    """The slope at each point, so that the curve between two points stays between them."""
    widths = [b[0] - a[0] for a, b in pairwise(points)]
    rises = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]
    if len(rises) == 1:
        return [rises[0], rises[0]]
    slopes = [_end_slope(widths[0], widths[1], rises[0], rises[1])]
    for (before, after), (width, next_) in zip(pairwise(rises), pairwise(widths), strict=True):
        one, other = 2.0 * next_ + width, next_ + 2.0 * width
        level = before * after <= 0.0
        slopes.append(0.0 if level else (one + other) / (one / before + other / after))
    slopes.append(_end_slope(widths[-1], widths[-2], rises[-1], rises[-2]))
    return slopes


def _end_slope(width: float, next_: float, rise: float, then: float) -> float:
    """The slope at the first or the last point, by three points, no steeper than keeps the curve between two."""
    slope = ((2.0 * width + next_) * rise - width * then) / (width + next_)
    if slope * rise <= 0.0:
        return 0.0
    return 3.0 * rise if rise * then <= 0.0 and abs(slope) > 3.0 * abs(rise) else slope
