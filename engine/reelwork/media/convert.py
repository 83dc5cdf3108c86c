"""Conversion at the edge: pictures in storage type become frames of scene-linear light, and frames become pictures."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image.frame import Frame
from reelwork.image.storage import Alpha, StorageFormat, Transfer
from reelwork.image.window import Window
from reelwork.kernels import colour
from reelwork.media.picture import Picture
from reelwork.values import Display

_RGB: Final = StorageFormat(model="rgb", subsampling=(1, 1), full_range=True)
#: How many rows above and below a row are read to encode it.
_REACH: Final = 2


def displayed(picture: Picture, display: Display) -> Picture:
    """A picture whose display-encoded values are light by the production's curve; one of another transfer as it is."""
    storage = picture.storage
    return replace(picture, storage=replace(storage, transfer=display)) if storage.transfer == "srgb" else picture


def as_data(picture: Picture) -> Picture:
    """A picture whose samples are taken for numbers as they are, from 0 to 1 where they are codes: R'G'B' for light of
    the working primaries, and not multiplied by alpha, which is one more of them."""
    alpha: Alpha = "none" if picture.storage.alpha == "none" else "premultiplied"
    return replace(picture, storage=replace(picture.storage, transfer="linear", primaries="bt709", alpha=alpha))


def picture_to_frame(picture: Picture, window: Window | None = None) -> Frame:
    """The part of a picture in ``window`` (default all of it) as premultiplied scene-linear light.

    The picture's top left corner stands at ``(0, 0)``; outside it the frame is transparent.
    """
    out = Frame.empty(window or Window(0, 0, picture.width, picture.height))
    colour.decode(picture.planes, picture.storage, picture.width, picture.height, out)
    return out


class PictureWriter:
    """Strips of a finished frame go in, from the top to the bottom; the picture as it is stored comes out.

    So a frame can be encoded while each strip of it is still in the processor's cache, and is never there as a whole.
    Without alpha in the storage, light falls on black.

    :param window: of the whole frame
    :param picture: what to write to, if only a part of it is new; its planes are written to
    :param part: which one, in the picture: one of those that :func:`new_parts` gives
    """

    def __init__(
        self, storage: StorageFormat, window: Window, *, picture: Picture | None = None, part: Window | None = None
    ) -> None:
        self.picture = picture or _unset(storage, window)
        self._left, self._top = window[:2]
        self._whole = Window(0, 0, window.width, window.height)
        self._part = part or self._whole
        self._done = self._part.y0
        self._waiting: Frame | None = None

    @property
    def reads(self) -> Window:
        """The pixels of the frame that the strips are of."""
        reads = self._part.expand(_REACH, _REACH, _REACH, _REACH) & self._whole
        return reads.expand(-self._left, -self._top, self._left, self._top)

    def write(self, strip: Frame) -> None:
        """Encode the frame's next rows; the last of them wait for the rows below, over which chroma is low-passed."""
        part = Frame(strip.data, strip.window.expand(self._left, self._top, -self._left, -self._top))
        left, top, right, stop = part.window
        last = stop >= min(self._part.y1 + _REACH, self._whole.y1)
        ready = self._part.y1 if last else max(self._done, _even(stop - _REACH))
        whole = part
        if self._waiting is not None:
            seam = min(ready, _even(top + 2 * _REACH))
            whole = _joined(self._waiting, part, stop if seam == ready else min(stop, seam + _REACH))
            self._encode(whole, seam)
        self._encode(part, ready)
        keep = max(0, ready - _REACH)
        whole = part if keep >= top else whole
        self._waiting = whole.crop(Window(left, keep, right, stop))

    def _encode(self, light: Frame, stop: int) -> None:
        picture, rows = self.picture, Window(self._part.x0, self._done, self._part.x1, stop)
        if not rows.is_empty:
            colour.encode(light, picture.storage, picture.width, picture.height, picture.planes, rows)
            self._done = stop


def new_parts(changed: Iterable[Window], window: Window) -> list[Window]:
    """The parts of a stored picture that are new where some of its light is, since chroma is low-passed.

    They do not overlap. What lies so near together that it is read at once becomes one.

    :param changed: windows within the frame
    :param window: of the whole frame
    """
    found: list[Window] = []
    for light in changed:
        x0, y0, x1, y1 = light.expand(_REACH + window.x0, _REACH + window.y0, _REACH - window.x0, _REACH - window.y0)
        part = Window(_even(x0), _even(y0), _even(x1 + 1), _even(y1 + 1))
        while near := [other for other in found if not (part.expand(4, 4, 4, 4) & other).is_empty]:
            found = [other for other in found if other not in near]
            part = functools.reduce(Window.__or__, near, part)
        found.append(part)
    return [part & Window(0, 0, window.width, window.height) for part in found]


def _unset(storage: StorageFormat, window: Window) -> Picture:
    planes = colour.empty_planes(storage, window.width, window.height)
    return Picture(planes, storage, window.width, window.height)


def copied(picture: Picture) -> Picture:
    """The same picture with planes of its own."""
    return replace(picture, planes=tuple(plane.copy() for plane in picture.planes))


def _even(place: int) -> int:
    """The row or column itself, or the one before, where a sample of chroma begins."""
    return place & ~1


def _joined(above: Frame, below: Frame, stop: int) -> Frame:
    """Rows of two frames of the same columns, one right under the other, down to ``stop``."""
    rows = below.data[:, : stop - below.window.y0]
    left, top, right, _ = above.window
    return Frame(np.concatenate((above.data, rows), axis=1), Window(left, top, right, stop))


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
    writer = PictureWriter(storage, frame.window)
    writer.write(frame)
    return writer.picture


def frame_to_pixels(
    frame: Frame, *, alpha: bool, depth: int = 8, display: Display = "srgb", hdr: Transfer | None = None
) -> npt.NDArray[Any]:
    """``[row, column, channel]`` of R'G'B' by a display curve, straight where there is alpha.

    :param hdr: ``pq`` or ``hlg`` instead of that curve, with the primaries of BT.2020

    The type is ``uint8`` or, with 16 bits, ``uint16``.
    """
    storage = replace(_RGB, depth=depth, transfer=hdr or display, alpha="straight" if alpha else "none")
    if hdr is not None:
        storage = replace(storage, primaries="bt2020")
    return np.stack(frame_to_picture(frame, storage).planes, axis=-1)
