"""Exposure: light in photographic stops."""

from reelwork import Example, PointEffect, maths, param
from reelwork_colour.light import held


class Exposure(PointEffect, name="exposure", version=1):
    """Exposure: light is doubled with each stop, and halved with each below 0, as by a camera's aperture.

    >>> Exposure(stops=1.0).uniforms()
    (2.0,)
    """

    cost = 10.0
    tames_highlights = True
    keeps_alpha = True
    examples = (Example("one and a half stops more", {"stops": 1.5}), Example("two stops less", {"stops": -2}))

    stops: float = param(
        0.0, unit="stops", soft_range=(-4.0, 4.0), minimum=-32.0, maximum=32.0, help="How often light is doubled."
    )

    def is_identity(self) -> bool:
        return self.stops == 0.0

    def uniforms(self) -> tuple[float, ...]:
        return (maths.exp2(self.stops),)

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, gain: float) -> tuple[float, float, float, float]:
        return held(r * gain), held(g * gain), held(b * gain), a
