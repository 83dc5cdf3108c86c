"""Where sound lies in time: beside the pictures, over gaps and overlaps, and where something is damaged."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.clips import frames, make_sound
from media.sounds import ffmpeg
from media_table import media

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import RATE, AudioSource
from reelwork.render.films import mixed
from reelwork.render.prepare import Settings, prepare
from reelwork.sound.voices import collect_voices

CLICK = 12_345
LAYOUTS = {1: "mono", 2: "stereo"}


def film(path: Path, encoder: str, *, late: Fraction, first: Fraction = Fraction(0), video: str = "mpeg4") -> Path:
    """A second of pictures from ``first`` on, and, ``late`` by seconds, of sound with a click at :data:`CLICK`."""
    with av.open(
        str(path), "w", container_options={"movie_timescale": "48000"} if path.suffix == ".mp4" else {}
    ) as out:
        pictures = out.add_stream(video, rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream(encoder, rate=RATE, layout="stereo")
        for number, frame in enumerate(frames(25, "yuv420p")):
            frame.pts, frame.time_base = number + int(first * 25), Fraction(1, 25)
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode(None))
        click = np.zeros((2, RATE), np.float32)
        click[:, CLICK] = 0.9
        encode(out, sound, click, int((first + late) * RATE))
    return path


def encode(out: av.container.OutputContainer, stream: av.AudioStream, samples: np.ndarray, start: int) -> None:
    convert = av.AudioResampler(format=stream.format.name, layout="stereo", rate=RATE)
    for begin in range(0, samples.shape[1], 1024):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, begin : begin + 1024]), "fltp", "stereo")
        frame.rate, frame.pts, frame.time_base = RATE, start + begin, Fraction(1, RATE)
        for converted in convert.resample(frame):
            out.mux(stream.encode(converted))
    out.mux(stream.encode(None))


def heard(path: Path) -> np.ndarray:
    with AudioSource(path) as source:
        return source.read(0, source.samples)


def kinds(what: str, *those: tuple[str, str, str]) -> pytest.MarkDecorator:
    """For files of several names, encoders and labels in the table of media."""
    return pytest.mark.parametrize(
        ("name", "encoder"),
        [
            pytest.param(
                name, encoder, id=f"{encoder}-{name}", marks=media("sound", label, what, read="what was written")
            )
            for name, encoder, label in those
        ],
    )


FILMS = [
    ("pcm.mov", "pcm_s16le", "PCM, .mov"),
    ("aac.mp4", "aac", "AAC, .mp4"),
    ("aac.mkv", "aac", "AAC, .mkv"),
    ("opus.mkv", "libopus", "Opus, .mkv"),
    ("flac.mkv", "flac", "FLAC, .mkv"),
    ("mp3.mp4", "libmp3lame", "MP3, .mp4"),
    ("ac3.ts", "ac3", "AC-3, MPEG-TS"),
    ("aac.ts", "aac", "AAC, MPEG-TS"),
    ("aac.flv", "aac", "AAC, .flv"),
]


@kinds("begins where it should beside the pictures", *FILMS)
def test_sound_that_begins_later_than_the_pictures_is_heard_where_it_was(
    tmp_path: Path, name: str, encoder: str
) -> None:
    late, first = Fraction(3, 10), Fraction(2) if name.endswith(("ts", "mkv")) else Fraction(0)
    path = film(tmp_path / name, encoder, late=late, first=first, video="flv" if name.endswith("flv") else "mpeg4")
    tick = 48 if name.endswith(("mkv", "flv")) else 1
    assert abs(int(np.abs(heard(path)[0]).argmax()) - int(late * RATE) - CLICK) <= tick


def blocks(path: Path, starts: Sequence[int], size: int = 4800, encoder: str = "pcm_s16le") -> tuple[Path, np.ndarray]:
    """Blocks of noise that begin at samples, and the noise."""
    noise = np.rint(3000 * np.random.default_rng(5).standard_normal((len(starts), size))).astype(np.int16)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=RATE, layout="mono")
        for start, samples in zip(starts, noise, strict=True):
            frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
            frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path, (noise / 32768).astype(np.float32)


@media("sound", "PCM, .mkv", "gaps are true silence, to the sample", read="what was written")
def test_gaps_in_the_times_are_silence_of_that_length(tmp_path: Path) -> None:
    starts = [0, 4800, 9600 + 960, 9600 + 960 + 4800 + 48_000]
    path, noise = blocks(tmp_path / "a.mkv", starts)
    expected = np.zeros(starts[-1] + 4800, np.float32)
    for start, samples in zip(starts, noise, strict=True):
        expected[start : start + 4800] = samples
    assert np.array_equal(heard(path), [expected, expected])


@media("sound", "PCM, .mkv", "what comes twice is heard once", read="what was written")
def test_what_overlaps_is_left_out(tmp_path: Path) -> None:
    starts = [0, 4800 - 1440, 2 * 4800 - 1440]
    path, noise = blocks(tmp_path / "a.mkv", starts)
    expected = np.concatenate([noise[0], noise[1][1440:], noise[2]])
    assert np.array_equal(heard(path)[0], expected)


@media("sound", "PCM, .mkv", "times that tremble change nothing", read="what was written")
def test_times_that_tremble_change_no_sample(tmp_path: Path) -> None:
    shaken = [4800 * number + 48 * (number * 7 % 5 - 2) for number in range(12)]
    path, noise = blocks(tmp_path / "a.mkv", [shaken[0] + 96, *(start + 96 for start in shaken[1:])])
    assert np.array_equal(heard(path)[0], noise.reshape(-1))


def test_times_that_run_away_are_followed(tmp_path: Path) -> None:
    """A recorder whose sound has 1 % fewer samples than its clock says: it stays within 20 ms of the clock."""
    starts = [4848 * number for number in range(100)]
    path, noise = blocks(tmp_path / "a.mkv", starts)
    sound = heard(path)[0]
    for number in (10, 50, 99):
        place = np.flatnonzero(
            np.correlate(sound, noise[number][:256], "valid") > 0.9 * (noise[number][:256] ** 2).sum()
        )
        assert abs(place[0] - starts[number]) <= RATE // 50


def test_the_clock_of_another_recording_is_no_gap(tmp_path: Path) -> None:
    path, noise = blocks(tmp_path / "a.mkv", [0, 4800, 48_000 * 5000, 48_000 * 5000 + 4800])
    assert np.array_equal(heard(path)[0], noise.reshape(-1))


def coded(path: Path, encoder: str, *, lose: int | None = None, spoil: int | None = None) -> Path:
    """Two seconds of a tone with a click in the second one; one packet left out, or spoilt."""
    time = np.arange(2 * RATE) / RATE
    samples = np.stack([0.2 * np.sin(2 * np.pi * 440 * time)] * 2).astype(np.float32)
    samples[:, 80_000] = 0.9
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=RATE, layout="stereo")
        packets = []
        mux, out_mux = packets.extend, out.mux
        convert = av.AudioResampler(format=stream.format.name, layout="stereo", rate=RATE)
        for begin in range(0, samples.shape[1], 960):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, begin : begin + 960]), "fltp", "stereo")
            frame.rate, frame.pts, frame.time_base = RATE, begin, Fraction(1, RATE)
            for converted in convert.resample(frame):
                mux(stream.encode(converted))
        mux(stream.encode(None))
        for number, packet in enumerate(packets):
            if number == lose:
                continue
            if number == spoil:
                replaced = av.Packet(b"\xff" * packet.size)
                replaced.stream, replaced.time_base = stream, packet.time_base
                replaced.pts, replaced.dts, replaced.duration = packet.pts, packet.dts, packet.duration
                packet = replaced
            out_mux(packet)
    return path


@kinds(
    "a lost packet is silence",
    ("a.mkv", "libopus", "Opus, .mkv"),
    ("a.mp4", "aac", "AAC, .mp4"),
    ("a.mkv", "ac3", "AC-3, .mkv"),
)
def test_one_lost_packet_moves_nothing(tmp_path: Path, name: str, encoder: str) -> None:
    whole = heard(coded(tmp_path / f"whole-{name}", encoder))
    lossy = heard(coded(tmp_path / name, encoder, lose=30))
    assert lossy.shape == whole.shape
    assert int(np.abs(lossy[0]).argmax()) == int(np.abs(whole[0]).argmax())
    sounding = np.flatnonzero(lossy.any(axis=0))
    assert np.diff(sounding).max() > 900


@kinds(
    "damage is silence, and told",
    ("a.mp4", "aac", "AAC, .mp4"),
    ("a.mkv", "ac3", "AC-3, .mkv"),
    ("a.mkv", "flac", "FLAC, .mkv"),
    ("a.mka", "libmp3lame", "MP3, .mkv"),
)
def test_a_spoilt_packet_is_silence_and_is_told(tmp_path: Path, name: str, encoder: str) -> None:
    spoilt = {"flac": 8}.get(encoder, 30)
    whole, path = heard(coded(tmp_path / f"whole-{name}", encoder)), coded(tmp_path / name, encoder, spoil=spoilt)
    facts = probe(path).audio
    assert facts is not None
    ((begin, end),) = facts.damage
    sound = heard(path)
    assert sound.shape == whole.shape
    assert not sound[:, int(begin * RATE) : int(end * RATE)].any()
    assert 500 < (end - begin) * RATE < 5000
    assert int(np.abs(sound[0]).argmax()) == int(np.abs(whole[0]).argmax())


def two_languages(path: Path) -> Path:
    """Two streams of sound, a second each: 440 Hz, and 880 Hz that begins 200 ms later."""
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("pcm_s16le" if path.suffix == ".mkv" else "aac", rate=RATE, layout="stereo")
                   for _ in range(2)]  # fmt: skip
        time = np.arange(RATE) / RATE
        for stream, pitch, start in zip(streams, (440, 880), (0, 9600), strict=True):
            encode(out, stream, np.stack([0.5 * np.sin(2 * np.pi * pitch * time)] * 2).astype(np.float32), start)
    return path


@media("sound", "several streams, .mkv", "which one is heard", read="what was written")
@media("sound", "several streams, .mp4", "which one is heard", read="what was written")
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_director_picks_one_of_several_streams(tmp_path: Path, suffix: str) -> None:
    path = two_languages(tmp_path / f"a{suffix}")
    for number, pitch in ((0, 440), (1, 440), (2, 880)):
        with AudioSource(path, stream=number) as source:
            spectrum = np.abs(np.fft.rfft(source.read(0, RATE)[0]))
            assert abs(int(spectrum.argmax()) - pitch) <= 1
    with pytest.raises(MediaError, match=r"has no stream 3 of sound: its 2 are 1 \((pcm_s16le|aac)\), 2 \("):
        AudioSource(path, stream=3)


def test_a_scene_says_which_stream_is_heard(tmp_path: Path) -> None:
    two_languages(tmp_path / "a.mkv")
    layer = "{file: a.mkv, sound: {stream: 2}}"
    scene = f"reelwork: 1\ncompositions:\n  main:\n    duration: 1s\n    layers:\n      - {layer}\n"
    (tmp_path / "scene.yaml").write_text(scene)
    prepared = prepare(tmp_path / "scene.yaml", Settings())
    (voice,) = collect_voices(prepared.graph("main"))
    assert voice.stream == 2
    spectrum = np.abs(np.fft.rfft(np.concatenate(list(mixed((voice,), Fraction(0), Fraction(1))), axis=1)[0]))
    assert abs(int(spectrum.argmax()) - 880) <= 1


def with_atom(path: Path, old: bytes, new: bytes) -> Path:
    """The same file with some of its bytes replaced."""
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))
    return path


@media("sound", "HE-AAC, .mp4", "samples, at twice the core's rate", read="ffmpeg's command")
def test_he_aac_has_twice_the_samples_of_its_core(tmp_path: Path) -> None:
    """AAC at 24,000 Hz whose configuration says that a decoder doubles its band (ISO/IEC 14496-3, 1.6.5)."""
    samples = np.stack([0.4 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)] * 2).astype(np.float32)
    path = make_sound(tmp_path / "a.m4a", samples, "aac", rate=24_000)
    with_atom(path, bytes.fromhex("131056e500"), bytes.fromhex("131056e598"))
    facts = probe(path).audio
    assert facts is not None
    assert (facts.rate, facts.samples) == (48_000, 48_000)
    sound = heard(path)
    spectrum = np.abs(np.fft.rfft(sound[0]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    expected = np.frombuffer(ffmpeg("-i", str(path), "-f", "f32le", "-"), np.float32).reshape(-1, 2).T
    assert 48_000 <= expected.shape[1] < 48_000 + 2048  # this command does not cut filling off
    assert np.abs(sound - expected[:, :48_000]).max() < 2e-5


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


@media("sound", "AAC, .m4a of iTunes", "priming and length by its tag", read="what was written")
@pytest.mark.parametrize("edit_list", ["0", "1"])
def test_itunes_tag_says_where_sound_begins_and_ends(tmp_path: Path, edit_list: str) -> None:
    path, count = tmp_path / "a.m4a", 30_017
    with av.open(str(path), "w", container_options={"use_editlist": edit_list}) as out:
        stream = out.add_stream("aac", rate=RATE, layout="stereo")
        samples = np.zeros((2, count), np.float32)
        samples[:, CLICK] = 0.9
        encode(out, stream, samples, 0)
    data = path.read_bytes()
    begin = data.find(b"moov") - 4  # the last box of the file
    said = f" 00000000 {1024:08X} {-(count + 1024) % 1024:08X} {count:016X}" + " 00000000" * 8
    mean, name = box(b"mean", bytes(4) + b"com.apple.iTunes"), box(b"name", bytes(4) + b"iTunSMPB")
    words = box(b"----", mean + name + box(b"data", struct.pack(">II", 1, 0) + said.encode()))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    tag = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", words)))
    path.write_bytes(data[:begin] + struct.pack(">I", len(data) - begin + len(tag)) + data[begin + 4 :] + tag)
    sound = heard(path)
    assert sound.shape[1] == count
    assert int(np.abs(sound[0]).argmax()) == CLICK
