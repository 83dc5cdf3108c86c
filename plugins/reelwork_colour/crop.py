"""Crop: what lies near the edges of a layer's box becomes transparent."""

from __future__ import annotations

from reelwork import PointEffect, param
from reelwork.kinds import Length


class Crop(PointEffect, name="crop", version=1):
    """Cut away from each side of the layer's box; edges between pixels are smooth.

    >>> Crop().is_identity()
    True
    """

    positional = True

    left: float = param(0.0, kind=Length(axis="x", of_box=True, minimum=0.0), help="What is cut away on the left.")
    top: float = param(0.0, kind=Length(axis="y", of_box=True, minimum=0.0), help="What is cut away at the top.")
    right: float = param(0.0, kind=Length(axis="x", of_box=True, minimum=0.0), help="What is cut away on the right.")
    bottom: float = param(0.0, kind=Length(axis="y", of_box=True, minimum=0.0), help="What is cut away at the bottom.")

    def is_identity(self) -> bool:
        """Whether nothing is cut away."""
        return not (self.left or self.top or self.right or self.bottom)

    def uniforms(self) -> tuple[float, ...]:
        """What is cut away on each side, pixels of the layer."""
        return (self.left, self.top, self.right, self.bottom)

    @staticmethod
    def pixel(
        x: float, y: float, width: float, height: float, r: float, g: float, b: float, a: float,
        left: float, top: float, right: float, bottom: float,
    ) -> tuple[float, float, float, float]:  # fmt: skip
        """Multiply by how much of the pixel is left; a side that nothing is cut from is not touched."""
        inside = 1.0
        if left > 0:
            inside = inside * min(max(x - left + 0.5, 0), 1)
        if right > 0:
            inside = inside * min(max(width - right - x + 0.5, 0), 1)
        if top > 0:
            inside = inside * min(max(y - top + 0.5, 0), 1)
        if bottom > 0:
            inside = inside * min(max(height - bottom - y + 0.5, 0), 1)
        return r * inside, g * inside, b * inside, a * inside
