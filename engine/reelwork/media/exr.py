"""OpenEXR: a file of linear light goes in and a picture comes out; a frame goes in and a file comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import OpenEXR

from reelwork.errors import MediaError
from reelwork.image.storage import Primaries, StorageFormat
from reelwork.media.decoder import MAX_PIXELS
from reelwork.media.picture import Picture, check_light

MAGIC: Final = b"\x76\x2f\x31\x01"
_LINEAR = StorageFormat(
    model="rgb", depth=32, subsampling=(1, 1), full_range=True, transfer="linear", alpha="premultiplied"
)
# Chromaticities as the attribute holds them: x and y of red, green, blue and white.
_PRIMARIES: Final[dict[Primaries, tuple[float, ...]]] = {
    "bt709": (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    "p3-d65": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
}


def load_exr(path: Path) -> Picture:
    """The display window of a file with channels R, G, B, perhaps A, or Y alone; premultiplied, linear.

    :raises MediaError: the file cannot be read, is too large, or has other channels or primaries
    """
    try:
        header = OpenEXR.File(str(path), separate_channels=True, header_only=True).header()
        display, data = _box(header, "displayWindow"), _box(header, "dataWindow")
        for x0, y0, x1, y1 in (display, data):
            if not 0 < (x1 - x0) * (y1 - y0) <= MAX_PIXELS:
                raise MediaError(
                    f"{path}: {x1 - x0}x{y1 - y0} is larger than {MAX_PIXELS:,} pixels, the most that is read"
                )
        channels = OpenEXR.File(str(path), separate_channels=True).channels()
        names = ["R", "G", "B"] if "R" in channels else ["Y", "Y", "Y"]
        if not set(names) <= set(channels):
            raise MediaError(f"{path}: has no channels R, G, B or Y, but {', '.join(sorted(channels))}")
        alpha = "A" in channels
        planes = [_placed(channels[name].pixels, data, display) for name in ([*names, "A"] if alpha else names)]
        storage = replace(_LINEAR, primaries=_primaries(header, path), alpha="premultiplied" if alpha else "none")
    except (RuntimeError, TypeError, ValueError, LookupError) as error:
        raise MediaError(f"{path}: is damaged, or is no OpenEXR file that can be read") from error
    return check_light(Picture(tuple(planes), storage, display[2] - display[0], display[3] - display[1]), path)


def write_exr(planes: dict[str, npt.NDArray[Any]], to: Path) -> None:
    """Write planes of half or float samples by their channels' names, compressed without loss.

    :raises OSError: the place cannot be written
    """
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "chromaticities": _PRIMARIES["bt709"],
    }
    try:
        with OpenEXR.File(header, planes) as file:
            file.write(str(to))
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _box(header: dict[str, Any], name: str) -> tuple[int, int, int, int]:
    (x0, y0), (x1, y1) = header[name]
    return int(x0), int(y0), int(x1) + 1, int(y1) + 1


def _placed(
    pixels: npt.NDArray[Any], data: tuple[int, int, int, int], display: tuple[int, int, int, int]
) -> npt.NDArray[np.float32]:
    """The data window's samples in the display window; black where there are none."""
    x0, y0, x1, y1 = display
    if data == display:
        plane = np.ascontiguousarray(pixels, np.float32)
    else:
        plane = np.zeros((y1 - y0, x1 - x0), np.float32)
        left, top, right, bottom = max(x0, data[0]), max(y0, data[1]), min(x1, data[2]), min(y1, data[3])
        if left < right and top < bottom:
            plane[top - y0 : bottom - y0, left - x0 : right - x0] = pixels[
                top - data[1] : bottom - data[1], left - data[0] : right - data[0]
            ]
    plane.flags.writeable = False
    return plane


def _primaries(header: dict[str, Any], path: Path) -> Primaries:
    stated = header.get("chromaticities")
    if stated is None:
        return "bt709"
    for name, known in _PRIMARIES.items():
        if np.allclose(np.asarray(stated, np.float64), known, atol=2e-3):
            return name
    raise MediaError(f"{path}: its primaries are not Rec.709's, Rec.2020's or P3's; convert it first")
