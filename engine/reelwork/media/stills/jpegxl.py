"""JPEG XL: a file goes in; its samples with their colour come out.

The decoders say nothing of a colour that is written as a number rather than as a profile, so that its head is read
here (ISO/IEC 18181-1, annex D).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills import boxes
from reelwork.media.stills.by_pillow import BROKEN
from reelwork.media.stills.png import tags_colour
from reelwork.media.stills.raster import Colour, Raster

_STREAM: Final = b"\xff\x0a"
MAGICS: Final = (_STREAM, b"\0\0\0\x0cJXL \r\n\x87\n")
_GREY, _XYB = 1, 2
_CUSTOM, _SRGB = 2, 1
# x and y of the whites and primaries that have numbers (ISO/IEC 18181-1, tables of its enumerations).
_WHITES: Final = {1: (0.3127, 0.3290), 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
_D65: Final = _WHITES[1]
_REDS_GREENS_BLUES: Final = {
    _SRGB: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# The powers that transfers are which have numbers; those with sRGB's curve, or near enough to it that nobody says more.
_POWERS: Final = {8: 1.0, 17: 2.6}
_DISPLAYS: Final = (1, 2, 13)
# Numbers of primaries that differ from those of ITU-T H.273.
_PRIMARIES: Final = {11: 12}
_ALPHA, _SPOT, _CFA = 0, 2, 5
_MOST_EXTRAS: Final = 64


def read_jpegxl(path: Path) -> Raster:
    """The picture in a file, the first one of an animation.

    :raises MediaError: it is damaged, cut short, larger than the limit, or of a colour that is not read
    """
    import imagecodecs
    import pylibjxl

    with _looked_at(path) as (data, looks):
        said = _said(data)
        if said.associated:
            raise ValueError("its colours are multiplied by its alpha; save it with straight alpha")
        samples, more = pylibjxl.decode(data, metadata=True)
        colour = Colour(more.get("icc")) if said.has_profile else _colour(said, path)
        if looks["bits_per_sample"] > 8:
            samples = imagecodecs.jpegxl_decode(data, index=0, numthreads=1)
        samples = samples.astype(np.float32) if samples.dtype.kind == "f" else samples
        stacked = samples if samples.ndim == 3 else samples[:, :, np.newaxis]
        return Raster(
            stacked,
            "grey" if stacked.shape[2] < 3 else "rgb",
            8 * samples.dtype.itemsize,
            "none" if stacked.shape[2] % 2 else "straight",
            colour,
        )


@dataclass
class _Said:
    """What a head says of colour; 2 is a number that it does not say."""

    has_profile: bool = False
    primaries: int = 1
    transfer: int = 13
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None
    associated: bool = False
    strange: str = ""


def _colour(said: _Said, path: Path) -> Colour:
    if said.strange:
        raise ValueError(f"its colour has {said.strange}, which cannot be read; save it as sRGB")
    if said.chromaticities is not None or said.gamma is not None:
        gamma = _POWERS.get(said.transfer) if said.gamma is None else said.gamma
        if gamma is None and said.transfer not in _DISPLAYS:
            raise ValueError("its colour has primaries of its own and a curve of HDR; save it as BT.2020")
        return Colour(gamma=gamma, chromaticities=said.chromaticities)
    return tags_colour(_PRIMARIES.get(said.primaries, said.primaries), said.transfer, path)


@contextmanager
def _looked_at(path: Path) -> Iterator[tuple[bytes, Any]]:
    import pylibjxl

    try:
        data = path.read_bytes()
        looks = pylibjxl.probe(data)
        if looks["width"] * looks["height"] > MAX_PIXELS:
            raise MediaError(
                f"{path}: {looks['width']}x{looks['height']} is larger than {MAX_PIXELS:,} pixels, the most that is "
                "read"
            )
        yield data, looks
    except MediaError:
        raise
    except (*BROKEN, MemoryError) as error:
        raise MediaError(f"{path}: is damaged or cut short: {error}") from error


def _said(data: bytes) -> _Said:
    """:raises ValueError: the head is damaged"""
    if not data.startswith(_STREAM):
        parts = [body if kind == b"jxlc" else body[4:] for kind, body in boxes.walk(data) if kind in (b"jxlc", b"jxlp")]
        data = b"".join(bytes(part) for part in parts[:4])
    return _metadata(_bits(data[2:4096]))


Bits = Callable[[int], int]
_ENUM: Final = ((0, 0), (1, 0), (2, 4), (18, 6))


def _bits(data: bytes) -> Bits:
    value, place = int.from_bytes(data, "little"), 0

    def read(count: int) -> int:
        nonlocal place
        if place + count > 8 * len(data):
            raise ValueError("its head is cut short")
        found = value >> place & ((1 << count) - 1)
        place += count
        return found

    return read


def _number(read: Bits, *choices: tuple[int, int]) -> int:
    """One of four ranges: where it begins, and how many bits are added."""
    begins, count = choices[read(2)]
    return begins + read(count)


def _metadata(read: Bits) -> _Said:
    said = _Said()
    _size(read)
    if read(1):
        return said
    if read(1):
        _extra_fields(read)
    _depth(read)
    read(1)
    extras = _number(read, (0, 0), (1, 0), (2, 4), (1, 12))
    if extras > _MOST_EXTRAS:
        raise ValueError(f"it has {extras} channels beside its colours")
    for _ in range(extras):
        said.associated |= _extra_channel(read)
    read(1)
    if not read(1):
        _encoding(read, said)
    return said


def _encoding(read: Bits, said: _Said) -> None:
    said.has_profile = bool(read(1))
    space = _number(read, *_ENUM)
    if said.has_profile:
        return
    if space == _XYB:
        said.strange = "the space XYB"
        return
    number = _number(read, *_ENUM)
    white = _chromaticity(read) if number == _CUSTOM else _WHITES.get(number)
    colours: tuple[float, ...] | None = None
    if space != _GREY:
        said.primaries = _number(read, *_ENUM)
        if said.primaries == _CUSTOM:
            colours = (*_chromaticity(read), *_chromaticity(read), *_chromaticity(read))
        else:
            colours = _REDS_GREENS_BLUES.get(said.primaries)
        if colours is None or white is None:
            said.strange = "a white or primaries with a number that nobody knows"
        elif said.primaries == _CUSTOM or white != _D65:
            said.chromaticities = (*colours, *white)
    if read(1):
        power = read(24) / 10_000_000
        if not 0 < power <= 1:
            raise ValueError("its gamma is none")
        said.gamma = 1 / power
        said.chromaticities = said.chromaticities or (None if colours is None or white is None else (*colours, *white))
    else:
        said.transfer = _number(read, *_ENUM)


def _size(read: Bits) -> None:
    small = read(1)

    def side() -> None:
        if small:
            read(5)
        else:
            _number(read, (1, 9), (1, 13), (1, 18), (1, 30))

    side()
    if read(3) == 0:
        side()


def _extra_fields(read: Bits) -> None:
    read(3)
    if read(1):
        _size(read)
    if read(1):
        raise ValueError("it has a preview, which is not read; save it without")
    if read(1):
        _number(read, (100, 0), (1000, 0), (1, 10), (1, 30))
        _number(read, (1, 0), (1001, 0), (1, 8), (1, 10))
        _number(read, (0, 0), (0, 3), (0, 16), (0, 32))
        read(1)


def _depth(read: Bits) -> None:
    if read(1):
        _number(read, (32, 0), (16, 0), (24, 0), (1, 6))
        read(4)
    else:
        _number(read, (8, 0), (10, 0), (12, 0), (1, 6))


def _extra_channel(read: Bits) -> bool:
    """Whether it is alpha that the colours are multiplied by."""
    if read(1):
        return False
    kind = _number(read, *_ENUM)
    _depth(read)
    _number(read, (0, 0), (3, 0), (4, 0), (1, 3))
    for _ in range(_number(read, (0, 0), (0, 4), (16, 5), (48, 10))):
        read(8)
    if kind == _ALPHA:
        return bool(read(1))
    if kind == _SPOT:
        read(64)
    elif kind == _CFA:
        _number(read, (1, 0), (0, 2), (3, 4), (19, 8))
    return False


def _chromaticity(read: Bits) -> tuple[float, float]:
    def side() -> float:
        number = _number(read, (0, 19), (524288, 19), (1048576, 20), (2097152, 21))
        return (-(number + 1 >> 1) if number & 1 else number >> 1) / 1e6

    return side(), side()
