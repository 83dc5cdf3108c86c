"""Conversion at the edge: planes as they are stored go in and scene-linear light comes out, and back."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from reelwork.image.frame import Frame
from reelwork.image.storage import Matrix, Primaries, StorageFormat
from reelwork.image.window import Window
from reelwork.kernels import rgb, transfer, yuv
from reelwork.kernels.arrays import Floats, Ints, Plane
from reelwork.matrices import Rows, inverse, product

#: Luma of red, green and blue: ITU-R BT.601, BT.709 and BT.2020 (non-constant luminance), 47 CFR 73.682, SMPTE ST 240.
_WEIGHTS: Final[dict[Matrix, tuple[float, float, float]]] = {
    "bt601": (0.299, 0.587, 0.114),
    "bt709": (0.2126, 0.7152, 0.0722),
    "bt2020": (0.2627, 0.6780, 0.0593),
    "fcc": (0.30, 0.59, 0.11),
    "smpte240m": (0.212, 0.701, 0.087),
}
#: Chromaticities (x, y) of red, green and blue: ITU-R BT.709, SMPTE ST 170, ITU-R BT.601 (625), BT.2020, P3 with D65,
#: and the phosphors that ITU-T H.273 has as 22.
CHROMATICITIES: Final[dict[Primaries, tuple[tuple[float, float], ...]]] = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "bt601-525": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    "bt601-625": ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "p3-d65": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "p22": ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
#: The white of all of them.
WHITE: Final = (0.3127, 0.3290)
_TO_LIGHT: Final = {
    "srgb": transfer.srgb_to_light,
    "bt1886": transfer.bt1886_to_light,
    "pq": transfer.pq_to_light,
    "hlg": transfer.hlg_to_light,
}
_FROM_LIGHT: Final = {
    "srgb": transfer.light_to_srgb,
    "bt1886": transfer.light_to_bt1886,
    "pq": transfer.light_to_pq,
    "hlg": transfer.light_to_hlg,
}


def decode(
    planes: tuple[Plane, ...], storage: StorageFormat, width: int, height: int, out: Frame, *, has_alpha: bool = False
) -> None:
    """Fill ``out`` with the pixels of a stored picture whose top left corner is ``(0, 0)``; transparent outside it.

    :param planes: as :class:`StorageFormat` orders and types them; chroma is interpolated linearly between its sites
    :param width: columns of the picture
    :param height: rows of the picture
    :param has_alpha: that the right alpha is there already, since such a picture stood there before
    """
    inside = out.window & Window(0, 0, width, height)
    if inside != out.window:
        out.data.fill(0.0)
    if inside.is_empty:
        return
    left, top = out.window[:2]
    part = (inside.y0 - top, inside.y1 - top, inside.x0 - left, inside.x1 - left)
    premultiplied = storage.alpha == "premultiplied" and storage.transfer != "linear"
    profile = storage.profile
    fused = storage.transfer == "srgb" and not premultiplied and profile is None
    if storage.model == "yuv":
        meaning = (_yuv_levels(storage), _weights(storage.matrix), _sites(storage))
        luma, blue, red = (_read_only(plane) for plane in planes[:3])
        yuv.decode_yuv(luma, blue, red, *meaning, width, height, fused, out.data, left, top, *inside)
    else:
        for channel in range(3):
            number = channel if storage.model == "rgb" else 0
            plane = _read_only(planes[number])
            if profile is not None:
                rgb.look_up(plane, profile.curves[number], out.data[channel], left, top, *inside)
            else:
                rgb.decode_plane(plane, _levels(storage), fused, out.data[channel], left, top, *inside)
    if storage.alpha == "none":
        if not has_alpha:
            out.data[3, part[0] : part[1], part[2] : part[3]] = 1.0
    else:
        rgb.decode_plane(_read_only(planes[-1]), _levels(storage, alpha=True), False, out.data[3], left, top, *inside)
    if premultiplied:
        rgb.unpremultiply(out.data, *part)
    if profile is not None:
        if profile.matrix is not None:
            rgb.convert(out.data, profile.matrix, *part)
    else:
        _to_scene(out, storage, part, decoded=fused)
    if premultiplied or storage.alpha == "straight":
        rgb.premultiply(out.data, *part)


def _to_scene(out: Frame, storage: StorageFormat, part: tuple[int, int, int, int], *, decoded: bool) -> None:
    """From stored values to scene-linear Rec.709; ``decoded`` says that they are light already."""
    if not decoded and storage.transfer != "linear":
        _TO_LIGHT[storage.transfer](out.data, *part)
    if storage.primaries != "bt709":
        rgb.convert(out.data, _primaries(storage.primaries, "bt709"), *part)


def encode(
    frame: Frame,
    storage: StorageFormat,
    width: int,
    height: int,
    planes: tuple[Plane, ...],
    window: Window | None = None,
) -> None:
    """Fill ``planes`` with a frame as it is stored, its pixel ``(0, 0)`` at the top left corner.

    Values are rounded to the nearest code. Without alpha in the storage, light falls on black. Outside its window the
    frame is transparent.

    :param width: columns of the picture
    :param height: rows of the picture
    :param planes: as :class:`StorageFormat` orders and types them, writable
    :param window: the part of the picture to write (default: all), which starts on a chroma sample. Chroma is
        low-passed over its neighbours: the frame must reach 2 pixels beyond the window, as far as the picture does
    :raises ValueError: the window does not start on a chroma sample
    """
    picture = Window(0, 0, width, height)
    wanted = picture if window is None else picture & window
    if wanted.is_empty:
        return
    across, down = storage.subsampling if storage.model == "yuv" else (1, 1)
    if wanted.x0 % across or wanted.y0 % down:
        raise ValueError(f"{wanted} does not start on a chroma sample of {storage.subsampling} pixels")
    read = wanted.expand(2, 2, 2, 2) & picture
    light = frame.covering(read)
    if storage.model == "grey":
        light = _grey(light)
    fused = storage.transfer == "srgb" and storage.primaries == "bt709" and storage.alpha == "none"
    source = light if fused and storage.depth != 32 else _stored(light, read, storage)
    left, top = source.window[:2]
    if storage.depth == 32:
        rows, columns = slice(wanted.y0, wanted.y1), slice(wanted.x0, wanted.x1)
        part = source.crop(wanted).data
        for plane, channel in zip(planes, _channels(storage), strict=True):
            plane[rows, columns] = part[channel]
    elif storage.model == "yuv":
        meaning = (_yuv_levels(storage), _weights(storage.matrix), _sites(storage))
        size = (_highest(storage), width, height)
        luma, blue, red = planes[:3]
        yuv.encode_yuv(source.data, left, top, fused, *meaning, *size, luma, blue, red, *wanted)
        if storage.alpha != "none":
            levels = _levels(storage, alpha=True)
            rgb.encode_plane(source.data[3], left, top, False, levels, _highest(storage), planes[3], *wanted)
    else:
        for plane, channel in zip(planes, _channels(storage), strict=True):
            levels = _levels(storage, alpha=channel == 3)
            rgb.encode_plane(source.data[channel], left, top, fused, levels, _highest(storage), plane, *wanted)


def recode(
    planes: tuple[Plane, ...], source: StorageFormat, target: StorageFormat, width: int, height: int
) -> tuple[Plane, ...]:
    """The same samples in another depth or range, each rounded to the nearest code; chroma stays where it is.

    :raises ValueError: the storages differ in more than that
    """
    if not source.same_but_codes(target):
        raise ValueError(f"{target} holds other samples than {source}")
    out = empty_planes(target, width, height)
    for number, (plane, new) in enumerate(zip(planes, out, strict=True)):
        rows, columns = new.shape
        values = np.empty((rows, columns), np.float32)
        rgb.decode_plane(_read_only(plane), _plane_levels(source, number), False, values, 0, 0, 0, 0, columns, rows)
        levels = _plane_levels(target, number)
        rgb.encode_plane(values, 0, 0, False, levels, _highest(target), new, 0, 0, columns, rows)
    return out


def empty_planes(storage: StorageFormat, width: int, height: int) -> tuple[Plane, ...]:
    """Planes for a picture of that size, whose values are not set yet."""
    dtype = np.float32 if storage.depth == 32 else np.uint8 if storage.depth == 8 else np.uint16
    sizes = (storage.plane_size(plane, width, height) for plane in range(storage.plane_count))
    return tuple(np.empty((rows, columns), dtype) for columns, rows in sizes)


def _read_only(plane: Plane) -> Plane:
    """A view that cannot be written to, as a decoder's planes: to numba, the two are different types to compile for."""
    view = plane.view()
    view.flags.writeable = False
    return view


def _stored(light: Frame, window: Window, storage: StorageFormat) -> Frame:
    """A copy of a part of a frame with the values that are stored, 0 for black and 1 for white."""
    inside = light.crop(window)
    frame = Frame(inside.data.copy(), window) if inside is light else inside
    part = (0, window.height, 0, window.width)
    premultiplied = storage.alpha == "premultiplied" and storage.transfer != "linear"
    if premultiplied or storage.alpha == "straight":
        rgb.unpremultiply(frame.data, *part)
    if storage.primaries != "bt709":
        rgb.convert(frame.data, _primaries("bt709", storage.primaries), *part)
    if storage.transfer != "linear":
        _FROM_LIGHT[storage.transfer](frame.data, *part)
    if premultiplied:
        rgb.premultiply(frame.data, *part)
    return frame


def _grey(frame: Frame) -> Frame:
    """A frame with the luminance of its light in all three colours."""
    red, green, blue, alpha = frame.data
    weights = _weights("bt709")
    luminance = (red * weights[0] + blue * weights[2]) + green * weights[1]
    return Frame(np.stack((luminance, luminance, luminance, alpha)), frame.window)


def _channels(storage: StorageFormat) -> tuple[int, ...]:
    """The channel of a frame that each plane of R'G'B' or grey holds."""
    colours = (0,) if storage.model == "grey" else (0, 1, 2)
    return colours if storage.alpha == "none" else (*colours, 3)


def _highest(storage: StorageFormat) -> int:
    return (1 << storage.depth) - 1


@functools.cache
def _levels(storage: StorageFormat, *, alpha: bool = False) -> Floats:
    """Where black stands, and how many codes lie between black and white."""
    if storage.depth == 32:
        return np.array((0.0, 1.0), np.float32)
    if storage.full_range or alpha:
        return np.array((0.0, _highest(storage)), np.float32)
    step = 1 << (storage.depth - 8)
    return np.array((16.0 * step, 219.0 * step), np.float32)


def _plane_levels(storage: StorageFormat, number: int) -> Floats:
    """The code that stands for 0 in a plane, and how many codes lie between it and 1."""
    if storage.model == "yuv" and number in (1, 2):
        return _yuv_levels(storage)[2:]
    return _levels(storage, alpha=storage.alpha != "none" and number == storage.plane_count - 1)


@functools.cache
def _yuv_levels(storage: StorageFormat) -> Floats:
    """As :func:`_levels`, then where neutral chroma stands, and how many codes its whole range has."""
    black, span = _levels(storage)
    step = 1 << (storage.depth - 8)
    return np.array((black, span, 128.0 * step, span if storage.full_range else 224.0 * step), np.float32)


@functools.cache
def _weights(matrix: Matrix) -> Floats:
    return np.array(_WEIGHTS[matrix], np.float32)


@functools.cache
def _sites(storage: StorageFormat) -> Ints:
    """How many luma samples there are to one of chroma along x and y, and whether it stands midway between them."""
    across, down = storage.subsampling
    return np.array((across, down, storage.siting == "center", storage.siting != "topleft"), np.int64)


@functools.cache
def _primaries(source: Primaries, target: Primaries) -> Floats:
    """The matrix from light in some primaries to light in others, row by row; both have the same white."""
    rows = product(inverse(_to_xyz(target)), _to_xyz(source))
    return np.array([number for row in rows for number in row], np.float32)


def _to_xyz(primaries: Primaries) -> Rows:
    """The matrix to CIE XYZ, such that red, green and blue of 1 give white of luminance 1 (SMPTE RP 177)."""
    columns = [(x / y, 1.0, (1.0 - x - y) / y) for x, y in CHROMATICITIES[primaries]]
    matrix = tuple(zip(*columns, strict=True))
    x, y = WHITE
    white = ((x / y,), (1.0,), ((1.0 - x - y) / y,))
    amounts = [row[0] for row in product(inverse(matrix), white)]
    return tuple(tuple(value * amount for value, amount in zip(row, amounts, strict=True)) for row in matrix)
