"""The hand of tabletop: stop motion. Pebbles and buttons on a wooden table, moved by hand, twelve pictures a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import feather
import numpy as np
from footage import encode
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, SKY, TEAL, VERMILION, Sheet, mix, rgb

COLOURS = (
    TEAL,
    mix(TEAL, PAPER, 0.4),
    VERMILION,
    mix(VERMILION, INK, 0.25),
    MARIGOLD,
    PAPER,
    ROSE,
    SKY,
    mix(INK, SKY, 0.25),
)


def _stones(seed: int) -> list[tuple[float, float, float, int]]:
    """Where they lie in the end: (x, y, radius, colour), from the foot to the tip, touching but not overlapping."""
    rng = np.random.default_rng(seed)
    placed: list[tuple[float, float, float, int]] = []
    spots = [(*feather.place(u, 0), 9.5 - 4 * u, 5) for u in np.linspace(0.01, 0.97, 78)]
    for x, y, r, colour in spots:
        if not placed or np.hypot(placed[-1][0] - x, placed[-1][1] - y) > placed[-1][2] + r - 0.5:
            placed.append((x, y, r, colour))
    for size in (24, 19, 15, 12, 9.5, 7.5, 6):
        for _ in range(1500):
            u, v = rng.uniform(0.13, 0.985), rng.uniform(-1, 1)
            x, y = feather.place(u, v)
            room = (1 - abs(v)) * float(feather.half_width(np.array(u), np.array(v)))
            if room < size * 0.75 or any(np.hypot(x - a, y - b) < size + r + 0.8 for a, b, r, _ in placed):
                continue
            b = u - feather.SLANT * abs(v) ** 0.9
            band = int(b * 13)
            placed.append((x, y, size * 1.0, int((band * 2 + (v > 0) + rng.integers(0, 2) * 3) % len(COLOURS))))
    return sorted(placed, key=lambda stone: stone[0])


def _draw(sheet: Sheet, x: float, y: float, r: float, colour: int, *, lift: float = 0.0) -> None:
    h, w = sheet.alpha.shape
    reach = int(r * 1.6 + 8 + lift)
    x0, x1, y0, y1 = max(int(x) - reach, 0), min(int(x) + reach, w), max(int(y) - reach, 0), min(int(y) + reach, h)
    if x0 >= x1 or y0 >= y1:
        return
    yy, xx = np.mgrid[y0:y1, x0:x1] + 0.5
    dx, dy = (xx - x) / r, (yy - y) / r
    d = np.hypot(dx, dy)
    part = Sheet(y1 - y0, x1 - x0)
    part.colour, part.alpha = sheet.colour[y0:y1, x0:x1].copy(), sheet.alpha[y0:y1, x0:x1].copy()
    fall = np.hypot(xx - x - 0.12 * r - lift * 0.5, yy - y - 0.24 * r - lift) / r
    part.lay(INK, 0.5 * (1 - feather.smooth(0.72, 1.28, fall)))
    light = 0.80 + 0.34 * np.clip(-(dx * 0.5 + dy * 0.8), -1, 1) - 0.28 * d**4
    paint = rgb(COLOURS[colour]) * light[..., None]
    paint += (0.5 * np.exp(-(((dx + 0.32) ** 2 + (dy + 0.4) ** 2) / 0.045)))[..., None]
    if r > 13 and colour % 3 == 0:  # a button: a rim and two holes
        paint *= (1 - 0.3 * np.exp(-(((d - 0.68) / 0.07) ** 2)))[..., None]
        for side in (-0.22, 0.22):
            paint *= (1 - 0.85 * feather.smooth(0.15, 0.10, np.hypot(dx - side, dy)))[..., None]
    part.lay(np.clip(paint, 0, 1), feather.smooth(0.9, -0.9, (d - 1) * r))
    sheet.colour[y0:y1, x0:x1], sheet.alpha[y0:y1, x0:x1] = part.colour, part.alpha


def feather_pebbles(to: Path) -> None:
    """The finished feather of pebbles, on nothing."""
    sheet = Sheet(feather.HEIGHT, feather.WIDTH)
    for stone in _stones(101):
        _draw(sheet, *stone)
    sheet.save(to)


def pebbles(to: Path) -> None:
    """The film of it, 1280 × 720, three seconds: pebbles arrive from all sides and become a feather."""
    width, height, shots = 1280, 720, 36
    scale = 0.80

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(103)
        board = field(spectrum(rng, height, width, slope=1.1, stretch=60.0), height, width)
        fine = field(spectrum(rng, height, width, slope=0.6, stretch=14.0), height, width)
        wood = np.array([0.46, 0.30, 0.20]) * (1 + (0.13 * board + 0.07 * fine)[..., None])
        for plank in (236, 486):
            wood[plank : plank + 4] *= 0.45
        turn = np.radians(-24)
        stones = []
        for x, y, r, colour in _stones(101):
            px, py = (x - 700) * scale, (y - 200) * scale
            stones.append(
                (
                    640 + px * np.cos(turn) - py * np.sin(turn),
                    372 + px * np.sin(turn) + py * np.cos(turn),
                    r * scale,
                    colour,
                )
            )
        start = np.linspace(0, 24, len(stones)) + rng.uniform(-2, 2, len(stones))
        angle = rng.uniform(0, 2 * np.pi, len(stones))
        for shot in range(shots):
            sheet = Sheet(height, width)
            flicker = 1 + rng.normal(0, 0.012)
            sheet.lay(np.clip(wood * flicker, 0, 1), np.ones((height, width)))
            for k, (x, y, r, colour) in enumerate(stones):
                t = np.clip((shot - start[k]) / 5, 0, 1)
                if t <= 0:
                    continue
                away = (1 - t) ** 2
                jitter = rng.normal(0, 0.45, 2)
                _draw(
                    sheet,
                    x + 900 * away * np.cos(angle[k]) + jitter[0],
                    y + 900 * away * np.sin(angle[k]) + jitter[1],
                    r,
                    colour,
                )
            pixels = np.clip(np.rint(sheet.colour * 255), 0, 255).astype(np.uint8)
            yield pixels
            yield pixels

    encode(frames(), (width, height), to, 23)


def shore(to: Path) -> None:
    """A shore of pebbles, a band 2304 × 190: large ones in front, small ones behind."""
    rng = np.random.default_rng(107)
    sheet = Sheet(190, 2304)
    for row in range(9):
        t = row / 8
        x = rng.uniform(-20, 20)
        while x < 2320:
            r = (6 + 15 * t) * rng.uniform(0.75, 1.25)
            y = 34 + 132 * t + 10 * np.sin(x / 170 + 1) + rng.normal(0, 3)
            _draw(sheet, x, y, r, int(rng.integers(0, len(COLOURS))))
            x += r * rng.uniform(1.5, 2.0)
    sheet.save(to, 76)
