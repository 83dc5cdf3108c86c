"""Displacement: another layer says how far each pixel is moved."""

from __future__ import annotations

from reelwork import Context, Example, param
from reelwork.kinds import Choice, Layer, Length
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import Box, grown

_WEIGHTS = {
    "luminance": (0.2126, 0.7152, 0.0722),
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),
}
_CHANNELS = tuple(_WEIGHTS)


class Displace(Alike, name="displace", version=1):
    """Displacement: another layer, the map, says how far each pixel is moved.

    Where the map is transparent or a middle grey (half, in display-encoded values), nothing moves; where it is white,
    the picture moves by the amounts to the right and down, where it is black as far the other way. Luminance is
    Rec.709's, of display-encoded values.

    >>> Displace(map="clouds", x=0.0, y=0.0).is_identity()
    True
    """

    cost = 100.0
    space = "display"
    examples = (
        Example(
            "by clouds",
            layers="""
                - {id: clouds, generate: {noise: {scale: 200, octaves: 2, seed: 4}}, visible: false}
                - {composition: picture, effects: [{displace: {map: clouds, x: 60, y: 60}}]}
            """,
        ),
    )

    map: str = param(kind=Layer(), help="The layer that says how far; it may be hidden.")
    x: float = param(20.0, kind=Length(axis="x"), help="How far to the right where the map is white.")
    y: float = param(20.0, kind=Length(axis="y"), help="How far down where the map is white.")
    x_from: str = param("luminance", kind=Choice(_CHANNELS), help="What of the map moves along x.")
    y_from: str = param("luminance", kind=Choice(_CHANNELS), help="What of the map moves along y.")

    def is_identity(self) -> bool:
        return self.x == 0.0 and self.y == 0.0

    def uniforms(self, context: Context) -> tuple[float, ...]:
        return (self.x, self.y, *_WEIGHTS[self.x_from], *_WEIGHTS[self.y_from])

    def reach(self, box: Box, context: Context) -> Box:
        return grown(box, abs(self.x), abs(self.y))

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        r: float, g: float, b: float, a: float,
        far_x: float, far_y: float,
        red_x: float, green_x: float, blue_x: float, red_y: float, green_y: float, blue_y: float,
    ) -> tuple[float, float]:  # fmt: skip
        along = min(max(red_x * r + green_x * g + blue_x * b, 0.0), a)
        down = min(max(red_y * r + green_y * g + blue_y * b, 0.0), a)
        return x - far_x * (2.0 * along - a), y - far_y * (2.0 * down - a)
