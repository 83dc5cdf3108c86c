"""Every kind of sound against an independent decode: the same samples, as many, and in whatever order."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound
from media.footage import command
from media.sounds import KINDS, Kind, Made, ffmpeg, signal
from media_table import media

from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource
from reelwork.media.sound.waves import waves


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("sounds"))


def every() -> list[object]:
    return [
        pytest.param(
            kind, id=kind.name, marks=media("sound", kind.label, "samples, in any order", read="ffmpeg's command")
        )
        for kind in KINDS
    ]


@pytest.mark.parametrize("kind", every())
def test_samples_are_those_of_ffmpegs_command_in_any_order(made: Made, kind: Kind) -> None:
    path, expected = made[kind]
    with waves(path) as sound:
        heard = np.concatenate([run.samples for run in sound.runs], axis=1)
        assert sound.rate == kind.rate
    if kind.length == "written":
        assert heard.shape[1] == kind.count
        assert expected.shape[1] >= kind.count  # this command does not cut filling off everywhere
        assert lag(heard[0], kind.samples[0]) == 0
    else:
        assert heard.shape == expected.shape
    np.testing.assert_allclose(heard, expected[:, : heard.shape[1]], rtol=0, atol=2e-6)
    if kind.bits:
        np.testing.assert_allclose(heard, kind.samples, rtol=0, atol=0 if kind.bits == 16 else 2.0**-kind.bits * 2)
    facts = probe(path).audio
    assert facts is not None
    assert facts.samples == heard.shape[1]
    with AudioSource(path) as source:
        whole = source.read(0, source.samples)
    with AudioSource(path) as source:
        choose = random.Random(kind.name)
        for _ in range(10):
            start, count = choose.randrange(whole.shape[1]), choose.randrange(1, 3000)
            read = source.read(start, count)
            assert np.array_equal(read[:, : whole.shape[1] - start], whole[:, start : start + count])
            assert not read[:, whole.shape[1] - start :].any()


def lag(heard: np.ndarray, written: np.ndarray) -> int:
    """By how many samples ``heard`` is later."""
    size = 1 << (len(heard) + len(written)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(written, size)))
    best = int(likeness.argmax())
    return best - size if best > size // 2 else best


@media("sound", "WAV, IMA ADPCM", "samples", read="sox")
def test_ima_adpcm_is_that_of_sox(tmp_path: Path) -> None:
    """Version 5.1 of ffmpeg's command rounds its steps otherwise."""
    sox = command("sox")
    if sox is None:
        pytest.skip("sox is not installed")
    path = make_sound(tmp_path / "a.wav", signal(44_100, 2, 20_000), "adpcm_ima_wav", rate=44_100)
    raw = ("-t", "raw", "-e", "floating-point", "-b", "32", "-")
    decoded = subprocess.run([sox, str(path), *raw], capture_output=True, check=True).stdout
    with waves(path) as sound:
        heard = np.concatenate([run.samples for run in sound.runs], axis=1)
    assert np.array_equal(heard, np.frombuffer(decoded, np.float32).reshape(-1, 2).T)


@media("sound", "AMR, .3gp", "samples", read="ffmpeg's command")
@media("sound", "AMR", "samples", read="ffmpeg's command")
@pytest.mark.parametrize("suffix", [".3gp", ".amr"])
def test_amr_is_that_of_ffmpegs_command(tmp_path: Path, suffix: str) -> None:
    path = make_sound(tmp_path / f"a{suffix}", signal(8000, 1, 8000), "libopencore_amrnb", rate=8000, layout="mono")
    with waves(path) as sound:
        heard = np.concatenate([run.samples for run in sound.runs], axis=1)
    expected = np.frombuffer(ffmpeg("-i", str(path), "-f", "f32le", "-"), np.float32)
    assert abs(len(expected) - heard.shape[1]) < 160
    count = min(len(expected), heard.shape[1])
    assert np.sqrt(((heard[0, :count] - expected[:count]).astype(np.float64) ** 2).mean()) < 1e-4
