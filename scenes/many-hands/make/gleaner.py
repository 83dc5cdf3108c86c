"""The hand of gleaner: collage. It makes nothing of its own: it tears up what the others made and lays it anew."""

from __future__ import annotations

from pathlib import Path

import feather
import numpy as np
from noise import field, spectrum
from palette import INK, MARIGOLD, PAPER, Sheet, blurred, rgb, shifted
from PIL import Image


def load(path: Path) -> np.ndarray:
    """A picture as straight RGBA, 0 to 1; SVG is drawn at its own size."""
    if path.suffix == ".svg":
        import io

        import resvg_py

        return (
            np.asarray(
                Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=path.read_text("utf-8"))))).convert("RGBA")
            )
            / 255
        )
    return np.asarray(Image.open(path).convert("RGBA")) / 255


def _opaque(picture: np.ndarray) -> np.ndarray:
    return picture[..., :3] * picture[..., 3:] + rgb(PAPER) * (1 - picture[..., 3:])


def feather_collage(to: Path, scraps: list[np.ndarray]) -> None:
    """Strips torn from the others' pictures, each over the one before, from the tip to the foot.

    :param scraps: straight RGBA pictures of at least 400 × 400 pixels
    """
    h, w = feather.HEIGHT, feather.WIDTH
    rng = np.random.default_rng(91)
    m = feather.mapped(seed=92, rough=0.02)
    sheet = Sheet(h, w)
    sheet.under(INK, 0.4 * blurred(shifted(m.vane, 2, 5), 4))
    sheet.lay(PAPER, m.vane)
    cuts = np.linspace(0.93, 0.05, 13)
    for k, start in enumerate(cuts):
        tear = field(spectrum(np.random.default_rng(900 + k), h, w, slope=1.2), h, w) * 0.0042
        side = (0, 1, -1)[k % 3]
        edge = start + tear - m.b + 0.05 * side * np.sign(m.v) * (side != 0)
        torn = feather.smooth(-0.0012, 0.0012, edge - 0.0075 + 1.7 * tear)
        paper = feather.smooth(-0.0012, 0.0012, edge)
        scrap = _opaque(scraps[k % len(scraps)])
        y0, x0 = int(rng.integers(0, max(scrap.shape[0] - h, 1))), int(rng.integers(0, max(scrap.shape[1] - w, 1)))
        piece = scrap[y0 : y0 + h, x0 : x0 + w]
        piece = np.tile(piece, (-(-h // piece.shape[0]), -(-w // piece.shape[1]), 1))[:h, :w]
        shade = 0.45 * blurred(shifted(paper, 4, 3), 5) * (1 - paper)
        sheet.lay(INK, shade * m.vane)
        sheet.lay(PAPER, paper * m.vane)
        sheet.lay(piece, torn * m.vane)
    sheet.lay(MARIGOLD, m.stem)
    sheet.save(to)


def table(to: Path, scraps: list[np.ndarray]) -> None:
    """A table of kraft paper, 1920 × 1080, with torn scraps of everything pushed to its edges."""
    h, w = 1080, 1920
    rng = np.random.default_rng(95)
    fibre = field(spectrum(rng, h, w, slope=0.7, stretch=4.0), h, w)
    fine = field(spectrum(rng, h, w, slope=0.3), h, w)
    sheet = Sheet(h, w)
    sheet.lay(np.clip(np.array([0.80, 0.66, 0.49]) + (0.022 * fibre + 0.016 * fine)[..., None], 0, 1), np.ones((h, w)))
    y, x = np.mgrid[0:h, 0:w] + 0.5
    for k in range(26):
        angle = 2 * np.pi * k / 26 + rng.uniform(-0.1, 0.1)
        cx, cy = (
            960 + 930 * np.cos(angle) * rng.uniform(0.86, 1.05),
            540 + 520 * np.sin(angle) * rng.uniform(0.86, 1.05),
        )
        half = rng.uniform(70, 150, 2)
        turn = rng.uniform(0, 6.28)
        x0, x1, y0, y1 = max(int(cx) - 230, 0), min(int(cx) + 230, w), max(int(cy) - 230, 0), min(int(cy) + 230, h)
        if x0 >= x1 or y0 >= y1 or (cx < 1330 and cy < 330):  # there the words stand
            continue
        gx, gy = x[y0:y1, x0:x1] - cx, y[y0:y1, x0:x1] - cy
        px, py = gx * np.cos(turn) + gy * np.sin(turn), gy * np.cos(turn) - gx * np.sin(turn)
        tear = field(spectrum(np.random.default_rng(950 + k), y1 - y0, x1 - x0, slope=1.3), y1 - y0, x1 - x0) * 4
        inside = np.minimum(half[0] - np.abs(px), half[1] - np.abs(py)) + tear
        paper, torn = feather.smooth(-0.9, 0.9, inside), feather.smooth(-0.9, 0.9, inside - 4 + 0.8 * tear)
        scrap = _opaque(scraps[k % len(scraps)])
        oy, ox = (
            (scrap.shape[0] // 2 + py.astype(int)) % scrap.shape[0],
            (scrap.shape[1] // 2 + px.astype(int)) % scrap.shape[1],
        )
        part = Sheet(y1 - y0, x1 - x0)
        part.colour, part.alpha = sheet.colour[y0:y1, x0:x1], np.ones((y1 - y0, x1 - x0))
        part.lay(INK, 0.4 * blurred(shifted(paper, 3, 6), 6) * (1 - paper))
        part.lay(PAPER, paper)
        part.lay(scrap[oy, ox], torn)
        sheet.colour[y0:y1, x0:x1] = part.colour
    sheet.save(to, 76)


def houses(to: Path, scraps: list[np.ndarray]) -> None:
    """A village of torn paper, 1100 × 420, on nothing: each wall and each roof from another hand."""
    h, w = 420, 1100
    rng = np.random.default_rng(97)
    sheet = Sheet(h, w)
    y, x = np.mgrid[0:h, 0:w] + 0.5
    pick = 0

    def piece(inside: np.ndarray, seed: int) -> None:
        nonlocal pick
        tear = field(spectrum(np.random.default_rng(seed), h, w, slope=1.2), h, w) * 2.6
        paper, torn = feather.smooth(-0.9, 0.9, inside + tear), feather.smooth(-0.9, 0.9, inside - 3.5 + 1.9 * tear)
        scrap = _opaque(scraps[pick % len(scraps)])
        oy, ox = (y.astype(int) * 2 + 31 * pick) % scrap.shape[0], (x.astype(int) + 57 * pick) % scrap.shape[1]
        sheet.lay(INK, 0.4 * blurred(shifted(paper, 3, 4), 5) * (1 - paper) * np.clip(sheet.alpha + 0.5, 0, 1))
        sheet.lay(PAPER, paper)
        sheet.lay(scrap[oy, ox], torn)
        pick += 1

    for k, (cx, wide, tall) in enumerate(
        ((120, 92, 150), (290, 78, 230), (455, 100, 130), (620, 74, 270), (780, 96, 170), (950, 84, 120))
    ):
        top = h - tall
        piece(np.minimum(wide - np.abs(x - cx), y - top), 970 + k)
        peak = top - wide * rng.uniform(0.75, 1.05)
        slope = (y - peak) * (wide + 18) / (top - peak + 1) - np.abs(x - cx)
        piece(np.minimum(slope * 0.75, top + 8 - y), 980 + k)
        for row in range(1 + tall // 110):
            for side in (-1, 1):
                lamp = np.minimum(15 - np.abs(x - cx - side * wide * 0.42), 21 - np.abs(y - top - 52 - 82 * row))
                sheet.lay(MARIGOLD if (k + row + side) % 3 else PAPER, feather.smooth(-0.9, 0.9, lamp))
    sheet.save(to, 80)
