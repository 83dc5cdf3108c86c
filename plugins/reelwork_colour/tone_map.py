"""Tone map: light of any brightness becomes light that a display can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reelwork import Example, PointEffect, maths, param
from reelwork.kinds import Choice

_CURVES: Final = ("reinhard", "filmic", "aces")


class ToneMap(PointEffect, name="tone-map", version=1):
    """Tone map: bends light above white into what a display shows, and keeps its order.

    ``reinhard`` is ``x (1 + x / w²) / (1 + x)`` with the white point ``w`` (Reinhard and others, 2002, formula 4);
    ``filmic`` Hable's curve of "Uncharted 2" (2010), scaled to the white point; ``aces`` Narkowicz's fit of the
    Academy's reference rendering (2015), which has a white of its own.

    >>> ToneMap(curve="reinhard", white=0.0).uniforms()
    (1.0, 1.0)
    """

    cost = 10.0
    unpremultiplied = True
    keeps_alpha = True
    examples = (
        Example("of Hable", {"exposure": 1, "curve": "filmic"}),
        Example("of Reinhard", {"exposure": 1, "curve": "reinhard"}),
        Example("of the Academy", {"exposure": 1, "curve": "aces"}),
    )

    curve: str = param("filmic", kind=Choice(_CURVES), help="The curve.")
    exposure: float = param(
        0.0, unit="stops", soft_range=(-4.0, 4.0), minimum=-32.0, maximum=32.0, help="Light before."
    )
    white: float = param(
        3.0, unit="stops", minimum=0.0, maximum=16.0, help="How many stops above white light becomes white."
    )

    def uniforms(self) -> tuple[float, ...]:
        gain, white = maths.exp2(self.exposure), maths.exp2(self.white)
        if self.curve == "reinhard":
            return (gain, 1.0 / (white * white))
        return (gain, 1.0 / hable(white) if self.curve == "filmic" else 1.0)

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return {"reinhard": self.reinhard, "filmic": self.pixel, "aces": self.aces}[self.curve]

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, gain: float, scale: float) -> tuple[float, float, float, float]:
        red, green, blue = hable(max(r * gain, 0.0)), hable(max(g * gain, 0.0)), hable(max(b * gain, 0.0))
        return min(red * scale, 1.0), min(green * scale, 1.0), min(blue * scale, 1.0), a

    @staticmethod
    def reinhard(
        r: float, g: float, b: float, a: float, gain: float, scale: float
    ) -> tuple[float, float, float, float]:
        """As ``pixel``, by Reinhard's curve."""
        red, green, blue = max(r * gain, 0.0), max(g * gain, 0.0), max(b * gain, 0.0)
        return squeezed(red, scale), squeezed(green, scale), squeezed(blue, scale), a

    @staticmethod
    def aces(r: float, g: float, b: float, a: float, gain: float, scale: float) -> tuple[float, float, float, float]:
        """As ``pixel``, by the Academy's."""
        return narkowicz(max(r * gain, 0.0)), narkowicz(max(g * gain, 0.0)), narkowicz(max(b * gain, 0.0)), a


def squeezed(x: float, scale: float) -> float:
    """Reinhard's curve for light of 0 or more."""
    return min(x * (1.0 + x * scale) / (1.0 + x), 1.0)


def hable(x: float) -> float:
    """Hable's curve for light of 0 or more, not yet scaled.

    It is ``(x (0.15 x + 0.05) + 0.004) / (x (0.15 x + 0.5) + 0.06) - 0.004 / 0.06``, as one fraction.
    """
    x = min(2.0 * x, 1e6)
    return x * (0.14 * x + 1.0 / 60.0) / (x * (0.15 * x + 0.5) + 0.06)


def narkowicz(x: float) -> float:
    """Narkowicz's curve for light of 0 or more."""
    x = min(x, 1e6)
    return min(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 1.0)
