"""The hand of mill: the sheet that everything lies on. The grain of rag paper, to be laid over all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from noise import field, spectrum
from palette import blurred
from PIL import Image


def paper(to: Path) -> None:
    """Tooth, clouds and fibres around middle grey, 1920 × 1080; soft light leaves middle grey as it is."""
    rng = np.random.default_rng(121)
    h, w = 1080, 1920
    tooth = field(spectrum(rng, h, w, slope=0.5, grain=1.1), h, w)
    cloud = field(spectrum(rng, h, w, slope=1.6), h, w)
    fibres = np.zeros((h, w))
    for _ in range(700):
        x, y, angle, bend = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0, np.pi), rng.normal(0, 0.03)
        dark = rng.choice((-1.0, 0.7))
        for _ in range(int(rng.uniform(20, 80))):
            fibres[int(y) % h, int(x) % w] += dark
            x, y, angle = x + np.cos(angle), y + np.sin(angle), angle + bend
    fibres = (blurred(np.clip(fibres, 0, 1), 0.8) - blurred(np.clip(-fibres, 0, 1), 0.8)) * 26
    grey = np.clip(128 + 9 * tooth + 4 * cloud + fibres, 0, 255)
    Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB").save(to, quality=72, optimize=True)
