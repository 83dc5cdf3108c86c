"""Channels mixed down to stereo: ITU-R BS.775 by each channel's name, and refusals of what are no loudspeakers."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound
from media_table import media

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource

HALF = 0.5**0.5
SIDES = {
    "FL": (1, 0), "FR": (0, 1), "FC": (HALF, HALF), "LFE": (0, 0), "BL": (HALF, 0), "BR": (0, HALF), "SL": (HALF, 0),
    "SR": (0, HALF), "BC": (0.5, 0.5), "FLC": (HALF, 0), "FRC": (0, HALF), "TFL": (HALF, 0), "TFR": (0, HALF),
}  # fmt: skip
#: Layouts by the bits of WAVE's channel mask, in their order.
LAYOUTS = {
    "2.1": "FL FR LFE", "3.0": "FL FR FC", "quad": "FL FR BL BR", "quad(side)": "FL FR SL SR", "4.0": "FL FR FC BC",
    "5.0": "FL FR FC BL BR", "5.0(side)": "FL FR FC SL SR", "5.1": "FL FR FC LFE BL BR",
    "5.1(side)": "FL FR FC LFE SL SR", "6.1": "FL FR FC LFE BC SL SR", "7.1": "FL FR FC LFE BL BR SL SR",
    "7.1(wide)": "FL FR FC LFE BL BR FLC FRC", "5.1.2": "FL FR FC LFE BL BR TFL TFR",
}  # fmt: skip
ORDER = ("FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR")


def wave(path: Path, channels: int, mask: int | None) -> Path:
    """A WAVE file of floats, with a mask or not, whose channel ``n`` sounds alone, at sample ``10 n``, full scale."""
    samples = np.zeros((channels * 10, channels), "<f4")
    samples[np.arange(channels) * 10, np.arange(channels)] = 1.0
    head = struct.pack("<HHIIHH", 3 if mask is None else 0xFFFE, channels, 48_000, 192_000 * channels, 4 * channels, 32)
    if mask is not None:
        head += struct.pack("<HHI", 22, 32, mask) + bytes.fromhex("0300000000001000800000aa00389b71")
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", samples.nbytes)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + samples.nbytes) + body + samples.tobytes())
    return path


def gains(path: Path, channels: int) -> np.ndarray:
    with AudioSource(path) as source:
        return source.read(0, channels * 10)[:, ::10].T


MARKED = [
    pytest.param(name, marks=media("sound", f"WAV, {name}", "mixed down to stereo", read="ITU-R BS.775"))
    for name in LAYOUTS
]


@pytest.mark.parametrize("layout", MARKED)
def test_each_channel_is_heard_as_the_standard_says(tmp_path: Path, layout: str) -> None:
    names = LAYOUTS[layout].split()
    mask = sum(1 << ORDER.index(name) for name in names)
    assert np.allclose(
        gains(wave(tmp_path / "a.wav", len(names), mask), len(names)), [SIDES[n] for n in names], atol=1e-7
    )


USUAL = [(3, "3.0"), (4, "quad"), (5, "5.0"), (6, "5.1"), (7, "6.1"), (8, "7.1")]


@media("sound", "WAV without a channel mask", "mixed down to stereo", read="the order of WAVE's mask")
@pytest.mark.parametrize(("channels", "like"), USUAL)
def test_channels_without_names_are_taken_in_the_usual_order(tmp_path: Path, channels: int, like: str) -> None:
    expected = [SIDES[name] for name in LAYOUTS[like].split()]
    assert np.allclose(gains(wave(tmp_path / "a.wav", channels, None), channels), expected, atol=1e-7)


@media("sound", "WAV, mono", "both sides, as it is", read="what was written")
def test_mono_is_heard_on_both_sides_as_it_is(tmp_path: Path) -> None:
    assert gains(wave(tmp_path / "a.wav", 1, None), 1).tolist() == [[1.0, 1.0]]


def test_all_channels_at_once_may_exceed_full_scale_and_are_not_clipped(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", np.full((6, 1000), 0.9, np.float32), "pcm_f32le", layout="5.1")
    with AudioSource(path) as source:
        assert np.allclose(source.read(500, 10), 0.9 * (1 + HALF + HALF), atol=1e-6)


@media("sound", "ambisonic Opus, .mkv", "refused with a reason", read="what was written")
def test_a_sound_field_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.mkv", np.zeros((4, 4800), np.float32), "libopus", layout="ambisonic 1",
                      options={"mapping_family": "2"})  # fmt: skip
    with pytest.raises(MediaError, match="a sound field rather than loudspeakers"):
        probe(path)


def test_seventeen_nameless_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="17 channels"):
        probe(wave(tmp_path / "a.wav", 17, None))


@media("sound", "AC-3", "stereo, then 5.1 in the same stream, as in recordings of television", read="the parts")
def test_a_stream_may_change_its_channels(tmp_path: Path) -> None:
    pitches = np.array([400, 700, 1000, 60, 1600, 2000])
    tones = 0.3 * np.sin(2 * np.pi * pitches[:, None] * np.arange(48_000) / 48_000).astype(np.float32)
    parts = [
        make_sound(tmp_path / "stereo.ac3", tones[:2], "ac3"),
        make_sound(tmp_path / "surround.ac3", tones, "ac3", layout="5.1(side)", options=levels(HALF, HALF)),
    ]
    (tmp_path / "both.ac3").write_bytes(b"".join(part.read_bytes() for part in parts))
    with AudioSource(parts[0]) as first, AudioSource(tmp_path / "both.ac3") as both:
        length = first.samples
        assert np.array_equal(both.read(0, length - 256), first.read(0, length - 256))
        spectra = np.abs(np.fft.rfft(both.read(length + 1000, 24_000))) / 12_000
    found = spectra[:, pitches // 2].T / 0.3
    assert np.allclose(found, [SIDES[name] for name in LAYOUTS["5.1(side)"].split()], atol=0.02)


def levels(centre: float, surround: float) -> dict[str, str]:
    """Options of FFmpeg's encoders of AC-3 and E-AC-3."""
    return {"center_mixlev": str(centre), "surround_mixlev": str(surround)}


@pytest.mark.parametrize(
    ("encoder", "centre", "surround", "options"),
    [
        pytest.param(
            encoder,
            centre,
            surround,
            options,
            marks=media("sound", label, "its own levels of centre and surrounds", read="what was written"),
        )
        for encoder, label, centre, surround, options in (
            ("ac3", "AC-3", 0.5**0.75, 0.5, levels(0.595, 0.5)),
            ("ac3", "AC-3", 0.5, 0.0, levels(0.5, 0.0)),
            ("eac3", "E-AC-3", 1.0, 0.5, {"loro_cmixlev": "1.0", "loro_surmixlev": "0.5", "dmix_mode": "2"}),
            ("eac3", "E-AC-3", HALF, HALF, {}),
        )
    ],
)
def test_a_file_says_at_which_levels_it_is_mixed_down(
    tmp_path: Path, encoder: str, centre: float, surround: float, options: dict[str, str]
) -> None:
    """ATSC A/52, 7.8.2; where nothing is said, BS.775."""
    pitches = np.array([400, 700, 1000, 60, 1600, 2000])
    tones = 0.3 * np.sin(2 * np.pi * pitches[:, None] * np.arange(24_000) / 48_000).astype(np.float32)
    path = make_sound(tmp_path / f"a.{encoder}", tones, encoder, layout="5.1(side)", options=options)
    with AudioSource(path) as source:
        spectra = np.abs(np.fft.rfft(source.read(2000, 12_000))) / 6000
    found = spectra[:, pitches // 4].T / 0.3
    expected = [(1, 0), (0, 1), (centre, centre), (0, 0), (surround, 0), (0, surround)]
    assert np.allclose(found, expected, atol=0.02)
