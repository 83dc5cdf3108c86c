"""Path data is read as SVG 2 has it."""

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork.image import Path
from reelwork.image.svg_path import PathSyntaxError, arc_to_cubics, parse_path


@pytest.mark.parametrize(
    ("text", "verbs", "points"),
    [
        ("M1 2", "M", (1, 2)),
        ("  M1,2 L3-4 ", "ML", (1, 2, 3, -4)),
        ("m1 2 3 4 5 6", "MLL", (1, 2, 4, 6, 9, 12)),
        ("M1 2 3 4", "ML", (1, 2, 3, 4)),
        ("M.5.5-.5.5e1", "ML", (0.5, 0.5, -0.5, 5)),
        ("M0 0H5v5h-5Z", "MLLLZ", (0, 0, 5, 0, 5, 5, 0, 5)),
        ("M1 1C1 2 3 4 5 6S9 9 10 10", "MCC", (1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10)),
        ("M1 1S9 9 10 10", "MC", (1, 1, 1, 1, 9, 9, 10, 10)),
        ("M1 1q1 1 2 0t2 0t2 0", "MQQQ", (1, 1, 2, 2, 3, 1, 4, 0, 5, 1, 6, 2, 7, 1)),
        ("M1 1t2 0", "MQ", (1, 1, 1, 1, 3, 1)),
        ("M1 1L2 2ZL5 5", "MLZML", (1, 1, 2, 2, 1, 1, 5, 5)),
        ("M1 1l2 2zm3 3l1 1", "MLZML", (1, 1, 3, 3, 4, 4, 5, 5)),
        ("M0 0A0 5 0 0 1 3 4", "ML", (0, 0, 3, 4)),
        ("M3 4A5 5 0 0 1 3 4", "M", (3, 4)),
    ],
)
def test_steps_are_written_out(text: str, verbs: str, points: tuple[float, ...]) -> None:
    assert parse_path(text) == Path(verbs, tuple(float(p) for p in points))


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "a path begins with M"),
        ("  ", 2, "a path begins with M"),
        ("L1 2", 0, "a path begins with M, found 'L'"),
        ("M1", 2, "expected a number, found the end"),
        ("M1 2 3", 6, "expected a number, found the end"),
        ("M1 2 L", 6, "expected a number, found the end"),
        ("M1 2, L3 4", 6, "expected a number after the comma"),
        ("M1 2 x3", 5, "expected one of the commands"),
        ("M1 2 L3 #", 8, "expected a number, found '#'"),
        ("M0 0A1 1 0 2 0 5 5", 11, "arc flag"),
        ("M1e999 0", 1, "too large"),
        ("M0 0Z1 2", 5, "expected one of the commands"),
    ],
)
def test_errors_say_where(text: str, offset: int, words: str) -> None:
    with pytest.raises(PathSyntaxError, match=f"{words}.* at character {offset + 1}$") as caught:
        parse_path(text)
    assert caught.value.offset == offset


def test_flags_may_stand_together() -> None:
    assert parse_path("M0 0a5 5 0 01.5.5") == parse_path("M0 0 a5 5 0 0 1 0.5 0.5")


@pytest.mark.parametrize(("large", "sweep", "length"), [(0, 0, 0.25), (0, 1, 0.25), (1, 0, 0.75), (1, 1, 0.75)])
def test_arcs_take_the_way_that_the_flags_say(large: int, sweep: int, length: float) -> None:
    path = parse_path(f"M10 0 A10 10 0 {large} {sweep} 0 10")
    assert len(path.verbs) - 1 == {0.25: 1, 0.75: 3 if len(path.verbs) == 4 else 4}[length]
    centre = (0.0, 0.0) if large != sweep else (10.0, 10.0)
    previous = math.atan2(path.points[1] - centre[1], path.points[0] - centre[0])
    turned = 0.0
    for point in zip(path.points[6::6], path.points[7::6], strict=True):
        angle = math.atan2(point[1] - centre[1], point[0] - centre[0])
        turned += math.remainder(angle - previous, 2 * math.pi)
        previous = angle
    assert turned == pytest.approx(2 * math.pi * length * (1 if sweep else -1))


def _cubic(p0: tuple[float, float], piece: list[tuple[float, float]], t: float) -> tuple[float, float]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = p0, *piece
    u = 1 - t
    return (
        u**3 * ax + 3 * u * u * t * bx + 3 * u * t * t * cx + t**3 * dx,
        u**3 * ay + 3 * u * u * t * by + 3 * u * t * t * cy + t**3 * dy,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1, 200),
    st.floats(1, 200),
    st.floats(0, 360),
    st.booleans(),
    st.booleans(),
    st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
)
def test_arcs_lie_on_their_ellipse(rx, ry, turn, large, sweep, end) -> None:
    if math.hypot(*end) < 0.01:
        return
    pieces = arc_to_cubics((0.0, 0.0), rx, ry, turn, large, sweep, end)
    assert pieces[-1][-1] == end
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    at, points = (0.0, 0.0), []
    for piece in pieces:
        on_page = [_cubic(at, piece, t / 8) for t in range(9)]
        points += [((x * c + y * s) / rx, (y * c - x * s) / ry) for x, y in on_page]
        at = piece[-1]
    # Three of its points fix the circle that all must lie on; its radius is 1, or more where the radii were too small.
    (x1, y1), (x2, y2), (x3, y3) = points[0], points[len(points) // 2], points[-1]
    d = 2 * (x1 * (y2 - y3) + x2 * (y3 - y1) + x3 * (y1 - y2))
    if abs(d) < 1e-6:
        return
    ux = ((x1**2 + y1**2) * (y2 - y3) + (x2**2 + y2**2) * (y3 - y1) + (x3**2 + y3**2) * (y1 - y2)) / d
    uy = ((x1**2 + y1**2) * (x3 - x2) + (x2**2 + y2**2) * (x1 - x3) + (x3**2 + y3**2) * (x2 - x1)) / d
    radius = math.hypot(x1 - ux, y1 - uy)
    assert radius >= 0.99
    for x, y in points:
        assert math.hypot(x - ux, y - uy) == pytest.approx(radius, rel=1e-3)


@settings(max_examples=200, deadline=None)
@given(st.text("MmLlHhVvCcSsQqTtAaZz0123456789.,-+eE x\n", max_size=40))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    path: Path | None = None
    with contextlib.suppress(PathSyntaxError):
        path = parse_path(text)
    if path is not None:
        assert len(path.points) == sum({"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}[verb] for verb in path.verbs)
