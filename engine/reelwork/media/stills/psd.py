"""Photoshop's documents (PSD, PSB): a file goes in; the samples of its flattened picture with their colour come out.

After Adobe's "Photoshop File Formats Specification". Bitmaps and indexed colours are Pillow's.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.image.storage import Alpha
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills import by_pillow
from reelwork.media.stills.lab import lab_to_light
from reelwork.media.stills.raster import Colour, Model, Raster

_MAGIC: Final = b"8BPS\0"
_GREY, _RGB, _CMYK, _DUOTONE, _LAB = 1, 3, 4, 8, 9
_MODELS: Final[dict[int, Model]] = {_GREY: "grey", _RGB: "rgb", _CMYK: "cmyk", _DUOTONE: "grey", _LAB: "rgb"}
_COUNTS: Final = {_GREY: 1, _RGB: 3, _CMYK: 4, _DUOTONE: 1, _LAB: 3}
_PROFILE: Final = 1039
_RAW, _PACKED = 0, 1
# Blocks whose lengths have eight bytes in a PSB.
_LONG: Final = frozenset(b"LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD".split())
_ROWS: Final = 64
_RUN: Final = 1024


@dataclass(frozen=True)
class _Head:
    long: bool
    channels: int
    height: int
    width: int
    depth: int
    mode: int


def is_psd(head: bytes) -> bool:
    """Whether a file that begins like this is one that is read here."""
    if not head.startswith(_MAGIC) or len(head) < 26 or head[5] not in (1, 2):
        return False
    depth, mode = struct.unpack_from(">HH", head, 22)
    return head[5] == 2 or depth > 8 or mode in _MODELS


def read_psd(path: Path) -> Raster:
    """The flattened picture of a document.

    :raises MediaError: it is damaged, cut short, larger than the limit, or of a kind that is not read
    """
    with by_pillow.reading(path), path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        long, *numbers = struct.unpack_from(">5xB6xHIIHH", data)
        head = _Head(long == 2, *numbers)
        if head.width * head.height > MAX_PIXELS:
            said = (
                f"{path}: {head.width}x{head.height} is larger than {MAX_PIXELS:,} pixels, the most that is read of PSD"
            )
            raise MediaError(f"{said}; save it as TIFF")
        if head.mode not in _MODELS or head.depth not in (8, 16, 32):
            raise ValueError("its mode cannot be read; change it to RGB")
        at = 26 + 4 + struct.unpack_from(">I", data, 26)[0]
        resources = at + 4, at + 4 + struct.unpack_from(">I", data, at)[0]
        layers, at = _section(data, resources[1], head.long)
        count = _COUNTS[head.mode]
        if head.channels < count:
            raise ValueError(f"it has {head.channels} of {count} channels")
        clear = head.channels > count and _is_clear(data, layers, head.long)
        samples = _samples(data, at, head, count + clear)
        return _raster(samples, head, "straight" if clear else "none", Colour(profile=_profile(data, *resources)))


def _raster(samples: npt.NDArray[Any], head: _Head, alpha: Alpha, colour: Colour) -> Raster:
    if alpha != "none":
        _without_white(samples)
    if head.mode == _CMYK:
        if head.depth == 32:
            raise ValueError("its inks are floats; change it to 16 bits")
        np.invert(samples[:, :, :4], out=samples[:, :, :4])  # what is stored is what is left white
    if head.mode == _LAB:
        if head.depth == 32:
            raise ValueError("its CIELAB is of floats; change it to 16 bits")
        light = lab_to_light(samples, full_range=True)
        if alpha != "none":
            light = np.concatenate((light, samples[:, :, 3:].astype(np.float32) / ((1 << head.depth) - 1)), -1)
        return Raster(light, "rgb", 32, alpha)
    return Raster(samples, _MODELS[head.mode], head.depth, alpha, colour)


def _section(data: mmap.mmap, at: int, long: bool) -> tuple[tuple[int, int], int]:
    """Where a section begins and ends that says its length, and what follows it."""
    wide = 8 if long else 4
    begin = at + wide
    end = begin + struct.unpack_from(">Q" if long else ">I", data, at)[0]
    if end > len(data):
        raise ValueError("it ends too early")
    return (begin, end), end


def _is_clear(data: mmap.mmap, layers: tuple[int, int], long: bool) -> bool:
    """Whether the first channel beside the colours is how opaque the picture is, and not a mask: layers are counted in
    negative numbers then."""
    at, end = layers
    if end - at < 4:
        return False
    (begin, stop), at = _section(data, at, long)
    if stop - begin >= 2:
        return bool(struct.unpack_from(">h", data, begin)[0] < 0)
    if at + 4 > end:
        return False
    _, at = _section(data, at, False)  # the mask of all layers
    while at + 12 <= end:
        key = data[at + 4 : at + 8]
        (begin, stop), at = _section(data, at + 8, long and key in _LONG)
        if key in (b"Lr16", b"Lr32", b"Layr") and stop - begin >= 2:
            return bool(struct.unpack_from(">h", data, begin)[0] < 0)
        at += -(stop - begin) % 4
    return False


def _profile(data: mmap.mmap, at: int, end: int) -> bytes | None:
    while at + 12 <= end and data[at : at + 4] == b"8BIM":
        number, name = struct.unpack_from(">HB", data, at + 4)
        at += 6 + (name + 2) // 2 * 2
        size = struct.unpack_from(">I", data, at)[0]
        if number == _PROFILE:
            return data[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2
    return None


def _samples(data: mmap.mmap, at: int, head: _Head, count: int) -> npt.NDArray[Any]:
    """``[row, column, channel]`` of so many channels."""
    import imagecodecs

    kind: np.dtype[Any] = np.dtype({8: "u1", 16: ">u2", 32: ">f4"}[head.depth])
    planes = np.empty((count, head.height, head.width), kind.newbyteorder("="))  # as pictures have them
    out = np.moveaxis(planes, 0, -1)
    packing = struct.unpack_from(">H", data, at)[0]
    at += 2
    size = head.width * kind.itemsize
    if packing == _RAW:
        if at + size * head.height * count > len(data):
            raise ValueError("it ends too early")
        for channel in range(count):
            first = at + channel * size * head.height
            for top in range(0, head.height, _RUN):
                rows = planes[channel, top : top + _RUN]
                rows[:] = np.frombuffer(data, kind, rows.size, first + top * size).reshape(rows.shape)
                if hasattr(mmap, "MADV_DONTNEED"):
                    data.madvise(mmap.MADV_DONTNEED)  # it has passed
        return out
    if packing != _PACKED:
        raise ValueError("its pixels are compressed in a way that cannot be read; save it as TIFF")
    lengths = np.frombuffer(data, ">u4" if head.long else ">u2", head.height * head.channels, at).astype(np.int64)
    at += lengths.size * (4 if head.long else 2)
    for channel in range(count):
        for row in range(head.height):
            length = int(lengths[channel * head.height + row])
            line = imagecodecs.packbits_decode(data[at : at + length])
            at += length
            if at > len(data) or len(line) != size:
                raise ValueError("it ends too early, or a row of it is not as long as the others")
            out[row, :, channel] = np.frombuffer(line, kind)
    return out


def _without_white(samples: npt.NDArray[Any]) -> None:
    """Take away the white that the flattened picture lies on."""
    most = 1.0 if samples.dtype.kind == "f" else float(np.iinfo(samples.dtype).max)
    for top in range(0, len(samples), _ROWS):
        part = samples[top : top + _ROWS]
        alpha = part[:, :, -1:].astype(np.float64) / most
        colours = most - (most - part[:, :, :-1]) / np.where(alpha > 0.0, alpha, 1.0)
        if samples.dtype.kind != "f":
            colours = np.rint(np.clip(colours, 0.0, most))
        part[:, :, :-1] = colours
