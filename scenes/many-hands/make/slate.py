"""The hand of slate: chalk on a blackboard. The stick drags, skips the hollows of the board, and leaves dust."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, SKY, Sheet, blurred, mix, rgb


def _tooth(seed: int, h: int, w: int) -> np.ndarray:
    return field(spectrum(np.random.default_rng(seed), h, w, slope=0.5, grain=0.7), h, w)


def chalk(pressure: np.ndarray, tooth: np.ndarray) -> np.ndarray:
    """What the stick leaves: with more pressure it reaches deeper hollows."""
    return feather.smooth(-0.35, 0.5, tooth + 3.2 * pressure - 2.2) * np.clip(pressure * 2.5, 0, 1)


def feather_chalk(to: Path) -> None:
    """Strokes along the barbs: cream, sky toward the foot, rose toward the tip; the edge drawn once more."""
    h, w = feather.HEIGHT, feather.WIDTH
    rng = np.random.default_rng(71)
    m = feather.mapped(seed=72, rough=0.09)
    tooth = _tooth(73, h, w)
    wobble = field(spectrum(rng, h, w, slope=1.4), h, w)
    stroke = m.b * 62 + 0.16 * wobble + 0.35 * (m.v > 0)
    line = np.abs(stroke % 1 - 0.5) * 2
    force = rng.uniform(0.55, 1.0, 200)[np.clip(np.floor(stroke), 0, 199).astype(int)]
    reach = rng.uniform(0.72, 1.05, 200)[np.clip(np.floor(stroke) + 60 * (m.v > 0), 0, 199).astype(int)]
    pressure = force * (1 - feather.smooth(0.45, 0.95, line)) * (np.abs(m.v) < reach)
    edge = np.exp(-(((m.edge - 3) / 3.2) ** 2)) * 0.9
    body = np.maximum(pressure * 0.95, edge) * feather.smooth(-3, 2, m.edge)
    sheet = Sheet(h, w)
    sheet.lay(mix(INK, SKY, 0.18), m.vane * 0.92)
    dust = blurred(m.vane, 8) * 0.16
    colour = np.stack(
        [
            np.interp(m.u + 0.1 * m.v, (0.15, 0.45, 0.7, 0.95), [rgb(c)[k] for c in (SKY, PAPER, PAPER, ROSE)])
            for k in range(3)
        ],
        axis=-1,
    )
    sheet.lay(colour, dust * m.vane)
    sheet.lay(colour, np.clip(chalk(body, tooth) * m.vane, 0, 1))
    sheet.lay(MARIGOLD, chalk(0.95 * blurred(m.stem, 1.6) * 1.3, tooth))
    sheet.save(to)


def board(to: Path) -> None:
    """The board, 1920 × 1080: ink-blue slate that was wiped many times."""
    h, w = 1080, 1920
    rng = np.random.default_rng(75)
    wiped = field(spectrum(rng, h, w, slope=1.5, stretch=5.0), h, w)
    tone = 0.06 + 0.020 * wiped + 0.010 * _tooth(76, h, w)
    paint = rgb(INK) * (1 + 1.2 * tone[..., None]) + tone[..., None] * rgb(SKY) * 0.55
    sheet = Sheet(h, w)
    sheet.lay(np.clip(paint, 0, 1), np.ones((h, w)))
    sheet.save(to, 74)


def stars(to: Path) -> None:
    """Chalk stars, a moon and a constellation of a bird, 2304 × 900, on nothing."""
    h, w = 900, 2304
    rng = np.random.default_rng(77)
    y, x = np.mgrid[0:h, 0:w] + 0.5
    pressure = np.zeros((h, w))

    def line(a: tuple[float, float], b: tuple[float, float], wide: float, force: float) -> None:
        x0, x1 = int(max(min(a[0], b[0]) - 9, 0)), int(min(max(a[0], b[0]) + 9, w))
        y0, y1 = int(max(min(a[1], b[1]) - 9, 0)), int(min(max(a[1], b[1]) + 9, h))
        px, py = x[y0:y1, x0:x1] - a[0], y[y0:y1, x0:x1] - a[1]
        dx, dy = b[0] - a[0], b[1] - a[1]
        t = np.clip((px * dx + py * dy) / (dx * dx + dy * dy + 1e-9), 0, 1)
        near = np.hypot(px - t * dx, py - t * dy)
        pressure[y0:y1, x0:x1] = np.maximum(
            pressure[y0:y1, x0:x1], force * (1 - feather.smooth(wide * 0.5, wide * 1.2, near))
        )

    def star(cx: float, cy: float, size: float) -> None:
        turn = rng.uniform(0, np.pi)
        for k in range(4 if size > 9 else 2):
            a = turn + k * np.pi / (4 if size > 9 else 2)
            line(
                (cx - size * np.cos(a), cy - size * np.sin(a)),
                (cx + size * np.cos(a), cy + size * np.sin(a)),
                2.2 + size * 0.05,
                0.9,
            )

    for _ in range(130):
        star(
            rng.uniform(20, w - 20),
            h * rng.beta(1.0, 1.5),
            rng.choice((3.0, 4.0, 5.0, 7.0, 12.0, 16.0), p=(0.26, 0.26, 0.2, 0.16, 0.08, 0.04)),
        )
    bird = [
        (980, 330),
        (1120, 250),
        (1265, 300),
        (1180, 390),
        (1330, 470),
        (1420, 420),
        (1265, 300),
        (1390, 150),
        (1545, 90),
    ]
    for a, b in pairwise(bird):
        steps = int(np.hypot(b[0] - a[0], b[1] - a[1]) / 22)
        for k in range(0, steps, 2):
            p = [a[i] + (b[i] - a[i]) * k / steps for i in (0, 1)]
            q = [a[i] + (b[i] - a[i]) * (k + 1) / steps for i in (0, 1)]
            line((p[0], p[1]), (q[0], q[1]), 1.8, 0.75)
    for p in bird:
        star(p[0], p[1], 13)
    moon = (np.hypot(x - 560, y - 230) < 92) & (np.hypot(x - 598, y - 208) > 84)
    hatch = 0.62 + 0.3 * np.sin((x + 0.6 * y) * 0.55)
    pressure = np.maximum(pressure, blurred(moon.astype(float), 1.5) * hatch)
    mask = chalk(pressure, _tooth(78, h, w))
    warm = blurred(moon.astype(float), 3)[..., None]
    sheet = Sheet(h, w)
    sheet.lay(
        rgb(PAPER) * (1 - warm) + rgb(MARIGOLD) * warm, np.clip(mask + 0.10 * blurred(np.clip(pressure, 0, 1), 6), 0, 1)
    )
    sheet.alpha[sheet.alpha < 0.012] = 0
    sheet.save(to, 74)
