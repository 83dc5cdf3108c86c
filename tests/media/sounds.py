"""Kinds of sound: how ffmpeg's own command makes a small file of each, and decodes it; all of them in two calls."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from media.footage import command

Samples = npt.NDArray[np.float32]
CHANNELS: Final = {
    "mono": 1, "stereo": 2, "2.1": 3, "3.0": 3, "quad": 4, "quad(side)": 4, "4.0": 4, "5.0": 5, "5.0(side)": 5,
    "5.1": 6, "5.1(side)": 6, "hexagonal": 6, "6.1": 7, "7.1": 8, "7.1(wide)": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of sound.

    :param name: of the file
    :param label: in words, as the table of media says it
    :param encoder: ffmpeg's name
    :param length: ``written``: as many samples come out as went in, none earlier or later; ``ffmpeg``: the file does
        not say where sound begins or ends, and as many come out as ffmpeg's command gives
    :param bits: of what is stored losslessly; 0 for the lossy codecs
    """

    name: str
    label: str
    encoder: str
    options: tuple[str, ...] = ()
    rate: int = 48_000
    layout: str = "stereo"
    length: str = "ffmpeg"
    bits: int = 0

    @property
    def count(self) -> int:
        return self.rate * 3 // 10 + 17

    @property
    def samples(self) -> Samples:
        """What goes in."""
        return signal(self.rate, CHANNELS[self.layout], self.count)


def signal(rate: int, channels: int, count: int) -> Samples:
    """Sweeps with a little noise and two clicks, another in each channel; 16 bits are enough for it."""
    time, made = np.arange(count) / rate, []
    for channel in range(channels):
        sound = 0.25 * np.sin(2 * np.pi * (250 + 90 * channel + 900 * time) * time)
        sound += 0.02 * np.random.default_rng(channel).standard_normal(count)
        sound[rate // 10 :: rate // 7] += 0.4
        made.append(sound)
    return (np.rint(np.array(made) * 32_767) / 32_768).astype(np.float32)


def pcm(name: str, label: str, encoder: str, *options: str, bits: int = 16, **more: object) -> Kind:
    return Kind(name, label, encoder, options, length="written", bits=bits, **more)  # type: ignore[arg-type]


def exact(name: str, label: str, encoder: str, *options: str, **more: object) -> Kind:
    return Kind(name, label, encoder, options, length="written", **more)  # type: ignore[arg-type]


def bare(name: str, label: str, encoder: str, *options: str, **more: object) -> Kind:
    return Kind(name, label, encoder, options, **more)  # type: ignore[arg-type]


CD: Final = {"rate": 44_100}
PHONE: Final = {"rate": 8000, "layout": "mono"}
TRY: Final = ("-strict", "-2")
KINDS: Final = (
    Kind("u8.wav", "WAV, 8 bit", "pcm_u8", length="written", bits=8),
    pcm("16.wav", "WAV, 16 bit", "pcm_s16le", **CD),
    pcm("24.wav", "WAV, 24 bit", "pcm_s24le"),
    pcm("32.wav", "WAV, 32 bit", "pcm_s32le"),
    pcm("f32.wav", "WAV, float", "pcm_f32le"),
    pcm("f64.wav", "WAV, double", "pcm_f64le"),
    exact("alaw.wav", "WAV, A-law", "pcm_alaw", **PHONE),
    exact("mulaw.wav", "WAV, µ-law", "pcm_mulaw", **PHONE),
    pcm("bwf.wav", "Broadcast WAV, 24 bit", "pcm_s24le", "-write_bext", "1"),
    pcm("rf64.wav", "RF64", "pcm_s16le", "-rf64", "always", **CD),
    pcm("24.w64", "Wave64, 24 bit", "pcm_s24le", rate=32_000),
    bare("adpcm-ms.wav", "WAV, MS ADPCM", "adpcm_ms", **CD),
    bare("gsm.wav", "WAV, GSM 6.10", "libgsm_ms", **PHONE),
    bare("g726.wav", "WAV, G.726", "g726", **PHONE),
    bare("mp3.wav", "WAV, MP3", "libmp3lame", **CD),
    bare("dts.wav", "WAV, DTS", "dca", *TRY, **CD),
    pcm("16.aiff", "AIFF, 16 bit", "pcm_s16be", **CD),
    pcm("24.aiff", "AIFF, 24 bit", "pcm_s24be"),
    pcm("f32.aiff", "AIFF-C, float", "pcm_f32be"),
    pcm("sowt.aif", "AIFF-C, little-endian", "pcm_s16le"),
    pcm("16.au", "AU, 16 bit", "pcm_s16be", **CD),
    exact("mulaw.au", "AU, µ-law", "pcm_mulaw", **PHONE),
    pcm("16.caf", "CAF, 16 bit", "pcm_s16be", **CD),
    pcm("f32.caf", "CAF, float", "pcm_f32le"),
    pcm("alac.caf", "CAF, ALAC", "alac", "-sample_fmt", "s16p", **CD),
    pcm("16.voc", "VOC", "pcm_s16le", **CD),
    pcm("16.flac", "FLAC, 16 bit", "flac", "-sample_fmt", "s16", **CD),
    pcm("24.flac", "FLAC, 24 bit, 96 kHz", "flac", "-sample_fmt", "s32", rate=96_000),
    pcm("flac.ogg", "FLAC, Ogg", "flac", **CD),
    pcm("flac.mkv", "FLAC, .mkv", "flac", **CD),
    pcm("flac.mp4", "FLAC, .mp4", "flac", *TRY, **CD),
    pcm("alac.m4a", "ALAC, 16 bit, .m4a", "alac", "-sample_fmt", "s16p", **CD),
    pcm("alac-24.m4a", "ALAC, 24 bit, .m4a", "alac", "-sample_fmt", "s32p"),
    pcm("tta.tta", "True Audio", "tta", **CD),
    pcm("wavpack.wv", "WavPack", "wavpack", **CD),
    pcm("wavpack.mka", "WavPack, .mka", "wavpack", **CD),
    pcm("truehd.thd", "Dolby TrueHD", "truehd", *TRY),
    pcm("truehd.mkv", "Dolby TrueHD, .mkv", "truehd", *TRY),
    pcm("24.mov", "PCM, 24 bit, .mov", "pcm_s24le"),
    pcm("be.mov", "PCM, big-endian, .mov", "pcm_s16be"),
    pcm("pcm.mkv", "PCM, .mkv", "pcm_s16le"),
    pcm("pcm.avi", "PCM, .avi", "pcm_s16le"),
    pcm("pcm.flv", "PCM, .flv", "pcm_s16le", **CD),
    pcm("s302m.ts", "PCM (SMPTE 302M), MPEG-TS", "s302m", *TRY),
    bare("dvd.vob", "PCM, .vob", "pcm_dvd"),
    bare("ima.mov", "QuickTime IMA ADPCM, .mov", "adpcm_ima_qt", **CD),
    exact("lame.mp3", "MP3 with LAME's header", "libmp3lame", **CD),
    exact("vbr.mp3", "MP3 of variable bitrate", "libmp3lame", "-q:a", "2"),
    bare("plain.mp3", "MP3 without a header", "libmp3lame", "-write_xing", "0", **CD),
    exact("half.mp3", "MP3 (MPEG-2), mono", "libmp3lame", rate=22_050, layout="mono"),
    bare("mp3.mkv", "MP3, .mkv", "libmp3lame", **CD),
    bare("mp3.avi", "MP3, .avi", "libmp3lame", **CD),
    bare("mp2.mp2", "MP2", "mp2", **CD),
    bare("mp2.mpg", "MP2, program stream", "mp2"),
    exact("aac.m4a", "AAC, .m4a", "aac", **CD),
    exact("aac.mp4", "AAC, .mp4", "aac"),
    exact("aac.mov", "AAC, .mov", "aac"),
    bare("adts.aac", "AAC, ADTS", "aac"),
    bare("loas.latm", "AAC, LATM", "aac"),
    bare("aac.ts", "AAC, MPEG-TS", "aac"),
    bare("latm.ts", "AAC (LATM), MPEG-TS", "aac", "-mpegts_flags", "latm"),
    bare("aac.mkv", "AAC, .mkv", "aac", **CD),
    bare("aac.flv", "AAC, .flv", "aac", **CD),
    bare("aac.avi", "AAC, .avi", "aac"),
    exact("opus.opus", "Opus, Ogg", "libopus"),
    exact("60.opus", "Opus of 60 ms, Ogg", "libopus", "-frame_duration", "60"),
    exact("51.opus", "Opus 5.1, Ogg", "libopus", "-mapping_family", "1", layout="5.1"),
    exact("mono.opus", "Opus, mono, Ogg", "libopus", layout="mono"),
    exact("opus.webm", "Opus, .webm", "libopus"),
    exact("opus.mkv", "Opus, .mkv", "libopus"),
    exact("opus.mp4", "Opus, .mp4", "libopus"),
    bare("opus.ts", "Opus, MPEG-TS", "libopus"),
    exact("vorbis.ogg", "Vorbis, Ogg", "libvorbis", **CD),
    exact("51.ogg", "Vorbis 5.1, Ogg", "libvorbis", layout="5.1"),
    bare("vorbis.webm", "Vorbis, .webm", "libvorbis", **CD),
    bare("2.wma", "WMA 2", "wmav2", **CD),
    bare("1.wma", "WMA 1", "wmav1", **CD),
    bare("stereo.ac3", "AC-3", "ac3"),
    bare("surround.ac3", "AC-3 5.1", "ac3", layout="5.1(side)"),
    bare("ac3.mkv", "AC-3, .mkv", "ac3"),
    bare("ac3.ts", "AC-3, MPEG-TS", "ac3"),
    bare("ac3.vob", "AC-3, .vob", "ac3"),
    bare("stereo.eac3", "E-AC-3", "eac3"),
    bare("eac3.mkv", "E-AC-3 5.1, .mkv", "eac3", layout="5.1(side)"),
    bare("dts.dts", "DTS 5.1", "dca", *TRY, layout="5.1(side)"),
    bare("dts.mkv", "DTS, .mkv", "dca", *TRY),
    bare("speex.spx", "Speex", "libspeex", rate=16_000, layout="mono"),
    bare("gsm.gsm", "GSM 6.10", "libgsm", **PHONE),
    *(pcm(f"{layout}.wav", f"WAV, {layout}", "pcm_s16le", layout=layout) for layout in CHANNELS if layout != "stereo"),
)


class Made:
    """Files of every kind that this ffmpeg can encode, and what it decodes from them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = [kind for kind in KINDS if kind.encoder in encoders()]
        inputs, outputs = [], []
        for number, kind in enumerate(made):
            raw = folder / f"{kind.name}.raw"
            raw.write_bytes(kind.samples.T.tobytes())
            inputs += ["-f", "f32le", "-ar", str(kind.rate), "-channel_layout", kind.layout,
                       "-ac", str(CHANNELS[kind.layout]), "-i", str(raw)]  # fmt: skip
            outputs += ["-map", f"{number}:a", "-c:a", kind.encoder, *kind.options, str(folder / kind.name)]
        ffmpeg(*inputs, *outputs)
        inputs, outputs = [], []
        for number, kind in enumerate(made):
            inputs += ["-i", str(folder / kind.name)]
            outputs += ["-map", f"{number}:a", "-f", "f32le", str(folder / f"{kind.name}.raw")]
        ffmpeg(*inputs, *outputs)
        self._made = frozenset(made)

    def __getitem__(self, kind: Kind) -> tuple[Path, Samples]:
        """A file of a kind, and what ffmpeg's command decodes from it; the test is skipped if there is none."""
        if kind not in self._made:
            pytest.skip(f"this ffmpeg has no encoder {kind.encoder}")
        raw = np.fromfile(self.folder / f"{kind.name}.raw", np.float32)
        return self.folder / kind.name, raw.reshape(-1, CHANNELS[kind.layout]).T


def ffmpeg(*arguments: str) -> bytes:
    """What ffmpeg's command writes to its standard output; the test is skipped without it."""
    found = command("ffmpeg")
    if found is None:
        pytest.skip("ffmpeg is not installed")
    done = subprocess.run(
        [found, "-v", "error", "-nostdin", "-y", *arguments], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


@cache
def encoders() -> frozenset[str]:
    """Those of ffmpeg's command."""
    lines = ffmpeg("-encoders").decode().splitlines()
    return frozenset(line.split()[1] for line in lines if line.startswith(" A"))
