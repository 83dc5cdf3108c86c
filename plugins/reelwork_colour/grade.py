"""Grade: the colourist's first tools, in one pass over scene-linear light."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from reelwork import PointEffect, maths, param
from reelwork.kinds import Ratio
from reelwork_colour.channels import Channels, channels, three
from reelwork_colour.light import MOST, held, raised, saturated
from reelwork_colour.temperature import temperature_gains

_PIVOT: Final = 0.18
#: What leaves a picture as it is: slopes, offsets, saturation.
_NEUTRAL: Final = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class Grade(PointEffect, name="grade", version=1):
    """Grade: white balance, exposure, contrast, lift, gamma, gain and saturation, in this order.

    All work on straight scene-linear Rec.709. Contrast is a power around 18 % grey. Lift, gamma and gain are
    ``(c (gain - lift) + lift) ** (1 / gamma)``: lift moves black and holds white, gain moves white and holds black,
    gamma moves what lies between. Saturation is the distance from Rec.709 luminance.

    >>> Grade(exposure=1.0).uniforms()[:3]
    (2.0, 2.0, 2.0)
    >>> Grade().is_identity()
    True
    """

    cost = 10.0
    unpremultiplied = True
    keeps_alpha = True
    presets: ClassVar = {
        "golden-hour": {"temperature": 45, "exposure": 0.15, "contrast": 1.1, "saturation": 1.2},
        "day-for-night": {"exposure": -1.8, "temperature": -80, "contrast": 1.15, "saturation": 0.45},
        "bleach-bypass": {"contrast": 1.5, "saturation": 0.35},
        "faded": {"lift": [0.03, 0.03, 0.045], "contrast": 0.85, "saturation": 0.8},
    }

    exposure: float = param(
        0.0, unit="stops", soft_range=(-4.0, 4.0), minimum=-32.0, maximum=32.0, help="Light, in photographic stops."
    )
    temperature: float = param(
        0.0, unit="mireds", soft_range=(-100.0, 100.0), help="Warmth: above 0 warmer, below 0 colder."
    )
    contrast: float = param(
        1.0, kind=Ratio(minimum=0.0, maximum=10.0), help="Contrast around 18 % grey; 1 leaves it, 0 makes all grey."
    )
    lift: Channels = param(0.0, kind=channels(-100.0, (-0.2, 0.2)), help="Where black lies: one number, or three.")
    gamma: Channels = param(1.0, kind=channels(0.01, (0.2, 4.0)), help="Brightness between: one number, or three.")
    gain: Channels = param(1.0, kind=channels(-100.0, (0.0, 4.0)), help="Where white lies: one number, or three.")
    saturation: float = param(
        1.0, kind=Ratio(minimum=0.0, maximum=10.0), help="Colourfulness: 0 is monochrome, 1 leaves it, more is more."
    )

    def is_identity(self) -> bool:
        return self.uniforms() == _NEUTRAL

    def uniforms(self) -> tuple[float, ...]:
        light = maths.exp2(self.exposure)
        balance = tuple(light * channel for channel in temperature_gains(self.temperature))
        lift, gain = three(self.lift), three(self.gain)
        slopes = tuple(top - bottom for top, bottom in zip(gain, lift, strict=True))
        if self._has_powers():
            exponents = (1.0 / gamma for gamma in three(self.gamma))
            return (*slopes, *lift, self.saturation, self.contrast, *balance, *exponents)
        return (*(a * b for a, b in zip(balance, slopes, strict=True)), *lift, self.saturation)

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        if not self._has_powers():
            return self.without_powers
        if self.contrast == 1.0:
            return self.without_contrast
        return self.pixel if three(self.gamma) != (1.0, 1.0, 1.0) else self.without_gamma

    def _has_powers(self) -> bool:
        """Whether there is contrast or gamma; either takes five times as long as all the rest."""
        return (self.contrast, *three(self.gamma)) != (1.0, 1.0, 1.0, 1.0)

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, *p: float) -> tuple[float, float, float, float]:
        """Three slopes, three lifts, saturation, contrast, three lights and three exponents follow the colour."""
        r = raised(contrasted(held(r * p[8]), p[7]) * p[0] + p[3], p[11])
        g = raised(contrasted(held(g * p[9]), p[7]) * p[1] + p[4], p[12])
        b = raised(contrasted(held(b * p[10]), p[7]) * p[2] + p[5], p[13])
        r, g, b = saturated(r, g, b, p[6])
        return r, g, b, a

    @staticmethod
    def without_gamma(r: float, g: float, b: float, a: float, *p: float) -> tuple[float, float, float, float]:
        """As ``pixel``, where gamma is 1."""
        r = contrasted(held(r * p[8]), p[7]) * p[0] + p[3]
        g = contrasted(held(g * p[9]), p[7]) * p[1] + p[4]
        b = contrasted(held(b * p[10]), p[7]) * p[2] + p[5]
        r, g, b = saturated(r, g, b, p[6])
        return r, g, b, a

    @staticmethod
    def without_contrast(r: float, g: float, b: float, a: float, *p: float) -> tuple[float, float, float, float]:
        """As ``pixel``, where contrast is 1."""
        r = raised(held(r * p[8]) * p[0] + p[3], p[11])
        g = raised(held(g * p[9]) * p[1] + p[4], p[12])
        b = raised(held(b * p[10]) * p[2] + p[5], p[13])
        r, g, b = saturated(r, g, b, p[6])
        return r, g, b, a

    @staticmethod
    def without_powers(
        r: float,
        g: float,
        b: float,
        a: float,
        slope_r: float,
        slope_g: float,
        slope_b: float,
        lift_r: float,
        lift_g: float,
        lift_b: float,
        saturation: float,
    ) -> tuple[float, float, float, float]:
        """As ``pixel``, where contrast and gamma are 1; balance and exposure are in the slopes."""
        r, g, b = held(r * slope_r + lift_r), held(g * slope_g + lift_g), held(b * slope_b + lift_b)
        r, g, b = saturated(r, g, b, saturation)
        return r, g, b, a


def contrasted(x: float, contrast: float) -> float:
    """A power around 18 % grey, no more than the most light; what is not above black stays."""
    return _PIVOT * min(maths.power(x / _PIVOT, contrast), MOST) if x > 0.0 and contrast != 1.0 else x
