"""The hand of tidewash: watercolour. Pigment that flows, pools at its edges, blooms and granulates."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, SKY, TEAL, VERMILION, Sheet, blurred, mix, ramp, rgb


def _flow(seed: int, height: int, width: int, slope: float, stretch: float = 1.0) -> np.ndarray:
    return field(spectrum(np.random.default_rng(seed), height, width, slope=slope, stretch=stretch), height, width)


def _paint(colour: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """White paper seen through pigment: more of it is darker and more colourful."""
    return np.clip(np.maximum(colour, 0.03) ** np.clip(amount, 0, 3)[..., None], 0, 1)


def feather_wash(to: Path) -> None:
    """Teal runs into sky, sky into rose, with the edge that a drying puddle leaves."""
    h, w = feather.HEIGHT, feather.WIDTH
    big, small, tooth = _flow(31, h, w, 1.7), _flow(32, h, w, 1.1), _flow(33, h, w, 0.4)
    m = feather.mapped(seed=34, rough=0.05)
    wet = m.edge + 5 * big + 2.5 * small
    shape = feather.smooth(-1.2, 1.2, wet) * m.vane
    for k in range(9):  # drops beside it
        rng = np.random.default_rng(340 + k)
        x, y = feather.place(rng.uniform(0.3, 0.97), rng.choice((-1, 1)) * rng.uniform(1.1, 1.35))
        yy, xx = np.mgrid[0:h, 0:w] + 0.5
        shape = np.maximum(shape, feather.smooth(-1, 1, rng.uniform(2.5, 7) - np.hypot(xx - x, yy - y) + small))
    colour = ramp(
        m.u + 0.07 * big,
        (0.1, mix(TEAL, INK, 0.25)),
        (0.36, TEAL),
        (0.58, SKY),
        (0.76, mix(ROSE, VERMILION, 0.25)),
        (0.97, VERMILION),
    )
    pool = np.exp(-np.clip(wet, 0, 60) / 5.5)
    bloom = np.exp(-(((big - 0.75) / 0.16) ** 2)) * 0.5
    streak = 0.16 * np.sin(m.b * 520 + 3 * small) * feather.smooth(0.1, 0.9, np.abs(m.v))
    amount = 1.12 + 0.26 * big + 0.15 * small + 0.75 * pool + bloom + 0.10 * tooth + streak
    sheet = Sheet(h, w)
    sheet.lay(_paint(colour, amount), shape * np.clip(0.9 + 0.1 * amount, 0, 1))
    sheet.lay(mix(TEAL, INK, 0.6), m.stem * 0.85)
    sheet.save(to)


def feather_inked(to: Path, ink: np.ndarray) -> None:
    """The wash again, with nib's ink drawing over it: where both lie it is a finished illustration.

    :param ink: the ink feather as straight RGBA, 0 to 1
    """
    feather_wash(to)
    from PIL import Image

    wash = np.asarray(Image.open(to).convert("RGBA")) / 255
    sheet = Sheet(feather.HEIGHT, feather.WIDTH)
    sheet.lay(wash[..., :3], wash[..., 3])
    dark = (1 - ink[..., :3].mean(axis=-1)) ** 0.8 * ink[..., 3]
    sheet.lay(INK, np.clip(dark * 1.15 - 0.08, 0, 1))
    gold = feather.mapped(seed=34)
    sheet.lay(
        MARIGOLD,
        0.9
        * feather.smooth(0.55, 0.6, np.sin(gold.b * 120))
        * feather.smooth(0.5, 0.56, gold.v)
        * (1 - feather.smooth(0.86, 0.9, gold.v))
        * gold.vane,
    )
    sheet.save(to)


def sky(to: Path) -> None:
    """A wet sky, 2304 × 1296: sky blue above, a breath of rose, marigold at the horizon; clouds left white."""
    h, w = 1296, 2304
    y = np.linspace(0, 1, h)[:, None] * np.ones((1, w))
    big, mid, tooth = _flow(36, h, w, 1.75, 3.0), _flow(37, h, w, 1.35, 2.0), _flow(38, h, w, 0.35)
    colour = ramp(
        y + 0.05 * big,
        (0, mix(SKY, TEAL, 0.35)),
        (0.35, SKY),
        (0.55, mix(SKY, ROSE, 0.55)),
        (0.72, ROSE),
        (0.9, MARIGOLD),
    )
    cloud = feather.smooth(0.15, 0.75, big + 0.35 * mid - 0.6 * np.abs(y - 0.42))
    rim = np.exp(-(((big + 0.35 * mid - 0.6 * np.abs(y - 0.42) - 0.2) / 0.07) ** 2))
    amount = 0.72 + 0.14 * mid + 0.05 * tooth - 0.68 * cloud + 0.26 * rim
    paint = _paint(colour, amount) * rgb(PAPER) ** 0.35
    drop = blurred((np.random.default_rng(39).random((h, w)) < 0.00002).astype(float), 9) * 260
    paint = paint + np.clip(drop, 0, 0.25)[..., None] * (1 - paint)
    sheet = Sheet(h, w)
    sheet.lay(np.clip(paint, 0, 1), np.ones((h, w)))
    sheet.save(to, 80)
