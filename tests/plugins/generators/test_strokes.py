"""The outline of a line has the width, the ends and the corners that were asked for."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork.image import Path
from reelwork_generators.paint import Stroke
from reelwork_generators.strokes import quadratics, stroke_outline

LINE = Path("ML", (10.0, 10.0, 30.0, 10.0))
CORNER = Path("MLL", (0.0, 0.0, 20.0, 0.0, 20.0, 20.0))
SQUARE = Path("MLLLZ", (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0))


def area(path: Path) -> float:
    """The area that a path of lines and quadratics encloses, each outline counted by its direction."""
    total, place, at, start = 0.0, 0, (0.0, 0.0), (0.0, 0.0)
    for verb in path.verbs:
        count = {"M": 2, "L": 2, "Q": 4, "Z": 0}[verb]
        points = list(zip(*[iter(path.points[place : place + count])] * 2, strict=True))
        place += count
        if verb == "M":
            at = start = points[0]
            continue
        points = points or [start]
        if verb == "Q":
            (cx, cy), (x, y) = points
            points = [
                (
                    (1 - t) ** 2 * at[0] + 2 * t * (1 - t) * cx + t * t * x,
                    (1 - t) ** 2 * at[1] + 2 * t * (1 - t) * cy + t * t * y,
                )
                for t in (i / 32 for i in range(1, 33))
            ]
        for (ax, ay), (bx, by) in pairwise([at, *points]):
            total += (ax * by - bx * ay) / 2.0
        at = points[-1]
    return abs(total)


@pytest.mark.parametrize(("side", "size"), [("inside", 64.0), ("centre", 80.0), ("outside", 96.0)])
def test_a_closed_outline_has_its_line_on_the_side_that_is_asked(side: str, size: float) -> None:
    assert area(stroke_outline(SQUARE, Stroke(width=2.0, side=side))) == pytest.approx(size, rel=0.001)


@pytest.mark.parametrize("side", ["inside", "outside"])
def test_an_open_outline_has_no_sides(side: str) -> None:
    assert stroke_outline(CORNER, Stroke(width=2.0, side=side)) == stroke_outline(CORNER, Stroke(width=2.0))


@pytest.mark.parametrize(
    ("cap", "bounds", "size"),
    [
        ("butt", (10, 8, 30, 12), 80.0),
        ("square", (8, 8, 32, 12), 96.0),
        ("round", (8, 8, 32, 12), 80.0 + math.pi * 4),
    ],
)
def test_ends(cap: str, bounds: tuple[float, ...], size: float) -> None:
    outline = stroke_outline(LINE, Stroke(width=4.0, cap=cap))
    assert outline.bounds() == pytest.approx(bounds, abs=0.01)
    assert area(outline) == pytest.approx(size, abs=0.05)


@pytest.mark.parametrize(("join", "missing"), [("miter", 0.0), ("bevel", 2.0), ("round", 4.0 - math.pi)])
def test_corners(join: str, missing: float) -> None:
    outline = stroke_outline(CORNER, Stroke(width=4.0, join=join))
    assert outline.bounds() == pytest.approx((0, -2, 22, 20), abs=0.01)
    # two arms of 20 by 4, which overlap in a quarter of the corner (it counts twice), and the join
    assert area(outline) == pytest.approx(160.0 + 4.0 - missing, abs=0.1)


def test_a_sharp_corner_is_cut_off() -> None:
    sharp = Path("MLL", (0.0, 0.0, 100.0, 0.0, 0.0, 5.0))
    _, _, right, _ = stroke_outline(sharp, Stroke(width=4.0)).bounds() or (0, 0, 0, 0)
    assert right < 103.0


def test_a_closed_outline_has_no_ends() -> None:
    outline = stroke_outline(SQUARE, Stroke(width=2.0, cap="square"))
    assert outline.bounds() == pytest.approx((-1, -1, 11, 11), abs=0.01)
    assert outline.verbs.count("M") == 2


@pytest.mark.parametrize(("dash", "pieces"), [((5.0, 5.0), 2), ((4.0,), 3), ((1.0, 0.0), 20), ((0.0, 0.0), 1), ((), 1)])
def test_dashes(dash: tuple[float, ...], pieces: int) -> None:
    outline = stroke_outline(LINE, Stroke(width=2.0, dash=dash))
    assert outline.verbs.count("M") == pieces


def test_overlaps_are_removed_where_only_the_edge_is_meant() -> None:
    other = tuple(p + 5.0 for p in SQUARE.points)
    both = Path(SQUARE.verbs * 2, SQUARE.points + other)
    parts = stroke_outline(both, Stroke(width=1.0))
    edge = stroke_outline(both, Stroke(width=1.0), overlapping=True)
    assert parts.verbs.count("M") == 4
    assert edge.verbs.count("M") == 2


def test_the_same_again() -> None:
    circle = Path("MCCZ", (0, 0, 0, 13, 20, 13, 20, 0, 20, -13, 0, -13, 0, 0))
    first = stroke_outline(circle, Stroke(width=3.0, join="round"))
    stroke_outline.cache_clear()
    assert stroke_outline(circle, Stroke(width=3.0, join="round")) == first


numbers = st.floats(-500, 500)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[numbers] * 8))
def test_quadratics_stay_near_their_cubic(cubic: tuple[float, ...]) -> None:
    xs, ys = cubic[0::2], cubic[1::2]
    pieces = quadratics(*cubic, tolerance=0.01)
    assert pieces[-1][2:] == (xs[3], ys[3])
    x, y = xs[0], ys[0]
    for i, (cx, cy, ex, ey) in enumerate(pieces):
        for t in (0.25, 0.5, 0.75):
            u = (i + t) / len(pieces)
            weights = ((1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u**3)
            true = [sum(w * p for w, p in zip(weights, ps, strict=True)) for ps in (xs, ys)]
            got = [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in ((x, cx, ex), (y, cy, ey))]
            assert math.dist(true, got) <= 0.0101
        x, y = ex, ey
