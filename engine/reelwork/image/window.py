"""Windows: half-open rectangles of whole pixels, as OpenEXR's data and display windows."""

from __future__ import annotations

import math
from typing import NamedTuple

_window = tuple.__new__


class Window(NamedTuple):
    """Pixels with ``x0 <= x < x1`` and ``y0 <= y < y1``; empty where that holds for none."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, x0: float, y0: float, x1: float, y1: float) -> Window:
        """The smallest window that covers a box."""
        return cls(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))

    @property
    def width(self) -> int:
        """Columns, 0 where empty."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Rows, 0 where empty."""
        return max(0, self.y1 - self.y0)

    @property
    def is_empty(self) -> bool:
        """Whether there is no pixel in it."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    def __and__(self, other: Window) -> Window:
        """The pixels of both."""
        # written out, since a frame asks for thousands of them
        left, top, right, bottom = self
        x0, y0, x1, y1 = other
        return _window(
            Window,
            (
                left if left > x0 else x0,
                top if top > y0 else y0,
                right if right < x1 else x1,
                bottom if bottom < y1 else y1,
            ),
        )

    def __or__(self, other: Window) -> Window:
        """The smallest window around both; an empty one adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Window(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def expand(self, left: int, top: int, right: int, bottom: int) -> Window:
        """Grown by so many pixels on each side."""
        return Window(self.x0 - left, self.y0 - top, self.x1 + right, self.y1 + bottom)

    def covers(self, other: Window) -> bool:
        """Whether every pixel of the other is in it."""
        return other.is_empty or (
            self.x0 <= other.x0 and self.y0 <= other.y0 and self.x1 >= other.x1 and self.y1 >= other.y1
        )


EMPTY = Window(0, 0, 0, 0)
#: Stands for "everywhere": large enough for any canvas, small enough for 32-bit arithmetic.
EVERYWHERE = Window(-(1 << 24), -(1 << 24), 1 << 24, 1 << 24)
