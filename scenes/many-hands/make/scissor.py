"""The hand of scissor: cut paper in layers, each with its grain, its pale cut edge and its shadow."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, TEAL, VERMILION, Sheet, blurred, mix, rgb, shifted


def grain(seed: int, height: int, width: int) -> np.ndarray:
    """The tooth of coloured paper, around 0."""
    rng = np.random.default_rng(seed)
    fine = field(spectrum(rng, height, width, slope=0.35, grain=0.8), height, width)
    cloud = field(spectrum(rng, height, width, slope=1.4), height, width)
    return 0.020 * fine + 0.012 * cloud


def lay(sheet: Sheet, mask: np.ndarray, colour: str, tooth: np.ndarray, *, lift: int = 5) -> None:
    """One piece of paper on those below it."""
    shadow = 0.42 * blurred(shifted(mask, lift // 2, lift), lift * 0.9) * (1 - mask)
    sheet.lay(INK, shadow * np.clip(sheet.alpha + 0.75, 0, 1))
    cut = mask - np.minimum(mask, shifted(mask, 1, 2))
    paint = np.clip(rgb(colour) + tooth[..., None], 0, 1)
    paint = paint + cut[..., None] * (1 - paint) * 0.55
    sheet.lay(paint, mask)


def feather_paper(to: Path) -> None:
    """Vermilion, on it rose with scallops, on it marigold chevrons, and a shaft of ink."""
    tooth = grain(21, feather.HEIGHT, feather.WIDTH)
    sheet = Sheet(feather.HEIGHT, feather.WIDTH)
    whole = feather.mapped(seed=22, rough=0.0)
    lay(sheet, whole.vane, VERMILION, tooth, lift=7)
    saw = np.abs((whole.b * 17) % 1 - 0.5) * 2
    inner = feather.smooth(-0.9, 0.9, (0.80 - 0.24 * saw - np.abs(whole.v)) * 110) * whole.vane
    inner *= feather.smooth(0.15, 0.153, whole.b) * (1 - feather.smooth(0.93, 0.932, whole.b))
    lay(sheet, inner, ROSE, tooth)
    band = (whole.b * 8.5) % 1
    chevron = feather.smooth(0.33, 0.34, band) * (1 - feather.smooth(0.62, 0.63, band))
    chevron *= feather.smooth(-0.9, 0.9, (0.46 - np.abs(whole.v)) * 110) * (whole.b > 0.2) * (whole.b < 0.9)
    lay(sheet, chevron * whole.vane, MARIGOLD, tooth)
    dots = np.zeros_like(inner)
    for k in range(12):
        x, y = feather.place(0.27 + 0.055 * k + 0.09, 0.74)
        yy, xx = np.mgrid[0 : feather.HEIGHT, 0 : feather.WIDTH] + 0.5
        dots = np.maximum(dots, feather.smooth(-0.8, 0.8, (8.5 - 0.25 * k) - np.hypot(xx - x, yy - y)))
    lay(sheet, dots * whole.vane, PAPER, tooth, lift=3)
    stem = feather.smooth(
        -0.8,
        0.8,
        (9 - 6 * whole.u) - np.abs(whole.v) * np.maximum(feather.half_width(np.clip(whole.u, 0, 1), whole.v), 1),
    )
    quill = feather.mapped(rough=0).stem
    lay(sheet, np.maximum(stem * (whole.u > 0.1) * (whole.u < 0.97), quill), INK, tooth, lift=4)
    sheet.save(to)


def _hills(to: Path, seed: int, height: int, colours: tuple[str, ...], top: float, wave: float) -> None:
    rng = np.random.default_rng(seed)
    width = 2304
    tooth = grain(seed + 1, height, width)
    sheet = Sheet(height, width)
    y = np.arange(height)[:, None] + 0.5
    for k, colour in enumerate(colours):
        base = top + (height - top - 40) * k / len(colours)
        crest = np.full(width, base)
        for n, (a, length) in enumerate(((wave, 1100), (wave * 0.45, 470), (wave * 0.2, 230))):
            crest -= a * np.sin(2 * np.pi * (np.arange(width) / (length * rng.uniform(0.85, 1.15)) + rng.random()) + n)
        lay(sheet, feather.smooth(-0.8, 0.8, y - crest[None, :]), colour, tooth, lift=12)
    sheet.save(to, 78)


def far_hills(to: Path) -> None:
    """Three sheets of teal and sky for the middle distance."""
    _hills(to, 24, 560, (mix(TEAL, PAPER, 0.55), mix(TEAL, PAPER, 0.3), mix(TEAL, INK, 0.05)), 90, 46)


def near_hills(to: Path) -> None:
    """Three sheets close by: deep teal, vermilion, ink."""
    _hills(to, 27, 520, (mix(TEAL, INK, 0.45), VERMILION, mix(INK, TEAL, 0.12)), 110, 58)
