"""Writing stills: one frame goes in, a PNG, JPEG, TIFF, OpenEXR or AVIF file comes out."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reelwork.errors import OutputError
from reelwork.extensions import registry
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat, Transfer
from reelwork.media.convert import frame_to_pixels
from reelwork.media.picture import Picture
from reelwork.media.stills import exr
from reelwork.media.stills.plugins import write_by
from reelwork.media.whole import whole_file
from reelwork.media.writing.brightness import brightness
from reelwork.media.writing.light_level import PARTS
from reelwork.scene.files import DEPTHS, HDR_DEPTHS
from reelwork.values import Display

#: Suffixes of stills, with the depths that each can have, the default first.
STILL_DEPTHS: Final = {**DEPTHS, ".jpg": (8,), ".jpeg": (8,)}
_QUALITY: Final = 92
#: A kind of chunk of a PNG, and its content.
_Chunk = tuple[bytes, bytes]
# How a PNG says its curve. Of BT.1886 only gAMA (the exponent of the values, times 100,000) and cHRM say just this:
# cICP has a number for the curve of BT.709's cameras alone, which readers undo in different ways.
_PNG_CURVES: Final[dict[Display, tuple[_Chunk, ...]]] = {
    "srgb": ((b"sRGB", b"\0"),),
    "bt1886": (
        (b"gAMA", struct.pack(">I", round(100_000 / 2.4))),
        (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
    ),
}
# Primaries, transfer and matrix by ITU-T H.273.
_NUMBERS: Final[dict[Transfer, tuple[int, int, int]]] = {
    "srgb": (1, 13, 1), "bt1886": (1, 1, 1), "pq": (9, 16, 9), "hlg": (9, 18, 9),
}  # fmt: skip
# Tags of a TIFF's directory (TIFF 6.0) and the types of their values.
_SHORT, _LONG = 3, 4


def still_endings() -> tuple[str, ...]:
    """The endings of stills that can be written here, plugins' too."""
    return (*STILL_DEPTHS, *registry().writers)


def write_still(
    frame: Frame,
    to: Path,
    *,
    alpha: bool = False,
    depth: int | None = None,
    quality: int | None = None,
    display: Display = "srgb",
    hdr: Transfer | None = None,
) -> None:
    """Write a frame's window whole, under a temporary name first; the format follows from the suffix, a plugin's too.

    Stills hold values of the display curve, which a PNG names; EXR is linear Rec.709, premultiplied.

    :param alpha: keep transparency (PNG, TIFF, EXR); else light falls on black
    :param depth: bits a sample: 8 or 16 for PNG and TIFF (default 8), 16 (half) or 32 (float) for EXR (default 16), 8
        or 10 for AVIF (default 8)
    :param quality: of JPEG and AVIF, 1 to 100 (default 92)
    :param display: the production's display curve
    :param hdr: ``pq`` or ``hlg`` instead of it, for PNG and AVIF, with the primaries of BT.2020
    :raises OutputError: a suffix or depth that cannot be written, or the place
    """
    depths = STILL_DEPTHS.get(to.suffix.lower())
    writer = None if depths else registry().writers.get(to.suffix.lower())
    if writer is not None:
        with whole_file(to) as temporary:
            write_by(writer, frame, temporary, alpha=alpha, display=display, named=to)
        return
    if depths is None:
        raise OutputError(f"{to}: a still cannot be written as {to.suffix!r}; use one of {', '.join(still_endings())}")
    if hdr is not None and to.suffix.lower() not in HDR_DEPTHS:
        raise OutputError(f"{to}: {to.suffix} is not for HDR displays; use one of {', '.join(HDR_DEPTHS)}")
    depth = depth or (HDR_DEPTHS[to.suffix.lower()] if hdr is not None else depths[0])
    if depth not in depths:
        raise OutputError(f"{to}: {to.suffix} has {' or '.join(map(str, depths))} bits a sample, not {depth}")
    if alpha and to.suffix.lower() in (".jpg", ".jpeg"):
        raise OutputError(f"{to}: JPEG cannot keep transparency; write a .png, .tiff or .exr")
    with whole_file(to) as temporary:
        if to.suffix.lower() == ".exr":
            _write_exr(frame, temporary, alpha, np.float16 if depth == 16 else np.float32)
            return
        pixels = frame_to_pixels(frame, alpha=alpha, depth=depth, display=display, hdr=hdr)
        if to.suffix.lower() == ".png":
            _write_png(pixels, temporary, _PNG_CURVES[display] if hdr is None else _png_hdr(pixels, hdr))
        elif to.suffix.lower() == ".avif":
            _write_avif(pixels, temporary, depth, quality or _QUALITY, hdr or display)
        elif to.suffix.lower() in (".tif", ".tiff"):
            with temporary.open("wb") as file:
                _write_tiff(pixels, file)
        else:
            # Full colour resolution: a still is looked at more closely than a moving picture.
            # Into memory first: of a file that is written in part, as on a full disk, Pillow does not hear.
            made = io.BytesIO()
            Image.fromarray(pixels).save(made, "JPEG", quality=quality or _QUALITY, subsampling=0)
            temporary.write_bytes(made.getbuffer())


def _write_exr(frame: Frame, to: Path, alpha: bool, kind: type[np.floating[Any]]) -> None:
    channels = frame.data if alpha else frame.data[:3]
    # Beyond the largest half lies infinity, which no viewer shows as light.
    limit = np.finfo(kind).max
    planes = np.clip(channels, -limit, limit).astype(kind)
    exr.write_exr({name: np.ascontiguousarray(plane) for name, plane in zip("RGBA", planes, strict=False)}, to)


def _png_hdr(pixels: npt.NDArray[Any], hdr: Transfer) -> tuple[_Chunk, ...]:
    """What a PNG says of HDR (Portable Network Graphics, third edition, 11.3.2.6 and 11.3.2.8): ``cICP``, and of PQ how
    bright it is, in parts of 0.0001 cd/m²."""
    tagged = (b"cICP", bytes((*_NUMBERS[hdr][:2], 0, 1)))
    if hdr != "pq":
        return (tagged,)
    planes = tuple(np.ascontiguousarray(pixels[..., channel]) for channel in range(3))
    storage = StorageFormat("rgb", 16, (1, 1), True, transfer="pq", primaries="bt2020")
    found = brightness(Picture(planes, storage, pixels.shape[1], pixels.shape[0]))
    light = (round(value * 10_000 / PARTS) for value in (found.most, found.average))
    return (tagged, (b"cLLI", struct.pack(">2I", *light)))


def _write_avif(pixels: npt.NDArray[Any], to: Path, depth: int, quality: int, curve: Transfer) -> None:
    """An AVIF of 4:4:4; one thread, so that its bytes are the same everywhere."""
    import imagecodecs

    primaries, transfer, matrix = _NUMBERS[curve]
    data = imagecodecs.avif_encode(
        pixels, level=quality, bitspersample=depth, numthreads=1, primaries=primaries, transfer=transfer, matrix=matrix
    )
    to.write_bytes(data)


def _write_png(pixels: npt.NDArray[Any], to: Path, curve: tuple[_Chunk, ...]) -> None:
    if pixels.dtype == np.uint8:
        info = PngInfo()
        for kind, content in curve:
            info.add(kind, content)
        Image.fromarray(pixels).save(to, "PNG", pnginfo=info, compress_level=6)
        return
    # Pillow has no pictures of 16 bits in colour.
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    data = zlib.compress(_filtered(pixels), 6)
    with to.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, content in ((b"IHDR", header), *curve, (b"IDAT", data), (b"IEND", b"")):
            file.write(struct.pack(">I", len(content)) + kind + content)
            file.write(struct.pack(">I", zlib.crc32(kind + content)))


def _filtered(pixels: npt.NDArray[Any]) -> bytes:
    """Rows of big-endian samples, each as its difference from the row above (PNG's filter 2)."""
    height = pixels.shape[0]
    rows = pixels.astype(">u2").view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2
    filtered[0, 1:] = rows[0]
    filtered[1:, 1:] = rows[1:] - rows[:-1]
    return filtered.tobytes()


def _write_tiff(pixels: npt.NDArray[Any], file: BinaryIO) -> None:
    """Baseline TIFF 6.0 with one uncompressed strip, little-endian."""
    height, width, channels = pixels.shape
    bits = pixels.dtype.itemsize * 8
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    if len(data) > 0xFFFF0000:
        raise OSError(f"a picture of {width}x{height} is too large for TIFF")
    entries = [
        (256, _LONG, (width,)),
        (257, _LONG, (height,)),
        (258, _SHORT, (bits,) * channels),
        (259, _SHORT, (1,)),  # no compression
        (262, _SHORT, (2,)),  # R'G'B'
        (273, _LONG, (8,)),  # the strip begins after the header
        (277, _SHORT, (channels,)),
        (278, _LONG, (height,)),
        (279, _LONG, (len(data),)),
        *([(338, _SHORT, (2,))] if channels == 4 else []),  # straight alpha
    ]
    directory = 8 + len(data) + len(data) % 2
    beyond = directory + 2 + 12 * len(entries) + 4
    table, long_values = [struct.pack("<H", len(entries))], []
    for tag, kind, values in entries:
        packed = struct.pack(f"<{len(values)}{'H' if kind == _SHORT else 'I'}", *values)
        if len(packed) > 4:
            long_values.append(packed)
            packed, beyond = struct.pack("<I", beyond), beyond + len(packed)
        table.append(struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0"))
    file.write(b"II*\0" + struct.pack("<I", directory) + data + b"\0" * (len(data) % 2))
    file.write(b"".join((*table, b"\0\0\0\0", *long_values)))
