"""The curves in single precision: their stated errors, exact points, round trips."""

from __future__ import annotations

import numpy as np
import pytest
from reference.colour import CURVES, light_to_srgb, srgb_to_light

from reelwork import maths
from reelwork.kernels import curves, kernel


@kernel
def _decoded(x, out):
    for i in range(x.shape[0]):
        out[i] = curves.srgb_decode(x[i])


@kernel
def _encoded(x, out):
    for i in range(x.shape[0]):
        out[i] = curves.srgb_encode(x[i])


@kernel
def _bt1886_decoded(x, out):
    for i in range(x.shape[0]):
        out[i] = curves.bt1886_decode(x[i])


@kernel
def _bt1886_encoded(x, out):
    for i in range(x.shape[0]):
        out[i] = curves.bt1886_encode(x[i])


KERNELS = {"srgb": (_decoded, _encoded), "bt1886": (_bt1886_decoded, _bt1886_encoded)}


@kernel
def _others(x, y, out):
    for i in range(x.shape[0]):
        out[0, i] = curves.log2(x[i])
        out[1, i] = curves.exp2(y[i])
        out[2, i] = curves.power(x[i], np.float32(0.7))
        out[3, i] = curves.log(x[i])
        out[4, i] = curves.exp(y[i] * np.float32(0.1))


def _run(function, x):
    out = np.empty_like(x)
    function(x, out)
    return out


def _values() -> np.ndarray:
    """Small ones, those of pictures, and light of all sizes; of both signs."""
    values = np.concatenate((np.linspace(0, 2, 400001), np.exp(np.linspace(-40, 16, 100001))))
    return np.concatenate((values, -values)).astype(np.float32)


def test_srgb_curves_meet_their_errors():
    x = _values()
    exact, encoded = srgb_to_light(x.astype(float)), light_to_srgb(x.astype(float))
    assert (np.abs(_run(_decoded, x) - exact) <= 6e-7 * np.abs(exact)).all()
    assert (np.abs(_run(_encoded, x) - encoded) <= 1.5e-6 * np.abs(encoded)).all()
    inside = np.abs(x) <= 1
    assert np.abs(_run(_encoded, x) - encoded)[inside].max() < 2e-7


def test_bt1886_curves_meet_their_errors():
    x = _values()
    x = x[(x == 0) | (np.abs(x) > 1e-15)]
    for function, curve in zip(KERNELS["bt1886"], CURVES["bt1886"], strict=True):
        exact = curve(x.astype(float))
        assert (np.abs(_run(function, x) - exact) <= 3e-7 * np.abs(exact)).all()


def test_the_least_values_are_black_in_bt1886():
    x = np.array([1e-16, -1e-16, 1e-40], np.float32)
    assert not _run(_bt1886_decoded, x).any()
    assert not _run(_bt1886_encoded, np.array([1e-37, -1e-37, 1e-40, 0.0], np.float32)).any()


@pytest.mark.parametrize("display", KERNELS)
def test_black_and_white_are_exact(display):
    x = np.array([0.0, 1.0, -1.0], np.float32)
    decoded, encoded = KERNELS[display]
    assert _run(decoded, x).tolist() == _run(encoded, x).tolist() == [0.0, 1.0, -1.0]


@pytest.mark.parametrize("display", KERNELS)
def test_sixteen_bit_codes_come_back(display):
    decoded, encoded = KERNELS[display]
    codes = np.arange(65536)
    back = _run(encoded, _run(decoded, (codes / 65535).astype(np.float32)))
    assert np.abs(back * 65535 - codes).max() < 0.05


@pytest.mark.parametrize("display", KERNELS)
def test_curves_never_go_down(display):
    x = np.sort(_values())
    for function in KERNELS[display]:
        # A rounding error or two where polynomials meet.
        steps = np.diff(_run(function, x).astype(float))
        assert steps.min() >= -3e-7 * max(1.0, np.abs(x).max() ** 0.5)


def test_powers_and_logarithms_meet_their_errors():
    x = np.exp(np.linspace(-30, 30, 100001)).astype(np.float32)
    y = np.linspace(-125.9, 126.9, 100001).astype(np.float32)
    out = np.empty((5, len(x)), np.float32)
    _others(x, y, out)
    exact = np.log2(x.astype(float))
    assert (np.abs(out[0] - exact) <= np.maximum(2e-7, 3e-7 * np.abs(exact))).all()
    exact = 2.0 ** y.astype(float)
    assert (np.abs(out[1] - exact) <= 2e-7 * exact).all()
    exact = x.astype(float) ** float(np.float32(0.7))
    assert (np.abs(out[2] - exact) <= 3e-7 * exact * (1 + np.abs(np.log2(exact)))).all()
    exact = np.log(x.astype(float))
    assert (np.abs(out[3] - exact) <= np.maximum(2e-7, 3e-7 * np.abs(exact))).all()
    exact = np.exp((y * np.float32(0.1)).astype(float))
    assert (np.abs(out[4] - exact) <= 2e-7 * exact * (1 + np.abs(y * 0.1))).all()


def test_logarithms_of_0_and_below_are_those_of_python():
    x = np.array([0.0, -0.0, -1.0, -np.inf, np.nan], np.float32)
    out = np.empty((5, len(x)), np.float32)
    _others(x, x, out)
    np.testing.assert_array_equal(out[0], [maths.log2(float(each)) for each in x])
    np.testing.assert_array_equal(out[3], [maths.log(float(each)) for each in x])


@pytest.mark.parametrize(("x", "y", "result"), [(0.0, 2.0, 0.0), (-1.0, 2.0, 0.0), (0.0, 0.0, 1.0), (1.0, 5.0, 1.0)])
def test_powers_at_their_edges(x, y, result):
    assert curves.power(np.float32(x), np.float32(y)) == result


def test_exp2_is_held_within_its_range():
    assert curves.exp2(np.float32(500.0)) == 2.0**127
    assert curves.exp2(np.float32(-500.0)) == 0.0
