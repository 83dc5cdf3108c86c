"""WAVE and CAF files whose headers say no length, as what is written to a pipe, or whose integers are padded."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.waves import waves

INTEGERS = bytes.fromhex("0100000000001000800000aa00389b71")
NOISE = np.random.default_rng(3).integers(-(1 << 15), 1 << 15, (2, 30_001))


def heard(path: Path) -> np.ndarray:
    with waves(path) as sound:
        return np.concatenate([run.samples for run in sound.runs], axis=1)


@pytest.mark.parametrize(
    ("name", "form", "length"),
    [("a.wav", "<I", length) for length in (0, 0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000, 0xFFFF_FFDB)]
    + [("a.caf", ">q", -1)],
)
def test_sound_that_says_no_length_goes_on_to_the_end_of_its_file(
    tmp_path: Path, name: str, form: str, length: int
) -> None:
    expected = (NOISE / 32768).astype(np.float32)
    path = make_sound(tmp_path / name, expected)
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    struct.pack_into(form, data, place, length)
    path.write_bytes(data)
    audio = probe(path).audio
    assert audio is not None
    assert (audio.samples, audio.damage) == (30_001, ())
    assert np.array_equal(heard(path), expected)


def padded(path: Path, bits: int, size: int, channels: int, mask: int, missing: int = 0) -> np.ndarray:
    """A WAVE file of integers in the upper bits of so many bytes, and what they mean."""
    numbers = NOISE.reshape(-1)[:30_000].reshape(-1, channels) >> max(0, 16 - bits)
    wide = (numbers << 8 * size - min(bits, 16)).astype("<i4")
    samples = wide.view(np.uint8).reshape(-1, 4)[:, :size].tobytes()
    form = struct.pack(
        "<HHIIHHHHI", 0xFFFE, channels, 48_000, 48_000 * channels * size, channels * size, 8 * size, 22, bits, mask
    )
    form += INTEGERS
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(samples)) + head + samples[: len(samples) - missing])
    return (wide / 2.0 ** (8 * size - 1)).T.astype(np.float32)


@pytest.mark.parametrize(
    ("bits", "size", "channels", "mask", "layout"),
    [(24, 4, 2, 3, "stereo"), (20, 4, 1, 4, "mono"), (16, 3, 2, 0, "2 channels"), (24, 4, 6, 0x3F, "5.1")],
)
def test_integers_that_fill_not_all_of_their_bytes_are_heard(
    tmp_path: Path, bits: int, size: int, channels: int, mask: int, layout: str
) -> None:
    path = tmp_path / "a.wav"
    expected = padded(path, bits, size, channels, mask)
    with waves(path) as sound:
        assert (sound.rate, sound.layout) == (48_000, layout)
    assert np.array_equal(heard(path), expected)


def test_padded_integers_that_are_cut_short_are_an_error(tmp_path: Path) -> None:
    padded(tmp_path / "a.wav", 24, 4, 2, 3, missing=8)
    with pytest.raises(MediaError, match="cut short"):
        probe(tmp_path / "a.wav")
