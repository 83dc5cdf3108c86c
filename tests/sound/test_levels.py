"""Loudness and true peak against the cases that the standards give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound.hearing import RATE

from reelwork.sound.levels import Levels, Meter


def measured(sound, block=RATE):
    meter = Meter()
    blocks = [sound[:, at : at + block].astype(np.float32) for at in range(0, sound.shape[1], block)]
    passed = list(meter.through(blocks))
    assert all(one is other for one, other in zip(blocks, passed, strict=True))
    return meter.levels()


def tone(decibels, seconds, *, hertz=1000, phase=0.0, right=True):
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE + phase)
    return np.stack([wave, wave * right])


def test_a_full_scale_tone_in_one_channel_is_3_below():
    """BS.1770: a 0 dBFS, 997 Hz sine in one channel reads -3.01 LKFS."""
    assert measured(tone(0, 5, hertz=997, right=False)).loudness == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("decibels", [-23, -33])
def test_a_stereo_tone_is_as_loud_as_its_level(decibels):
    """EBU Tech 3341, cases 1 and 2."""
    assert measured(tone(decibels, 20)).loudness == pytest.approx(decibels, abs=0.1)


def test_quiet_passages_do_not_count():
    """EBU Tech 3341, cases 3 and 4, shortened: the gates leave only the loud part."""
    parts = [tone(-72, 5), tone(-36, 5), tone(-23, 30), tone(-36, 5), tone(-72, 5)]
    assert measured(np.concatenate(parts, axis=1)).loudness == pytest.approx(-23, abs=0.1)


def test_low_notes_count_less():
    low, middle = (measured(tone(-20, 4, hertz=hertz)).loudness for hertz in (30, 1000))
    assert low < middle - 5


@pytest.mark.parametrize(("phase", "hertz"), [(0.0, 12_000), (np.pi / 4, 12_000), (np.pi / 3, 8_000)])
def test_the_true_peak_lies_between_samples(phase, hertz):
    """EBU Tech 3341, cases 15 to 17: within +0.2 and -0.4 dB of -6."""
    fade = np.minimum(1.0, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 2000)
    peak = measured(tone(-6.02, 1, hertz=hertz, phase=phase) * fade).true_peak
    assert -6.42 <= peak <= -5.82


def test_silence_has_no_level():
    assert measured(np.zeros((2, RATE))) == Levels(None, None)
    assert measured(np.zeros((2, 0))) == Levels(None, None)


@settings(max_examples=10, deadline=None)
@given(st.integers(500, 100_000))
def test_blocks_do_not_change_the_reading(block):
    noise = np.random.default_rng(5).normal(0, 0.1, (2, 3 * RATE))
    one, other = measured(noise, block), measured(noise)
    assert one.loudness == pytest.approx(other.loudness, abs=1e-9)
    assert one.true_peak == pytest.approx(other.true_peak, abs=1e-9)
