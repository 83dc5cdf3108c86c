"""The built-in sound effects, measured: what they do to tones, clicks and silence."""

from __future__ import annotations

import importlib
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promising import unkept
from reference.sound import filtered, response

from reelwork.extensions import registry
from reelwork.sound_effect import SoundContext
from reelwork.testing.hearing import heard
from reelwork.testing.samples import extremes, ordinary
from reelwork_sound.bell import Bell
from reelwork_sound.compressor import Compressor
from reelwork_sound.delay import Delay
from reelwork_sound.gate import Gate
from reelwork_sound.high_pass import HighPass
from reelwork_sound.limiter import Limiter
from reelwork_sound.low_pass import LowPass
from reelwork_sound.reverb import Reverb
from reelwork_sound.shelf import Shelf

RATE = 48_000
NOISE = np.random.default_rng(8).normal(0.0, 0.3, (2, RATE)).astype(np.float32)
FILTERS = [
    HighPass(frequency=120.0),
    HighPass(frequency=2000.0, q=4.0),
    LowPass(frequency=900.0),
    LowPass(frequency=19_000.0, q=0.5),
    Bell(frequency=440.0, gain=9.0, q=2.0),
    Bell(frequency=8000.0, gain=-30.0),
    Shelf(frequency=250.0, gain=-12.0),
    Shelf(side="low", frequency=100.0, gain=6.0, q=1.5),
    Shelf(side="high", frequency=5000.0, gain=8.0),
    Shelf(side="high", frequency=12_000.0, gain=-24.0),
]


def level(effect, hertz):
    """By how many dB a filter changes a tone."""
    *b, a1, a2 = effect.coefficients(RATE)
    return response(b, (1.0, a1, a2), hertz, RATE)


def tone(decibels, hertz=1000.0, seconds=1.0):
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.stack([wave, 0.5 * wave]).astype(np.float32)


def peak(sound):
    """In dB, of the left channel, when all has settled."""
    return 20 * np.log10(abs(sound[0, sound.shape[1] // 2 :]).max())


def click(seconds):
    sound = np.zeros((2, int(seconds * RATE)), np.float32)
    sound[:, 0] = 1.0
    return sound


@pytest.mark.parametrize("effect", FILTERS, ids=lambda effect: f"{effect.name}-{effect.frequency:g}")
def test_a_filter_is_its_difference_equation(effect):
    *b, a1, a2 = effect.coefficients(RATE)
    sound = NOISE[:, :600]
    np.testing.assert_allclose(heard(effect, sound), filtered(b, (1.0, a1, a2), sound), rtol=1e-6, atol=1e-7)
    assert max(abs(np.roots((1.0, a1, a2)))) < 1.0, "it is not stable"


def test_a_high_pass_takes_12_decibels_an_octave():
    effect = HighPass(frequency=400.0)
    assert level(effect, 400) == pytest.approx(-3.01, abs=0.01)
    assert level(effect, 50) - level(effect, 25) == pytest.approx(12.04, abs=0.05)
    assert level(effect, 10_000) == pytest.approx(0.0, abs=0.01)


def test_a_low_pass_takes_the_highs():
    effect = LowPass(frequency=400.0)
    assert level(effect, 400) == pytest.approx(-3.01, abs=0.01)
    assert level(effect, 1600) - level(effect, 3200) == pytest.approx(12.04, abs=0.3)
    assert level(effect, 10) == pytest.approx(0.0, abs=0.01)


@given(st.floats(-36, 36), st.floats(50, 10_000))
def test_shelves_and_bells_have_their_gain_where_they_say(gain, frequency):
    assert level(Bell(frequency=frequency, gain=gain), frequency) == pytest.approx(gain, abs=1e-6)
    low, high = Shelf(frequency=frequency, gain=gain), Shelf(side="high", frequency=frequency, gain=gain)
    assert level(low, 1e-3) == pytest.approx(gain, abs=1e-3)
    assert level(low, RATE / 2 - 1e-3) == pytest.approx(0.0, abs=1e-3)
    assert level(low, frequency) == pytest.approx(gain / 2, abs=1e-6)
    assert level(high, 1e-3) == pytest.approx(0.0, abs=1e-3)
    assert level(high, RATE / 2 - 1e-3) == pytest.approx(gain, abs=1e-3)


@pytest.mark.parametrize(("at", "wanted"), [(-40, -40), (-18 - 8, -18 - 8), (-18 + 8, -18 + 2), (-2, -14)])
def test_a_compressor_follows_its_curve(at, wanted):
    effect = Compressor(threshold=-18.0, ratio=4.0, release=Fraction(5), attack=Fraction(0))
    assert peak(heard(effect, tone(at))) == pytest.approx(wanted, abs=0.1)


def test_a_compressors_knee_is_smooth_and_its_make_up_lifts():
    levels = np.arange(-26.0, -10.0, 0.5)
    effect = Compressor(threshold=-18.0, ratio=8.0, knee=10.0, attack=Fraction(0), release=Fraction(5), make_up=3.0)
    out = np.array([peak(heard(effect, tone(at, seconds=0.1))) for at in levels])
    slopes = np.diff(out) / 0.5
    assert out[0] == pytest.approx(-23.0, abs=0.1)
    assert np.all(np.diff(slopes) < 0.05), "the curve bends one way"
    assert slopes[-1] == pytest.approx(1 / 8, abs=0.05)


def test_a_compressor_takes_the_times_that_it_says():
    sound = np.full((2, RATE), 0.1, np.float32)
    sound[:, RATE // 4 : RATE // 2] = 1.0
    effect = Compressor(threshold=-20.0, ratio=100.0, knee=0.0, attack=Fraction(1, 50), release=Fraction(1, 10))
    gain = 20 * np.log10(heard(effect, sound)[0] / sound[0])
    full = 0.99 * -20.0
    assert gain[RATE // 4 - 1] == pytest.approx(0.0, abs=1e-3)
    assert gain[RATE // 4 + RATE // 50] == pytest.approx(full * (1 - np.exp(-1)), abs=0.1)
    assert gain[RATE // 2 - 1] == pytest.approx(full, abs=0.01)
    assert gain[RATE // 2 + RATE // 10] == pytest.approx(full * np.exp(-1), abs=0.1)


@settings(max_examples=25)
@given(st.floats(-30, 0), st.floats(-20, 40), st.integers(0, 1000), st.sampled_from([0, Fraction(1, 1000), 1]))
def test_no_sample_passes_a_limiters_ceiling(ceiling, loud, seed, release):
    rng = np.random.default_rng(seed)
    sound = rng.normal(0.0, 10 ** (loud / 20), (2, 1500)) * (rng.random(1500) < 0.3)
    out = heard(Limiter(ceiling=ceiling, release=Fraction(release)), sound.astype(np.float32))
    assert abs(out).max().astype(np.float64) <= 10 ** (ceiling / 20)


def test_a_limiter_leaves_what_is_below_its_ceiling_and_is_as_late_as_it_says():
    effect = Limiter(ceiling=-1.0)
    late = effect.latency(SoundContext())
    quiet = NOISE * np.float32(0.4 / abs(NOISE).max())
    out = heard(effect, quiet)
    np.testing.assert_array_equal(out[:, late:], quiet[:, :-late])
    assert not out[:, :late].any()


def test_a_limiter_turns_down_without_a_step_and_comes_back():
    sound = np.full((2, RATE), 0.5, np.float32)
    sound[:, 20_000] = 2.0
    effect = Limiter(ceiling=0.0, release=Fraction(1, 20))
    late = effect.latency(SoundContext())
    gain = (heard(effect, sound)[0, late:] / sound[0, :-late]).astype(np.float64)
    assert gain[20_000] == pytest.approx(0.5, abs=1e-6)
    assert abs(np.diff(gain)).max() < 0.004
    assert gain[20_000 - late - 5] == 1.0
    assert gain[-1] == pytest.approx(1.0, abs=1e-3)


def test_a_gate_opens_for_what_is_loud_and_closes_after_its_hold():
    sound = np.full((2, RATE), 0.001, np.float32)
    sound[:, 12_000:12_100] = 0.5
    effect = Gate(threshold=-40.0, floor=-40.0, attack=Fraction(0), hold=Fraction(1, 10), release=Fraction(0))
    gain = heard(effect, sound)[0] / sound[0]
    assert gain[:12_000] == pytest.approx(0.01, rel=1e-4)
    assert gain[12_000 : 12_100 + 4800] == pytest.approx(1.0, rel=1e-6)
    assert gain[12_100 + 4801 :] == pytest.approx(0.01, rel=1e-4)


def test_echoes_come_in_time_each_weaker_by_the_feedback():
    effect = Delay(time=Fraction(1, 100), feedback=0.5, level=-20.0)
    out = heard(effect, click(0.05))[0]
    places = np.flatnonzero(out)
    np.testing.assert_array_equal(places, [0, 480, 960, 1440, 1920])
    np.testing.assert_allclose(out[places], [1.0, 0.1, 0.05, 0.025, 0.0125], rtol=1e-6)


@pytest.mark.parametrize("decay", [Fraction(1, 2), Fraction(2)])
@pytest.mark.parametrize("size", [0.5, 1.0])
def test_a_room_falls_by_60_decibels_in_its_decay(decay, size):
    """By Schroeder's backward integration, from -5 to -35 dB."""
    effect = Reverb(decay=decay, size=size, damping=0.0, level=0.0, pre_delay=Fraction(0))
    sound = click(float(decay) * 1.5)
    room = (heard(effect, sound) - sound).astype(np.float64)
    energy = (room**2).sum(axis=0)[::-1].cumsum()[::-1]
    fallen = 10 * np.log10(energy / energy[0] + 1e-30)
    time = (np.argmax(fallen < -35) - np.argmax(fallen < -5)) * 2 / RATE
    assert time == pytest.approx(float(decay), rel=0.1)
    assert 0.7 < (room**2).sum() / 2 < 1.4, "a room of 0 dB is about as loud as the sound"


def test_a_room_begins_after_its_delay_is_wide_and_swallows_highs():
    effect = Reverb(damping=0.7, level=0.0, pre_delay=Fraction(1, 10))
    sound = click(1.0)
    room = heard(effect, sound) - sound
    assert np.flatnonzero(room[0])[0] >= 4800
    left, right = room[:, 4800:].astype(np.float64)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.3
    spectrum = abs(np.fft.rfft(left)) ** 2
    assert spectrum[200:1000].mean() > 20 * spectrum[12_000:20_000].mean()


@pytest.mark.parametrize("cls", registry().sound_effects.values(), ids=lambda cls: cls.name)
def test_silence_stays_silence(cls):
    for effect in (ordinary(cls), *extremes(cls)):
        assert not heard(effect, np.zeros((2, 4000), np.float32)).any(), f"{effect!r} is heard by itself"


def test_the_example_in_the_pages_keeps_all_promises(tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "docs/plugins/sound.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "reelwork_tremolo_of_the_page.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    cls = importlib.import_module("reelwork_tremolo_of_the_page").Tremolo
    assert unkept(cls) == {}
