"""Noise: a seed and a scale in, smooth cloudy noise between two colours out."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from reelwork import Context, Example, PixelGenerator, maths, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Length, Number, Ratio
from reelwork.values import Colour
from reelwork.values import Length as Distance

_MASK: Final = 0xFFFFFFFF
#: After so many steps the evolution begins again, so that its number stays exact.
_CYCLE: Final = 1 << 20
#: Scales noise, whose deviation is 0.177, so that it goes beyond the two colours on 1% of the area.
_STRENGTH: Final = 1.1


class Noise(PixelGenerator, name="noise", version=1):
    """Smooth fractal noise between two colours; keyframes on ``evolution`` make it move.

    Gradient noise over a grid that is fixed to the middle of the composition. The colours are mixed
    premultiplied and display-encoded.
    """

    cost = 500.0
    space = "display"
    presets: ClassVar = {
        "clouds": {"scale": "60%", "octaves": 6, "contrast": 1.2, "dark": "#5f93d4", "light": "#ffffff"},
        "smoke": {"scale": "45%", "octaves": 7, "roughness": "60%", "dark": "#0b0c10", "light": "#8d929c"},
        "static": {"scale": 2, "octaves": 1, "contrast": 1.6},
    }
    examples = (Example("with its defaults"),)

    scale: float = param(Distance(percent=25.0), kind=Length(minimum=0.0), help="How large its largest features are.")
    octaves: int = param(4, kind=Number(1, 8, integer=True), help="How many layers are added, each half as large.")
    roughness: float = param(0.5, kind=Ratio(bounded=True), help="How strong a finer layer is against the one before.")
    contrast: float = param(1.0, kind=Ratio(minimum=0.0), help="How far it goes towards the two colours.")
    evolution: float = param(0.0, kind=Number(unit="steps"), help="Changes the noise smoothly; at 1 all of it is new.")
    seed: int = param(0, kind=Number(0, integer=True), animated=False, help="Another number, another noise.")
    dark: Colour = param(Colour(0.0, 0.0, 0.0), kind=ColourKind(), help="The colour of its valleys.")
    light: Colour = param(Colour(1.0, 1.0, 1.0), kind=ColourKind(), help="The colour of its peaks.")

    def uniforms(self, context: Context) -> tuple[float | Colour, ...]:
        """Its parameters as numbers, the mix of two steps of the evolution, and both colours."""
        step = math.floor(self.evolution)
        t = self.evolution - step
        late = t * t * (3.0 - 2.0 * t)
        early = 1.0 - late
        level = maths.sqrt(early * early + late * late)  # else noise would fade half way between two steps
        total = sum(self.roughness ** (2 * octave) for octave in range(self.octaves))
        strength = self.contrast * _STRENGTH / maths.sqrt(total)
        return (
            max(self.scale, 1.0),
            float(self.octaves),
            self.roughness,
            strength,
            float(step % _CYCLE),
            early / level,
            late / level,
            float(maths.scrambled(self.seed) >> 8),  # 24 bits: all numbers reach `pixel` in single precision
            self.dark,
            self.light,
        )

    @staticmethod
    def pixel(
        x: float,
        y: float,
        width: float,
        height: float,
        scale: float,
        octaves: float,
        roughness: float,
        strength: float,
        step: float,
        early: float,
        late: float,
        seed: float,
        dark_r: float,
        dark_g: float,
        dark_b: float,
        dark_a: float,
        light_r: float,
        light_g: float,
        light_b: float,
        light_a: float,
    ) -> tuple[float, float, float, float]:
        """The colour at a place."""
        u, v = (x - 0.5 * width) / scale, (y - 0.5 * height) / scale
        total = 0.0
        amplitude = strength
        for octave in range(int(octaves)):
            # Moved, so that the grids of the octaves, where all noise is zero, do not meet in the middle.
            shift = 0.37 + 0.618 * float(octave)
            total += amplitude * octave_noise(u + shift, v - shift, int(step), early, late, int(seed) + 101 * octave)
            amplitude *= roughness
            u, v = 2.0 * u, 2.0 * v
        t = min(max(0.5 + total, 0.0), 1.0)
        return (
            dark_r + (light_r - dark_r) * t,
            dark_g + (light_g - dark_g) * t,
            dark_b + (light_b - dark_b) * t,
            dark_a + (light_a - dark_a) * t,
        )


def octave_noise(x: float, y: float, step: int, early: float, late: float, seed: int) -> float:
    """Gradient noise (Perlin 2002, with the quintic fade), about -0.7 to 0.7; each corner's slope is a mix of two."""
    column, row = maths.floor(x), maths.floor(y)
    dx, dy = x - column, y - row
    i, j = int(column), int(row)
    a = corner(i, j, step, early, late, seed, dx, dy)
    b = corner(i + 1, j, step, early, late, seed, dx - 1.0, dy)
    c = corner(i, j + 1, step, early, late, seed, dx, dy - 1.0)
    d = corner(i + 1, j + 1, step, early, late, seed, dx - 1.0, dy - 1.0)
    fade_x = dx * dx * dx * (dx * (dx * 6.0 - 15.0) + 10.0)
    fade_y = dy * dy * dy * (dy * (dy * 6.0 - 15.0) + 10.0)
    top = a + (b - a) * fade_x
    bottom = c + (d - c) * fade_x
    return top + (bottom - top) * fade_y


def corner(i: int, j: int, step: int, early: float, late: float, seed: int, dx: float, dy: float) -> float:
    """What one corner of the grid adds: its slope times the distance from it."""
    key = (i * 374761393 + j * 668265263 + seed * 974634777) & _MASK
    first = maths.scrambled(key + step * 1274126177)
    second = maths.scrambled(key + (step + 1) * 1274126177)
    slope_x = early * (float(first & 0xFFFF) - 32767.5) + late * (float(second & 0xFFFF) - 32767.5)
    slope_y = early * (float(first >> 16) - 32767.5) + late * (float(second >> 16) - 32767.5)
    return (slope_x * dx + slope_y * dy) * (1.0 / 32767.5)
