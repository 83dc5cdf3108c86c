"""Strokes: an outline and how its line looks in, the outline of that line out; and what outlines have in common."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, Final

from reelwork.image import Path
from reelwork_generators.paint import Stroke

#: Skia works to a fraction of a unit, so it is given this many to the pixel: a layer may be shown enlarged.
_UNITS: Final = 16.0
#: How far a cubic may lie from the quadratics that stand for it, in pixels.
_TOLERANCE: Final = 0.002
#: As CSS and SVG have it.
_MITER_LIMIT: Final = 4.0


@functools.lru_cache(maxsize=64)
def stroke_outline(path: Path, stroke: Stroke, *, overlapping: bool = False) -> Path:
    """The outline of a line along a path, to be filled by the non-zero rule.

    Only quadratics are handed to Skia: its arithmetic on cubics calls the system's ``acos`` and ``cbrt``, which differ
    between machines.

    On one side of it, the line of an outline that is not closed would mean nothing; it lies on both.

    :param overlapping: whether the path's outlines overlap and only the edge of all of them together is meant
    """
    import pathops

    line = _to_skia(path)
    if overlapping:
        try:
            line.simplify(fix_winding=True, keep_starting_points=False)
        except pathops.PathOpsError:  # rare; then lines are seen where outlines overlap
            line = _to_skia(path)
    closed = path.verbs.count("Z") == path.verbs.count("M")
    inside = pathops.Path(line) if closed and stroke.side != "centre" else None
    line.stroke(
        stroke.width * _UNITS * (1.0 if inside is None else 2.0),
        {"butt": pathops.LineCap.BUTT_CAP, "round": pathops.LineCap.ROUND_CAP}.get(
            stroke.cap, pathops.LineCap.SQUARE_CAP
        ),
        {"miter": pathops.LineJoin.MITER_JOIN, "round": pathops.LineJoin.ROUND_JOIN}.get(
            stroke.join, pathops.LineJoin.BEVEL_JOIN
        ),
        _MITER_LIMIT,
        _dashes(stroke.dash),
    )
    line.convertConicsToQuads(0.25)
    if inside is not None:
        cut = pathops.PathOp.DIFFERENCE if stroke.side == "outside" else pathops.PathOp.INTERSECTION
        line = pathops.op(line, inside, cut, fix_winding=True)
    return _from_skia(line)


def united(paths: Sequence[Path]) -> Path:
    """The outline of all that any of some paths fills."""
    import pathops

    builder = pathops.OpBuilder(fix_winding=True, keep_starting_points=False)
    for path in paths:
        builder.add(_to_skia(path), pathops.PathOp.UNION)
    return _from_skia(builder.resolve())


def intersected(one: Path, other: Path) -> Path:
    """The outline of what both of two paths fill."""
    import pathops

    return _from_skia(pathops.op(_to_skia(one), _to_skia(other), pathops.PathOp.INTERSECTION, fix_winding=True))


def _dashes(lengths: tuple[float, ...]) -> list[float] | None:
    """The dash array in Skia's units: an odd one is repeated, one of nothing is a whole line."""
    if not any(lengths):
        return None
    return [length * _UNITS for length in (lengths if len(lengths) % 2 == 0 else lengths * 2)]


def _to_skia(path: Path) -> Any:
    import pathops

    out = pathops.Path()
    points = [coordinate * _UNITS for coordinate in path.points]
    place = 0
    x = y = 0.0
    for verb in path.verbs:
        if verb == "Z":
            out.close()
            continue
        count = {"M": 2, "L": 2, "Q": 4, "C": 6}[verb]
        numbers = points[place : place + count]
        place += count
        if verb == "M":
            out.moveTo(*numbers)
        elif verb == "L":
            out.lineTo(*numbers)
        elif verb == "Q":
            out.quadTo(*numbers)
        else:
            for quadratic in quadratics(x, y, *numbers, tolerance=_TOLERANCE * _UNITS):
                out.quadTo(*quadratic)
        x, y = numbers[-2:]
    return out


def quadratics(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    x3: float,
    y3: float,
    *,
    tolerance: float,
) -> list[tuple[float, float, float, float]]:
    """A cubic as quadratics (control point, end) that lie within ``tolerance`` of it.

    Cut into *n* equal parts, each part's best quadratic is at most ``sqrt(3)/36 |p3 - 3 p2 + 3 p1 - p0| / n³`` away.
    """
    dx, dy = x3 - 3.0 * x2 + 3.0 * x1 - x0, y3 - 3.0 * y2 + 3.0 * y1 - y0
    away = math.sqrt(3.0) / 36.0 * math.sqrt(dx * dx + dy * dy)
    count = 1
    while count < 100 and away > tolerance * count * count * count:
        count += 1
    out = []
    for part in range(count):
        a, b = part / count, (part + 1) / count
        from_x, from_slope_x = _cubic(x0, x1, x2, x3, a)
        from_y, from_slope_y = _cubic(y0, y1, y2, y3, a)
        to_x, to_slope_x = _cubic(x0, x1, x2, x3, b)
        to_y, to_slope_y = _cubic(y0, y1, y2, y3, b)
        step = (b - a) / 4.0
        control_x = (from_x + to_x) / 2.0 + (from_slope_x - to_slope_x) * step
        control_y = (from_y + to_y) / 2.0 + (from_slope_y - to_slope_y) * step
        out.append((control_x, control_y, to_x, to_y) if part + 1 < count else (control_x, control_y, x3, y3))
    return out


def _cubic(p0: float, p1: float, p2: float, p3: float, t: float) -> tuple[float, float]:
    """A cubic's value and slope at ``t``."""
    u = 1.0 - t
    value = u * u * u * p0 + 3.0 * u * u * t * p1 + 3.0 * u * t * t * p2 + t * t * t * p3
    slope = 3.0 * (u * u * (p1 - p0) + 2.0 * u * t * (p2 - p1) + t * t * (p3 - p2))
    return value, slope


def _from_skia(line: Any) -> Path:
    import pathops

    letters = {
        pathops.PathVerb.MOVE: "M",
        pathops.PathVerb.LINE: "L",
        pathops.PathVerb.QUAD: "Q",
        pathops.PathVerb.CUBIC: "C",
        pathops.PathVerb.CLOSE: "Z",
    }
    verbs: list[str] = []
    points: list[float] = []
    for verb, coordinates in line:
        verbs.append(letters[verb])
        for x, y in coordinates:
            points += (x / _UNITS, y / _UNITS)
    return Path("".join(verbs), tuple(points))
