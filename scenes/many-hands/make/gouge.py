"""The hand of gouge: woodcut. One ink on a block; what the gouge took away stays open, and its marks show its way."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, PAPER, Sheet, mix


def _wood(seed: int, height: int, width: int) -> np.ndarray:
    """The grain of the block, which takes ink unevenly: 0 where it takes none."""
    rng = np.random.default_rng(seed)
    long = field(spectrum(rng, height, width, slope=0.8, stretch=40.0), height, width)
    fine = field(spectrum(rng, height, width, slope=0.3, stretch=6.0), height, width)
    return 1 - 0.85 * feather.smooth(1.35, 2.2, long + 0.55 * fine)


def feather_cut(to: Path) -> None:
    """Cream paper, ink, and cuts along the barbs that swell toward the light."""
    h, w = feather.HEIGHT, feather.WIDTH
    m = feather.mapped(seed=41, rough=0.02)
    rng = np.random.default_rng(42)
    wobble = field(spectrum(rng, h, w, slope=1.3), h, w)
    sheet = Sheet(h, w)
    sheet.under(INK, np.zeros((h, w)))
    sheet.lay(PAPER, m.vane)
    phase = m.b * 74 + 0.10 * wobble + 0.25 * (m.v > 0)
    light = 0.5 + 0.5 * np.sin(m.b * 19 + 1.3 * np.sign(m.v)) * 0.8
    along = np.clip(np.abs(m.v), 0, 1)
    width = (0.16 + 0.5 * light) * feather.smooth(0.06, 0.42, along) * (1 - 0.75 * feather.smooth(0.75, 1.0, along))
    groove = width - np.abs(phase % 1 - 0.5) * 2
    ink = 1 - feather.smooth(-0.09, 0.09, groove)
    ink = np.maximum(ink, feather.smooth(-1, 1, 6 - m.edge))
    chips = feather.smooth(2.1, 2.3, field(spectrum(rng, h, w, slope=0.6, grain=2), h, w))
    sheet.lay(INK, m.vane * ink * _wood(43, h, w) * (1 - 0.9 * chips))
    sheet.lay(INK, m.stem)
    spine = feather.smooth(-0.8, 0.8, 1.6 - np.abs(m.v) * np.maximum(feather.half_width(np.clip(m.u, 0, 1), m.v), 1))
    sheet.lay(PAPER, spine * (m.u > 0.12) * (m.u < 0.93) * m.vane)
    sheet.save(to)


def sea(to: Path, seed: int, body: str, height: int = 420) -> None:
    """A band of cut waves, 2304 wide: crests that curl, with lines that follow them; open above the crests."""
    rng = np.random.default_rng(seed)
    width = 2304
    y, x = np.mgrid[0:height, 0:width] + 0.5
    wobble = field(spectrum(rng, height, width, slope=1.5), height, width)
    t = x / 288 + 0.04 * wobble + rng.random()
    saw = (t % 1) ** 1.35
    wave = np.sin(np.pi * saw) ** 0.75 * (0.8 + 0.2 * np.sin(2 * np.pi * x / 900 + seed))
    crest = 112 - 74 * wave
    depth = y - crest
    mask = feather.smooth(-1, 1, depth)
    sheet = Sheet(height, width)
    sheet.lay(PAPER, mask)
    lines = (
        depth / (15 + 0.055 * np.clip(depth, 0, 400)) + 0.12 * wobble + 0.55 * np.sin(np.pi * saw) * np.exp(-depth / 90)
    )
    swell = 0.42 + 0.30 * np.sin(2 * np.pi * (t + depth / 160)) - 0.30 * np.exp(-depth / 24)
    groove = np.clip(swell, 0.02, 0.85) - np.abs(lines % 1 - 0.5) * 2
    ink = 1 - feather.smooth(-0.10, 0.10, groove)
    foam = feather.smooth(-1, 1, 9 - depth) * feather.smooth(-1, 1, depth - 3)
    ink = np.clip(np.maximum(ink, feather.smooth(-1, 1, 4 - depth)) - foam * 0.9, 0, 1)
    sheet.lay(body, mask * ink * _wood(seed + 1, height, width))
    sheet.save(to, 74)


def waves(to: Path) -> None:
    """The near sea, in ink."""
    sea(to, 45, INK)


def swell(to: Path) -> None:
    """The far sea, in a thinner ink."""
    sea(to, 48, mix(INK, "#1f8a84", 0.55))
