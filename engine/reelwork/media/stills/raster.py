"""Samples and what their file says of their colour go in; a picture that can be shown comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from reelwork.image.storage import Alpha, Primaries, StorageFormat, Transfer
from reelwork.media.picture import Picture
from reelwork.media.stills import icc
from reelwork.media.stills.icc import Icc, profile_from, profile_of, read_icc, to_light, to_rec709

Plane = npt.NDArray[Any]
Model = Literal["grey", "rgb", "cmyk"]

_GREY: Final = StorageFormat(model="grey", subsampling=(1, 1), full_range=True)
#: Rows that are worked out at a time.
_ROWS: Final = 64
_CHANNELS: Final[dict[Model, int]] = {"grey": 1, "rgb": 3, "cmyk": 4}
#: How pixels are turned upright, by EXIF's number of what the first row and column are.
_TURNS: Final[dict[int, Callable[[Plane], Plane]]] = {
    2: np.fliplr,
    3: lambda plane: np.rot90(plane, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda plane: np.rot90(plane, -1),
    7: lambda plane: np.rot90(plane, 2).T,
    8: np.rot90,
}


@dataclass(frozen=True)
class Colour:
    """What a file says of its colour; what is ``None`` it does not say.

    :param profile: an ICC profile
    :param transfer: from codes to light, where it is a known one
    :param primaries: whose red, green and blue, where they are known
    :param gamma: the power that makes light of codes
    :param chromaticities: x and y of red, green, blue and white
    """

    profile: bytes | None = None
    transfer: Transfer | None = None
    primaries: Primaries | None = None
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None


NOTHING: Final = Colour()


@dataclass(frozen=True, eq=False)
class Raster:
    """Samples as a file holds them, upright or not.

    :param samples: ``[row, column, channel]``, ``uint8``, ``uint16`` or ``float32`` (light, unless the colour says
        otherwise); ink of CMYK is 0 where there is none; alpha is the last channel
    :param model: what the channels before alpha are
    :param depth: bits of a sample that count: 8 to 16, or 32
    :param alpha: whether there is one
    :param colour: what the file says of it
    :param orientation: EXIF's number of how it stands, 1 to 8
    """

    samples: Plane
    model: Model
    depth: int = 8
    alpha: Alpha = "none"
    colour: Colour = NOTHING
    orientation: int = 1


def picture_of(raster: Raster) -> Picture:
    """The picture, upright. Where its colours are not those that codes can be read as, it is light, in floats.

    :raises ValueError: its profile cannot be used
    """
    said = in_words(raster.colour, heeded=_fitting(raster) is not None)
    return replace(_picture(raster), turned=raster.orientation if raster.orientation in _TURNS else 1, said=said)


def in_words(colour: Colour, *, heeded: bool = True) -> str:
    """What a file says of its colour; empty where it says nothing.

    :param heeded: whether its profile, if it has one, counts
    """
    if colour.profile is not None:
        name = icc.name_of(colour.profile)
        return f"ICC profile{f' {name}' if name else ''}" + ("" if heeded else ", which does not count")
    told: dict[str, str | None] = {"transfer": colour.transfer, "primaries": colour.primaries}
    if colour.gamma is not None:
        told["gamma"] = f"{colour.gamma:.4g}"
    if colour.chromaticities is not None:
        told["chromaticities"] = " ".join(f"{number:.4g}" for number in colour.chromaticities)
    return ", ".join(f"{name} {value}" for name, value in told.items() if value)


def _picture(raster: Raster) -> Picture:
    storage = replace(
        _GREY,
        model="grey" if raster.model == "grey" else "rgb",
        depth=raster.depth,
        transfer="linear" if raster.depth == 32 else "srgb",
        alpha=raster.alpha,
    )
    count = _CHANNELS[raster.model]
    profile = _fitting(raster)
    if raster.model == "cmyk" or (profile is not None and (profile.curves is None or raster.depth == 32)):
        return _converted(raster, storage, profile)
    planes = [raster.samples[:, :, channel] for channel in range(count + (raster.alpha != "none"))]
    storage = _tagged(storage, raster.colour) if profile is None else _profiled(storage, profile)
    if raster.alpha == "premultiplied" and storage.profile is not None:
        planes[:count] = (_divided(plane, planes[-1], raster.depth) for plane in planes[:count])
        storage = replace(storage, alpha="straight")
    return _upright(planes, storage, raster.orientation)


def _fitting(raster: Raster) -> Icc | None:
    """The raster's profile, where it has one for pictures of its kind; a wrong one says nothing."""
    profile = read_icc(raster.colour.profile) if raster.colour.profile else None
    return profile if profile is not None and profile.space == raster.model else None


def _profiled(storage: StorageFormat, profile: Icc) -> StorageFormat:
    if profile.srgb and profile.primaries is not None:
        return replace(storage, primaries=profile.primaries)
    return replace(storage, profile=profile_of(profile, storage.depth))


def _tagged(storage: StorageFormat, colour: Colour) -> StorageFormat:
    transfer = colour.transfer or storage.transfer
    if colour.gamma is None and colour.chromaticities is None:
        return replace(storage, transfer=transfer, primaries=colour.primaries or "bt709")
    if storage.depth == 32:
        return storage
    curve = icc.SRGB_CURVE if colour.gamma is None else icc.Curve((colour.gamma,), 0)
    if storage.model == "grey":
        return replace(storage, profile=profile_from((curve,), None, storage.depth))
    matrix = to_rec709(colour.chromaticities or icc.REC709) or to_rec709(icc.REC709)
    return replace(storage, profile=profile_from((curve,) * 3, matrix, storage.depth))


def _converted(raster: Raster, storage: StorageFormat, profile: Icc | None) -> Picture:
    count = _CHANNELS[raster.model]
    if raster.alpha == "premultiplied" and raster.depth < 32:
        raise ValueError("its inks are multiplied by its alpha; save it with its alpha apart")
    alpha = [raster.samples[:, :, count]] if raster.alpha != "none" else []
    colours = raster.samples[:, :, :count]
    if profile is None:
        return _upright([*_without_ink(colours, raster.depth), *alpha], storage, raster.orientation)
    most = 1 if raster.depth == 32 else (1 << raster.depth) - 1
    if raster.depth not in (8, 16, 32):  # LittleCMS knows whole words
        colours = (colours.astype(np.uint32) * 65535 // most).astype(np.uint16)
    light = list(to_light(colours, profile))
    storage = replace(storage, model="rgb", depth=32, transfer="linear")
    return _upright(
        [*light, *(plane.astype(np.float32) / np.float32(most) for plane in alpha)], storage, raster.orientation
    )


def _divided(plane: Plane, alpha: Plane, depth: int) -> Plane:
    """Codes that were multiplied by alpha, as they were before, rounded."""
    most, whole = (1 << depth) - 1, np.maximum(alpha.astype(np.uint32), 1)
    divided: Plane = np.minimum((plane.astype(np.uint32) * most + whole // 2) // whole, most).astype(plane.dtype)
    return divided


def _without_ink(ink: Plane, depth: int) -> list[Plane]:
    """Red, green and blue of cyan, magenta, yellow and black of which nobody says more: each takes its share away."""
    most = (1 << depth) - 1
    planes = [np.empty(ink.shape[:2], ink.dtype) for _ in range(3)]
    for top in range(0, len(ink), _ROWS):
        left = most - ink[top : top + _ROWS].astype(np.uint32)
        for channel, plane in enumerate(planes):
            plane[top : top + _ROWS] = (left[:, :, channel] * left[:, :, 3] + most // 2) // most
    return planes


def _upright(planes: list[Plane], storage: StorageFormat, orientation: int) -> Picture:
    turn = _TURNS.get(orientation)
    turned = tuple(np.ascontiguousarray(turn(plane) if turn else plane) for plane in planes)
    for plane in turned:
        plane.flags.writeable = False
    return Picture(turned, storage, turned[0].shape[1], turned[0].shape[0])
