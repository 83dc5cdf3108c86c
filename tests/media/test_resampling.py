"""Other rates: what was heard stays, nothing comes that was not there, and nothing moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound
from media_table import media

from reelwork.media.sound.source import RATE, AudioSource

RATES = (8000, 11_025, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000)
QUIET = 10 ** (-110 / 20)


def heard(path: Path, samples: np.ndarray, rate: int) -> np.ndarray:
    with AudioSource(make_sound(path, np.stack([samples] * 2), "pcm_f32le", rate=rate)) as source:
        return source.read(0, source.samples)[0].astype(np.float64)


def tone(hertz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize(
    "rate",
    [
        pytest.param(rate, marks=media("sound", f"{rate:,} Hz", "-110 dB, in place, by tones", read="what was written"))
        for rate in RATES
    ],
)
def test_tones_keep_their_level_and_place_and_nothing_is_added(tmp_path: Path, rate: int) -> None:
    """Within 0.01 dB up to nine tenths of the band, with a rest below -110 dB, at a delay below 1/100 sample."""
    band = min(rate, RATE) / 2
    for share in (0.02, 0.4, 0.9):
        hertz = share * band
        middle = heard(tmp_path / "a.wav", tone(hertz, rate), rate)[RATE // 8 : RATE // 8 + RATE // 4]
        time = np.arange(RATE // 8, RATE // 8 + len(middle)) / RATE
        waves = np.stack([np.sin(2 * np.pi * hertz * time), np.cos(2 * np.pi * hertz * time)], axis=1)
        shares, *_ = np.linalg.lstsq(waves, middle, rcond=None)
        assert abs(20 * np.log10(np.hypot(*shares) / 0.5)) < 0.01
        assert abs(np.arctan2(shares[1], shares[0]) / (2 * np.pi * hertz) * RATE) < 0.01
        assert np.sqrt(((middle - waves @ shares) ** 2).mean()) < QUIET * 0.5 / 2**0.5


@media("sound", "96,000 Hz", "what lies above the band is not folded into it, by a sweep", read="what was written")
def test_nothing_is_folded_back(tmp_path: Path) -> None:
    time = np.arange(96_000) / 96_000
    sweep = 0.5 * np.sin(2 * np.pi * (24_500 + (47_000 - 24_500) / 2 * time) * time)
    middle = heard(tmp_path / "a.wav", sweep.astype(np.float32), 96_000)[1000:-1000]
    assert np.sqrt((middle**2).mean()) < QUIET * 0.5 / 2**0.5


@media("sound", "44,100 Hz", "silence stays silence, exactly", read="what was written")
def test_silence_is_zeros_again_soon_after_sound(tmp_path: Path) -> None:
    samples = np.zeros(88_200, np.float32)
    samples[:44_100] = 0.3 * np.random.default_rng(2).standard_normal(44_100)
    sound = heard(tmp_path / "a.wav", samples, 44_100)
    assert sound[: RATE - 100].any()
    assert not sound[RATE + 1000 :].any()
