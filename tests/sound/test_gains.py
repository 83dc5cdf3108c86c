"""Envelopes as numbers: right, the same wherever a run begins, and to the sample."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork import maths
from reelwork.scene.animation import Curve, Key
from reelwork.sound.gains import RATE, amplitude, curve_values, gains, quarter_sine
from reelwork.sound.plan import Clock, Fade, Gain, Pan

seconds = st.fractions(min_value=-2, max_value=2, max_denominator=1001)
eases = st.sampled_from(["linear", "hold", "in-out-sine", "out-bounce", (0.1, 0.7, 0.3, 1.0)])


@st.composite
def curves(draw):
    times = sorted(draw(st.lists(seconds, min_size=1, max_size=4, unique=True)))
    return Curve(tuple(Key(time, draw(st.floats(-70, 6)), draw(eases)) for time in times))


clocks = st.builds(Clock, seconds, st.sampled_from([Fraction(1), Fraction(-1), Fraction(3, 2), Fraction(-1, 3)]))


@given(st.floats(-59.99, 119.0))
def test_a_level_is_a_power_of_ten(decibels):
    assert amplitude(decibels) == pytest.approx(maths.exp2(decibels * math.log2(10) / 20), rel=1e-13)
    assert amplitude(decibels) == pytest.approx(10 ** (decibels / 20), rel=1e-13)


def test_silence_begins_at_60_decibels_below():
    levels = amplitude(np.array([-1e9, -60.0, -59.999999, 0.0, 1e9]))
    assert levels[0] == levels[1] == 0.0
    assert levels[2] == pytest.approx(0.001, rel=1e-6)
    assert levels[3] == 1.0
    assert levels[4] == pytest.approx(1e6)


def test_a_quarter_of_a_sine_keeps_the_power():
    progress = np.linspace(0, 1, 10_001)
    rising, falling = quarter_sine(progress), quarter_sine(1.0 - progress)
    np.testing.assert_allclose(rising, np.sin(np.pi / 2 * progress), atol=1e-15)
    np.testing.assert_allclose(rising**2 + falling**2, 1.0, atol=1e-14)
    assert rising[0] == 0.0
    assert rising[-1] == 1.0
    assert np.all(np.diff(rising) > 0)


@given(curves(), clocks, st.integers(-RATE, RATE), st.integers(1, 300), st.integers(0, 300))
def test_a_run_may_begin_anywhere(curve, clock, first, length, cut):
    for envelope in (Gain(curve, clock), Pan(curve, clock), Fade(clock.origin, clock.origin + clock.rate)):
        whole = np.broadcast_to(np.stack(np.broadcast_arrays(*gains(envelope, first, first + length))).T, (length, 2))
        middle = min(cut, length)
        for begin, end in ((0, middle), (middle, length)):
            if begin < end:
                left, right = gains(envelope, first + begin, first + end)
                np.testing.assert_array_equal(np.broadcast_to(left, end - begin), whole[begin:end, 0])
                np.testing.assert_array_equal(np.broadcast_to(right, end - begin), whole[begin:end, 1])


@given(curves(), clocks, st.integers(-RATE, RATE))
def test_every_sample_follows_the_curve(curve, clock, first):
    curve = Curve(tuple(Key(key.time, key.value, "hold" if key.ease == "hold" else "linear") for key in curve.keys))
    values = np.broadcast_to(curve_values(curve, clock, first, first + 200), 200)
    for number in range(0, 200, 17):
        wanted = curve.at(clock.at(Fraction(first + number, RATE)))
        assert values[number] == pytest.approx(wanted, abs=1e-9)


def test_an_ease_is_followed_within_a_hundredth_of_a_decibel():
    curve = Curve((Key(Fraction(0), -40.0), Key(Fraction(1, 2), 0.0, "in-out-cubic")))
    values = curve_values(curve, Clock(), 0, RATE // 2)
    wanted = [curve.at(Fraction(number, RATE)) for number in range(0, RATE // 2, 7)]
    np.testing.assert_allclose(values[::7], wanted, atol=0.01)


def test_hold_jumps_at_its_key_to_the_sample():
    curve = Curve((Key(Fraction(0), -60.0), Key(Fraction(1001, 24000), 0.0, "hold")))
    level = amplitude(curve_values(curve, Clock(), 0, 4000))
    assert np.flatnonzero(level)[0] == 2002
    assert set(level) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("position", "left", "right"), [(-1, 1, 0), (-0.5, 1, 0.5), (0, 1, 1), (0.25, 0.75, 1), (1, 0, 1)]
)
def test_pan_is_a_balance(position, left, right):
    assert gains(Pan(Curve.constant(float(position)), Clock()), 0, 10) == (left, right)


def test_a_fade_runs_from_silence_to_all_and_back():
    rising, _ = gains(Fade(Fraction(1, 100), Fraction(2, 100)), 0, 1500)
    falling, _ = gains(Fade(Fraction(2, 100), Fraction(1, 100)), 0, 1500)
    assert np.all(rising[:481] == 0.0)
    assert np.all(rising[960:] == 1.0)
    np.testing.assert_allclose(rising**2 + falling**2, 1.0, atol=1e-14)
    assert gains(Fade(Fraction(1), Fraction(2)), 0, 10) == (0.0, 0.0)
    assert gains(Fade(Fraction(2), Fraction(1)), 0, 10) == (1.0, 1.0)
