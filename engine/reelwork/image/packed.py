"""A packed frame: pixels between 0 and 1 in 16 bits each, for pictures that are held for long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from reelwork.image.frame import Frame
from reelwork.image.window import Window

#: The code that stands for 1.
HIGHEST: Final = 65535


@dataclass(frozen=True, eq=False)
class PackedFrame:
    """A :class:`reelwork.image.frame.Frame` in ``uint16``, half its size: 65,535 stands for 1, and steps are even.

    A step is 1/20 of the smallest difference in light between two codes of an 8-bit picture in sRGB, so that what is
    rounded away lies well below what such a picture can hold.
    """

    data: npt.NDArray[np.uint16]
    window: Window

    @classmethod
    def empty(cls, window: Window) -> Self:
        """A frame whose pixels are not set yet."""
        return cls(np.empty((4, window.height, window.width), np.uint16), window)

    def unpacked(self) -> Frame:
        """All of it as a frame."""
        return Frame(self.data.astype(np.float32) * np.float32(1 / HIGHEST), self.window)

    def pack(self, part: Frame) -> None:
        """Overwrite rows, all columns of them, with those of a frame; what lies outside 0 to 1 is limited to it."""
        codes = np.multiply(part.data, np.float32(HIGHEST))
        np.rint(codes, out=codes)
        np.clip(codes, 0.0, HIGHEST, out=codes)
        top = part.window.y0 - self.window.y0
        self.data[:, top : top + part.window.height] = codes
