"""Sound that was joined from recordings of other rates and channels: each is heard whole, at its own pitch."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound
from media.he_aac import with_parametric_stereo
from media.sounds import ffmpeg
from media_table import media

from reelwork.media.probe import probe
from reelwork.media.sound.source import RATE, AudioSource

#: Hz of each recording's tone.
PITCHES = (400, 700)
SECONDS = 0.5
#: A clock that jumps back by less than a second says that something comes twice.
SECONDS_OF_CLOCKS = 1.1
LAYOUTS = {1: "mono", 2: "stereo"}


def recording(path: Path, pitch: int, encoder: str, rate: int, channels: int) -> Path:
    seconds = SECONDS_OF_CLOCKS if path.suffix == ".ts" else SECONDS
    if encoder == "libvorbis":  # which PyAV lacks
        tone = f"aevalsrc='0.3*sin(2*PI*{pitch}*t)':sample_rate={rate}:duration={seconds}"
        ffmpeg("-f", "lavfi", "-i", tone, "-ac", str(channels), "-c:a", encoder, str(path))
        return path
    time = np.arange(int(seconds * rate)) / rate
    samples = np.stack([0.3 * np.sin(2 * np.pi * pitch * time)] * channels).astype(np.float32)
    return make_sound(path, samples, encoder, rate=rate, layout=LAYOUTS[channels])


def alone(parts: list[Path]) -> list[np.ndarray]:
    """What ffmpeg's command makes of recordings, one channel at 48,000 Hz."""
    inputs, outputs = [], []
    for number, part in enumerate(parts):
        inputs += ["-i", str(part)]
        outputs += ["-map", f"{number}:a", "-af", "pan=mono|c0=c0", "-ar", str(RATE), "-f", "f32le", f"{part}.raw"]
    ffmpeg(*inputs, *outputs)
    return [np.fromfile(f"{part}.raw", np.float32) for part in parts]


def pitch_of(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 16))
    return float(spectrum.argmax()) * RATE / (1 << 16)


def level_of(sound: np.ndarray) -> float:
    return float(np.sqrt((sound.astype(np.float64) ** 2).mean()))


JOINED = [
    pytest.param(suffix, encoder, formats, marks=media("sound", label, "joined recordings", read="ffmpeg's command"))
    for suffix, encoder, formats, label in (
        (".opus", "libopus", ((48_000, 2), (48_000, 1)), "Opus, chained Ogg"),
        (".ogg", "libvorbis", ((44_100, 2), (48_000, 1)), "Vorbis, chained Ogg"),
        (".oga", "flac", ((48_000, 2), (44_100, 1)), "FLAC, chained Ogg"),
        (".aac", "aac", ((48_000, 1), (24_000, 2)), "AAC, ADTS, another rate midway"),
        (".mp3", "libmp3lame", ((48_000, 2), (44_100, 2)), "MP3, another rate midway, with tags"),
        (".ac3", "ac3", ((48_000, 2), (32_000, 1)), "AC-3, another rate midway"),
        (".ts", "mp2", ((48_000, 2), (32_000, 1)), "MP2, MPEG-TS, another rate midway"),
    )
]


@pytest.mark.parametrize(("suffix", "encoder", "formats"), JOINED)
def test_each_recording_is_heard_whole(
    tmp_path: Path, suffix: str, encoder: str, formats: tuple[tuple[int, int], ...]
) -> None:
    parts = [
        recording(tmp_path / f"{n}{suffix}", pitch, encoder, *kind)
        for n, (pitch, kind) in enumerate(zip(PITCHES, formats, strict=True))
    ]
    expected = alone(parts)
    path = tmp_path / f"joined{suffix}"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    facts = probe(path).audio
    assert facts is not None
    assert facts.damage == ()
    with AudioSource(path) as source:
        sound = source.read(0, source.samples)
    with AudioSource(path) as source:  # in whatever order
        assert np.array_equal(source.read(30_000, 3000), sound[:, 30_000:33_000])
        assert np.array_equal(source.read(10, 500), sound[:, 10:510])
    # MP3's frames of header, and priming that no bare stream tells, stand between recordings.
    filling = 0 if suffix in (".opus", ".ogg", ".oga") else 4000
    assert abs(sound.shape[1] - sum(map(len, expected))) <= max(filling, 3)
    at = 0
    for number, (pitch, own) in enumerate(zip(PITCHES, expected, strict=True)):
        heard = sound[0, at + 6000 : at + len(own) - 6000]
        assert abs(pitch_of(heard) - pitch) < 3
        assert abs(level_of(heard) / level_of(own[6000:-6000]) - 1) < 0.01, number
        if not filling:  # the resamplers' own differences aside, the same samples at the same places
            assert np.abs(heard - own[6000 : 6000 + len(heard)]).max() < 2e-3
        at += len(own)


@pytest.fixture(scope="module")
def stereo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HE-AAC v2 in containers of each kind, and beside what ffmpeg's command makes of it."""
    folder = tmp_path_factory.mktemp("stereo")
    bare = recording(folder / "core.aac", PITCHES[0], "aac", 24_000, 1)
    (folder / "a.aac").write_bytes(with_parametric_stereo(bare.read_bytes()))
    other = recording(folder / "b.aac", PITCHES[1], "aac", 48_000, 2)
    (folder / "after.aac").write_bytes((folder / "a.aac").read_bytes() + other.read_bytes())
    (folder / "before.aac").write_bytes(other.read_bytes() + (folder / "a.aac").read_bytes())
    copies = [("-c", "copy", str(folder / name)) for name in ("a.m4a", "a.ts", "a.3gp", "a.mkv")]
    ffmpeg("-i", str(folder / "a.aac"), *chain.from_iterable(copies))
    return folder


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=media("sound", f"HE-AAC v2, {label}", "samples", read="ffmpeg's command"))
        for name, label in {
            "a.aac": "ADTS", "a.m4a": ".m4a", "a.ts": "MPEG-TS", "a.3gp": ".3gp", "a.mkv": ".mkv",
            "after.aac": "AAC joined to it", "before.aac": "joined to AAC",
        }.items()
    ],
)  # fmt: skip
def test_one_channel_becomes_stereo_at_twice_the_rate(stereo: Path, name: str) -> None:
    sound = ffmpeg("-i", str(stereo / name), "-f", "f32le", "-")
    expected = np.frombuffer(sound, np.float32).reshape(-1, 2).T
    facts = probe(stereo / name).audio
    assert facts is not None
    assert (facts.rate, facts.channels, facts.damage) == (RATE, 2, ())
    with AudioSource(stereo / name) as source:
        heard = source.read(0, source.samples)
    assert heard.shape == expected.shape
    # Two decoders' noise in the band above differs in its seed.
    assert np.abs(heard - expected).max() < 0.02
    if name.startswith("a."):
        left, right = (level_of(side[6000:]) for side in heard)
        assert abs(20 * np.log10(left / right) - 10) < 0.5
