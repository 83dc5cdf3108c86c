"""Renders what is not drawn: the night sky, the clouds of dawn, stars, paper grain, as PNG and JPEG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from noise import field, gradient, smoothstep, spectrum
from PIL import Image


def _save_jpeg(rgb: np.ndarray, rng: np.random.Generator, to: Path, quality: int) -> None:
    dither = rng.triangular(-1.0, 0.0, 1.0, rgb.shape)
    picture = Image.fromarray(np.clip(np.rint(rgb + dither), 0, 255).astype(np.uint8))
    picture.save(to, quality=quality, subsampling=0, optimize=True)


def night_sky(to: Path) -> None:
    """Deep indigo with the band of the galaxy across it, and its faintest stars, as a long exposure shows it."""
    rng = np.random.default_rng(101)
    width, height = 2304, 1296
    y, x = np.mgrid[0:height, 0:width].astype(float)
    rgb = gradient([(0, "#070a1d"), (0.45, "#10143a"), (0.75, "#23265c"), (1, "#463f7c")], y / height)
    across = (x - width * 0.44) * 0.80 - (y - height * 0.30) * 0.60
    clouds = field(spectrum(rng, height, width, slope=1.7), height, width)
    fine = field(spectrum(rng, height, width, slope=1.25, grain=2), height, width)
    band = np.exp(-(((across + 60 * clouds) / 190) ** 2))
    lane = smoothstep(0.25, 1.5, clouds + 0.35 * fine) * np.exp(-(((across - 20) / 105) ** 2))
    glow = band * (0.55 + 0.22 * fine) * (1.0 - 0.75 * lane) * (1.0 - 0.85 * smoothstep(0.5, 0.95, y / height))
    rgb += np.clip(glow, 0, None)[..., None] * np.array([62.0, 56.0, 92.0])
    rgb += (np.exp(-(((across + 10) / 75) ** 2)) * np.clip(glow, 0, None) ** 2)[..., None] * np.array(
        [58.0, 34.0, 30.0]
    )
    density = (0.0022 + 0.011 * np.clip(glow, 0, 1)) * (1.0 - smoothstep(0.55, 0.92, y / height))
    stars = (rng.random((height, width)) < density) * rng.pareto(2.6, (height, width))
    tint = 1.0 + 0.16 * rng.standard_normal((height, width, 1)) * np.array([1.0, 0.1, -1.0])
    light = np.clip(stars, 0, 3.2)[..., None] * tint * 62.0
    soft = light.copy()
    for axis in (0, 1):
        soft += 0.28 * (np.roll(light, 1, axis) + np.roll(light, -1, axis))
    _save_jpeg(rgb + soft, rng, to, 84)


def stars(to: Path) -> None:
    """The bright stars alone, on nothing: points with a soft glow, none near the horizon."""
    rng = np.random.default_rng(103)
    width, height = 2304, 1100
    rgb = np.zeros((height, width, 3))
    alpha = np.zeros((height, width))
    for _ in range(230):
        cx, cy = rng.uniform(8, width - 8), height * rng.beta(1.0, 1.7)
        power = 0.35 + 0.65 * rng.random() ** 4
        core, reach = 0.6 + 0.75 * power, int(8 + 18 * power)
        x0, x1 = max(int(cx) - reach, 0), min(int(cx) + reach + 1, width)
        y0, y1 = max(int(cy) - reach, 0), min(int(cy) + reach + 1, height)
        y, x = np.mgrid[y0:y1, x0:x1] + 0.5
        r = np.hypot(x - cx, y - cy)
        spot = np.exp(-((r / core) ** 2)) + 0.13 * power * np.exp(-r / (0.8 + 2.8 * power)) * (
            1 - smoothstep(reach * 0.6, reach, r)
        )
        warm = rng.normal()
        colour = np.array([236 + 18 * np.tanh(warm), 236.0, 244 - 34 * np.tanh(warm)])
        add = np.clip(spot * power, 0, 1) * (1.0 - 0.9 * smoothstep(0.6, 1.0, np.array(cy / height)))
        rgb[y0:y1, x0:x1] = np.where((add > alpha[y0:y1, x0:x1])[..., None], colour, rgb[y0:y1, x0:x1])
        alpha[y0:y1, x0:x1] = np.maximum(alpha[y0:y1, x0:x1], add)
    packed = np.dstack([np.clip(rgb, 0, 255), alpha * 255])
    packed[packed[..., 3] < 1.5] = 0
    Image.fromarray(np.rint(packed).astype(np.uint8)).save(to, optimize=True)


def dawn_sky(to: Path) -> None:
    """The sky a minute before the sun: layered cloud, lit from below by what is still behind the mountains."""
    rng = np.random.default_rng(107)
    width, height = 2304, 1296
    sun = (1400.0, 800.0)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    rgb = gradient(
        [
            (0, "#3b4a86"),
            (0.2, "#6a639f"),
            (0.38, "#a87aa4"),
            (0.5, "#dc9a9c"),
            (0.6, "#f6be93"),
            (0.68, "#ffdca6"),
            (1, "#fff0cf"),
        ],
        y / height,
    )
    near = np.exp(-(np.hypot((x - sun[0]) / 900, (y - sun[1]) / 460) ** 1.4))[..., None]
    rgb += near * (np.array([255.0, 226.0, 170.0]) - rgb) * 0.72
    big = field(spectrum(rng, height, width, slope=1.75, stretch=5.5, grain=2), height, width)
    small = field(spectrum(rng, height, width, slope=1.35, stretch=4.0, grain=2), height, width)
    shape = big + 0.30 * small
    below = np.roll(shape, -16, axis=0)
    level = 0.15 + 0.85 * np.exp(-(((y / height - 0.27) / 0.2) ** 2))
    cover = smoothstep(-0.1, 1.5, shape) * level
    underside = smoothstep(-0.1, 1.0, shape - below + 0.25) * cover
    body = gradient([(0, "#474b86"), (0.3, "#75699f"), (0.5, "#b07f9d"), (0.7, "#e8a98f")], y / height)
    rgb += cover[..., None] * (body - rgb) * 0.85
    lit = gradient([(0, "#b793bd"), (0.25, "#e8a3a8"), (0.45, "#ffc198"), (0.7, "#ffe3ae")], y / height)
    toward = 0.45 + 0.75 * np.exp(-(np.hypot((x - sun[0]) / 1100, (y - sun[1]) / 800) ** 2))
    rgb += (underside * toward)[..., None] * (lit - rgb)
    _save_jpeg(rgb, rng, to, 86)


def paper(to: Path) -> None:
    """The grain of heavy paper: middle grey, few levels, to be laid over everything."""
    rng = np.random.default_rng(109)
    width, height = 1280, 720
    tooth = field(spectrum(rng, height, width, slope=0.45, grain=0.9), height, width)
    cloud = field(spectrum(rng, height, width, slope=1.6), height, width)
    fibres = np.zeros((height, width))
    for _ in range(420):
        x0, y0, angle, bend = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi), rng.normal() * 0.02
        for _ in range(int(rng.uniform(14, 60))):
            fibres[int(y0) % height, int(x0) % width] += rng.choice((-1.0, 1.0)) * 0.3 + 0.5
            x0, y0, angle = x0 + np.cos(angle), y0 + np.sin(angle), angle + bend
    grey = 128 + 9.0 * tooth + 3.5 * cloud + 12.0 * fibres
    levels = np.rint(grey / 3.0) * 3.0
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(to, optimize=True)


def rays(to: Path) -> None:
    """Beams around the lower edge's middle, wide and narrow, soft at their edges, gone before the picture's own."""
    rng = np.random.default_rng(113)
    width, height = 1200, 680
    centre = (600.0, 600.0)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    angle = np.degrees(np.arctan2(x - centre[0], centre[1] - y))
    distance = np.hypot(x - centre[0], y - centre[1])
    light = np.zeros((height, width))
    place = -120.0
    while place < 120.0:
        wide = rng.uniform(2.0, 6.5)
        reach = rng.uniform(380, 590)
        beam = smoothstep(0.0, 1.0, 1.2 - np.abs(angle - place) / wide)
        light += rng.uniform(0.45, 1.0) * beam * (1.0 - smoothstep(0.15, 1.0, distance / reach))
        place += wide + rng.uniform(2.0, 9.0)
    alpha = np.clip(light, 0, 1) * 190 + rng.uniform(-0.5, 0.5, light.shape)
    warmth = smoothstep(0.0, 560.0, distance)[..., None]
    rgb = np.array([255.0, 243.0, 208.0]) * (1 - warmth) + np.array([255.0, 214.0, 148.0]) * warmth
    Image.fromarray(np.rint(np.dstack([rgb, np.clip(alpha, 0, 255)])).astype(np.uint8)).save(to, optimize=True)
