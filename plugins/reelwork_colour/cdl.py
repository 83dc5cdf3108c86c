"""CDL: the grade that film sets and post houses exchange."""

from __future__ import annotations

from reelwork import Example, PointEffect, param
from reelwork.kinds import Ratio
from reelwork_colour.channels import Channels, channels, three
from reelwork_colour.light import raised, saturated


class Cdl(PointEffect, name="cdl", version=1):
    """ASC CDL: slope, offset and power of each channel, then saturation around Rec.709's luma (ASC CDL 1.2).

    It works on straight scene-linear light, without limits: what is below black after the offset stays as it is, and
    light above white goes on (in OpenColorIO the style ``noclamp``).

    >>> Cdl().is_identity()
    True
    """

    unpremultiplied = True
    keeps_alpha = True
    examples = (
        Example("warm light", {"slope": [1.15, 1.02, 0.88], "offset": [0.01, 0, -0.01]}),
        Example("more contrast", {"slope": 1.3, "offset": -0.01, "power": 1.1, "saturation": 1.1}),
    )

    slope: Channels = param(1.0, kind=channels(0.0, (0.0, 4.0)), help="What channels are multiplied by: one, or three.")
    offset: Channels = param(0.0, kind=channels(-100.0, (-0.5, 0.5)), help="What is added then: one number, or three.")
    power: Channels = param(1.0, kind=channels(0.01, (0.2, 4.0)), help="The power they are raised to: one, or three.")
    saturation: float = param(1.0, kind=Ratio(minimum=0.0, maximum=10.0), help="Colourfulness: 0 is monochrome.")

    def is_identity(self) -> bool:
        return self.uniforms() == (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0)

    def uniforms(self) -> tuple[float, ...]:
        return (*three(self.slope), *three(self.offset), *three(self.power), self.saturation)

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        slope_r: float,
        slope_g: float,
        slope_b: float,
        offset_r: float,
        offset_g: float,
        offset_b: float,
        power_r: float,
        power_g: float,
        power_b: float,
        saturation: float,
    ) -> tuple[float, float, float, float]:
        r = raised(r * slope_r + offset_r, power_r)
        g = raised(g * slope_g + offset_g, power_g)
        b = raised(b * slope_b + offset_b, power_b)
        r, g, b = saturated(r, g, b, saturation)
        return r, g, b, a
