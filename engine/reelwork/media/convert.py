"""Conversion at the edge: pictures in storage type become frames of scene-linear light, and frames become pictures."""

from __future__ import annotations

from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.image.window import Window
from reelwork.kernels import colour
from reelwork.media.picture import Picture


def picture_to_frame(picture: Picture, window: Window | None = None) -> Frame:
    """The part of a picture in ``window`` (default all of it) as premultiplied scene-linear light.

    The picture's top left corner stands at ``(0, 0)``; outside it the frame is transparent.
    """
    out = Frame.empty(window or Window(0, 0, picture.width, picture.height))
    colour.decode(picture.planes, picture.storage, picture.width, picture.height, out)
    return out


def frame_to_picture(frame: Frame, storage: StorageFormat, width: int, height: int) -> Picture:
    """A frame as it is stored, its pixel ``(0, 0)`` at the top left corner of ``width`` by ``height`` pixels.

    Without alpha in the storage, light falls on black; outside its window a frame is transparent.
    """
    planes = colour.empty_planes(storage, width, height)
    colour.encode(frame, storage, width, height, planes)
    return Picture(planes, storage, width, height)
