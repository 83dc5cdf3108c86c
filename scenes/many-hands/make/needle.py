"""The hand of needle: embroidery. Every stitch is a thread with light on it, on linen."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, ROSE, TEAL, VERMILION, Sheet, blurred, mix, rgb, shifted


def feather_stitched(to: Path) -> None:
    """Satin stitch along the barbs, in rows that dovetail, and stem stitch for the shaft."""
    h, w = feather.HEIGHT, feather.WIDTH
    rng = np.random.default_rng(51)
    m = feather.mapped(seed=52, rough=0.05)
    thread = m.b * 230
    index = np.floor(thread).astype(int)
    offset = rng.uniform(0, 1, 400)[np.clip(index, 0, 399)]
    row = np.floor(np.abs(m.v) * 3.2 + 0.55 * offset)
    along = (np.abs(m.v) * 3.2 + 0.55 * offset) % 1
    bands = np.array(
        [TEAL, mix(TEAL, PAPER, 0.35), MARIGOLD, mix(MARIGOLD, VERMILION, 0.4), ROSE, mix(ROSE, PAPER, 0.4)]
    )
    pick = (np.clip(index // 22, 0, 50) * 2 + row.astype(int)) % 6
    colour = np.stack([rgb(c) for c in bands])[pick]
    round_ = np.sqrt(np.clip(1 - ((thread % 1) * 2 - 1) ** 2, 0, 1))
    ends = np.sin(np.pi * along) ** 0.35
    sheen = 0.62 + 0.30 * round_ * ends + 0.22 * np.exp(-(((along - 0.45) / 0.2) ** 2)) * round_
    sheen += 0.06 * rng.standard_normal(400)[np.clip(index, 0, 399)]
    sheet = Sheet(h, w)
    sheet.under(INK, 0.4 * blurred(shifted(m.vane, 2, 5), 4))
    sheet.lay(np.clip(colour * sheen[..., None], 0, 1), m.vane)
    away = m.v * np.maximum(feather.half_width(np.clip(m.u, 0, 1), m.v), 1)
    y = np.mgrid[0:h, 0:w][0] + 0.5 - feather.shaft(m.u)
    thick = 8.5 - 5 * np.clip(m.u, 0, 1)
    twist = 0.5 + 0.5 * np.sin(m.u * 520 + y * 0.55)
    stem = feather.smooth(-0.8, 0.8, thick - np.abs(y)) * (m.u > 0.002) * (m.u < 0.97)
    shade = (0.55 + 0.5 * twist * np.sqrt(np.clip(1 - (y / thick) ** 2, 0, 1)))[..., None]
    sheet.lay(np.clip(rgb(VERMILION) * shade, 0, 1), stem)
    del away
    sheet.save(to)


def linen(to: Path) -> None:
    """The cloth, 1920 × 1080: over, under, thick threads and thin."""
    h, w = 1080, 1920
    rng = np.random.default_rng(54)
    y, x = np.mgrid[0:h, 0:w] + 0.5
    pitch = 6.0
    wobble = field(spectrum(rng, h, w, slope=1.2), h, w) * 0.5
    ix, iy = np.floor((x + wobble) / pitch).astype(int), np.floor((y + wobble) / pitch).astype(int)
    warp = 1 - (((x + wobble) / pitch) % 1 * 2 - 1) ** 2
    weft = 1 - (((y + wobble) / pitch) % 1 * 2 - 1) ** 2
    over = (ix + iy) % 2 == 0
    tone = np.where(over, 0.76 + 0.2 * warp, 0.72 + 0.2 * weft)
    tone += np.where(over, rng.normal(0, 0.035, 400)[ix % 400], rng.normal(0, 0.035, 400)[iy % 400])
    tone += 0.02 * field(spectrum(rng, h, w, slope=0.4), h, w)
    sheet = Sheet(h, w)
    sheet.lay(np.clip(rgb(mix(PAPER, MARIGOLD, 0.12)) * tone[..., None] * 1.08, 0, 1), np.ones((h, w)))
    sheet.save(to, 70)


def meadow(to: Path) -> None:
    """Flowers in cross stitch on a grid of 8 pixels, a band 2304 wide that is denser below."""
    rng = np.random.default_rng(56)
    cell, columns, rows = 8, 288, 52
    grid = np.full((rows, columns), -1)
    inks = [
        mix(TEAL, INK, 0.35),
        TEAL,
        mix(TEAL, MARIGOLD, 0.4),
        VERMILION,
        MARIGOLD,
        ROSE,
        PAPER,
        mix(VERMILION, INK, 0.4),
    ]
    for c in range(columns):
        top = int(34 + 5 * np.sin(c / 19) + 3 * np.sin(c / 7 + 1) + rng.integers(0, 5))
        for r in range(top, rows):
            grid[r, c] = rng.choice((0, 0, 1, 1, 2))
    for _ in range(74):
        c, stem = int(rng.integers(5, columns - 6)), int(rng.integers(10, 36))
        foot = 44
        for k in range(stem):
            cc = c + round(1.2 * np.sin(k / 6))
            grid[max(foot - k, 0), cc] = 1 if k % 3 else 2
            if k in (6, 7, 13, 14) and stem > 16:
                for leaf in range(1, 4):
                    side = 1 if k < 10 else -1
                    grid[max(foot - k - leaf // 2, 0), np.clip(cc + side * leaf, 0, columns - 1)] = 1
        hr, hc = max(foot - stem, 3), c + round(1.2 * np.sin(stem / 6))
        petal = int(rng.choice((3, 3, 4, 5, 5, 6)))
        kind = rng.integers(0, 3)
        for dr in range(-3, 4):
            for dc in range(-3, 4):
                reach = (
                    abs(dr) + abs(dc)
                    if kind == 0
                    else max(abs(dr), abs(dc)) + 0.5 * (abs(dr) == abs(dc))
                    if kind == 1
                    else np.hypot(dr, dc)
                )
                if reach <= 2.6 and 0 <= hr + dr < rows and 0 <= hc + dc < columns:
                    grid[hr + dr, hc + dc] = petal
        grid[hr, hc] = 4 if petal != 4 else 7
    tile_y, tile_x = np.mgrid[0:cell, 0:cell] + 0.5
    a, b = np.abs(tile_x - tile_y), np.abs(tile_x + tile_y - cell)
    first, second = feather.smooth(2.0, 1.2, a), feather.smooth(2.0, 1.2, b)
    light = np.where(second > 0.5, 1.06 - 0.10 * b, 0.86 - 0.10 * a)
    mask = np.tile(np.maximum(feather.smooth(-2.0, -1.2, -a), feather.smooth(-2.0, -1.2, -b)), (rows, columns))
    del first
    colours = np.stack([rgb(c) for c in inks])
    big = np.repeat(np.repeat(grid, cell, 0), cell, 1)
    paint = colours[np.clip(big, 0, None)] * np.tile(light, (rows, columns))[..., None]
    paint *= np.repeat(np.repeat(rng.uniform(0.92, 1.05, grid.shape), cell, 0), cell, 1)[..., None]
    on = (big >= 0) * mask
    sheet = Sheet(rows * cell, columns * cell)
    ground = np.repeat(np.repeat((grid >= 0).astype(float), cell, 0), cell, 1)
    sheet.lay(colours[np.clip(big, 0, None)] * 0.5, ground * 0.96)
    sheet.lay(np.clip(paint, 0, 1), on)
    sheet.save(to, 70)
