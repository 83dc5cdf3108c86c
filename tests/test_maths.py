"""The elementary functions: their errors, their edges, and that kernels get the same bits."""

from __future__ import annotations

import math
import random
from decimal import Decimal, getcontext

import numpy as np
import pytest

from reelwork import maths
from reelwork.kernels import kernel

getcontext().prec = 40
_RANDOM = random.Random(5)


def _relative(found: float, exact: Decimal | float) -> float:
    return abs(found - float(exact)) / abs(float(exact))


def _numbers(low: float, high: float, count: int = 800) -> list[float]:
    return [_RANDOM.uniform(low, high) for _ in range(count)]


def _spread(low: float, high: float, count: int = 800) -> list[float]:
    """Numbers of all sizes between two."""
    return [math.exp(exponent) for exponent in _numbers(math.log(low), math.log(high), count)]


def test_exp_and_exp2_meet_their_errors():
    assert max(_relative(maths.exp(x), Decimal(x).exp()) for x in _numbers(-700, 700)) < 5e-16
    assert max(_relative(maths.exp2(x), Decimal(2) ** Decimal(x)) for x in _numbers(-1020, 1020)) < 3e-16


def test_logarithms_meet_their_errors_near_one_and_far_from_it():
    ln2 = Decimal(2).ln()
    for x in (*_spread(1e-300, 1e300), *_numbers(0.9, 1.1)):
        assert _relative(maths.log(x), Decimal(x).ln()) < 5e-16
        assert _relative(maths.log2(x), Decimal(x).ln() / ln2) < 5e-16


def test_power_meets_its_errors():
    for x, y in zip(_spread(1e-6, 1e6), _numbers(-50, 50), strict=True):
        exact = Decimal(x) ** Decimal(y)
        if Decimal("1e-300") < exact < Decimal("1e300"):
            near = Decimal("1e-6") < exact < Decimal("1e6")
            assert _relative(maths.power(x, y), exact) < (1e-14 if near else 1e-12)


@pytest.mark.parametrize(
    ("x", "y", "result"),
    [(10.0, 3.0, 1000.0), (3.0, 20.0, 3.0**20), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0), (-2.0, 3.0, -8.0), (-2.0, 2.0, 4.0)],
)
def test_whole_powers_are_exact(x, y, result):
    assert maths.power(x, y) == result


def test_power_of_a_negative_number_to_a_fraction_is_no_number():
    assert math.isnan(maths.power(-2.0, 0.5))
    assert maths.power(0.0, -1.0) == math.inf


def test_sines_meet_their_absolute_error():
    for x in (*_numbers(-1e6, 1e6), *_numbers(-7, 7)):
        assert abs(maths.sin(x) - math.sin(x)) < 3e-16
        assert abs(maths.cos(x) - math.cos(x)) < 3e-16


def test_degrees_are_exact_at_quarter_turns():
    turns = [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)]
    for quarter in range(-8, 9):
        assert maths.sincos_degrees(90.0 * quarter) == turns[quarter % 4]
    for degrees in _numbers(-400, 400):
        sine, cosine = maths.sincos_degrees(degrees)
        assert abs(sine - math.sin(math.radians(degrees))) < 1e-15
        assert abs(cosine - math.cos(math.radians(degrees))) < 1e-15


def test_atan2_in_all_quadrants():
    for x, y in zip(_numbers(-5, 5), _numbers(-5, 5), strict=True):
        assert _relative(maths.atan2(y, x), math.atan2(y, x)) < 5e-16
    for y, x in ((0.0, 0.0), (0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (1e-300, 1e300)):
        assert maths.atan2(y, x) == pytest.approx(math.atan2(y, x), abs=1e-15)


def test_srgb_curves_meet_the_standard_and_each_other():
    a, b, gamma = Decimal("1.055"), Decimal("0.055"), Decimal("2.4")
    for x in _numbers(0.0032, 10.0):
        assert _relative(maths.srgb_encode(x), a * Decimal(x) ** (1 / gamma) - b) < 1e-14
    for x in _numbers(0.0405, 10.0):
        assert _relative(maths.srgb_decode(x), ((Decimal(x) + b) / a) ** gamma) < 1e-14
        assert _relative(maths.srgb_encode(maths.srgb_decode(x)), x) < 1e-14
        assert maths.srgb_decode(-x) == -maths.srgb_decode(x)
    assert (maths.srgb_encode(0.0), maths.srgb_encode(1.0), maths.srgb_decode(1.0)) == (0.0, 1.0, 1.0)


def test_bt1886_is_the_power_and_its_own_way_back():
    gamma = Decimal("2.4")
    for x in _numbers(1e-6, 10.0):
        assert _relative(maths.bt1886_encode(x), Decimal(x) ** (1 / gamma)) < 1e-14
        assert _relative(maths.bt1886_decode(x), Decimal(x) ** gamma) < 3e-14
        assert _relative(maths.bt1886_encode(maths.bt1886_decode(x)), x) < 3e-14
        assert maths.bt1886_decode(-x) == -maths.bt1886_decode(x)
    for curve in (maths.bt1886_encode, maths.bt1886_decode):
        assert [curve(x) for x in (0.0, 1.0, -1.0)] == [0.0, 1.0, -1.0]


def test_edges_of_the_range():
    assert maths.exp2(1024.0) == math.inf
    assert maths.exp2(-1100.0) == 0.0
    assert maths.exp2(1023.0) == 2.0**1023
    assert maths.exp(-800.0) == 0.0
    assert maths.log(0.0) == -math.inf
    assert maths.log2(math.inf) == math.inf
    assert maths.log(5e-324) == pytest.approx(math.log(5e-324), rel=1e-15)
    for function in (maths.exp, maths.exp2, maths.log, maths.log2, maths.sin, maths.cos, maths.sqrt, maths.floor):
        assert math.isnan(function(math.nan))
    assert math.isnan(maths.log(-1.0))
    assert math.isnan(maths.sqrt(-1.0))
    assert maths.floor(-0.5) == -1.0


@kernel
def _all_of_them(x, y, out):
    for i in range(x.shape[0]):
        out[0, i] = maths.exp(x[i])
        out[1, i] = maths.exp2(x[i])
        out[2, i] = maths.log(y[i])
        out[3, i] = maths.log2(y[i])
        out[4, i] = maths.power(y[i], x[i] * 0.1)
        out[5, i] = maths.sin(x[i])
        out[6, i] = maths.cos(x[i])
        out[7, i] = maths.atan2(x[i], y[i])
        out[8, i], out[9, i] = maths.sincos_degrees(x[i])
        out[10, i] = maths.srgb_encode(x[i])
        out[11, i] = maths.srgb_decode(x[i])
        out[12, i] = maths.floor(x[i])
        out[13, i] = maths.sqrt(y[i])
        out[14, i] = maths.bt1886_encode(x[i])
        out[15, i] = maths.bt1886_decode(x[i])


def test_kernels_get_the_same_bits_as_python():
    x = np.array([*_numbers(-30, 30, 300), 0.0, -0.0, 1.0, 0.5])
    y = np.array([*_spread(1e-310, 1e10, 300), 0.0, 1.0, 2.0, math.inf])
    compiled, interpreted = np.empty((16, len(x))), np.empty((16, len(x)))
    _all_of_them(x, y, compiled)
    _all_of_them.py_func(_Floats(x), _Floats(y), interpreted)
    assert compiled.tobytes() == interpreted.tobytes()


class _Floats:
    """An array whose items are Python's floats, so that Python's arithmetic is what is compared with."""

    def __init__(self, values):
        self.shape = values.shape
        self._values = [float(value) for value in values]

    def __getitem__(self, index):
        return self._values[index]
