"""How a still is held: its picture goes in, its light in half the room, and where it shows anything, come out."""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.image import Window
from reelwork.image.packed import PackedFrame
from reelwork.image.storage import StorageFormat
from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture

#: Rows of a picture that are converted at a time.
_ROWS: Final = 64


def is_packable(storage: StorageFormat) -> bool:
    """Whether a picture's light lies between 0 and 1, in steps that a packed frame can hold: BT.1886's darkest codes
    lie closer together."""
    return storage.depth == 8 and storage.profile is None and (storage.primaries, storage.transfer) == ("bt709", "srgb")


def packed(picture: Picture, window: Window) -> PackedFrame:
    """The light of a picture, never there in full length but for a few rows."""
    out = PackedFrame.empty(window)
    for top in range(window.y0, window.y1, _ROWS):
        rows = Window(window.x0, top, window.x1, min(window.y1, top + _ROWS))
        out.pack(picture_to_frame(picture, rows))
    return out


def ink(picture: Picture) -> Window:
    """A picture without its transparent margins, but for a pixel, so that what lies beyond its edge is transparent."""
    whole = Window(0, 0, picture.width, picture.height)
    if picture.storage.alpha == "none":
        return whole
    seen = picture.planes[-1][:, : picture.width] != 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return Window(0, 0, 1, 1)
    ink = Window(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return ink.expand(1, 1, 1, 1) & whole
