"""Samples as integers: dithered where bits are few, and what needs no dither gets none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from media.sounds import ffmpeg
from media_table import media

from reelwork.errors import OutputError
from reelwork.media.sound.source import AudioSource
from reelwork.media.writing.integers import codes_of
from reelwork.media.writing.soundtrack import write_sound
from reelwork.media.writing.spec import sound_spec

STEP = 2.0**-15


def tone(level: float, count: int = 48_000) -> np.ndarray:
    return np.stack([level * np.sin(2 * np.pi * 997 * np.arange(count) / 48_000)] * 2).astype(np.float32)


def test_a_tone_below_half_a_step_is_still_there_and_has_no_overtones() -> None:
    codes = codes_of(tone(0.4 * STEP), 16, 0)[0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(codes)) / len(codes) * 2
    assert spectrum[997] == pytest.approx(0.4, abs=0.02)
    assert max(spectrum[997 * harmonic] for harmonic in range(2, 20)) < 0.02


def test_the_error_has_the_power_of_a_triangle_whatever_the_signal() -> None:
    for level in (0.3 * STEP, 3.3 * STEP, 0.5):
        samples = tone(level)
        error = codes_of(samples, 16, 0) - samples.astype(np.float64) / STEP
        assert error.var() == pytest.approx(0.25, rel=0.05)  # a step's 1/12, and the noise's 1/6
        assert abs(error.mean()) < 0.01
    assert abs(np.corrcoef(error)[0, 1]) < 0.02  # each side has noise of its own


def test_a_sample_has_its_noise_wherever_a_block_begins() -> None:
    samples, whole = tone(0.1), codes_of(tone(0.1), 16, 0)
    parts = [codes_of(samples[:, start : start + 777], 16, start) for start in range(0, 48_000, 777)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_silence_is_zeros_and_what_has_16_bits_keeps_them() -> None:
    samples = tone(0.3)
    samples[:, 10_000:20_000] = 0.0
    assert not codes_of(samples, 16, 0)[:, 10_000:20_000].any()
    stored = np.random.default_rng(1).integers(-32768, 32768, (2, 5000)).astype(np.int16)
    assert np.array_equal(codes_of((stored / 32768).astype(np.float32), 16, 0), stored)


WRITTEN = (
    (".wav", "pcm", 16, "PCM, .wav, 16 bit, written", "dithered"),
    (".flac", "flac", 16, "FLAC, 16 bit, written", "dithered"),
    (".wav", "pcm", 32, "PCM, .wav, float, written", "louder than full scale"),
)


@pytest.mark.parametrize(
    ("suffix", "codec", "depth"),
    [pytest.param(*row, marks=media("sound", kind, what, written="ffmpeg's command")) for *row, kind, what in WRITTEN],
)
def test_ffmpegs_command_decodes_the_codes_that_were_written(
    tmp_path: Path, suffix: str, codec: str, depth: int
) -> None:
    samples, path = tone(1.5 if depth == 32 else 0.7, 9001), tmp_path / f"a{suffix}"
    write_sound([samples], path, sound_spec(suffix, codec=codec, depth=depth))
    decoded = np.frombuffer(ffmpeg("-i", str(path), "-f", "f32le", "-"), np.float32).reshape(-1, 2).T
    expected = samples if depth == 32 else codes_of(samples, 16, 0).astype(np.float32) * STEP
    assert np.array_equal(decoded, expected)
    with AudioSource(path) as source:
        assert np.array_equal(source.read(0, 9001), expected)


def test_codecs_without_such_samples_refuse_them() -> None:
    for suffix, codec, depth in ((".flac", "flac", 32), (".m4a", "aac", 16), (".wav", "pcm", 20)):
        with pytest.raises(OutputError, match=f"{codec} cannot hold samples of {depth} bits"):
            sound_spec(suffix, codec=codec, depth=depth)
