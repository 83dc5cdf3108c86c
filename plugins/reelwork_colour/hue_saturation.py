"""Hue and saturation: of all colours, or of those around one hue."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from reelwork import Example, PointEffect, maths, param
from reelwork.kinds import Angle, Number, Ratio
from reelwork_colour.light import smooth


class HueSaturation(PointEffect, name="hue-saturation", version=1):
    """Hue and saturation: turns hues, and makes colours stronger or weaker, brighter or darker.

    It works on display-encoded hue, chroma (the greatest channel less the least) and lightness (the mean of the two).
    With a ``range`` below 360° it only acts on colours whose hue lies around ``centre``, fading over ``softness``.

    >>> HueSaturation().is_identity()
    True
    """

    cost = 30.0
    space = "display"
    keeps_alpha = True
    presets: ClassVar = {"vivid": {"saturation": 1.6}, "muted": {"saturation": 0.5, "lightness": 0.05}}
    examples = (
        Example("all hues turned", {"hue": 140}),
        Example("only reds turned", {"hue": -90, "centre": 5, "range": 30, "softness": 10}),
    )

    hue: float = param(
        0.0, kind=Angle(), help="By how much hues are turned: from red by 120° to green, by 240° to blue."
    )
    saturation: float = param(
        1.0, kind=Ratio(minimum=0.0, maximum=10.0), help="What chroma is multiplied by; 0 leaves greys."
    )
    lightness: float = param(
        0.0, kind=Number(minimum=-1.0, maximum=1.0), help="Towards white above 0, towards black below."
    )
    centre: float = param(0.0, kind=Angle(), help="The hue around which it acts: 0° red, 120° green, 240° blue.")
    range: float = param(360.0, kind=Angle(), help="How wide the range of hues is; 360° and more is all of them.")
    softness: float = param(30.0, kind=Angle(), help="Over how many degrees beyond the range it fades.")

    def is_identity(self) -> bool:
        return self.hue % 360.0 == 0.0 and self.saturation == 1.0 and self.lightness == 0.0

    def uniforms(self) -> tuple[float, ...]:
        reach = self.range / 120.0
        if self.range >= 360.0:
            reach = 10.0  # hues lie no further than 3 from each other
        return (
            self.hue / 60.0,
            self.saturation,
            self.lightness,
            self.centre / 60.0 % 6.0,
            reach,
            60.0 / max(self.softness, 1e-3),
        )

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return self.of_all if self.range >= 360.0 else self.pixel

    @staticmethod
    def pixel(
        r: float,
        g: float,
        b: float,
        a: float,
        hue: float,
        saturation: float,
        lightness: float,
        centre: float,
        reach: float,
        steepness: float,
    ) -> tuple[float, float, float, float]:
        greatest, least = max(r, max(g, b)), min(r, min(g, b))
        chroma, middle = greatest - least, 0.5 * (greatest + least)
        own = hue_of(r, g, b, greatest, chroma)
        distance = abs(own - centre)
        distance = abs(distance - 6.0 * maths.floor(distance * (1.0 / 6.0) + 0.5))
        # greys have no hue: they belong to no range but that of all
        weight = smooth(1.0 - (distance - reach) * steepness) * (1.0 if (chroma > 0.0) | (reach > 3.0) else 0.0)
        return turned(own, chroma, middle, hue * weight, 1.0 + (saturation - 1.0) * weight, lightness * weight, a)

    @staticmethod
    def of_all(
        r: float,
        g: float,
        b: float,
        a: float,
        hue: float,
        saturation: float,
        lightness: float,
        centre: float,
        reach: float,
        steepness: float,
    ) -> tuple[float, float, float, float]:
        """As ``pixel``, of all hues."""
        greatest, least = max(r, max(g, b)), min(r, min(g, b))
        chroma, middle = greatest - least, 0.5 * (greatest + least)
        own = hue_of(r, g, b, greatest, chroma)
        return turned(own, chroma, middle, hue, 1.0 + (saturation - 1.0), lightness, a)


def hue_of(r: float, g: float, b: float, greatest: float, chroma: float) -> float:
    """The hue in sixths of a turn from red; 0 of greys."""
    by = 1.0 / chroma if chroma > 0.0 else 0.0
    return (g - b) * by if greatest == r else 2.0 + (b - r) * by if greatest == g else 4.0 + (r - g) * by


def turned(
    own: float, chroma: float, middle: float, hue: float, saturation: float, light: float, a: float
) -> tuple[float, float, float, float]:
    """A colour of a hue, a chroma and a lightness, turned, made stronger and brighter."""
    own, chroma = own + hue, chroma * saturation
    middle = middle + (max(1.0 - middle, 0.0) if light > 0.0 else middle) * light
    chroma = chroma * (1.0 - abs(light))
    low = middle - 0.5 * chroma
    return low + chroma * part(own), low + chroma * part(own - 2.0), low + chroma * part(own + 2.0), a


def part(hue: float) -> float:
    """How much of the chroma red has at a hue of so many sixths of a turn: all within one of red, none beyond two."""
    hue = abs(hue - 6.0 * maths.floor(hue * (1.0 / 6.0) + 0.5))
    return min(max(2.0 - hue, 0.0), 1.0)
