"""What the tests of layered pictures share: documents, painting what was imported, composing by psd-tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from exchange.exchanging import Scene
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Tag

from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import chosen_output

ORACLE = "psd-tools' own composite"
Array = np.ndarray[Any, np.dtype[np.float64]]


def noise(width: int, height: int, mode: str, seed: int = 0) -> Image.Image:
    """Random colours, so that resampling or a shift would show."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, len(mode)), dtype=np.uint8)
    return Image.fromarray(values if len(mode) > 1 else values[..., 0], mode)


def shown(scene: Scene) -> Array:
    """The first frame, straight and display-encoded, in codes of 8 bits: ``float[row, column, 4]``."""
    prepared = prepare(scene.file, Settings())
    output = chosen_output(prepared, None)
    data = paint_instant(prepared.graph(output.composition), output, 0, 1)[0].data.astype(np.float64)
    alpha = data[3]
    light = np.clip(np.divide(data[:3], alpha, out=np.zeros_like(data[:3]), where=alpha > 0), 0, 1)
    codes = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.concatenate([codes, alpha[None]]).transpose(1, 2, 0) * 255


def composed(path: Path) -> Array:
    """What psd-tools makes of a document, in codes of 8 bits."""
    return np.asarray(PSDImage.open(path).composite(force=True).convert("RGBA"), np.float64)


def saved(psd: PSDImage, folder: Path, name: str = "picture.psd") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    psd.save(folder / name)
    return folder / name


def difference(scene: Scene, path: Path) -> Array:
    """Codes between the frame and the composite, premultiplied, so that what is transparent has no colour."""
    mine, theirs = shown(scene), composed(path)
    return np.abs(mine[..., :3] * mine[..., 3:] - theirs[..., :3] * theirs[..., 3:]).max(-1) / 255


def adjustment(psd: PSDImage, name: str, tag: Tag, *data: Any, **keys: Any) -> Any:
    """An adjustment layer on top: psd-tools writes none, so a layer of pixels gets the block of one."""
    layer = psd.create_pixel_layer(Image.new("RGB", (1, 1)), name=name)
    layer._record.tagged_blocks.set_data(tag, *data, **keys)
    return layer
