"""Sound that is written: ffmpeg's own command decodes as many samples as were mixed, where they were."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.clips import pictures, tone
from media.sounds import Samples, ffmpeg, signal
from media.test_sounds import lag
from media_table import media

from reelwork.media.sound.source import AudioSource
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.soundtrack import write_sound
from reelwork.media.writing.spec import sound_spec, video_spec
from reelwork.scene.files import FILMS, SOUNDS

COUNT = 30_017
MIXED = signal(48_000, 2, COUNT)
#: The greatest error of each codec's samples, root mean square.
ERRORS = {"pcm": 1e-7, "flac": 1e-7, "aac": 0.03, "opus": 0.03, "mp3": 0.04}
#: By how much what was mixed may be louder or quieter in what is decoded, of itself.
LEVELS = {"pcm": 1e-6, "flac": 1e-6, "aac": 0.02, "opus": 0.02, "mp3": 0.02}
#: FFmpeg's command decodes a last frame of MP4 whole, whatever the edit list says.
FILLED = {(".mp4", "aac"), (".mp4", "opus"), (".mp4", "mp3"), (".mov", "aac"), (".m4a", "aac")}
#: Samples of priming that Matroska's CodecDelay names, and that older versions of ffmpeg's command decode all the same.
DELAYS = {(".mkv", "aac"): 1024, (".mkv", "mp3"): 1105}


def written() -> list[object]:
    return [
        pytest.param(
            suffix,
            codec,
            id=f"{codec}{suffix}",
            marks=media("sound", f"{codec.upper()}, {suffix}, written", "length and place", written="ffmpeg's command"),
        )
        for suffix, codecs in SOUNDS.items()
        for codec in codecs
    ]


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


def write(folder: Path, suffix: str, codec: str) -> Path:
    path, sound_as = folder / f"{codec}{suffix}", sound_spec(suffix, codec=codec)
    blocks = (MIXED[:, start : start + 4801] for start in range(0, COUNT, 4801))
    if suffix in FILMS:
        spec = video_spec(
            suffix, size=(64, 48), fps=Fraction(48), codec="vp9" if suffix == ".webm" else "h264", preset="ultrafast"
        )
        unit = encode_unit(spec, pictures(spec, 0, 30), folder / f"{codec}{suffix}.unit")
        write_film([unit], spec, path, sound=blocks, sound_as=sound_as)
    else:
        write_sound(blocks, path, sound_as)
    return path


@pytest.mark.parametrize(("suffix", "codec"), written())
def test_ffmpegs_command_decodes_what_was_mixed(films: Path, suffix: str, codec: str) -> None:
    path = write(films, suffix, codec)
    raw = ffmpeg("-i", str(path), "-map", "0:a", "-f", "f32le", "-")
    decoded = np.frombuffer(raw, np.float32).reshape(-1, 2).T
    delay = DELAYS.get((suffix, codec), 0)
    if delay:
        assert codec_delay(path) == delay
        decoded = decoded[:, decoded.shape[1] - COUNT :]
    filling = decoded.shape[1] - COUNT
    assert 0 <= filling < 1152 if (suffix, codec) in FILLED else filling == 0
    check(decoded[:, :COUNT], codec)
    with AudioSource(path) as source:
        assert source.samples == COUNT
        check(source.read(0, COUNT), codec)


def codec_delay(path: Path) -> int:
    """What a Matroska file says of the samples before the first that is heard."""
    _, _, rest = path.read_bytes().partition(b"\x56\xaa")
    return round(int.from_bytes(rest[1 : 1 + (rest[0] & 0x7F)], "big") * 48_000 / 1e9)


def check(decoded: Samples, codec: str) -> None:
    assert decoded.shape == MIXED.shape
    for side in range(2):
        assert lag(decoded[side], MIXED[side]) == 0
        # A part of what was mixed that is missing would be small beside what a codec loses; a level is not.
        level = float(decoded[side].astype(np.float64) @ MIXED[side] / (MIXED[side].astype(np.float64) @ MIXED[side]))
        assert abs(level - 1) < LEVELS[codec], level
    assert np.sqrt(((decoded - MIXED).astype(np.float64) ** 2).mean()) < ERRORS[codec]


@pytest.mark.parametrize("bitrate", [64_000, 176_999, 177_000, 208_000, 209_000, 240_000, 241_000, 320_000])
def test_mp3_is_as_loud_as_what_was_mixed(tmp_path: Path, bitrate: int) -> None:
    sine = np.stack([tone(0.5, 1000.0)] * 2)
    write_sound([sine], tmp_path / "a.mp3", sound_spec(".mp3", bitrate=bitrate))
    with AudioSource(tmp_path / "a.mp3") as source:
        heard = source.read(4000, 16_000)
    assert abs(np.sqrt((heard**2).mean()) * np.sqrt(8) - 1) < 1e-3
