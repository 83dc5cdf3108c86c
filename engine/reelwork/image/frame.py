"""A frame: premultiplied scene-linear pixels and the window that they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from reelwork.image.window import Window

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Frame:
    """Planar ``float32[channel, row, column]``, C-contiguous, channels red, green, blue, alpha.

    Colour is premultiplied and scene-linear Rec.709. Pixel ``data[:, 0, 0]`` stands at
    ``(window.x0, window.y0)``; outside the window a frame is transparent.
    """

    data: Pixels
    window: Window

    def __post_init__(self) -> None:
        if self.data.shape != (4, self.window.height, self.window.width):
            raise ValueError(f"pixels of shape {self.data.shape} do not fill {self.window}")

    @classmethod
    def empty(cls, window: Window) -> Self:
        """A frame whose pixels are not set yet."""
        return cls(np.empty((4, window.height, window.width), np.float32), window)

    @classmethod
    def transparent(cls, window: Window) -> Frame:
        """A frame of nothing."""
        return cls(np.zeros((4, window.height, window.width), np.float32), window)

    def crop(self, window: Window) -> Frame:
        """A copy of the part in ``window``, transparent where there was nothing."""
        if window == self.window:
            return self
        out = Frame.transparent(window)
        out.paste(self)
        return out

    def covering(self, window: Window) -> Frame:
        """This frame if it reaches as far as ``window`` already; else a copy that does."""
        return self if self.window.covers(window) else self.crop(window)

    def paste(self, part: Frame) -> None:
        """Overwrite the pixels that both windows have with those of another frame."""
        both = self.window & part.window
        if both.is_empty:
            return
        rows = slice(both.y0 - self.window.y0, both.y1 - self.window.y0)
        columns = slice(both.x0 - self.window.x0, both.x1 - self.window.x0)
        self.data[:, rows, columns] = part.data[
            :,
            both.y0 - part.window.y0 : both.y1 - part.window.y0,
            both.x0 - part.window.x0 : both.x1 - part.window.x0,
        ]
