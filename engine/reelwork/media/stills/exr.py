"""OpenEXR: a file of linear light goes in and a picture comes out; a frame goes in and a file comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import OpenEXR

from reelwork.errors import MediaError
from reelwork.image.storage import Primaries, StorageFormat
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.picture import Picture, check_light
from reelwork.media.stills.exr_layers import Part, chosen, in_words
from reelwork.media.stills.icc import REC709, to_luminance, to_rec709

MAGIC: Final = b"\x76\x2f\x31\x01"
_LINEAR = StorageFormat(
    model="rgb", depth=32, subsampling=(1, 1), full_range=True, transfer="linear", alpha="premultiplied"
)
# Chromaticities as the attribute holds them: x and y of red, green, blue and white.
_PRIMARIES: Final[dict[Primaries, tuple[float, ...]]] = {
    "bt709": REC709,
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    "p3-d65": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
}
#: Bytes of all channels of a file, which are read together.
_MOST_BYTES: Final = 3 << 30
_MOST_SIDE: Final = 1 << 26

Plane = npt.NDArray[Any]
Box = tuple[int, int, int, int]


def exr_layers(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a file's parts, where it has several, and its layers in words.

    :raises MediaError: the file cannot be read
    """
    with _reading(path):
        return in_words(_parts_of(_headers(path)))


def load_exr(path: Path, part: str = "", layer: str = "") -> Picture:
    """The display window of a file, premultiplied, linear.

    :param part: which of its parts, by its name or its number, from 1; empty for the first that has the layer
    :param layer: which of its layers, or of its channels; empty for the whole picture
    :raises MediaError: the file cannot be read, is too large, or has no such part, layer or channels
    """
    with _reading(path):
        headers = _headers(path)
        for one in headers:
            _check_size(one, path)
        try:
            number, names = chosen(_parts_of(headers), part, layer)
        except LookupError as error:
            raise MediaError(f"{path}: {error.args[0]}") from error
        header = headers[number]
        if "deep" in str(header.get("type")).lower():
            raise MediaError(f"{path}: holds deep pixels, several to a place; flatten it first")
        channels = OpenEXR.File(str(path), separate_channels=True).parts[number].channels
        display, data = _box(header, "displayWindow"), _box(header, "dataWindow")
        found = {key: channels[name].pixels for key, name in names.items()}
        del channels  # each plane goes as it is converted
        alpha = [_placed(_full(found.pop("A"), data), data, display)] if "A" in found else []
        planes = [_placed(plane, data, display) for plane in _colours(found, header)] + alpha
        storage = replace(_LINEAR, primaries=_primaries(header) or "bt709", alpha="premultiplied" if alpha else "none")
        if _primaries(header) is None:
            planes[:3] = _converted(planes[:3], header, path)
    for plane in planes:
        plane.flags.writeable = False
    return check_light(Picture(tuple(planes), storage, display[2] - display[0], display[3] - display[1]), path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what OpenEXR raises at broken files into errors that name the file."""
    try:
        yield
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError, OverflowError, MemoryError) as error:
        raise MediaError(f"{path}: is damaged, or is no OpenEXR file that can be read") from error


def _headers(path: Path) -> list[Mapping[str, Any]]:
    return [part.header for part in OpenEXR.File(str(path), separate_channels=True, header_only=True).parts]


def _parts_of(headers: Sequence[Mapping[str, Any]]) -> list[Part]:
    return [Part(str(one.get("name") or ""), tuple(c.name for c in one["channels"])) for one in headers]


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
        # … image file "PATH". No space left on device.
        raise OSError(str(error).rpartition(f'"{to}". ')[2].rstrip(".")) from error


def _check_size(header: Mapping[str, Any], path: Path) -> None:
    data = _box(header, "dataWindow")
    for x0, y0, x1, y1 in (_box(header, "displayWindow"), data):
        if not (0 < x1 - x0 <= _MOST_SIDE and 0 < y1 - y0 <= _MOST_SIDE and (x1 - x0) * (y1 - y0) <= MAX_PIXELS):
            raise MediaError(f"{path}: {x1 - x0}x{y1 - y0} is larger than {MAX_PIXELS:,} pixels, the most that is read")
    pixels = (data[2] - data[0]) * (data[3] - data[1])
    if pixels * 4 * len(header["channels"]) > _MOST_BYTES:
        raise MediaError(
            f"{path}: its {len(header['channels'])} channels are larger than {_MOST_BYTES >> 30} GiB, the most that is "
            "read; save the layer that is wanted by itself"
        )


def _colours(found: dict[str, Plane], header: Mapping[str, Any]) -> list[Plane]:
    """Red, green and blue in the data window (for luminance and chroma: OpenEXR's technical introduction)."""
    data = _box(header, "dataWindow")
    if "R" in found:
        red = _full(found.pop("R"), data)
        return [red, *(_full(found.pop(name), data) if name in found else np.zeros_like(red) for name in "GB")]
    luminance = _full(found["Y"], data)
    if "RY" not in found or "BY" not in found:
        return [luminance] * 3
    weights = to_luminance(_stated(header) or REC709)
    red = (_full(found["RY"], data) + np.float32(1.0)) * luminance
    blue = (_full(found["BY"], data) + np.float32(1.0)) * luminance
    rest = luminance - red * np.float32(weights[0]) - blue * np.float32(weights[2])
    return [red, rest / np.float32(weights[1]), blue]


def _full(plane: Plane, data: Box) -> npt.NDArray[np.float32]:
    """A channel at the size of the data window: where it has every other sample, with those between midway."""
    plane = np.ascontiguousarray(plane, np.float32)
    width, height = data[2] - data[0], data[3] - data[1]
    for axis, wanted in ((0, height), (1, width)):
        if plane.shape[axis] != wanted:
            step = -(-wanted // plane.shape[axis])
            first = -(data[1 - axis]) % step
            place = np.clip((np.arange(wanted) - first) / step, 0, plane.shape[axis] - 1)
            below = np.minimum(place.astype(np.int64), max(plane.shape[axis] - 2, 0))
            above = np.minimum(below + 1, plane.shape[axis] - 1)
            t = (place - below).astype(np.float32)
            t = t[:, np.newaxis] if axis == 0 else t
            plane = plane.take(below, axis) * (np.float32(1.0) - t) + plane.take(above, axis) * t
    return plane


def _box(header: Mapping[str, Any], name: str) -> Box:
    (x0, y0), (x1, y1) = header[name]
    return int(x0), int(y0), int(x1) + 1, int(y1) + 1


def _placed(pixels: Plane, data: Box, display: Box) -> npt.NDArray[np.float32]:
    """The data window's samples in the display window; black where there are none."""
    x0, y0, x1, y1 = display
    if data == display:
        return np.ascontiguousarray(pixels, np.float32)
    plane = np.zeros((y1 - y0, x1 - x0), np.float32)
    left, top, right, bottom = max(x0, data[0]), max(y0, data[1]), min(x1, data[2]), min(y1, data[3])
    if left < right and top < bottom:
        plane[top - y0 : bottom - y0, left - x0 : right - x0] = pixels[
            top - data[1] : bottom - data[1], left - data[0] : right - data[0]
        ]
    return plane


def _stated(header: Mapping[str, Any]) -> tuple[float, ...] | None:
    stated = header.get("chromaticities")
    return None if stated is None else tuple(float(number) for number in np.asarray(stated, np.float64).ravel())


def _primaries(header: Mapping[str, Any]) -> Primaries | None:
    """Known primaries; ``None`` for others."""
    stated = _stated(header)
    if stated is None:
        return "bt709"
    return next((name for name, known in _PRIMARIES.items() if np.allclose(stated, known, atol=2e-3)), None)


def _converted(planes: list[Plane], header: Mapping[str, Any], path: Path) -> list[Plane]:
    matrix = to_rec709(_stated(header) or REC709)
    if matrix is None:
        raise MediaError(f"{path}: its chromaticities span no colours")
    numbers = [[np.float32(value) for value in row] for row in matrix]
    return [planes[0] * row[0] + planes[1] * row[1] + planes[2] * row[2] for row in numbers]
