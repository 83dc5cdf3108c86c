"""Pixels of layered pictures: a layer goes in, its colours and its coverage come out, and a PNG on the disk."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from psd_tools.composite import paint
from psd_tools.composite.vector import draw_vector_mask
from psd_tools.constants import ColorMode, Tag
from psd_tools.psd.layer_and_mask import MaskParameters
from psd_tools.terminology import Enum, Key
from scipy.ndimage import gaussian_filter

from reelwork.exchange.files import write_bytes

_FILLS: Final = (
    Tag.SOLID_COLOR_SHEET_SETTING,
    Tag.PATTERN_FILL_SETTING,
    Tag.GRADIENT_FILL_SETTING,
    Tag.VECTOR_STROKE_CONTENT_DATA,
)
#: The widest feather that Photoshop has.
_WIDEST: Final = 1000.0


def colours_of(layer: Any, document: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """``float64[row, column, 4]``, 0 to 1, straight alpha; ``None`` where a layer has no pixels.

    CMYK and Lab become sRGB by the document's profile, with 8 bits.
    """
    if not layer.has_pixels() or layer.width <= 0 or layer.height <= 0:
        return None
    if document.color_mode.name in ("RGB", "GRAYSCALE"):
        colour, shape = layer.numpy("color"), layer.numpy("shape")
        if colour is None:
            return None
        return with_coverage(colour, None if shape is None or shape.size == 0 else shape)
    image = layer.topil()
    if image is None:
        return None
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    made = image.convert("RGB").convert("RGBA")
    if alpha is not None:
        made.putalpha(alpha)
    return np.asarray(made, np.float64) / 255


@dataclass(frozen=True)
class Drawn:
    """What a layer shows, without its masks, but for the path of a shape.

    :param colours: ``float64[row, column, 4]``, 0 to 1, straight alpha
    :param lacks: what could not be drawn; empty for nothing
    """

    colours: np.ndarray[Any, np.dtype[np.float64]]
    left: int
    top: int
    lacks: str = ""


def drawn(layer: Any, document: Any) -> Drawn | None:
    """The picture of a layer: its pixels, or what fills it, over the document; ``None`` where there is neither."""
    made = colours_of(layer, document)
    if made is not None:
        return Drawn(made, layer.left, layer.top)
    box = (0, 0, document.width, document.height)
    try:
        filled, shape = create_fill(layer, box, document)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError, AssertionError):
        return None
    if filled is None:
        return None
    stroke = getattr(layer, "stroke", None) if layer.has_vector_mask() else None
    lacks = "the stroke of a shape that has no pixels" if stroke is not None and stroke.enabled else ""
    return Drawn(with_coverage(filled, shape), 0, 0, lacks)


def with_coverage(colours: Any, shape: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Colours of one or three channels, and a coverage or ``None`` for all, as ``float64[row, column, 4]``."""
    three = np.repeat(colours, 3, -1) if colours.shape[-1] == 1 else colours[..., :3]
    alpha = np.ones((*three.shape[:2], 1)) if shape is None else np.broadcast_to(shape, (*three.shape[:2], 1))
    return np.concatenate([three, alpha], -1).astype(np.float64)


def create_fill(layer: Any, box: tuple[int, int, int, int], document: Any) -> tuple[Any, Any]:
    """The colours, in RGB, and the coverage of what fills a layer; nothing where nothing does."""
    blocks = layer.tagged_blocks
    for tag in _FILLS:
        data = blocks.get_data(tag) if blocks else None
        if data is None:
            continue
        if Key.Gradient in data:
            return paint.draw_gradient_fill(box, ColorMode.RGB, data)
        if Enum.Pattern in data:
            return paint.draw_pattern_fill(box, document, data)
        if Key.Color in data:
            return paint.draw_solid_color_fill(box, ColorMode.RGB, data)
    return None, None


def mask_of(layer: Any, document: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """How much a layer's masks let through, ``float64[row, column]`` over the document; ``None`` where that is all."""
    found = None
    size = (document.height, document.width)
    mask = layer.mask if layer.has_mask() else None
    soft = mask.parameters if mask is not None and mask.parameters else MaskParameters()
    if mask is not None and not mask.disabled:
        found = np.full(size, mask.background_color / 255)
        values = layer.numpy("mask", real_mask=True)
        if values is not None and values.size:
            paste(found, np.asarray(values[..., 0], np.float64), mask.left, mask.top)
        found = _softened(found, soft.user_mask_feather, soft.user_mask_density)
    # what has pixels of its own, or a mask that holds the path too, is cut by it already
    cut = layer.has_pixels() and any(tag in layer.tagged_blocks for tag in _FILLS)
    if layer.has_vector_mask() and not layer.vector_mask.disabled and not cut and not (mask and mask.has_real()):
        outline = np.asarray(draw_vector_mask(layer, (0, 0, size[1], size[0]))[..., 0], np.float64)
        outline = _softened(outline, soft.vector_mask_feather, soft.vector_mask_density)
        found = outline if found is None else found * outline
    return None if found is None or (found >= 1).all() else found


def _softened(mask: np.ndarray[Any, Any], feather: float | None, density: int | None) -> np.ndarray[Any, Any]:
    """A mask with its feather, a Gaussian's standard deviation in pixels, and its density, of 255."""
    if feather and 0 < feather <= _WIDEST:
        mask = gaussian_filter(mask, feather, mode="nearest")
    return mask if density is None or density == 255 else 1 - (1 - mask) * (density / 255)


def window(whole: np.ndarray[Any, Any], left: int, top: int, width: int, height: int) -> np.ndarray[Any, Any]:
    """The part of a picture of the document that a layer covers; nothing lets through outside of it."""
    found = np.zeros((height, width), whole.dtype)
    rows, columns = whole.shape
    y0, y1, x0, x1 = max(0, top), min(rows, top + height), max(0, left), min(columns, left + width)
    if y1 > y0 and x1 > x0:
        found[y0 - top : y1 - top, x0 - left : x1 - left] = whole[y0:y1, x0:x1]
    return found


def write_png(path: Path, pixels: np.ndarray[Any, Any], depth: int, profile: bytes | None) -> None:
    """Write ``float[row, column, 4]`` as a PNG of 8 or 16 bits, with an ICC profile where there is one.

    :raises OutputError: it cannot be written
    """
    most = 65535 if depth > 8 else 255
    codes = np.rint(np.clip(pixels, 0, 1) * most)
    if depth <= 8:
        out = io.BytesIO()
        extra = {"icc_profile": profile} if profile else {}
        Image.fromarray(codes.astype(np.uint8), "RGBA").save(out, "PNG", **extra)
        write_bytes(path, out.getvalue())
        return
    # Pillow writes no colours of 16 bits: the format's own words, W3C's PNG, sections 5 and 11
    height, width = codes.shape[:2]
    rows = codes.astype(">u2").reshape(height, -1).view(np.uint8)
    data = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1).tobytes()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0))]
    if profile:
        chunks.append((b"iCCP", b"profile\0\0" + zlib.compress(profile)))
    chunks += [(b"IDAT", zlib.compress(data, 6)), (b"IEND", b"")]
    text = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    write_bytes(path, b"\x89PNG\r\n\x1a\n" + text)


def paste(whole: np.ndarray[Any, Any], part: np.ndarray[Any, Any], left: int, top: int) -> None:
    """Put a part into a picture of the document, as far as it lies in it."""
    rows, columns = whole.shape
    y0, y1 = max(0, top), min(rows, top + part.shape[0])
    x0, x1 = max(0, left), min(columns, left + part.shape[1])
    if y1 > y0 and x1 > x0:
        whole[y0:y1, x0:x1] = part[y0 - top : y1 - top, x0 - left : x1 - left]
