"""A decoded picture in its storage type: planes as they were stored, and how they are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.image.storage import StorageFormat

_CHANNELS: Final = {"yuv": ("Y", "Cb", "Cr"), "rgb": ("R", "G", "B"), "grey": ("Y",)}


@dataclass(frozen=True, eq=False)
class Picture:
    """Planes as stored, and their meaning. They are read only and may be the decoder's own memory.

    :param planes: C-contiguous ``[row, column]`` arrays in the order of :class:`StorageFormat`, which may have more
        columns than the picture (padding that means nothing)
    :param storage: how the planes are to be read
    :param width: columns
    :param height: rows
    :param turned: EXIF's number of how it stood in its file, before it was turned upright
    :param said: what its file says of its colour, in words; empty where it says nothing
    """

    planes: tuple[npt.NDArray[Any], ...]
    storage: StorageFormat
    width: int
    height: int
    turned: int = 1
    said: str = ""


#: What one picture of a file becomes: itself, or a picture of each of its fields.
Pictures = tuple[Picture, ...]


def check_light(picture: Picture, named: object) -> Picture:
    """A picture as it is, whose samples are all numbers: no effect is ever given others.

    :param named: what messages call it: its file, and which picture of it
    :raises MediaError: samples are no numbers, or infinite; the message says in which channel, how many, and where
    """
    if picture.storage.depth != 32:
        return picture
    names = (*_CHANNELS[picture.storage.model], "A")
    said = []
    for name, plane in zip(names, picture.planes, strict=False):
        right = np.isfinite(plane)
        if not right.all():
            row, column = np.argwhere(~right)[0]
            what = "not a number (NaN)" if np.isnan(plane[row, column]) else "infinite"
            said.append(f"{what} in {np.sum(~right):,} pixels of {name}, first at column {column}, row {row}")
    if said:
        remedy = "clamp them where the picture is made"
        raise MediaError(f"{named}: holds pixels that are no light: {'; '.join(said)}; {remedy}")
    return picture
