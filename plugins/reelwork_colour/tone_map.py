"""Tone map: light of any brightness becomes light that a display can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reelwork import Example, PointEffect, maths, param
from reelwork.kinds import Choice

_CURVES: Final = ("reinhard", "filmic", "aces", "bt2390")
# SMPTE ST 2084, and diffuse white of 203 cd/m² (ITU-R BT.2408) in its values.
_M1: Final = 2610.0 / 16384.0
_M2: Final = 2523.0 / 32.0
_C1: Final = 3424.0 / 4096.0
_C2: Final = 2413.0 / 128.0
_C3: Final = 2392.0 / 128.0
_WHITE: Final = 203.0 / 10000.0
_PQ_WHITE: Final = 0.5806888810416109


class ToneMap(PointEffect, name="tone-map", version=1):
    """Tone map: bends light above white into what a display shows, and keeps its order.

    ``reinhard`` is ``x (1 + x / w²) / (1 + x)`` with the white point ``w`` (Reinhard and others, 2002, formula 4);
    ``filmic`` Hable's curve of "Uncharted 2" (2010), scaled to the white point; ``aces`` Narkowicz's fit of the
    Academy's reference rendering (2015), which has a white of its own. ``bt2390`` is for footage of HDR (PQ, HLG) in an
    ordinary film: ITU-R BT.2390's (5.4.1), in values of PQ; where ``white`` is 2.3 stops,
    HLG's own and that of displays of 1,000 cd/m², light below 0.43 stays as it is, and diffuse white becomes 0.78.

    >>> ToneMap(curve="reinhard", white=0.0).uniforms()
    (1.0, 1.0)
    """

    cost = 10.0
    tames_highlights = True
    unpremultiplied = True
    keeps_alpha = True
    examples = (
        Example("of Hable", {"exposure": 1, "curve": "filmic"}),
        Example("of Reinhard", {"exposure": 1, "curve": "reinhard"}),
        Example("of the Academy", {"exposure": 1, "curve": "aces"}),
        Example("of BT.2390", {"exposure": 1, "curve": "bt2390"}),
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
        if self.curve == "bt2390":
            return (gain, max(pq(white), _PQ_WHITE))
        return (gain, 1.0 / hable(white) if self.curve == "filmic" else 1.0)

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return {"reinhard": self.reinhard, "filmic": self.pixel, "aces": self.aces, "bt2390": self.bt2390}[self.curve]

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

    @staticmethod
    def bt2390(r: float, g: float, b: float, a: float, gain: float, peak: float) -> tuple[float, float, float, float]:
        """As ``pixel``, by BT.2390's; ``peak`` is the brightest light, in values of PQ."""
        return rolled(r * gain, peak), rolled(g * gain, peak), rolled(b * gain, peak), a


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


def rolled(x: float, peak: float) -> float:
    """BT.2390's curve, whose peak becomes diffuse white; below its knee and below black, light as it is."""
    last = _PQ_WHITE / peak
    knee = max(1.5 * last - 0.5, 0.0)
    value = min(pq(min(max(x, 0.0), 1e6)) / peak, 1.0)
    t = max(value - knee, 0.0) / max(1.0 - knee, 1e-6)
    square, cube = t * t, t * t * t
    spline = (
        (2.0 * cube - 3.0 * square + 1.0) * knee
        + (cube - 2.0 * square + t) * (1.0 - knee)
        + (3.0 * square - 2.0 * cube) * last
    )
    return x if value <= knee else 1.0 if value >= 1.0 else min(light(spline * peak), 1.0)


def pq(x: float) -> float:
    """Light as a value of PQ."""
    root = maths.power(x * _WHITE, _M1)
    return maths.power((_C1 + _C2 * root) / (1.0 + _C3 * root), _M2)


def light(value: float) -> float:
    """A value of PQ as light."""
    root = maths.power(value, 1.0 / _M2)
    return maths.power(max(root - _C1, 0.0) / (_C2 - _C3 * root), 1.0 / _M1) / _WHITE
