"""Steps of colour conversions, each a pixel function: matrices, limits, powers, logarithms, tables, the Academy's own.

Each gives what OpenColorIO's transform of that name does; their uniforms are worked out in :mod:`.operations`. Numbers
that are given for each channel come as red, green and blue of the first, then of the second.
"""

from __future__ import annotations

from typing import Final

from reelwork import maths, tables
from reelwork_colour.light import MOST

#: The smallest normal number of single precision, below which logarithms are held.
_TINY: Final = 1.1754944e-38
_SQRT3: Final = 1.7320508075688772
_RGB = tuple[float, float, float, float]


def matrix(r: float, g: float, b: float, a: float, *m: float) -> _RGB:
    """Nine numbers row by row, then what is added to each channel."""
    return (
        r * m[0] + g * m[1] + b * m[2] + m[9],
        r * m[3] + g * m[4] + b * m[5] + m[10],
        r * m[6] + g * m[7] + b * m[8] + m[11],
        a,
    )


def limits(r: float, g: float, b: float, a: float, scale: float, offset: float, low: float, high: float) -> _RGB:
    """Scaled, moved, and held between two numbers."""
    return (
        min(max(r * scale + offset, low), high),
        min(max(g * scale + offset, low), high),
        min(max(b * scale + offset, low), high),
        a,
    )


def power_clamped(r: float, g: float, b: float, a: float, red: float, green: float, blue: float) -> _RGB:
    """A power; 0 below 0."""
    x, y, z = maths.power(max(r, 0.0), red), maths.power(max(g, 0.0), green), maths.power(max(b, 0.0), blue)
    return capped(x), capped(y), capped(z), a


def power_mirrored(r: float, g: float, b: float, a: float, red: float, green: float, blue: float) -> _RGB:
    """A power, odd."""
    x, y, z = capped(maths.power(abs(r), red)), capped(maths.power(abs(g), green)), capped(maths.power(abs(b), blue))
    return x if r >= 0.0 else -x, y if g >= 0.0 else -y, z if b >= 0.0 else -z, a


def power_above(r: float, g: float, b: float, a: float, red: float, green: float, blue: float) -> _RGB:
    """A power; what is not above 0 stays."""
    x, y, z = capped(maths.power(r, red)), capped(maths.power(g, green)), capped(maths.power(b, blue))
    return x if r > 0.0 else r, y if g > 0.0 else g, z if b > 0.0 else b, a


def monitor_decode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """``(scale x + offset) ** gamma``, and a slope below the break: breaks, slopes, scales, offsets, gammas."""
    return (
        decoded(r, p[0], p[3], p[6], p[9], p[12]),
        decoded(g, p[1], p[4], p[7], p[10], p[13]),
        decoded(b, p[2], p[5], p[8], p[11], p[14]),
        a,
    )


def monitor_decode_mirrored(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """As ``monitor_decode``, odd."""
    x = decoded(abs(r), p[0], p[3], p[6], p[9], p[12])
    y = decoded(abs(g), p[1], p[4], p[7], p[10], p[13])
    z = decoded(abs(b), p[2], p[5], p[8], p[11], p[14])
    return x if r >= 0.0 else -x, y if g >= 0.0 else -y, z if b >= 0.0 else -z, a


def monitor_encode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """``(x ** gamma) scale - offset``, and a slope below the break, as in ``monitor_decode``."""
    return (
        encoded(r, p[0], p[3], p[6], p[9], p[12]),
        encoded(g, p[1], p[4], p[7], p[10], p[13]),
        encoded(b, p[2], p[5], p[8], p[11], p[14]),
        a,
    )


def monitor_encode_mirrored(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """As ``monitor_encode``, odd."""
    x = encoded(abs(r), p[0], p[3], p[6], p[9], p[12])
    y = encoded(abs(g), p[1], p[4], p[7], p[10], p[13])
    z = encoded(abs(b), p[2], p[5], p[8], p[11], p[14])
    return x if r >= 0.0 else -x, y if g >= 0.0 else -y, z if b >= 0.0 else -z, a


def log_encode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """``log2(x slope + offset) slope + offset``: slopes and offsets of light, then of its logarithm."""
    return (
        logarithm(r * p[0] + p[3]) * p[6] + p[9],
        logarithm(g * p[1] + p[4]) * p[7] + p[10],
        logarithm(b * p[2] + p[5]) * p[8] + p[11],
        a,
    )


def log_decode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """The inverse of ``log_encode``, with its inverse slopes and offsets: of the logarithm, then of light."""
    return (
        capped(maths.exp2(r * p[0] + p[3]) * p[6] + p[9]),
        capped(maths.exp2(g * p[1] + p[4]) * p[7] + p[10]),
        capped(maths.exp2(b * p[2] + p[5]) * p[8] + p[11]),
        a,
    )


def camera_encode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """As ``log_encode``, and a line below a break: breaks, slopes, offsets of the line follow."""
    x, y, z, a = log_encode(r, g, b, a, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11])
    return (
        x if r >= p[12] else r * p[15] + p[18],
        y if g >= p[13] else g * p[16] + p[19],
        z if b >= p[14] else b * p[17] + p[20],
        a,
    )


def camera_decode(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """As ``log_decode``, and a line below a break, as in ``camera_encode``."""
    x, y, z, a = log_decode(r, g, b, a, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11])
    return (
        x if r >= p[12] else r * p[15] + p[18],
        y if g >= p[13] else g * p[16] + p[19],
        z if b >= p[14] else b * p[17] + p[20],
        a,
    )


def curves(r: float, g: float, b: float, a: float, table: list[float], size: float) -> _RGB:
    """A table for each channel, from 0 to 1."""
    return (
        tables.interpolated(table, 0.0, size, r),
        tables.interpolated(table, size, size, g),
        tables.interpolated(table, 2.0 * size, size, b),
        a,
    )


def half_curves(r: float, g: float, b: float, a: float, table: list[float]) -> _RGB:
    """A table for each channel, with an entry for each half-precision number."""
    return (
        tables.by_half(table, 0.0, r),
        tables.by_half(table, 65536.0, g),
        tables.by_half(table, 131072.0, b),
        a,
    )


def cube(r: float, g: float, b: float, a: float, table: list[float], size: float) -> _RGB:
    """A cube of colours."""
    r, g, b = tables.tetrahedral(table, size, r, g, b)
    return r, g, b, a


def glow(r: float, g: float, b: float, a: float, gain: float, middle: float) -> _RGB:
    """The glow of the Academy's reference rendering (ACES 1, ``glow_fwd``)."""
    chroma = maths.sqrt(max(b * (b - g) + g * (g - r) + r * (r - b), 0.0))
    y = (r + g + b + 1.75 * chroma) / 3.0
    x = (saturation(r, g, b) - 0.4) * 5.0
    t = max(1.0 - 0.5 * abs(x), 0.0)
    rise = 1.0 - t * t
    amount = gain * 0.5 * (1.0 + (rise if x >= 0.0 else -rise))
    between = amount * (middle / max(y, 1e-10) - 0.5)
    added = 0.0 if y >= 2.0 * middle else amount if y <= middle * 2.0 / 3.0 else between
    return r * (1.0 + added), g * (1.0 + added), b * (1.0 + added), a


def red_modifier(r: float, g: float, b: float, a: float) -> _RGB:
    """The red modifier of the Academy's reference rendering (ACES 1.0: hue 0°, width 135°, pivot 0.03, scale 0.82)."""
    hue = maths.atan2(_SQRT3 * (g - b), 2.0 * r - (g + b))
    place = hue * 1.6976527263135504 + 2.0
    t = place - maths.floor(place)
    first = t * t * t * 0.25
    second = 0.25 + t * (0.75 + t * (0.75 - 0.75 * t))
    third = 1.0 + t * t * (0.75 * t - 1.5)
    s = 1.0 - t
    fourth = s * s * s * 0.25
    weight = first if place < 1.0 else second if place < 2.0 else third if place < 3.0 else fourth
    weight = weight if (place >= 0.0) & (place < 4.0) else 0.0
    return r + weight * saturation(r, g, b) * (0.03 - r) * 0.18, g, b, a


def surround(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """Colour times its luminance to a power, as a picture is shown in other surroundings: the luminance's weights, what
    it is multiplied by where it is below 0, its least, the power."""
    y = r * p[0] + g * p[1] + b * p[2]
    gain = maths.power(max(y if y >= 0.0 else y * p[3], p[4]), p[5])
    return r * gain, g * gain, b * gain, a


def gamut_compressed(r: float, g: float, b: float, a: float, *p: float) -> _RGB:
    """The Academy's gamut compression (ACES 1.3): thresholds, scales, the power."""
    peak = max(r, max(g, b))
    return (
        nearer(r, peak, p[0], p[3], p[6]),
        nearer(g, peak, p[1], p[4], p[6]),
        nearer(b, peak, p[2], p[5], p[6]),
        a,
    )


def nearer(x: float, peak: float, threshold: float, scale: float, exponent: float) -> float:
    """A channel no farther from the brightest one than the gamut's edge."""
    size = max(abs(peak), 1e-30)
    distance = (peak - x) / size
    beyond = max((distance - threshold) / scale, 0.0)
    bent = threshold + scale * beyond / maths.power(1.0 + maths.power(beyond, exponent), 1.0 / exponent)
    near = x if distance < threshold else peak - bent * size
    return 0.0 if peak == 0.0 else near


def saturation(r: float, g: float, b: float) -> float:
    """How far the darkest channel is from the brightest one, of that."""
    most, least = max(r, max(g, b)), min(r, min(g, b))
    return (max(most, 1e-10) - max(least, 1e-10)) / max(most, 0.01)


def logarithm(x: float) -> float:
    """To base 2, held where there is no light."""
    return maths.log2(max(x, _TINY))


def capped(x: float) -> float:
    """No more than the most light."""
    return min(x, MOST)


def decoded(x: float, at: float, slope: float, scale: float, offset: float, gamma: float) -> float:
    """One channel of ``monitor_decode``."""
    return x * slope if x <= at else capped(maths.power(x * scale + offset, gamma))


def encoded(x: float, at: float, slope: float, scale: float, offset: float, gamma: float) -> float:
    """One channel of ``monitor_encode``."""
    return x * slope if x <= at else maths.power(x, gamma) * scale - offset
