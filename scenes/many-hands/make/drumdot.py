"""The hand of drumdot: risograph. Two drums of ink as dots, printed one after the other and never quite in register."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, TEAL, VERMILION, Sheet, mix, rgb


def dots(tone: np.ndarray, pitch: float, degrees: float, *, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    """A screen of round dots that cover as much as the tone says, 0 to 1."""
    h, w = tone.shape
    y, x = np.mgrid[0:h, 0:w] + 0.5
    a = np.radians(degrees)
    u = ((x - shift[0]) * np.cos(a) + (y - shift[1]) * np.sin(a)) / pitch
    v = ((y - shift[1]) * np.cos(a) - (x - shift[0]) * np.sin(a)) / pitch
    # cos + cos is −2 to 2; its level sets are dots below one half and holes above
    spot = (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v)) / 4 + 0.5
    edge = 2.4 / pitch
    return feather.smooth(-edge, edge, spot - (1 - np.clip(tone, 0, 1)))


def _speckle(seed: int, h: int, w: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 1 - 0.6 * feather.smooth(1.7, 2.4, field(spectrum(rng, h, w, slope=0.25), h, w)) - 0.05 * rng.random((h, w))


def overprint(sheet: Sheet, colour: str, ink: np.ndarray) -> None:
    """Transparent ink: it darkens what is below as it would paper, and stands by itself where nothing is."""
    below = sheet.colour * sheet.alpha[..., None] + (1 - sheet.alpha[..., None])
    sheet.lay(below * rgb(colour), ink)


def feather_dots(to: Path) -> None:
    """Marigold paper, vermilion dots that grow toward the edge, teal dots that grow toward the tip."""
    h, w = feather.HEIGHT, feather.WIDTH
    m = feather.mapped(seed=61, rough=0.03)
    sheet = Sheet(h, w)
    sheet.lay(MARIGOLD, m.vane)
    bars = 0.5 + 0.5 * np.sin(m.b * 34)
    first = np.clip(0.10 + 0.75 * np.abs(m.v) ** 1.3 * bars + 0.25 * (1 - m.u), 0, 0.97)
    overprint(sheet, VERMILION, dots(first, 13, 15) * m.vane * _speckle(62, h, w))
    off = feather.mapped(seed=61, rough=0.03)
    second = np.clip(1.35 * (off.u - 0.36) + 0.25 * (off.v < 0) * (off.u - 0.2), 0, 0.95)
    overprint(
        sheet, TEAL, dots(second, 13, 60, shift=(4, 3)) * np.roll(off.vane, (3, 5), (0, 1)) * _speckle(63, h, w) * 0.94
    )
    overprint(sheet, mix(TEAL, INK, 0.3), np.roll(m.stem, (3, 5), (0, 1)))
    sheet.save(to)


def feather_overprint(to: Path, cut: np.ndarray) -> None:
    """Gouge's woodcut as the key plate, over two drums of flat colour that miss each other.

    :param cut: the woodcut feather as straight RGBA, 0 to 1
    """
    h, w = feather.HEIGHT, feather.WIDTH
    m = feather.mapped(seed=41, rough=0.02)
    sheet = Sheet(h, w)
    sheet.lay(PAPER, m.vane)
    first = np.roll(m.vane, (-3, -6), (0, 1)) * (m.b < 0.66) * _speckle(64, h, w)
    overprint(sheet, mix(VERMILION, ROSE, 0.3), first * np.where(m.v > 0, 1.0, dots(np.full((h, w), 0.5), 12, 15)))
    second = np.roll(m.vane, (3, 6), (0, 1)) * (m.b > 0.4) * _speckle(65, h, w)
    overprint(sheet, MARIGOLD, second * dots(np.clip(0.25 + (m.b - 0.4) * 2.2, 0, 1), 12, 45))
    dark = (1 - cut[..., :3].mean(axis=-1)) * cut[..., 3]
    sheet.lay(INK, np.clip(dark * 1.3 - 0.15, 0, 1))
    sheet.save(to)


def sun(to: Path) -> None:
    """A sun of 900 pixels: marigold solid, vermilion dots that thin out downward, rays of dots around it."""
    size = 900
    y, x = np.mgrid[0:size, 0:size] + 0.5
    r, angle = np.hypot(x - 450, y - 450), np.arctan2(y - 450, x - 450)
    sheet = Sheet(size, size)
    disc = feather.smooth(-1, 1, 300 - r)
    rays = (np.cos(angle * 24) > 0) * feather.smooth(318, 322, r)
    halo = np.clip(1.0 - (r - 300) / 140, 0, 1) * 0.62
    sheet.lay(VERMILION, dots(halo, 14, 15) * rays * (r > 316) * _speckle(66, size, size))
    sheet.lay(MARIGOLD, disc)
    shade = np.clip((450 - y) / 620 + 0.34 + 0.15 * (450 - x) / 300, 0, 0.96)
    overprint(
        sheet,
        VERMILION,
        dots(shade, 14, 15, shift=(3, 2))
        * feather.smooth(-1, 1, 300 - np.hypot(x - 455, y - 453))
        * _speckle(67, size, size),
    )
    sheet.save(to)
