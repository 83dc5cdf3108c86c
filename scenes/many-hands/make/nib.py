"""The hand of nib: a dip pen on paper. Lines that swell and thin, hatching, dots; written as SVG."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from palette import INK, PAPER
from svg import Svg, limb, smooth


def _pen(
    svg: Svg, points: list[tuple[float, float]], width: float, rng: np.random.Generator, colour: str = INK
) -> None:
    """One stroke of the pen: thin, swelling, thin."""
    count = len(points)
    swell = np.sin(np.linspace(0.25, np.pi - 0.1, count)) * width * rng.uniform(0.75, 1.25) + 0.5
    svg.path(limb(points, list(swell)), colour)


def feather_ink(to: Path) -> None:
    """Barb by barb, closer together where it is dark."""
    rng = np.random.default_rng(11)
    svg = Svg(feather.WIDTH, feather.HEIGHT, "A feather in ink")
    outline = [feather.place(u, -1) for u in np.linspace(0.085, 0.998, 40)]
    outline += [feather.place(u, 1) for u in np.linspace(0.99, 0.085, 40)]
    svg.path(smooth(outline, close=True), PAPER, opacity=0.93)
    for side in (-1, 1):
        b = 0.085
        while b < 0.985:
            gap = any(which == side and abs(at - b) < wide for at, which, wide in feather.SPLITS)
            reach = 0.45 if gap else rng.uniform(0.9, 1.02)
            dark = 0.5 + 0.5 * np.sin(b * 21 + side)
            line = feather.barb(b, side, 0.02, reach, 8)
            line = [(x + rng.normal(0, 0.5), y + rng.normal(0, 0.5)) for x, y in line]
            _pen(svg, line, 1.1 + 1.5 * dark, rng)
            if dark > 0.72:  # a second, shorter line between, from the edge inwards
                _pen(svg, feather.barb(b + 0.004, side, rng.uniform(0.45, 0.6), reach * 0.97, 5), 1.4, rng)
            b += 0.0105 - 0.0032 * dark
        for part in ((0.1, 0.33), (0.35, 0.52), (0.55, 0.7), (0.72, 0.99)):
            edge = [feather.place(u, side * (1 + rng.normal(0, 0.012))) for u in np.linspace(*part, 14)]
            _pen(svg, edge, 3.0, rng)
    for b in np.linspace(0.06, 0.15, 16):  # down at the foot
        for side in (-1, 1):
            x, y = feather.place(b, 0)
            far = rng.uniform(18, 44)
            curl = [
                (x + t * far * 0.7, y + side * t * far + side * 9 * np.sin(t * 5 + b * 90))
                for t in np.linspace(0, 1, 6)
            ]
            _pen(svg, curl, 1.2, rng)
    spine = [feather.place(u, 0) for u in np.linspace(0, 0.99, 24)]
    svg.path(limb(spine, list(np.linspace(11, 1.6, 24))), INK)
    svg.path(limb(spine[:18], list(np.linspace(5, 0.8, 18))), PAPER)
    svg.save(to)


def reeds(to: Path) -> None:
    """Reeds and grasses in ink along the lower edge, 2400 wide, on nothing."""
    rng = np.random.default_rng(12)
    width, height = 2400, 620
    svg = Svg(width, height, "Reeds in ink")
    for _ in range(120):
        x, tall = rng.uniform(-20, width), rng.uniform(120, 430) * (0.55 + 0.45 * np.cos(rng.uniform(0, 6.28)) ** 2)
        lean = rng.normal(0.08, 0.16)
        points = [(x + lean * tall * t**1.8, height + 6 - tall * t) for t in np.linspace(0, 1, 9)]
        svg.path(limb(points, list(np.linspace(5.5, 0.6, 9))), INK)
        kind = rng.random()
        tip = points[-1]
        if kind < 0.22:  # a bulrush
            head = [(tip[0] + lean * 18 * t, tip[1] + 62 - 70 * t) for t in np.linspace(0, 1, 6)]
            svg.path(limb(head, [9, 14, 15, 15, 14, 8]), INK)
            for k in range(5):
                svg.line(
                    f"M{head[0][0] - 4 + 2 * k:.1f} {head[1][1]:.1f}v-{rng.uniform(20, 40):.1f}",
                    PAPER,
                    0.8,
                    opacity=0.7,
                )
        elif kind < 0.55:  # a spray of seeds
            for k in range(9):
                t = k / 9
                seed = (points[-1][0] - lean * 60 * t, points[-1][1] + 64 * t)
                side = 1 if k % 2 else -1
                svg.ellipse(seed[0] + side * (5 + 6 * t), seed[1] - 5, 3.4, 6.2, INK)
                svg.line(f"M{seed[0]:.1f} {seed[1]:.1f}l{side * (4 + 5 * t):.1f} -4", INK, 1.1)
        elif kind < 0.8:  # a long leaf
            bend = rng.choice((-1, 1)) * rng.uniform(60, 150)
            base = points[2]
            leaf = [(base[0] + bend * t**1.4, base[1] - tall * (0.75 * t - 0.55 * t**3)) for t in np.linspace(0, 1, 9)]
            svg.path(limb(leaf, [4, 8, 10, 10, 9, 7, 5, 3, 0.6]), INK)
            svg.path(limb(leaf[1:8], [1.4] * 7), PAPER, opacity=0.8)
    for _ in range(260):
        x = rng.uniform(0, width)
        tall = rng.uniform(18, 90)
        svg.line(
            f"M{x:.0f} {height + 4}q{rng.normal(0, 6):.1f} {-tall * 0.6:.1f} {rng.normal(0, 16):.1f} {-tall:.1f}",
            INK,
            rng.uniform(1, 2.4),
        )
    svg.save(to)
