"""Draws the paper lantern, dark and lit, the flame, and the hand with the match, as SVG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from svg import Svg, limb, smooth

WIDTH, HEIGHT = 640, 900
TOP, BOTTOM = 224, 714


def half_width(y: float) -> float:
    """Half the width of the lantern's paper at a height: a barrel, a little fuller above its middle."""
    t = (y - TOP) / (BOTTOM - TOP)
    return 106 + 102 * float(np.sin(np.pi * t**0.94)) ** 0.85 if 0 < t < 1 else 106.0


def meridian(u: float) -> list[tuple[float, float]]:
    """The line of a rib: ``u`` goes from −1, the left edge of the paper, to 1, the right one."""
    return [(WIDTH / 2 + u * half_width(y), y) for y in np.linspace(TOP, BOTTOM, 13)]


def _paper(svg: Svg, paint: str) -> None:
    outline = [*meridian(-1.0), *reversed(meridian(1.0))]
    svg.path(smooth(outline, close=True, tension=0.9), paint)


def _frame(svg: Svg, wood: str, edge: str) -> None:
    cx = WIDTH / 2
    svg.line(smooth([(cx - 96, 208), (cx - 70, 120), (cx, 84), (cx + 70, 120), (cx + 96, 208)]), wood, 7)
    svg.line(smooth([(cx, 84), (cx - 15, 64), (cx, 44), (cx + 15, 64), (cx, 84)]), wood, 6)
    svg.line(f"M{cx} -10V46", wood, 4)
    svg.path(f"M{cx - 128} 240L{cx - 104} 196Q{cx} 176 {cx + 104} 196L{cx + 128} 240Q{cx} 262 {cx - 128} 240Z", wood)
    svg.line(f"M{cx - 104} 197Q{cx} 177 {cx + 104} 197", edge, 2.5, opacity=0.6)
    svg.path(f"M{cx - 127} 698Q{cx} 722 {cx + 127} 698L{cx + 112} 738Q{cx} 758 {cx - 112} 738Z", wood)
    svg.line(f"M{cx - 126} 700Q{cx} 724 {cx + 126} 700", edge, 2.5, opacity=0.6)
    for dx, drop in ((-84, 62), (0, 96), (84, 62)):
        y = 744 + (8 if dx == 0 else 0)
        svg.line(f"M{cx + dx} {y}v{drop}", wood, 3)
        svg.path(limb([(cx + dx, y + drop), (cx + dx, y + drop + 20), (cx + dx, y + drop + 38)], [7, 15, 10]), wood)


def lantern(to: Path) -> None:
    """The lantern before it is lit: paper the colour of the night, its candle a shadow inside."""
    svg = Svg(WIDTH, HEIGHT, "Paper lantern")
    cx = WIDTH / 2
    body = svg.linear(
        [(0, "#2a2550", 1), (0.35, "#4d4478", 1), (0.62, "#5b4d80", 1), (1, "#2c2650", 1)], (110, 0), (530, 0)
    )
    _paper(svg, body)
    _paper(
        svg,
        svg.linear(
            [(0, "#171436", 0.75), (0.3, "#171436", 0.0), (0.75, "#171436", 0.0), (1, "#171436", 0.55)],
            (0, TOP),
            (0, BOTTOM),
        ),
    )
    svg.path(f"M{cx - 20} 700V560Q{cx} 548 {cx + 20} 560V700Z", "#1d1a40", opacity=0.5)
    _ribs(svg, "#1a1738", 0.55)
    _frame(svg, "#15122c", "#7a6a9c")
    svg.save(to)


def lantern_lit(to: Path) -> None:
    """The same lantern with a flame behind its paper: brightest low in the middle, ember at the edges."""
    svg = Svg(WIDTH, HEIGHT, "Paper lantern, lit")
    cx = WIDTH / 2
    _paper(svg, "#a8401f")
    _paper(
        svg,
        svg.radial(
            [(0, "#fff6dc", 1), (0.16, "#ffe6a6", 1), (0.42, "#ffbe5c", 1), (0.74, "#ef7f33", 1), (1, "#b5461f", 1)],
            (cx, 520),
            330,
        ),
    )
    _paper(
        svg,
        svg.linear(
            [(0, "#7a2a1c", 0.7), (0.2, "#7a2a1c", 0.0), (0.8, "#7a2a1c", 0.0), (1, "#7a2a1c", 0.7)], (104, 0), (536, 0)
        ),
    )
    svg.path(f"M{cx - 19} 700V588Q{cx} 578 {cx + 19} 588V700Z", "#e58a3c", opacity=0.55)
    rng = np.random.default_rng(5)
    for _ in range(150):  # fibres in the paper
        x, y = cx + rng.uniform(-190, 190), rng.uniform(TOP + 10, BOTTOM - 10)
        if abs(x - cx) < half_width(y) - 16:
            dx, dy = rng.normal(0, 13), rng.normal(0, 9)
            svg.line(f"M{x:.1f} {y:.1f}q{dx * 0.4:.1f} {dy - 3:.1f} {dx:.1f} {dy:.1f}", "#fff2cf", 1.1, opacity=0.22)
    _ribs(svg, "#8c3216", 0.6)
    _frame(svg, "#2a1420", "#ffb765")
    svg.save(to)


def _ribs(svg: Svg, colour: str, opacity: float) -> None:
    for u in (-0.94, -0.74, -0.42, 0.0, 0.42, 0.74, 0.94):
        svg.line(smooth(meridian(u)), colour, 3.2, opacity=opacity)
    for y in np.linspace(TOP + 52, BOTTOM - 46, 8):
        half, sag = half_width(float(y)), 9 + 7 * (y - TOP) / (BOTTOM - TOP)
        svg.line(
            f"M{WIDTH / 2 - half:.1f} {y:.1f}Q{WIDTH / 2} {y + 2 * sag:.1f} {WIDTH / 2 + half:.1f} {y:.1f}",
            colour,
            1.6,
            opacity=opacity * 0.8,
        )


def flame(to: Path) -> None:
    """A candle's flame, standing on the lower edge's middle."""
    svg = Svg(160, 300, "Flame")
    outer = [
        (80, 296),
        (48, 282),
        (34, 244),
        (42, 196),
        (62, 140),
        (78, 74),
        (84, 10),
        (96, 78),
        (114, 138),
        (126, 196),
        (128, 244),
        (112, 282),
    ]
    inner = [(80, 290), (58, 272), (52, 238), (64, 196), (82, 134), (96, 196), (106, 238), (100, 272)]
    svg.path(
        smooth(outer, close=True),
        svg.linear(
            [(0, "#ffcf7a", 0.0), (0.25, "#ffb347", 0.75), (0.65, "#ffa63d", 1), (1, "#f0702a", 0.9)], (0, 0), (0, 296)
        ),
    )
    svg.path(
        smooth(inner, close=True),
        svg.linear(
            [(0, "#fff3cf", 0.2), (0.4, "#fff3cf", 1), (0.8, "#fff8e4", 1), (1, "#9db4ff", 0.75)], (0, 130), (0, 292)
        ),
    )
    svg.save(to)


def hand(to: Path) -> None:
    """A child's hand out of a knitted sleeve, holding a match towards the upper left, in that match's light."""
    svg = Svg(1000, 800, "Hand with a match")
    tip = (118, 92)
    near = svg.radial(
        [(0, "#ffcf8f", 1), (0.2, "#f4a468", 1), (0.42, "#b3604e", 1), (0.7, "#5f3553", 1), (1, "#33234b", 1)], tip, 640
    )
    deep = svg.radial([(0, "#f0a064", 1), (0.3, "#b0584a", 1), (0.55, "#623450", 1), (1, "#2b1e44", 1)], tip, 620)
    crease = "#4a2445"
    # Fingers that are folded behind, the furthest first.
    svg.path(limb([(600, 520), (520, 515), (440, 488), (405, 455)], [84, 78, 68, 52]), deep)
    svg.path(limb([(590, 470), (495, 462), (405, 430), (368, 392)], [88, 82, 72, 54]), deep)
    svg.path(limb([(590, 410), (480, 396), (380, 372), (330, 340)], [92, 84, 74, 54]), deep)
    for arc in ((452, 520, 420, 500), (420, 470, 384, 444), (390, 412, 348, 386)):
        svg.line(f"M{arc[0]} {arc[1]}Q{arc[2] + 22} {arc[3] + 14} {arc[2]} {arc[3]}", crease, 3, opacity=0.5)
    # The match, then the back of the hand with the first finger over it.
    svg.line("M346 356L128 108", "#6b3d2c", 13)
    svg.line("M342 348L128 106", "#f3c58b", 6)
    svg.path(limb([(134, 114), (124, 102), (116, 92)], [15, 20, 15]), "#3a1a24")
    back = [
        (890, 690),
        (760, 690),
        (668, 620),
        (590, 540),
        (560, 470),
        (560, 390),
        (590, 330),
        (640, 316),
        (730, 360),
        (830, 452),
        (930, 560),
    ]
    svg.path(smooth(back, close=True), near)
    svg.path(
        limb([(640, 400), (560, 330), (470, 268), (400, 252), (340, 284), (300, 318)], [128, 104, 86, 74, 64, 46]), near
    )
    svg.line("M402 214Q392 236 404 256", crease, 3, opacity=0.45)
    svg.line("M416 212Q408 234 420 252", crease, 2.5, opacity=0.3)
    # The thumb, nearest to us.
    svg.path(
        limb([(700, 590), (600, 530), (508, 468), (430, 408), (362, 366), (318, 344)], [150, 128, 100, 82, 70, 50]),
        near,
    )
    svg.path(
        smooth([(316, 322), (340, 330), (366, 350), (352, 364), (324, 352), (308, 338)], close=True),
        "#ffd9a6",
        opacity=0.55,
    )
    svg.line("M444 372Q462 394 452 424", crease, 3, opacity=0.45)
    svg.line("M456 378Q474 398 466 424", crease, 2.5, opacity=0.3)
    svg.line(smooth([(560, 470), (600, 452), (640, 448), (676, 462)]), crease, 3, opacity=0.3)
    _sleeve(svg, tip)
    svg.save(to)


def _sleeve(svg: Svg, tip: tuple[float, float]) -> None:
    wool = svg.radial([(0, "#c8624a", 1), (0.55, "#8d4152", 1), (0.85, "#4a2a54", 1), (1, "#2a1e48", 1)], tip, 1050)
    cuff = svg.radial([(0, "#e5855a", 1), (0.55, "#a84f52", 1), (0.85, "#5b3058", 1), (1, "#36244e", 1)], tip, 1050)
    svg.path(smooth([(700, 640), (860, 430), (1010, 520), (1080, 640), (1060, 860), (880, 850)], close=True), wool)
    for i in range(9):  # knitted rows, along the arm
        t = i / 8
        x0, y0, x1, y1 = 752 + 52 * i, 716 + 34 * i, 900 + 44 * i, 470 + 40 * i
        svg.line(
            smooth([(x0, y0), ((x0 + x1) / 2 - 26, (y0 + y1) / 2 - 18), (x1, y1)]), "#2a1a40", 4, opacity=0.28 + 0.1 * t
        )
    svg.path(
        smooth(
            [
                (668, 640),
                (700, 560),
                (776, 444),
                (826, 402),
                (872, 414),
                (880, 452),
                (812, 556),
                (744, 668),
                (706, 690),
                (676, 676),
            ],
            close=True,
        ),
        cuff,
    )
    for i in range(12):  # the cuff's ribs run across its edge
        t = (i + 0.5) / 12
        x, y = 690 + (846 - 690) * t, 636 + (416 - 636) * t
        svg.line(f"M{x - 12:.1f} {y - 2:.1f}l38 26", "#5a2844", 4, opacity=0.45)
