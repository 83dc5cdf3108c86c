"""Conversion at the edge: pictures in storage type become frames of scene-linear light, and frames become pictures."""

from __future__ import annotations

from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.image.window import Window
from reelwork.media.picture import Picture


def picture_to_frame(picture: Picture, window: Window | None = None) -> Frame:
    """The part of a picture in ``window`` (default all of it) as premultiplied scene-linear light.

    The picture's top left corner stands at ``(0, 0)``; outside it the frame is transparent.
    """
    raise NotImplementedError


def frame_to_picture(frame: Frame, storage: StorageFormat) -> Picture:
    """A frame encoded for storage; without alpha in the storage, light falls on black."""
    raise NotImplementedError
