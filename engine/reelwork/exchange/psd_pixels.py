"""Pixels of layered pictures: a layer goes in, its colours and its coverage come out, and a PNG on the disk."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from reelwork.exchange.files import write_bytes

#: How finely outlines are drawn: samples a pixel, along each side.
_FINE: Final = 4
_STEPS: Final = 24


def colours_of(layer: Any, document: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """``float64[row, column, 4]``, 0 to 1, straight alpha; ``None`` where a layer has no pixels.

    CMYK and Lab become sRGB by the document's profile, with 8 bits.
    """
    if not layer.has_pixels() or layer.width <= 0 or layer.height <= 0:
        return None
    mode = document.color_mode.name
    if mode == "RGB":
        colour, shape = layer.numpy("color"), layer.numpy("shape")
        if colour is None:
            return None
        alpha = np.ones((*colour.shape[:2], 1)) if shape is None or shape.size == 0 else shape
        return np.concatenate([colour[..., :3], alpha], -1).astype(np.float64)
    if mode == "GRAYSCALE":
        colour, shape = layer.numpy("color"), layer.numpy("shape")
        if colour is None:
            return None
        alpha = np.ones((*colour.shape[:2], 1)) if shape is None or shape.size == 0 else shape
        return np.concatenate([np.repeat(colour[..., :1], 3, -1), alpha], -1).astype(np.float64)
    image = layer.topil()
    if image is None:
        return None
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    made = image.convert("RGB").convert("RGBA")
    if alpha is not None:
        made.putalpha(alpha)
    return np.asarray(made, np.float64) / 255


def mask_of(layer: Any, document: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """How much a layer's masks let through, ``float64[row, column]`` over the document; ``None`` without masks."""
    found = None
    if layer.has_mask() and not layer.mask.disabled:
        found = np.full((document.height, document.width), layer.mask.background_color / 255)
        image = layer.mask.topil()
        if image is not None:
            values = np.asarray(image.convert("L") if image.mode != "I;16" else image, np.float64)
            values = values / (65535 if image.mode == "I;16" else 255)
            paste(found, values, layer.mask.left, layer.mask.top)
    if layer.has_vector_mask() and not layer.vector_mask.disabled:
        outline = _outline(layer.vector_mask, document.width, document.height)
        found = outline if found is None else found * outline
    return found


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


def _outline(mask: Any, width: int, height: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What a vector mask lets through: its paths, joined in order, with smooth edges."""
    size = (width * _FINE, height * _FINE)
    found = np.full((height * _FINE, width * _FINE), bool(mask.initial_fill_rule))
    for path in mask.paths:
        points = _points(path, size)
        if len(points) < 3:
            continue
        drawn = Image.new("1", size)
        ImageDraw.Draw(drawn).polygon(points, fill=1)
        inside = np.asarray(drawn, bool)
        match int(path.operation):
            case 0:
                found ^= inside
            case 2:
                found &= ~inside
            case 3:
                found &= inside
            case _:
                found |= inside
    coverage: np.ndarray[Any, np.dtype[np.float64]] = found.reshape(height, _FINE, width, _FINE).mean((1, 3))
    return coverage


def _points(path: Any, size: tuple[int, int]) -> list[tuple[float, float]]:
    """A path's cubic curves as short lines; its knots are shares of the document, down and across."""
    knots = list(path)
    points = []
    for knot, following in zip(knots, knots[1:] + knots[:1], strict=True):
        places = (knot.anchor, knot.leaving, following.preceding, following.anchor)
        a, b, c, d = (np.array([place[1] * size[0], place[0] * size[1]]) for place in places)
        for step in range(_STEPS):
            t = step / _STEPS
            at = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t**3
            points.append((float(at[0]), float(at[1])))
    return points
