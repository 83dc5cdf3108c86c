"""Draws the hill with its path, those who walk on it with lanterns, grasses close by, and a bird, as SVG files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from landscapes import pine, roughen
from svg import Svg, limb, polyline, smooth

WIDTH = 2600
INK = "#0d0f2a"


def crest(x: float) -> float:
    """Where the hill's edge is at a place, in pixels from the top of its drawing, which leaves room for heads above."""
    return 370.0 - 92.0 * float(np.sin((x - 250) / 690)) + 26.0 * float(np.sin(x / 263 + 1.3)) - 0.022 * (x - 1300)


@dataclass(frozen=True)
class Walker:
    """Somebody on the hill: where, how tall, in what coat, and where the lantern hangs from the feet's place."""

    x: float
    height: float
    kind: str
    lantern: tuple[float, float]


#: From the first in the line, at the right, to the last.
WALKERS = (
    Walker(2010, 196, "staff", (66, -128)),
    Walker(1836, 132, "child", (46, -62)),
    Walker(1676, 186, "shawl", (58, -84)),
    Walker(1500, 118, "bobble", (40, -58)),
    Walker(1420, 138, "child", (-2, 0)),
    Walker(1234, 178, "elder", (60, -78)),
    Walker(1052, 204, "hat", (62, -104)),
    Walker(852, 190, "shawl", (56, -86)),
    Walker(702, 112, "bobble", (40, -54)),
)


def lantern_places() -> list[tuple[float, float]]:
    """Where the middle of each lantern is in the walkers' drawing, the first in the line first."""
    return [(w.x + w.lantern[0], crest(w.x) + w.lantern[1]) for w in WALKERS if w.lantern[1]]


def hill(to: Path) -> None:
    """A bare hill with a trodden path along its back, and two old trees."""
    rng = np.random.default_rng(61)
    height = 820
    svg = Svg(WIDTH, height, "The hill")
    xs = np.linspace(-20, WIDTH + 20, 90)
    edge = roughen(rng, [(float(x), crest(float(x))) for x in xs], roughness=0.018, depth=2)
    body = svg.linear([(0, "#2a2b5e", 1), (0.3, "#222453", 1), (1, "#1a1d47", 1)], (0, 240), (0, 760))
    blades = []
    for x in rng.uniform(0, WIDTH, 1100):
        y, length, lean = crest(x) + rng.uniform(-1, 10), rng.uniform(5, 15), rng.normal(2, 4)
        blades.append(f"M{x - 1:.1f} {y + 4:.1f}L{x + lean:.1f} {y - length:.1f}L{x + 1.4:.1f} {y + 4:.1f}Z")
    svg.path("".join(blades), body)
    svg.path(polyline([(-20, height), *edge, (WIDTH + 20, height)], close=True), body)
    rim = [(x, y + 3) for x, y in edge]
    svg.line(polyline(rim), "#6a5c98", 3, opacity=0.4)
    path = [(x, crest(x) + 16 + 14 * np.sin(x / 180)) for x in np.linspace(380, 2300, 40)]
    lower = [(x, y + 15 + 7 * np.sin(x / 140 + 1)) for x, y in path]
    svg.path(smooth(path) + "L" + smooth(lower[::-1])[1:] + "Z", "#6a5c98", opacity=0.22)
    for i in range(14):  # folds in the turf
        x, y = rng.uniform(0, WIDTH), rng.uniform(60, 400)
        half = rng.uniform(90, 260)
        top = [(x - half, crest(x) + y), (x, crest(x) + y - 15), (x + half, crest(x) + y + 6), (x, crest(x) + y + 10)]
        svg.path(smooth(top, close=True), ("#3a3970", "#0c0e28")[i % 2], opacity=0.14)
    for x, tall in ((176, 300), (262, 210), (2440, 330), (2352, 220), (2520, 260)):
        svg.path(pine(rng, x, crest(x) + 22, tall), "#161838")
    svg.save(to)


def walkers(to: Path) -> None:
    """Old and young in a line along the hill, each with a lantern that is not lit yet."""
    svg = Svg(WIDTH, 560, "Walkers")
    for index, walker in enumerate(WALKERS):
        svg.begin(f"translate({walker.x} {crest(walker.x) + 6:.1f})")
        _figure(svg, walker, index)
        svg.end()
    svg.save(to)


def _figure(svg: Svg, walker: Walker, index: int) -> None:
    h, kind = walker.height, walker.kind
    stride = (0.15, 0.1, 0.13, 0.12, 0.11, 0.08, 0.15, 0.12, 0.1)[index] * h
    small = kind in ("child", "bobble")
    hip, shoulder = -0.40 * h, (-0.70 if small else -0.76) * h
    stoop = 0.10 * h if kind == "elder" else 0.02 * h
    head = (stoop + 0.035 * h, (-0.85 if small else -0.90) * h + (0.05 * h if kind == "elder" else 0))
    skull = h * (0.105 if small else 0.072)
    width = h * (0.185 if small else 0.15)
    for foot, lift in ((-stride, 0.03 * h), (stride, 0.0)):
        svg.path(
            limb([(0, hip), (foot * 0.5, hip * 0.45), (foot, -0.05 * h - lift)], [0.1 * h, 0.085 * h, 0.06 * h]), INK
        )
        svg.path(
            limb(
                [(foot - 0.02 * h, -0.025 * h - lift), (foot + 0.075 * h, -0.018 * h - lift * 0.4)],
                [0.055 * h, 0.045 * h],
            ),
            INK,
        )
    hem = (-0.20 if kind in ("shawl", "elder") else -0.30) * h
    coat = [(stoop - width * 0.62, shoulder + 0.03 * h), (stoop, shoulder - 0.035 * h),
            (stoop + width * 0.66, shoulder + 0.03 * h),
            (stoop * 0.6 + width * 0.78, (shoulder + hip) / 2), (width * 1.02, hip * 0.8), (width * 1.16, hem),
            (0, hem + 0.035 * h),
            (-width * 1.22, hem - 0.01 * h), (-width * 0.98, hip),
            (stoop * 0.3 - width * 0.78, (shoulder + hip) / 2)]  # fmt: skip
    svg.path(smooth(coat, close=True), INK)
    svg.path(limb([(stoop, shoulder), (head[0] - 0.01 * h, head[1] + skull * 0.5)], [0.07 * h, 0.06 * h]), INK)
    svg.ellipse(head[0], head[1], skull * 0.95, skull * 1.08, INK)
    _headwear(svg, kind, head, skull)
    if kind == "staff":
        svg.line(f"M{-0.22 * h:.1f} 0L{-0.16 * h:.1f} {-0.95 * h:.1f}", INK, 5)
        svg.path(limb([(stoop - width * 0.4, shoulder + 0.06 * h), (-0.17 * h, -0.6 * h)], [0.085 * h, 0.05 * h]), INK)
    if kind == "elder":
        svg.line(f"M{0.2 * h:.1f} 0L{0.235 * h:.1f} {-0.44 * h:.1f}", INK, 4)
    if not walker.lantern[1]:  # hand in hand with the one in front
        svg.path(
            limb([(stoop + width * 0.3, shoulder + 0.05 * h), (44, -64), (74, -58)], [0.08 * h, 0.055 * h, 0.05 * h]),
            INK,
        )
        return
    _lantern(svg, walker, (stoop + width * 0.35, shoulder + 0.055 * h))


def _headwear(svg: Svg, kind: str, head: tuple[float, float], skull: float) -> None:
    x, y = head
    if kind in ("staff", "hat"):
        svg.path(
            limb(
                [(x - skull * 1.7, y - skull * 0.55), (x, y - skull * 0.75), (x + skull * 1.7, y - skull * 0.5)],
                [5, 9, 5],
            ),
            INK,
        )
        svg.path(
            smooth(
                [
                    (x - skull * 0.95, y - skull * 0.5),
                    (x - skull * 0.7, y - skull * 1.6),
                    (x + skull * 0.6, y - skull * 1.65),
                    (x + skull, y - skull * 0.5),
                ],
                close=True,
            ),
            INK,
        )
    elif kind in ("shawl", "elder"):
        svg.path(
            smooth(
                [
                    (x - skull * 1.2, y + skull * 1.6),
                    (x - skull * 1.35, y - skull * 0.3),
                    (x - skull * 0.1, y - skull * 1.4),
                    (x + skull * 0.95, y - skull * 0.55),
                    (x + skull * 0.7, y + skull * 0.9),
                    (x + skull * 0.9, y + skull * 2.1),
                ],
                close=True,
            ),
            INK,
        )
    else:
        svg.path(
            smooth(
                [
                    (x - skull * 1.12, y),
                    (x - skull * 0.85, y - skull * 1.15),
                    (x, y - skull * 1.5),
                    (x + skull * 0.9, y - skull * 1.1),
                    (x + skull * 1.12, y),
                ],
                close=True,
            ),
            INK,
        )
        if kind == "bobble":
            svg.circle(x - skull * 0.1, y - skull * 1.62, skull * 0.42, INK)
        svg.path(
            limb(
                [(x - skull * 0.9, y + skull), (x - skull * 1.9, y + skull * 1.7), (x - skull * 2.5, y + skull * 1.3)],
                [8, 7, 5],
            ),
            INK,
        )


def _lantern(svg: Svg, walker: Walker, shoulder: tuple[float, float]) -> None:
    lx, ly = walker.lantern
    size = 15 if walker.height < 150 else 19
    grip = (lx - 12, ly - size - 24)
    bend = ((shoulder[0] + grip[0]) / 2 + 3, (shoulder[1] + grip[1]) / 2 + 10)
    svg.path(limb([shoulder, bend, grip], [0.085 * walker.height, 0.065 * walker.height, 0.045 * walker.height]), INK)
    svg.line(f"M{grip[0] - 8:.1f} {grip[1] + 4:.1f}L{lx:.1f} {grip[1] - 3:.1f}V{ly - size:.1f}", INK, 3)
    body = [(lx - size * 0.5, ly - size), (lx - size * 0.85, ly), (lx - size * 0.5, ly + size),
            (lx + size * 0.5, ly + size),
            (lx + size * 0.85, ly), (lx + size * 0.5, ly - size)]  # fmt: skip
    svg.path(smooth(body, close=True, tension=0.8), "#26254f")
    for y in (ly - size, ly + size):
        svg.line(f"M{lx - size * 0.55:.1f} {y:.1f}h{size * 1.1:.1f}", INK, 4.5)


def grasses(to: Path) -> None:
    """Tall grass, umbels and leaves right in front of the lens."""
    rng = np.random.default_rng(71)
    height = 520
    svg = Svg(WIDTH, height, "Grasses")
    shade = svg.linear([(0, "#101230", 1), (1, "#060716", 1)], (0, 60), (0, height))
    for _ in range(230):
        x = rng.uniform(-20, WIDTH + 20)
        clump = 0.35 + 0.65 * abs(np.sin(x / 410 + 0.6)) ** 1.4
        tall = rng.uniform(110, 400) * clump
        lean = rng.normal(18, 46) * tall / 250
        width = rng.uniform(7, 17)
        spine = [
            (x, height + 20),
            (x + lean * 0.16, height - tall * 0.4),
            (x + lean * 0.5, height - tall * 0.78),
            (x + lean, height - tall),
        ]
        svg.path(limb(spine, [width, width * 0.9, width * 0.55, 1.0]), shade)
    for x, tall, lean in (
        (330, 420, 40),
        (470, 330, -24),
        (1180, 360, 36),
        (2010, 440, -50),
        (2180, 350, 30),
        (2330, 400, 14),
    ):
        top = (x + lean, height - tall)
        svg.line(smooth([(x, height), (x + lean * 0.3, height - tall * 0.6), top]), "#0e1030", 6)
        for a in np.linspace(-1.15, 1.15, 9):
            end = (top[0] + 74 * float(np.sin(a)), top[1] - 52 * float(np.cos(a)) + 8)
            svg.line(
                f"M{top[0]:.1f} {top[1]:.1f}Q{(top[0] + end[0]) / 2:.1f} {end[1] + 22:.1f} {end[0]:.1f} {end[1]:.1f}",
                "#0e1030",
                3.5,
            )
            for _ in range(6):
                svg.circle(end[0] + rng.normal() * 8, end[1] + rng.normal() * 5, rng.uniform(3, 6), "#0e1030")
    svg.save(to)


def bird_body(to: Path) -> None:
    """A bird seen from the side, without its wings."""
    svg = Svg(120, 60, "Bird")
    body = [(4, 34), (26, 27), (60, 21), (88, 20), (101, 24), (116, 29), (101, 32), (82, 38), (50, 39), (24, 37)]
    svg.path(smooth(body, close=True), "#2a1f45")
    svg.path(smooth([(30, 31), (6, 22), (0, 26), (10, 33), (0, 41), (8, 43), (30, 36)], close=True), "#2a1f45")
    svg.save(to)


def bird_wing(to: Path) -> None:
    """One wing, raised; it turns about the middle of its lower edge."""
    svg = Svg(80, 90, "Wing")
    svg.path(
        smooth([(28, 90), (20, 66), (6, 40), (0, 10), (4, 0), (22, 22), (42, 52), (56, 76), (60, 90)], close=True),
        "#33264f",
    )
    svg.save(to)
