"""Damaged sound, and files that claim too much: an error, or silence that is told; no crash, no hang, little memory."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound
from media.mutating import MEMORY, SECONDS, Tried, tried
from media.sounds import signal
from media_table import media

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource

FAMILIES = {
    "a.wav": ("pcm_s16le", 44_100, {}, "WAV, 16 bit"),
    "a.aiff": ("pcm_s16be", 44_100, {}, "AIFF, 16 bit"),
    "a.flac": ("flac", 44_100, {}, "FLAC, 16 bit"),
    "a.mp3": ("libmp3lame", 44_100, {}, "MP3 with LAME's header"),
    "a.aac": ("aac", 48_000, {}, "AAC, ADTS"),
    "a.m4a": ("aac", 48_000, {}, "AAC, .m4a"),
    "a.opus": ("libopus", 48_000, {}, "Opus, Ogg"),
    "a.ogg": ("vorbis", 48_000, {"strict": "-2"}, "Vorbis, Ogg"),
    "a.wma": ("wmav2", 44_100, {"b": "128k"}, "WMA 2"),
    "a.ac3": ("ac3", 48_000, {}, "AC-3"),
}


def files(folder: Path, *names: str) -> list[Path]:
    made = []
    for name in names:
        encoder, rate, options, _ = FAMILIES[name]
        made.append(make_sound(folder / name, signal(rate, 2, rate // 2), encoder, rate=rate, options=options))
    (folder / "work").mkdir()
    return made


def checked(found: list[Tried]) -> Counter[str]:
    wrong = [one for one in found if one.outcome not in ("refused", "told", "read")]
    assert not wrong, wrong[:5]
    assert max(one.seconds for one in found) < SECONDS
    assert max(one.memory for one in found) < MEMORY
    return Counter(one.outcome for one in found)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Tried]:
    folder = tmp_path_factory.mktemp("damage")
    return list(tried(files(folder, *FAMILIES), range(6), folder / "work"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=name, marks=media("sound", label, "damage of every sort", read="it is refused, or told"))
        for name, (_, _, _, label) in FAMILIES.items()
    ],
)
def test_damage_is_an_error_or_told(outcomes: list[Tried], name: str) -> None:
    assert checked([one for one in outcomes if one.name == name]).total() == 6


@pytest.mark.soak
@pytest.mark.parametrize("name", FAMILIES)
def test_two_thousand_damaged_files_of_each_family(tmp_path: Path, name: str) -> None:
    found = list(tried(files(tmp_path, name), range(1000, 3000), tmp_path / "work"))
    assert checked(found).total() == 2000
    print(name, dict(checked(found)), max(one.seconds for one in found), max(one.memory for one in found) >> 20, "MiB")


@media("sound", "RF64", "a header that claims 4 EB", read="it is refused")
def test_a_wave_file_that_claims_exabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sizes = struct.pack("<QQQI", 1 << 62, 1 << 62, 1 << 60, 0)
    format_ = struct.pack("<HHIIHH", 1, 2, 48_000, 192_000, 4, 16)
    chunks = b"WAVEds64" + struct.pack("<I", len(sizes)) + sizes + b"fmt " + struct.pack("<I", 16) + format_
    path.write_bytes(b"RF64\xff\xff\xff\xff" + chunks + b"data\xff\xff\xff\xff" + bytes(4000))
    with pytest.raises(MediaError, match=r"a\.wav: (is cut short|says that its sound lasts)"):
        probe(path)


@media("sound", "FLAC, 16 bit", "a header that claims 2^36 samples", read="it is refused")
def test_a_flac_file_that_claims_days_is_refused(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.flac", np.zeros((2, 48_000), np.float32), "flac")
    data = bytearray(path.read_bytes())
    data[21] |= 0x0F  # the upper four of the 36 bits of the number of samples, and the others
    data[22:26] = b"\xff" * 4
    path.write_bytes(data)
    with pytest.raises(MediaError, match="says that its sound lasts 398 hours; up to 24 can be read"):
        probe(path)


@media("sound", "PCM, .mkv", "a gap of minutes takes no memory", read="what was written")
def test_a_long_gap_is_not_held_in_memory(tmp_path: Path) -> None:
    from media.test_sound_times import blocks

    path, noise = blocks(tmp_path / "a.mkv", [0, 500 * 48_000])
    with AudioSource(path) as source:
        assert source.samples == 500 * 48_000 + 4800
        assert np.array_equal(source.read(0, 4800)[0], noise[0])
