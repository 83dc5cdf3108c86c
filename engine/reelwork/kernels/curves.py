"""Transfer curves in single precision: float32 values go in and come out, the same bits on every machine.

They are written without branches, so that the compiler turns loops over them into vector code. The exponent of a
number is taken apart from its fraction; one polynomial raises the fraction to the power, another one raises 2 to what
is left of the exponent. The polynomials are minimax fits of the relative error, summed in pairs (Estrin's scheme), so
that no sum waits long for another one; the errors stated include rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reelwork import maths
from reelwork.kernels.bits import bits_of, float_of
from reelwork.kernels.decorator import kernel
from reelwork.kernels.lookup import by_half, interpolated, tetrahedral

__all__ = [
    "atan2",
    "bt1886_decode",
    "bt1886_encode",
    "by_half",
    "cos",
    "exp",
    "exp2",
    "floor",
    "interpolated",
    "log",
    "log2",
    "power",
    "repeated",
    "scrambled",
    "sin",
    "sincos_degrees",
    "sqrt",
    "srgb_decode",
    "srgb_encode",
    "tetrahedral",
]

# To mypy, numpy's numbers do not mix with Python's; to numba they do.
float32: Any = np.float32
int32: Any = np.int32

# The bits of the square root of 1/2: fractions are taken between it and the square root of 2.
_SQRT_HALF_BITS = int32(0x3F3504F3)
_ONE_BITS = int32(0x3F800000)
_MANTISSA_BITS = int32(23)
_EXPONENT_BITS = int32(-0x800000)
_SIGN_BIT = int32(-0x80000000)
# Added to a number below 2 ** 22, and taken away again, it rounds to the nearest whole one.
_ROUNDING = float32(12582912.0)
_MINUS_INFINITY = float32(-np.inf)
_NAN = float32(np.nan)


@kernel(inline=True)
def srgb_decode(x: Any) -> Any:
    """sRGB's display encoding to linear light: odd, and the curve goes on above 1, up to 1e9. Decoding 1 is exact.

    The relative error is below 6e-7 (IEC 61966-2-1).
    """
    size = float32(abs(x))
    curve = _raised_to_2_4(size * float32(0.947867298578199) + float32(0.0521327014218009))
    linear = curve if size > float32(0.04045) else size * float32(1.0 / 12.92)
    return _signed(linear, x)


@kernel(inline=True)
def srgb_encode(x: Any) -> Any:
    """Linear light to sRGB's display encoding: odd, and the curve goes on above 1. Encoding 1 is exact.

    The error is below 2e-7 up to 1, the relative error below 1.5e-6 everywhere (IEC 61966-2-1).
    """
    size = float32(abs(x))
    # The second number is the first one, as a float32, less 1.
    encoded = _root_of_2_4(size) * float32(1.055) - float32(0.05499994754791260)
    encoded = encoded if size > float32(0.0031308) else size * float32(12.92)
    return _signed(encoded, x)


@kernel(inline=True)
def bt1886_decode(x: Any) -> Any:
    """The light that a broadcast display makes of a value: odd, the power 2.4, up to 1e9. Decoding 1 is exact.

    The relative error is below 3e-7 (ITU-R BT.1886, black at 0); values below 1e-15 give no light.
    """
    size = float32(abs(x))
    light = _raised_to_2_4(size)
    light = light if size > float32(1e-15) else float32(0.0)
    return _signed(light, x)


@kernel(inline=True)
def bt1886_encode(x: Any) -> Any:
    """Linear light to the value for which a broadcast display shows it: odd, the power 1/2.4. Encoding 1 is exact.

    The relative error is below 3e-7 (ITU-R BT.1886, black at 0); light below 1e-36 counts as none.
    """
    size = float32(abs(x))
    value = _root_of_2_4(size)
    value = value if size > float32(1e-36) else float32(0.0)
    return _signed(value, x)


@kernel(inline=True)
def _signed(size: Any, x: Any) -> Any:
    """A number of 0 or more with the sign of another one."""
    return float_of(int32(bits_of(size) | int32(bits_of(float32(x)) & _SIGN_BIT)))


@kernel(inline=True)
def _taken_apart(size: Any) -> Any:
    """A positive normal number's exponent times 2 ** 23, and its fraction, between the roots of 1/2 and 2, less 1."""
    bits = bits_of(size)
    exponent = int32(int32(bits - _SQRT_HALF_BITS) & _EXPONENT_BITS)
    return float32(exponent), float_of(int32(bits - exponent)) - float32(1.0)


@kernel(inline=True)
def _two_to(rounded: Any) -> Any:
    """2 to a whole power from -126 to 127, 0 for -127; given is the power plus ``_ROUNDING``, whose last bits it is."""
    return float_of(int32(int32(bits_of(rounded) << _MANTISSA_BITS) + _ONE_BITS))


@kernel(inline=True)
def _raised_to_2_4(size: Any) -> Any:
    """A number above 0 to the power 2.4, as long as that is a normal number."""
    exponent, t = _taken_apart(size)
    # (1 + t) to the power 2.4
    t2 = t * t
    low = float32(2.4000003337860107) + t * float32(1.6800013780593872)
    middle = float32(0.2239731103181839) + t * float32(-0.033651307225227356)
    high = float32(0.011214660480618477) + t * float32(-0.0043870569206774235)
    p = float32(1.0) + t * (low + t2 * (middle + t2 * high))
    # 2 to the power 12/5 of the exponent: a whole power, and two fifths down or up, which the polynomial meets exactly
    twelvefold = exponent * float32(12.0 / 8388608.0)
    rounded = twelvefold * float32(0.2) + _ROUNDING
    f = (twelvefold - float32(5.0) * (rounded - _ROUNDING)) * float32(0.2)
    low = float32(0.693138599395752) + f * float32(0.24022552371025085)
    high = float32(0.05577129125595093) + f * float32(0.00964898057281971)
    q = float32(1.0) + f * (low + f * f * high)
    return p * q * _two_to(rounded)


@kernel(inline=True)
def _root_of_2_4(size: Any) -> Any:
    """A normal number above 0 to the power 1/2.4."""
    exponent, t = _taken_apart(size)
    # (1 + t) to the power 5/12
    t2 = t * t
    low = float32(0.41666701436042786) + t * float32(-0.12153046578168869)
    middle = float32(0.06410609185695648) + t * float32(-0.04127103462815285)
    high = float32(0.03037126548588276) + t * float32(-0.025412186980247498)
    p = float32(1.0) + t * (low + t2 * (middle + t2 * (high + t2 * float32(0.015284637920558453))))
    # 2 to the power 5/12 of the exponent: a whole power, and some twelfths
    fivefold = exponent * float32(5.0 / 8388608.0)
    rounded = (fivefold * float32(1.0 / 12.0) + float32(0.04)) + _ROUNDING
    f = (fivefold - float32(12.0) * (rounded - _ROUNDING)) * float32(1.0 / 12.0)
    f2 = f * f
    low = float32(0.6931467652320862) + f * float32(0.24022433161735535)
    high = float32(0.05551490932703018) + f * float32(0.009657480753958225)
    q = float32(1.0) + f * (low + f2 * (high + f2 * float32(0.0012854260858148336)))
    return p * q * _two_to(rounded)


@kernel(inline=True)
def log2(x: Any) -> Any:
    """The logarithm to base 2 of a positive normal number; minus infinity at 0, NaN below. Absolute error below 2e-7,
    or relative below 3e-7 where that is more.
    """
    beyond = _MINUS_INFINITY if x == float32(0.0) else _NAN
    return _log2_of_positive(x) if x > float32(0.0) else beyond


@kernel(inline=True)
def _log2_of_positive(x: Any) -> Any:
    """As ``log2``, of a positive normal number."""
    exponent, t = _taken_apart(float32(x))
    t2 = t * t
    t4 = t2 * t2
    first = float32(1.4426950216293335) + t * float32(-0.7213473320007324)
    second = float32(0.48091062903404236) + t * float32(-0.3607036769390106)
    third = float32(0.28791624307632446) + t * float32(-0.23894482851028442)
    fourth = float32(0.21571561694145203) + t * float32(-0.20726972818374634)
    high = (third + t2 * fourth) + t4 * float32(0.12583698332309723)
    return exponent * float32(1.0 / 8388608.0) + t * ((first + t2 * second) + t4 * high)


@kernel(inline=True)
def exp2(x: Any) -> Any:
    """2 to the power ``x``, 0 below -126.5, held at 2 ** 127 above. The relative error is below 2e-7."""
    near = max(min(float32(x), float32(127.0)), float32(-127.0))
    rounded = near + _ROUNDING
    f = near - (rounded - _ROUNDING)
    f2 = f * f
    low = float32(0.6931471824645996) + f * float32(0.24022647738456726)
    middle = float32(0.055503323674201965) + f * float32(0.00961843691766262)
    high = float32(0.0013398873852565885) + f * float32(0.00015353361959569156)
    return (float32(1.0) + f * (low + f2 * (middle + f2 * high))) * _two_to(rounded)


@kernel(inline=True)
def power(x: Any, y: Any) -> Any:
    """A positive ``x`` to the power ``y``; of 0 and below 0, or 1 if ``y`` is 0, or 2 ** 127 if it is negative.

    The relative error is below 3e-7 times 1 plus the size of the result's logarithm to base 2.
    """
    logarithm = _log2_of_positive(x) if x > float32(0.0) else float32(-1e30)
    return exp2(float32(y) * logarithm)


@kernel(inline=True)
def exp(x: Any) -> Any:
    """e to the power ``x``, as :func:`exp2`. The relative error is below 2e-7 times 1 plus the size of ``x``."""
    return exp2(float32(x) * float32(1.4426950408889634))


@kernel(inline=True)
def log(x: Any) -> Any:
    """The natural logarithm, as :func:`log2`."""
    return log2(x) * float32(0.6931471805599453)


@kernel(inline=True)
def repeated(x: Any, times: Any) -> Any:
    """``x`` multiplied with itself: its power to a whole number of 1 or more."""
    product = x
    for _ in range(1, times):
        product = product * x
    return product


@kernel(inline=True)
def floor(x: Any) -> Any:
    """The largest whole number not above ``x``, in single precision."""
    return maths.floor(float32(x))


@kernel(inline=True)
def sqrt(x: Any) -> Any:
    """The square root, in single precision; 0 below 0."""
    return maths.sqrt(float32(x) if x > float32(0.0) else float32(0.0))


@kernel(inline=True)
def sin(x: Any) -> Any:
    """The sine of ``x`` radians, rounded to single precision."""
    return float32(maths.sin(x))


@kernel(inline=True)
def cos(x: Any) -> Any:
    """The cosine of ``x`` radians, rounded to single precision."""
    return float32(maths.cos(x))


@kernel(inline=True)
def scrambled(key: Any) -> Any:
    """A hash of a whole number's lowest 32 bits."""
    return maths.scrambled(key)


@kernel(inline=True)
def sincos_degrees(degrees: Any) -> Any:
    """Sine and cosine of an angle in degrees, rounded to single precision."""
    sine, cosine = maths.sincos_degrees(degrees)
    return float32(sine), float32(cosine)


@kernel(inline=True)
def atan2(y: Any, x: Any) -> Any:
    """The angle of the point ``(x, y)`` in radians, rounded to single precision."""
    return float32(maths.atan2(y, x))
