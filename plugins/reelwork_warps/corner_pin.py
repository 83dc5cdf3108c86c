"""Corner pin: a picture is fastened by its four corners."""

from __future__ import annotations

from reelwork import Context, Example, WarpEffect, param
from reelwork.kinds import Point
from reelwork.values import Affine, Projective
from reelwork.values import Length as Distance

_ALL = Distance(percent=100.0)


class CornerPin(WarpEffect, name="corner-pin", version=1):
    """Corner pin: the four corners of the layer's box are put where they are wanted, as a poster on a wall that is seen
    at an angle. Straight lines stay straight.

    >>> CornerPin(top_left=(0.0, 0.0), top_right=(9.0, 0.0), bottom_right=(9.0, 9.0), bottom_left=(0.0, 9.0)).top_right
    (9.0, 0.0)
    """

    cost = 100.0
    examples = (
        Example("on a wall", {"top-right": ["80%", "25%"], "bottom-right": ["80%", "70%"], "top-left": ["10%", 0]}),
    )

    top_left: tuple[float, float] = param((0.0, 0.0), kind=Point(of_box=True), help="Where the top left corner goes.")
    top_right: tuple[float, float] = param(
        (_ALL, 0.0), kind=Point(of_box=True), help="Where the top right corner goes."
    )
    bottom_right: tuple[float, float] = param(
        (_ALL, _ALL), kind=Point(of_box=True), help="Where the bottom right one goes."
    )
    bottom_left: tuple[float, float] = param(
        (0.0, _ALL), kind=Point(of_box=True), help="Where the bottom left one goes."
    )

    def matrix(self, context: Context) -> Affine | Projective:
        """From the box to the corners; nothing is left of a layer whose corners lie in a line."""
        corners = (self.top_left, self.top_right, self.bottom_right, self.bottom_left)
        try:
            return Projective.to_corners(context.box[2], context.box[3], corners)
        except ZeroDivisionError:
            return Affine(0.0, 0.0, 0.0, 0.0, *self.top_left)
