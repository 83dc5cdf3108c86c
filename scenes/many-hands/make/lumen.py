"""The hand of lumen: light itself, filmed through glass, on black."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from footage import encode
from noise import field, spectrum
from palette import MARIGOLD, PAPER, ROSE, VERMILION, rgb

WIDTH, HEIGHT = 480, 270


def leak(to: Path) -> None:
    """Ten seconds of a light leak: warm light that wanders in from the edges and goes."""

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(111)
        one = spectrum(rng, HEIGHT, WIDTH, slope=2.4, grain=14)
        two = spectrum(rng, HEIGHT, WIDTH, slope=2.4, grain=14)
        x = np.arange(WIDTH)
        for n in range(240):
            turn = 2 * np.pi * n / 240
            cloud = field(one * np.cos(turn) + two * np.sin(turn), HEIGHT, WIDTH, shift=(120 * np.sin(turn), 0))
            side = 0.5 - 0.5 * np.cos(np.pi * np.clip((x / WIDTH - 0.35 - 0.2 * np.sin(turn)) / 0.65, 0, 1))
            power = np.clip(side * (0.55 + 0.4 * cloud), 0, 1)[..., None]
            light = power**1.6 * rgb(VERMILION) + 0.7 * power**2.4 * rgb(MARIGOLD) + 0.35 * power**4 * rgb(ROSE)
            noise = rng.uniform(-0.6, 0.6, (HEIGHT, WIDTH, 1))
            yield np.clip(np.rint(light * 235 + noise), 0, 255).astype(np.uint8)

    encode(frames(), (WIDTH, HEIGHT), to, 20)


def dust(to: Path) -> None:
    """Eight seconds of dust in a beam, out of focus, 960 × 540."""
    width, height = 960, 540

    def frames() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(113)
        count = 46
        x0, y0 = rng.uniform(0, width, count), rng.uniform(0, height, count)
        vx, vy = rng.normal(7, 9, count), rng.normal(-8, 6, count)
        size, power = rng.uniform(2, 15, count), rng.uniform(0.1, 0.42, count)
        beat, phase = rng.uniform(0.5, 2.2, count), rng.uniform(0, 6.3, count)
        warm = rng.random(count)
        for n in range(192):
            t = n / 24
            out = np.zeros((height, width, 3))
            for k in range(count):
                cx, cy = (x0[k] + vx[k] * t) % (width + 60) - 30, (y0[k] + vy[k] * t) % (height + 60) - 30
                reach = int(size[k] + 3)
                a, b, c, d = (
                    max(int(cx) - reach, 0),
                    min(int(cx) + reach, width),
                    max(int(cy) - reach, 0),
                    min(int(cy) + reach, height),
                )
                if a >= b or c >= d:
                    continue
                yy, xx = np.mgrid[c:d, a:b] + 0.5
                r = np.hypot(xx - cx, yy - cy)
                disc = np.clip(size[k] - r + 0.5, 0, 1) * (0.7 + 0.3 * (r / size[k]) ** 3)
                glow = power[k] * (0.55 + 0.45 * np.sin(beat[k] * t + phase[k])) * 12 / (size[k] + 9)
                out[c:d, a:b] += disc[..., None] * glow * (rgb(MARIGOLD) * warm[k] + rgb(PAPER) * (1 - warm[k]))
            yield np.clip(np.rint(out * 235), 0, 255).astype(np.uint8)

    encode(frames(), (width, height), to, 23)
