"""The hand of facet: geometry. Straight edges, flat colours, no line that is not a plan; written as SVG."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import feather
import numpy as np
from palette import INK, MARIGOLD, PAPER, ROSE, SKY, TEAL, VERMILION, mix
from svg import Svg, polyline


def feather_facets(to: Path) -> None:
    """The vane in slanted bars, each in two or three triangles of one hue."""
    rng = np.random.default_rng(81)
    svg = Svg(feather.WIDTH, feather.HEIGHT, "A feather in facets")
    hues = {-1: (TEAL, SKY, INK), 1: (VERMILION, MARIGOLD, ROSE)}
    cuts = np.concatenate([np.linspace(0.13, 0.82, 15), (0.88, 0.935)])
    for side in (-1, 1):
        for k, (a, b) in enumerate(pairwise(cuts)):
            base = hues[side][k % 3]
            inner, outer = 0.0, 0.98
            split = rng.uniform(0.4, 0.62)
            p = [feather.place(a, side * inner), feather.place(b, side * inner)]
            q = [feather.barb(a, side, split, split, 1)[0], feather.barb(b, side, split, split, 1)[0]]
            r = [feather.barb(a, side, outer, outer, 1)[0], feather.barb(b, side, outer, outer, 1)[0]]
            tones = rng.permutation([mix(base, PAPER, 0.28), base, mix(base, INK, 0.22), mix(base, PAPER, 0.5)])
            svg.path(polyline([p[0], p[1], q[1]], close=True), str(tones[0]))
            svg.path(polyline([p[0], q[1], q[0]], close=True), str(tones[1]))
            svg.path(polyline([q[0], q[1], r[1]], close=True), str(tones[2]))
            svg.path(polyline([q[0], r[1], r[0]], close=True), str(tones[3]))
    tip = [
        feather.place(0.935, 0),
        feather.barb(0.935, 1, 0.98, 0.98, 1)[0],
        feather.place(0.998, 0.0),
        feather.barb(0.935, -1, 0.98, 0.98, 1)[0],
    ]
    svg.path(polyline([tip[0], tip[1], tip[2]], close=True), PAPER)
    svg.path(polyline([tip[0], tip[3], tip[2]], close=True), mix(PAPER, SKY, 0.5))
    spine = [feather.place(u, 0) for u in (0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.985)]
    up = [(x, y - 6 * (1 - k / 8)) for k, (x, y) in enumerate(spine)]
    down = [(x, y + 6 * (1 - k / 8)) for k, (x, y) in enumerate(spine)]
    svg.path(polyline([*up, *reversed(down)], close=True), INK)
    svg.save(to)


def mountains(to: Path) -> None:
    """Peaks of triangles, 2304 × 620: each has a lit face, a face in shadow and a cap of snow."""
    rng = np.random.default_rng(83)
    width, height = 2304, 620
    svg = Svg(width, height, "Mountains in facets")
    for row, (count, low, tall) in enumerate(((9, 40, 250), (7, 170, 320))):
        for k in range(count):
            x = (k + 0.5 + rng.uniform(-0.22, 0.22)) * width / count
            y = low + rng.uniform(0, 110)
            half = tall * rng.uniform(0.95, 1.35)
            base = (mix(SKY, ROSE, 0.45), mix(ROSE, VERMILION, 0.35), mix(TEAL, SKY, 0.4), mix(INK, ROSE, 0.45))[
                int(rng.integers(0, 4))
            ]
            base = mix(base, PAPER, 0.42 - 0.3 * row)
            ridge = (x + rng.uniform(-0.1, 0.22) * half, y + tall * rng.uniform(0.5, 0.7))
            foot = height
            svg.path(polyline([(x, y), (x - half * 1.4, foot), (ridge[0], foot)], close=True), mix(base, PAPER, 0.25))
            svg.path(
                polyline([(x, y), (x + half * 1.4, foot), (ridge[0], foot), ridge], close=True), mix(base, INK, 0.28)
            )
            svg.path(polyline([(x, y), ridge, (ridge[0], foot), (x - half * 0.5, foot)], close=True), base)
            cap = 0.2
            left, right = (x - half * 1.4 * cap, y + (foot - y) * cap), (x + half * 1.4 * cap, y + (foot - y) * cap)
            svg.path(
                polyline(
                    [(x, y), left, (x - half * 0.1, y + tall * 0.19), (x + half * 0.05, y + tall * 0.3)], close=True
                ),
                PAPER,
            )
            svg.path(
                polyline(
                    [(x, y), (x + half * 0.05, y + tall * 0.3), (x + half * 0.16, y + tall * 0.2), right], close=True
                ),
                mix(PAPER, SKY, 0.55),
            )
    svg.save(to)


def body(to: Path) -> None:
    """The bird's own body, 760 × 360, that flies to the right: a plan that asks for feathers."""
    svg = Svg(760, 360, "A bird without wings")
    dark, deep, light = INK, mix(INK, TEAL, 0.35), mix(TEAL, PAPER, 0.25)
    neck, crown, beak = (560, 128), (640, 84), (752, 118)
    svg.path(polyline([(70, 214), (250, 120), (420, 262), (250, 268)], close=True), deep)
    svg.path(polyline([(250, 120), (440, 96), (420, 262)], close=True), TEAL)
    svg.path(polyline([(440, 96), neck, (420, 262)], close=True), light)
    svg.path(polyline([neck, (568, 196), (420, 262)], close=True), mix(ROSE, PAPER, 0.2))
    svg.path(polyline([(250, 268), (420, 262), (340, 300)], close=True), mix(TEAL, INK, 0.45))
    svg.path(polyline([(420, 262), (568, 196), (500, 262)], close=True), ROSE)
    svg.path(polyline([(420, 262), (500, 262), (340, 300)], close=True), mix(ROSE, VERMILION, 0.4))
    svg.path(polyline([neck, crown, (684, 112), (650, 156), (568, 196)], close=True), VERMILION)
    svg.path(polyline([neck, crown, (610, 140)], close=True), mix(VERMILION, MARIGOLD, 0.45))
    svg.path(polyline([(684, 112), beak, (650, 156)], close=True), MARIGOLD)
    svg.path(polyline([(684, 112), beak, (668, 132)], close=True), mix(MARIGOLD, PAPER, 0.45))
    svg.circle(643, 116, 8.5, PAPER)
    svg.circle(645, 116, 5, dark)
    svg.save(to)
