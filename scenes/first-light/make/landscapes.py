"""Draws the valley, layer by layer from the far peaks to the pines at the front, as SVG files."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from svg import Points, Svg, fbm, polyline, smooth

WIDTH = 2400


def roughen(rng: np.random.Generator, points: Points, *, roughness: float, depth: int) -> list[tuple[float, float]]:
    """Midpoint displacement: each span gets a middle, moved by a share of the span's length, ``depth`` times."""
    line = list(points)
    for _ in range(depth):
        finer = [line[0]]
        for (x0, y0), (x1, y1) in pairwise(line):
            span = x1 - x0
            finer.append((x0 + span * rng.uniform(0.42, 0.58), (y0 + y1) / 2 + rng.normal() * roughness * span))
            finer.append((x1, y1))
        line = finer
    return line


def height_at(line: Points, x: float) -> float:
    """How high a crest is at a place."""
    return float(np.interp(x, [q[0] for q in line], [q[1] for q in line]))


def pine(rng: np.random.Generator, x: float, y: float, height: float) -> str:
    """The outline of one conifer standing at a place: tiers of branches, no two alike."""
    tiers = max(3, int(height / 13))
    half = height * rng.uniform(0.17, 0.23)
    lean = rng.normal() * height * 0.012
    right: list[tuple[float, float]] = [(x + lean, y - height)]
    left: list[tuple[float, float]] = []
    for i in range(1, tiers + 1):
        t = i / tiers
        reach = half * t**0.85
        level = y - height * (1.0 - t * 0.93)
        drop = height * 0.045
        a, b = rng.uniform(0.82, 1.14, 2)
        right += [(x + reach * a, level + drop * a), (x + reach * 0.52, level - drop * 0.1)]
        left += [(x - reach * b, level + drop * b), (x - reach * 0.52, level - drop * 0.1)]
    trunk = max(0.6, height * 0.018)
    right += [(x + trunk, y - height * 0.06), (x + trunk, y + 4)]
    left += [(x - trunk, y - height * 0.06), (x - trunk, y + 4)]
    return polyline([*right, *reversed(left)], close=True)


def forest(rng: np.random.Generator, crest: Points, *, spacing: float, size: tuple[float, float], where: Points) -> str:
    """Conifers along a crest; ``where`` says how dense it stands (0 to 1) and how tall, along x."""
    trees, x = [], crest[0][0] - 20
    while x < crest[-1][0] + 20:
        density = height_at(where, x)
        x += spacing * rng.uniform(0.5, 1.5) / max(density, 0.25)
        if rng.random() < density:
            tall = rng.uniform(*size) * (0.55 + 0.45 * density)
            trees.append(pine(rng, x, height_at(crest, x) + tall * 0.05, tall))
    return "".join(trees)


def facets(rng: np.random.Generator, crest: Points, depth: float, sun: float) -> tuple[list[str], list[str]]:
    """The faces of the peaks that look to the sun, and those that look away: outlines below each summit."""
    xs, ys = [q[0] for q in crest], [q[1] for q in crest]
    reach = 22
    peaks = [i for i in range(reach, len(crest) - reach) if ys[i] == min(ys[i - reach : i + reach + 1])]
    lit, dark = [], []
    for i in peaks:
        for side in (-1, 1):
            j = i + 6 * side
            while 0 < j < len(crest) - 1 and abs(xs[j] - xs[i]) < 210 and _goes_on_down(ys, j, side):
                j += side
            edge = [crest[k] for k in range(i, j + side, side)]
            fall = (ys[j] - ys[i]) * rng.uniform(1.25, 1.6) + depth * 0.25
            bottom = (xs[i] + side * rng.uniform(0.02, 0.3) * abs(xs[j] - xs[i]), ys[i] + fall)
            foot = _ragged(rng, edge[-1], bottom, 0.11)
            spine = _ragged(rng, bottom, crest[i], 0.17)
            toward = (sun - xs[i]) * side > 0
            (lit if toward else dark).append(polyline([*edge, *foot, *spine], close=True))
    return lit, dark


def _goes_on_down(ys: list[float], j: int, side: int) -> bool:
    ahead = j + 5 * side
    return not 0 <= ahead < len(ys) or ys[ahead] >= ys[j] - 2


def _ragged(
    rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float], sway: float
) -> list[tuple[float, float]]:
    """Points between two places that stray to both sides, less and less finely, as an edge of rock does."""
    line = [start, end]
    for depth in range(4):
        finer = [line[0]]
        for (x0, y0), (x1, y1) in pairwise(line):
            stray = rng.normal() * sway / (1 + 0.25 * depth)
            finer += [((x0 + x1) / 2 + (y0 - y1) * stray, (y0 + y1) / 2 + (x1 - x0) * stray), (x1, y1)]
        line = finer
    return line[1:-1]


def far_range(to: Path) -> None:
    """Jagged peaks with a gap where the sun will come up."""
    rng = np.random.default_rng(11)
    height = 620
    guide = [(-20, 300), (130, 190), (260, 270), (430, 120), (520, 160), (620, 60), (760, 205), (860, 165), (1010, 300),
             (1130, 262), (1270, 372), (1405, 428), (1540, 388), (1650, 285), (1740, 322), (1900, 130), (1990, 190),
             (2090, 85), (2230, 235), (2320, 190), (2420, 300)]  # fmt: skip
    crest = roughen(rng, guide, roughness=0.085, depth=5)
    svg = Svg(WIDTH, height, "Far peaks")
    body = svg.linear([(0, "#4f4a80", 1), (0.55, "#6a5f95", 1), (1, "#8d78a6", 1)], (0, 60), (0, height))
    svg.path(polyline([(-20, height), *crest, (WIDTH + 20, height)], close=True), body)
    lit, dark = facets(rng, crest, 300, 1410)
    glow = svg.linear([(0, "#bd9fc0", 0.5), (0.85, "#a58fb9", 0.08)], (0, 80), (0, 560))
    shade = svg.linear([(0, "#322f60", 0.5), (0.8, "#4f4a80", 0.0)], (0, 80), (0, 560))
    svg.path("".join(dark), shade)
    svg.path("".join(lit), glow)
    svg.save(to)


def middle_range(to: Path) -> None:
    """A second, lower range with wooded shoulders."""
    rng = np.random.default_rng(23)
    height = 520
    guide = [(-20, 120), (160, 60), (330, 130), (470, 95), (640, 190), (820, 165), (980, 262), (1170, 300), (1400, 338),
             (1560, 300), (1700, 230), (1830, 250), (2010, 120), (2160, 160), (2290, 70), (2420, 110)]  # fmt: skip
    crest = roughen(rng, guide, roughness=0.06, depth=5)
    svg = Svg(WIDTH, height, "Middle range")
    body = svg.linear([(0, "#38376a", 1), (0.5, "#4a4780", 1), (1, "#776b9f", 1)], (0, 60), (0, height))
    svg.path(polyline([(-20, height), *crest, (WIDTH + 20, height)], close=True), body)
    lit, dark = facets(rng, crest, 190, 1410)
    svg.path("".join(dark), svg.linear([(0, "#2b2b58", 0.4), (1, "#38376a", 0.0)], (0, 60), (0, 380)))
    svg.path("".join(lit), svg.linear([(0, "#7f73a8", 0.38), (1, "#7f73a8", 0.0)], (0, 60), (0, 380)))
    everywhere = [(0, 0.9), (WIDTH, 0.9)]
    svg.path(forest(rng, crest, spacing=9, size=(9, 20), where=everywhere), "#38376a")
    svg.save(to)


def shoulders(to: Path) -> None:
    """The two wooded slopes that make the valley, with the floor open between them."""
    rng = np.random.default_rng(37)
    height = 760
    left = [(-20, 10), (150, 62), (300, 150), (430, 196), (560, 300), (690, 372), (800, 470), (890, 560), (1010, 800)]
    right = [(1740, 800), (1870, 580), (1950, 500), (2050, 372), (2150, 300), (2250, 176), (2340, 118), (2420, 10)]
    svg = Svg(WIDTH, height, "Valley slopes")
    for guide, base in ((left, (-20.0, 800.0)), (right, (2420.0, 800.0))):
        crest = roughen(rng, guide, roughness=0.035, depth=5)
        start = crest[0] if base[0] < 0 else crest[-1]
        edge = [base, *crest] if base[0] < 0 else [*crest, base]
        body = svg.linear([(0, "#2b2e61", 1), (0.5, "#363870", 1), (1, "#4a4780", 1)], (0, start[1]), (0, height))
        tall = [(0, 1.0), (900, 0.55), (1300, 0.3), (1500, 0.45), (WIDTH, 1.0)]
        svg.path(forest(rng, crest, spacing=13, size=(26, 58), where=tall), body)
        svg.path(polyline(edge, close=True), body)
        for row in range(1, 9):  # the wood below the crest, darker and closer row by row
            x = np.array([q[0] for q in crest])
            sink = row * (34 + 5 * row) + 12 * fbm(rng, x, wavelength=160, octaves=2)
            lower = [(q[0], q[1] + s) for q, s in zip(crest, sink, strict=True) if q[1] + s < height + 50]
            if len(lower) > 8:
                clumps = np.linspace(0, WIDTH, 40)
                stand = 0.55 + 0.6 * fbm(rng, clumps, wavelength=260, octaves=3)
                stand *= 0.35 + 0.65 * np.clip(np.abs(clumps - 1400) / 900, 0, 1)
                where = list(zip(clumps.tolist(), np.clip(stand, 0.05, 1).tolist(), strict=True))
                tone = ("#2b2e60", "#282b5b", "#252855", "#22254f", "#1f224a", "#1c1f45", "#1a1d41", "#181b3d")[row - 1]
                svg.path(forest(rng, lower, spacing=12, size=(26, 50 + 4 * row), where=where), tone, opacity=0.8)
    svg.save(to)


def house(svg: Svg, x: float, y: float, size: float, facing: int) -> None:
    """A cottage standing at a place: gable, long wall, roof and chimney; its windows are dark."""
    w, d, h = size * 0.62 * facing, size * 1.15 * facing, size * 0.62
    svg.path(
        polyline([(x, y), (x, y - h), (x + w / 2, y - h * 1.75), (x + w, y - h), (x + w, y)], close=True), "#3b3c70"
    )
    svg.path(polyline([(x + w, y), (x + w, y - h), (x + w + d, y - h), (x + w + d, y)], close=True), "#2d2f5e")
    roof = [(x + w * 0.5, y - h * 1.85), (x + w * 0.5 + d, y - h * 1.85), (x + w + d * 1.04, y - h * 0.95),
            (x + w * 0.98, y - h * 0.95)]  # fmt: skip
    svg.path(polyline(roof, close=True), "#191c42")
    svg.path(polyline([(x + w * 0.5, y - h * 1.9), (x - w * 0.08, y - h * 0.9)]) + "Z", "#191c42")
    svg.line(polyline([(x - w * 0.06, y - h * 0.95), (x + w * 0.5, y - h * 1.86)]), "#191c42", size * 0.07)
    cx = x + w * 0.5 + d * 0.62
    svg.path(
        polyline([(cx, y - h * 1.75), (cx, y - h * 2.3), (cx + d * 0.1, y - h * 2.3), (cx + d * 0.1, y - h * 1.75)]),
        "#191c42",
    )


HAMLET = [(842, 176, 20, 1), (900, 168, 18, -1), (955, 190, 24, 1), (1060, 158, 17, 1), (1010, 214, 27, -1),
          (1118, 196, 22, 1), (1180, 232, 30, -1), (1560, 168, 19, -1), (1622, 196, 25, 1), (1690, 176, 21, -1),
          (1742, 228, 30, 1), (1500, 232, 26, 1), (760, 226, 27, 1), (1280, 150, 14, 1),
          (1450, 150, 14, -1)]  # fmt: skip


def windows_of(x: float, y: float, size: float, facing: int) -> list[tuple[float, float, float, float]]:
    """The places and sizes of a cottage's windows: one in the gable, two in the wall."""
    w, d, h = size * 0.62 * facing, size * 1.15 * facing, size * 0.62
    pane = size * 0.17
    return [(x + w * 0.5, y - h * 0.62, pane, pane * 1.2), (x + w + d * 0.3, y - h * 0.5, pane, pane * 1.2),
            (x + w + d * 0.7, y - h * 0.5, pane, pane * 1.2)]  # fmt: skip


def valley_floor(to: Path) -> None:
    """Meadows, hedges, a hamlet, and a river that holds the sky."""
    rng = np.random.default_rng(41)
    height = 560
    svg = Svg(WIDTH, height, "Valley floor")
    x = np.linspace(-20, WIDTH + 20, 60)
    edge = (
        96
        + 26 * np.abs((x - 1400) / 1200) ** 1.5
        - 60 * np.abs((x - 1400) / 1200) ** 3
        + 7 * fbm(rng, x, wavelength=300, octaves=3)
    )
    crest = list(zip(x.tolist(), edge.tolist(), strict=True))
    body = svg.linear(
        [(0, "#6b639a", 1), (0.2, "#45457c", 1), (0.6, "#2c2f62", 1), (1, "#1c2049", 1)], (0, 80), (0, height)
    )
    svg.path(smooth(crest) + f"L{WIDTH + 20} {height}L-20 {height}Z", body)
    for i in range(15):  # fields: soft bands that follow the floor, wider towards the front
        t = i / 14
        y = 112 + 400 * t**1.7
        cx, half = rng.uniform(300, 2100), rng.uniform(130, 320) * (0.5 + 1.6 * t)
        band = [(cx - half, y), (cx - half * 0.3, y - 9 - 20 * t), (cx + half * 0.9, y - 4 - 10 * t),
                (cx + half, y + 6 + 10 * t), (cx, y + 14 + 26 * t), (cx - half * 0.9, y + 8 + 12 * t)]  # fmt: skip
        tone = ("#7d73a8", "#1b1f48", "#5a568c")[i % 3]
        svg.path(smooth(band, close=True), tone, opacity=0.10 + 0.10 * (i % 2))
    t = np.linspace(0, 1, 26)
    centre = 1405 + 130 * np.sin(t * 6.4 + 0.2) * t**0.75 - 330 * t**2
    wide = 3 + 105 * t**1.9
    y = 104 + (height + 30 - 104) * t**1.45
    bank = [(c - w, v) for c, w, v in zip(centre, wide, y, strict=True)]
    other = [(c + w * 1.08, v) for c, w, v in zip(centre, wide, y, strict=True)]
    water = svg.linear(
        [(0, "#e3c3cf", 1), (0.25, "#b59ec4", 1), (0.65, "#7f78b2", 1), (1, "#5a5a98", 1)], (0, 104), (0, height)
    )
    svg.path(
        smooth(bank) + "L" + smooth(other[::-1])[1:] + "Z", "#23265a", opacity=0.35, extra=' transform="translate(7 5)"'
    )
    svg.path(smooth(bank) + "L" + smooth(other[::-1])[1:] + "Z", water)
    for _ in range(26):  # glints
        s = rng.uniform(0.15, 1.0)
        c, w, v = (float(np.interp(s, t, q)) for q in (centre, wide, y))
        length = w * rng.uniform(0.2, 0.7)
        gx = c + rng.uniform(-0.5, 0.5) * w
        svg.line(polyline([(gx - length / 2, v), (gx + length / 2, v)]), "#f3dfe6", 0.8 + 1.6 * s, opacity=0.28)
    svg.line(
        smooth([(700, 262), (840, 214), (1000, 236), (1150, 262), (1262, 238), (1330, 190), (1352, 150)]),
        "#8a80b4",
        3.5,
        opacity=0.5,
    )
    svg.line(
        smooth([(1830, 262), (1690, 214), (1560, 246), (1470, 208), (1440, 166), (1424, 140)]),
        "#8a80b4",
        3.5,
        opacity=0.5,
    )
    for hx, hy, size, facing in sorted(HAMLET, key=lambda q: q[1]):
        house(svg, hx, hy, size, facing)
        for _ in range(3):
            tx, r = hx + rng.uniform(-2.6, 2.6) * size, size * rng.uniform(0.22, 0.42)
            ty = hy + rng.uniform(-0.2, 0.35) * size
            svg.ellipse(tx, ty - r * 0.8, r, r * 1.05, "#20244f")
            svg.line(polyline([(tx, ty), (tx, ty + r * 0.6)]), "#20244f", max(r * 0.22, 1))
    for _ in range(34):  # hedges and lone trees on the meadows
        s = rng.random() ** 0.8
        ty = 128 + 380 * s**1.5
        tx = rng.uniform(0, WIDTH)
        if abs(tx - float(np.interp(ty, y, centre))) < float(np.interp(ty, y, wide)) + 60:
            continue
        r = 4 + 24 * s**1.3
        for k in range(rng.integers(1, 4)):
            svg.ellipse(
                tx + k * r * 1.1,
                ty - r * 0.6,
                r * rng.uniform(0.7, 1.1),
                r * rng.uniform(0.7, 1.0),
                "#1e224d",
                opacity=0.9,
            )
    svg.save(to)


def window_lights(to: Path, share: slice) -> None:
    """The same hamlet's windows, lit: laid over the valley floor, evening by evening house."""
    svg = Svg(WIDTH, 560, "Windows, lit")
    halo = []
    for hx, hy, size, facing in HAMLET[share]:
        halo.append((hx + size * 0.9 * facing, hy - size * 0.3, size * 2.3))
    for x, y, r in halo:
        glow = svg.radial([(0, "#ffb454", 0.42), (0.4, "#ffb454", 0.13), (1, "#ffb454", 0)], (x, y), r)
        svg.circle(x, y, r, glow)
    for hx, hy, size, facing in HAMLET[share]:
        for x, y, w, h in windows_of(hx, hy, size, facing):
            svg.path(f"M{x - w / 2:.1f} {y - h / 2:.1f}h{w:.1f}v{h:.1f}h{-w:.1f}Z", "#ffd894")
    svg.save(to)


def foreground(to: Path) -> None:
    """The hill we stand on: tall pines to both sides, grass along the edge."""
    rng = np.random.default_rng(53)
    height = 1040
    svg = Svg(WIDTH, height, "Pines at the front")
    guide = [
        (-20, 560),
        (200, 640),
        (420, 715),
        (700, 775),
        (1000, 806),
        (1300, 812),
        (1600, 790),
        (1880, 745),
        (2140, 670),
        (2420, 560),
    ]
    crest = roughen(rng, guide, roughness=0.012, depth=4)
    body = svg.linear([(0, "#1a1d42", 1), (0.6, "#10122e", 1), (1, "#0b0d24", 1)], (0, 330), (0, 900))
    deep = "#0b0d24"
    for x, tall in [(60, 470), (150, 560), (262, 395), (352, 300), (438, 230), (520, 160), (2350, 520), (2262, 600),
                    (2160, 420), (2075, 330), (1996, 235), (1920, 170), (205, 300), (2210, 310)]:  # fmt: skip
        svg.path(pine(rng, x, height_at(crest, x) + 12 + tall * 0.06, tall * 0.95), body)
    svg.path(polyline([(-20, height), *crest, (WIDTH + 20, height)], close=True), body)
    blades = []
    for x in rng.uniform(0, WIDTH, 1500):
        y = height_at(crest, x) + rng.uniform(-2, 26)
        length, lean = rng.uniform(10, 34), rng.normal() * 9
        blades.append(
            f"M{x - 1.6:.1f} {y + 6:.1f}Q{x + lean * 0.3:.1f} {y - length * 0.5:.1f} {x + lean:.1f} {y - length:.1f}"
            f"Q{x + 1 + lean * 0.3:.1f} {y - length * 0.4:.1f} {x + 1.6:.1f} {y + 6:.1f}Z"
        )
    svg.path("".join(blades), deep)
    for x in rng.uniform(430, 1950, 26):  # seed heads
        y, tall = height_at(crest, x) + 8, rng.uniform(38, 78)
        lean = rng.normal() * 12
        svg.line(smooth([(x, y), (x + lean * 0.4, y - tall * 0.6), (x + lean, y - tall)]), deep, 1.8)
        svg.path(
            smooth(
                [
                    (x + lean * 0.9, y - tall + 12),
                    (x + lean - 4, y - tall - 4),
                    (x + lean + 2, y - tall - 18),
                    (x + lean + 5, y - tall - 2),
                ],
                close=True,
            ),
            deep,
        )
    svg.save(to)
