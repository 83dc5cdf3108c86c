"""Elementary functions of our own: numbers go in, and the same bits come out on every machine.

The system's ``pow``, ``exp``, ``log`` and ``sin`` differ from one C library to the next; these are made of operations
that IEEE 754 fixes to the last bit (``+ - * /``, square root, floor, and moving the exponent), in double precision.
They are plain Python, and kernels compile them as they stand. Where a series is summed, it is Taylor's, cut where the
next term is below half a unit in the last place. Errors stated are relative and were measured against the C library
and :mod:`decimal`.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = [
    "atan2",
    "bt1886_decode",
    "bt1886_encode",
    "cos",
    "exp",
    "exp2",
    "floor",
    "log",
    "log2",
    "power",
    "scrambled",
    "sin",
    "sincos_degrees",
    "sqrt",
    "srgb_decode",
    "srgb_encode",
]

_INFINITY: Final = float("inf")
_NAN: Final = float("nan")
_SQRT_HALF: Final = 0.7071067811865476
# The natural logarithm of 2 as a sum: the first part has trailing zeros, so that its multiples are exact.
_LN2_HIGH: Final = 0.6931471803691238
_LN2_LOW: Final = 1.9082149292705877e-10
_LN2: Final = 0.6931471805599453
_LOG2_E: Final = 1.4426950408889634
# Half of pi as a sum of three parts, for the same reason.
_HALF_PI_HIGH: Final = 1.5707963267341256
_HALF_PI_MIDDLE: Final = 6.077100506303966e-11
_HALF_PI_LOW: Final = 2.0222662487959506e-21
_HALF_PI: Final = 1.5707963267948966
_PI: Final = 3.141592653589793
_RADIAN: Final = 0.017453292519943295
_TAN_EIGHTH_PI: Final = 0.41421356237309503


def floor(x: float) -> float:
    """The largest whole number not above ``x``, as a float. Exact.

    >>> floor(-0.5)
    -1.0
    """
    return float(math.floor(x)) if -4503599627370496.0 < x < 4503599627370496.0 and x != 0.0 else x


def sqrt(x: float) -> float:
    """The square root; NaN below 0. Correctly rounded."""
    return math.sqrt(x) if x >= 0.0 else _NAN


def exp2(x: float) -> float:
    """2 to the power ``x``; 0 below -1022, infinity from 1024. Error below 3e-16.

    >>> exp2(3.0)
    8.0
    """
    whole = floor(_clamped(x) + 0.5)
    return _exponential((_clamped(x) - whole) * _LN2, whole, x * _LN2)


def exp(x: float) -> float:
    """e to the power ``x``; 0 below -708.39, infinity from 709.79. Error below 5e-16.

    >>> exp(0.0)
    1.0
    """
    near = min(max(x, -720.0), 720.0)
    whole = floor(near * _LOG2_E + 0.5)
    return _exponential((near - whole * _LN2_HIGH) - whole * _LN2_LOW, whole, x)


def log2(x: float) -> float:
    """The logarithm to base 2; minus infinity at 0, NaN below. Exact for powers of 2, else error below 5e-16.

    >>> log2(8.0)
    3.0
    """
    fraction, exponent = _split(x)
    return _edges(x, exponent + _log_near_one(fraction) * _LOG2_E)


def log(x: float) -> float:
    """The natural logarithm; minus infinity at 0, NaN below. Error below 5e-16.

    >>> log(1.0)
    0.0
    """
    fraction, exponent = _split(x)
    return _edges(x, exponent * _LN2_HIGH + (_log_near_one(fraction) + exponent * _LN2_LOW))


def power(x: float, y: float) -> float:
    """``x`` to the power ``y``, for ``x`` of 0 or more; for ``x`` below 0 only where ``y`` is whole, else NaN.

    The error is below 1e-12, and below 1e-14 where the result lies between 1e-6 and 1e6. Whole powers of whole
    numbers are exact up to 2 ** 40.

    >>> power(10.0, 2.0)
    100.0
    >>> power(-2.0, 3.0)
    -8.0
    """
    if y == 0.0 or x == 1.0:
        return 1.0
    size = abs(x)
    result = exp2(y * log2(size))
    whole = floor(y) == y
    near = floor(result + 0.5)
    if whole and y > 0.0 and floor(x) == x and near < 1099511627776.0:
        result = near
    if x < 0.0:
        odd = floor(y * 0.5) * 2.0 != y
        result = (-result if odd else result) if whole else _NAN
    return result


def sin(x: float) -> float:
    """The sine of ``x`` radians; absolute error below 3e-16 up to 1e6, growing beyond."""
    quadrant, angle = _quadrant(x)
    return _turned_sine(quadrant, angle)


def cos(x: float) -> float:
    """The cosine of ``x`` radians; absolute error below 3e-16 up to 1e6, growing beyond."""
    quadrant, angle = _quadrant(x)
    return _turned_sine(quadrant + 1.0, angle)


def sincos_degrees(degrees: float) -> tuple[float, float]:
    """Sine and cosine of an angle in degrees; exact at multiples of 90.

    >>> sincos_degrees(450.0)
    (1.0, 0.0)
    """
    quadrant = floor(degrees / 90.0 + 0.5)
    angle = (degrees - quadrant * 90.0) * _RADIAN
    return (_turned_sine(quadrant, angle), _turned_sine(quadrant + 1.0, angle))


def atan2(y: float, x: float) -> float:
    """The angle, in radians from -pi to pi, of the point ``(x, y)``; 0 at the origin. Error below 5e-16.

    >>> atan2(0.0, 1.0)
    0.0
    """
    long, short = max(abs(x), abs(y)), min(abs(x), abs(y))
    ratio = short / long if long > 0.0 else 0.0
    steep = ratio > _TAN_EIGHTH_PI
    t = (ratio - 1.0) / (ratio + 1.0) if steep else ratio
    # Half the angle, so that the series is short: tan(a / 2) = t / (1 + sqrt(1 + t t)).
    t = t / (1.0 + sqrt(1.0 + t * t))
    u = t * t
    series = 1.0 / 23.0
    series = 1.0 / 21.0 - u * series
    series = 1.0 / 19.0 - u * series
    series = 1.0 / 17.0 - u * series
    series = 1.0 / 15.0 - u * series
    series = 1.0 / 13.0 - u * series
    series = 1.0 / 11.0 - u * series
    series = 1.0 / 9.0 - u * series
    series = 1.0 / 7.0 - u * series
    series = 1.0 / 5.0 - u * series
    series = 1.0 / 3.0 - u * series
    angle = 2.0 * (t - t * u * series)
    if steep:
        angle += 0.5 * _HALF_PI
    if abs(y) > abs(x):
        angle = _HALF_PI - angle
    if x < 0.0:
        angle = _PI - angle
    return -angle if y < 0.0 else angle


def srgb_encode(x: float) -> float:
    """Scene-linear light to sRGB's display encoding (IEC 61966-2-1); odd, and the curve goes on above 1.

    >>> round(srgb_encode(0.18), 6)
    0.461356
    """
    size = abs(x)
    root = exp2(log2(size) / 2.4)
    # The standard's 1.055 root - 0.055, in a form that makes 1 of 1.
    encoded = size * 12.92 if size <= 0.0031308 else root + 0.055 * (root - 1.0)
    return -encoded if x < 0.0 else encoded


def srgb_decode(x: float) -> float:
    """sRGB's display encoding to scene-linear light (IEC 61966-2-1); odd, and the curve goes on above 1.

    >>> srgb_decode(1.0)
    1.0
    """
    size = abs(x)
    linear = size / 12.92 if size <= 0.04045 else exp2(2.4 * log2((size + 0.055) / 1.055))
    return -linear if x < 0.0 else linear


def bt1886_encode(x: float) -> float:
    """Scene-linear light to what a broadcast display shows as it (ITU-R BT.1886, black at 0): odd, the power 1/2.4.

    >>> round(bt1886_encode(0.5), 6)
    0.749154
    """
    size = abs(x)
    root = exp2(log2(size) / 2.4)
    return -root if x < 0.0 else root


def bt1886_decode(x: float) -> float:
    """The light that a broadcast display makes of a value (ITU-R BT.1886, black at 0): odd, the power 2.4.

    >>> bt1886_decode(1.0)
    1.0
    """
    size = abs(x)
    light = exp2(2.4 * log2(size))
    return -light if x < 0.0 else light


def scrambled(key: int) -> int:
    """A hash of a whole number's lowest 32 bits, as evenly spread: noise. Every product fits into 63 bits, so that
    compiled integers and Python's agree.

    >>> scrambled(1 << 32) == scrambled(0)
    True
    """
    key &= 0xFFFFFFFF
    key = ((key ^ (key >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
    key = ((key ^ (key >> 15)) * 0x735A2D97) & 0xFFFFFFFF
    return key ^ (key >> 15)


def _clamped(x: float) -> float:
    return min(max(x, -1100.0), 1100.0)


def _exponential(t: float, whole: float, exponent: float) -> float:
    """e to the power ``t`` (at most half a logarithm of 2 from 0) times 2 to the power ``whole``.

    ``exponent`` is the natural exponent of the whole, which says where the result leaves the range of doubles.
    """
    series = 1.0 / 6227020800.0
    series = 1.0 / 479001600.0 + t * series
    series = 1.0 / 39916800.0 + t * series
    series = 1.0 / 3628800.0 + t * series
    series = 1.0 / 362880.0 + t * series
    series = 1.0 / 40320.0 + t * series
    series = 1.0 / 5040.0 + t * series
    series = 1.0 / 720.0 + t * series
    series = 1.0 / 120.0 + t * series
    series = 1.0 / 24.0 + t * series
    series = 1.0 / 6.0 + t * series
    series = 0.5 + t * series
    # Above 1023 the factor itself would overflow, though the product may not.
    high = whole > 1023.0
    scale = _two_to(1023.0 if high else max(whole, -1022.0))
    result = scale * (1.0 + (t + t * t * series))
    result = result * 2.0 if high else result
    result = result if exponent >= -708.3964185322641 else 0.0
    result = result if exponent < 709.782712893384 else _INFINITY
    return result if exponent == exponent else _NAN


def _log_near_one(x: float) -> float:
    """The natural logarithm of a number between the square roots of 1/2 and 2: ``2 atanh((x - 1) / (x + 1))``."""
    f = (x - 1.0) / (x + 1.0)
    u = f * f
    series = 1.0 / 23.0
    series = 1.0 / 21.0 + u * series
    series = 1.0 / 19.0 + u * series
    series = 1.0 / 17.0 + u * series
    series = 1.0 / 15.0 + u * series
    series = 1.0 / 13.0 + u * series
    series = 1.0 / 11.0 + u * series
    series = 1.0 / 9.0 + u * series
    series = 1.0 / 7.0 + u * series
    series = 1.0 / 5.0 + u * series
    series = 1.0 / 3.0 + u * series
    return 2.0 * (f + f * u * series)


def _split(x: float) -> tuple[float, float]:
    """A positive number as ``fraction * 2 ** exponent``, the fraction between the square roots of 1/2 and 2."""
    fraction, exponent = _frexp(x)
    low = fraction < _SQRT_HALF
    return (fraction * 2.0 if low else fraction, exponent - 1.0 if low else exponent)


def _edges(x: float, logarithm: float) -> float:
    """A logarithm, put right where its argument is not a positive finite number."""
    result = logarithm if x > 0.0 else -_INFINITY
    result = result if x < _INFINITY else x
    return result if x >= 0.0 else _NAN


def _quadrant(x: float) -> tuple[float, float]:
    """How many quarter turns ``x`` radians are, to the nearest, and what is left."""
    quadrant = floor(x / _HALF_PI + 0.5)
    angle = ((x - quadrant * _HALF_PI_HIGH) - quadrant * _HALF_PI_MIDDLE) - quadrant * _HALF_PI_LOW
    return (quadrant, angle)


def _turned_sine(quadrant: float, x: float) -> float:
    """The sine of ``x`` (at most an eighth of a turn from 0) plus so many quarter turns."""
    u = x * x
    sine = 1.0 / 355687428096000.0
    sine = -1.0 / 1307674368000.0 + u * sine
    sine = 1.0 / 6227020800.0 + u * sine
    sine = -1.0 / 39916800.0 + u * sine
    sine = 1.0 / 362880.0 + u * sine
    sine = -1.0 / 5040.0 + u * sine
    sine = 1.0 / 120.0 + u * sine
    sine = -1.0 / 6.0 + u * sine
    sine = x + x * u * sine
    cosine = 1.0 / 20922789888000.0
    cosine = -1.0 / 87178291200.0 + u * cosine
    cosine = 1.0 / 479001600.0 + u * cosine
    cosine = -1.0 / 3628800.0 + u * cosine
    cosine = 1.0 / 40320.0 + u * cosine
    cosine = -1.0 / 720.0 + u * cosine
    cosine = 1.0 / 24.0 + u * cosine
    cosine = 1.0 - (0.5 * u - u * u * cosine)
    turn = quadrant - 4.0 * floor(quadrant * 0.25)
    result = cosine if turn == 1.0 or turn == 3.0 else sine
    # Adding 0 makes the zeros positive.
    return -result + 0.0 if turn >= 2.0 else result + 0.0


def _frexp(x: float) -> tuple[float, float]:
    """As :func:`math.frexp`, with a float exponent; of 1 where the number is not positive and finite.

    Kernels have it in bit operations.
    """
    fraction, exponent = math.frexp(x if 0.0 < x < _INFINITY else 1.0)
    return (fraction, float(exponent))


def _two_to(whole: float) -> float:
    """2 to a whole power from -1022 to 1023. Kernels have it in bit operations."""
    return math.ldexp(1.0, int(whole)) if whole == whole else _NAN
