"""Grade: exposure, temperature, lift, gamma, gain, contrast and saturation of scene-linear light."""

from __future__ import annotations

from reelwork import PointEffect, maths, param
from reelwork.kinds import List, Number, OneOf
from reelwork_colour.temperature import temperature_gains

PER_CHANNEL = OneOf((Number(), List(Number(), 3)))
PER_CHANNEL_ABOVE_0 = OneOf((Number(minimum=0.01), List(Number(minimum=0.01), 3)))
#: What contrast turns about: the grey card's 18%.
PIVOT = 0.18


class Grade(PointEffect, name="grade", version=1):
    """A primary grade, in this order: temperature, exposure, lift and gain, gamma, contrast, saturation.

    ``lift``, ``gamma`` and ``gain`` take one number, or ``[red, green, blue]``. Lift moves black and leaves white (1)
    where it is, gain moves white and leaves black; then gamma is the exponent ``1 / gamma``. Contrast is an exponent
    about 18% grey. Saturation mixes with Rec.709 luminance.

    >>> Grade().is_identity()
    True
    """

    unpremultiplied = True

    exposure: float = param(0.0, unit="stops", soft_range=(-5.0, 5.0), help="How much brighter: each stop doubles.")
    temperature: float = param(
        0.0,
        unit="100 mireds",
        soft_range=(-1.0, 1.0),
        help="How much warmer, in hundreds of mireds: 0.5 is a golden hour, -0.3 a cloudy day.",
    )
    lift: float | tuple[float, ...] = param(0.0, kind=PER_CHANNEL, help="What black becomes.")
    gamma: float | tuple[float, ...] = param(1.0, kind=PER_CHANNEL_ABOVE_0, help="Above 1 the middle is brighter.")
    gain: float | tuple[float, ...] = param(1.0, kind=PER_CHANNEL, help="What white becomes.")
    contrast: float = param(1.0, minimum=0.0, soft_range=(0.5, 2.0), help="Above 1 there is more of it.")
    saturation: float = param(1.0, minimum=0.0, soft_range=(0.0, 2.0), help="0 is black and white.")

    def is_identity(self) -> bool:
        """Whether every parameter is as if it was not there."""
        plain = (self.exposure, self.temperature, self.contrast, self.saturation) == (0.0, 0.0, 1.0, 1.0)
        return plain and (_three(self.lift), _three(self.gamma), _three(self.gain)) == (
            (0.0,) * 3,
            (1.0,) * 3,
            (1.0,) * 3,
        )

    def uniforms(self) -> tuple[float, ...]:
        """Slope and offset a channel, exponent a channel, contrast, saturation."""
        lift, gamma, gain = _three(self.lift), _three(self.gamma), _three(self.gain)
        light = tuple(maths.exp2(self.exposure) * warm for warm in temperature_gains(100.0 * self.temperature))
        slopes = tuple(k * (g - low) for k, g, low in zip(light, gain, lift, strict=True))
        return (*slopes, *lift, *(1.0 / g for g in gamma), self.contrast, self.saturation)

    @staticmethod
    def pixel(
        r: float, g: float, b: float, a: float,
        slope_r: float, slope_g: float, slope_b: float,
        lift_r: float, lift_g: float, lift_b: float,
        power_r: float, power_g: float, power_b: float,
        contrast: float, saturation: float,
    ) -> tuple[float, float, float, float]:  # fmt: skip
        """The grade of one straight colour; below 0 the exponents leave it as it is."""
        r, g, b = r * slope_r + lift_r, g * slope_g + lift_g, b * slope_b + lift_b
        if power_r != 1:
            r = raised(r, power_r)
        if power_g != 1:
            g = raised(g, power_g)
        if power_b != 1:
            b = raised(b, power_b)
        if contrast != 1:
            r = PIVOT * raised(r / PIVOT, contrast)
            g = PIVOT * raised(g / PIVOT, contrast)
            b = PIVOT * raised(b / PIVOT, contrast)
        grey = 0.2126 * r + 0.7152 * g + 0.0722 * b
        return (
            grey + (r - grey) * saturation,
            grey + (g - grey) * saturation,
            grey + (b - grey) * saturation,
            a,
        )


def raised(value: float, exponent: float) -> float:
    """A power of what is above 0."""
    return maths.power(value, exponent) if value > 0 else value


def _three(value: float | tuple[float, ...]) -> tuple[float, float, float]:
    if isinstance(value, tuple):
        return (value[0], value[1], value[2])
    return (value, value, value)
