"""Loudness and true peak against the cases that the standards give."""

import re
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media.footage import command
from media_table import media
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


def signals() -> dict[str, np.ndarray]:
    time = np.arange(3 * RATE) / RATE
    noise = np.random.default_rng(1).standard_normal((2, 3 * RATE))
    shares = np.fft.rfft(noise)
    shares[:, 1:] /= np.sqrt(np.arange(1, shares.shape[1]))
    pink = np.fft.irfft(shares)
    clicks = np.zeros((2, 3 * RATE))
    clicks[:, RATE // 7 :: RATE // 3] = 0.9
    loud = np.where(time % 2 < 1, 1.0, 0.01)
    return {
        "tone": tone(-20, 3, hertz=997),
        "pink noise": 0.1 * pink / pink.std(),
        "loud and soft": np.stack([0.2 * np.sin(2 * np.pi * 400 * time), 0.1 * np.sin(2 * np.pi * 3000 * time)]) * loud,
        "clicks": clicks,
        "one side": tone(-6, 3, hertz=60, right=False),
    }


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=media("sound", f"loudness: {name}", "LUFS and true peak", read="ffmpeg's ebur128"))
        for name in signals()
    ],
)
def test_levels_are_those_of_ffmpegs_filter(name):
    program = command("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    sound = signals()[name].astype(np.float32)
    raw = ("-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-")
    said = subprocess.run(
        [program, "-nostdin", "-hide_banner", *raw, "-af", "ebur128=peak=true", "-f", "null", "-"],
        input=sound.T.tobytes(),
        capture_output=True,
        check=True,
    ).stderr.decode()
    summary = said[said.rindex("Summary") :]
    loudness, peak = (float(re.search(rf"{key}:\s+(-?[\d.]+) ", summary)[1]) for key in ("I", "Peak"))
    levels = measured(sound)
    assert levels.loudness == pytest.approx(loudness, abs=0.1)
    assert levels.true_peak == pytest.approx(peak, abs=0.2)
