"""Conversion at the edge: pictures in storage type become frames of scene-linear light, and frames become pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.image.window import Window
from reelwork.kernels import colour
from reelwork.media.picture import Picture

_SRGB: Final = StorageFormat(model="rgb", subsampling=(1, 1), full_range=True)


def picture_to_frame(picture: Picture, window: Window | None = None) -> Frame:
    """The part of a picture in ``window`` (default all of it) as premultiplied scene-linear light.

    The picture's top left corner stands at ``(0, 0)``; outside it the frame is transparent.
    """
    out = Frame.empty(window or Window(0, 0, picture.width, picture.height))
    colour.decode(picture.planes, picture.storage, picture.width, picture.height, out)
    return out


def picture_in(picture: Picture, storage: StorageFormat) -> Picture | None:
    """A picture with its samples in codes of another depth or range; ``None`` where the storage differs in more."""
    if picture.storage == storage:
        return picture
    if not picture.storage.same_but_codes(storage):
        return None
    planes = colour.recode(picture.planes, picture.storage, storage, picture.width, picture.height)
    return Picture(planes, storage, picture.width, picture.height)


def frame_to_picture(frame: Frame, storage: StorageFormat) -> Picture:
    """A frame as it is stored; its window is the whole picture. Without alpha in the storage, light falls on black."""
    width, height = frame.window.width, frame.window.height
    planes = colour.empty_planes(storage, width, height)
    colour.encode(Frame(frame.data, Window(0, 0, width, height)), storage, width, height, planes)
    return Picture(planes, storage, width, height)


def frame_to_pixels(frame: Frame, *, alpha: bool, depth: int = 8) -> npt.NDArray[Any]:
    """``[row, column, channel]`` of sRGB, straight where there is alpha; ``uint8`` or, with 16 bits, ``uint16``."""
    storage = replace(_SRGB, depth=depth, alpha="straight" if alpha else "none")
    return np.stack(frame_to_picture(frame, storage).planes, axis=-1)
