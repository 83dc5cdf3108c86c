"""The obvious twin of a generator's kernel: its pixel function in plain Python, one pixel a time."""

from __future__ import annotations

from reelwork.effect import Context, PixelGenerator
from reelwork.values import Colour


def pixel(
    generator: PixelGenerator, x: float, y: float, size: tuple[float, float], context: Context
) -> tuple[float, float, float, float]:
    """The premultiplied light at a place, of a generator that works in display-encoded values."""
    assert generator.space == "display"
    numbers: list[float] = []
    for value in generator.uniforms(context):
        if isinstance(value, Colour):
            numbers += (value.red * value.alpha, value.green * value.alpha, value.blue * value.alpha, value.alpha)
        else:
            numbers.append(value)
    red, green, blue, alpha = generator.pixel(x, y, *size, *numbers)
    if alpha <= 0.0:
        return (0.0, 0.0, 0.0, 0.0)
    return Colour(red / alpha, green / alpha, blue / alpha, alpha).premultiplied(context.display)
