import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soxr
from media.clips import make_clip, make_sound, tone

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import RATE, AudioSource
from reelwork.media.sound.stretch import HOP, SEARCH


def noise(channels: int, count: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(3).standard_normal((channels, count))).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "encoder", "rate"),
    [
        ("a.wav", "pcm_s16le", 44_100),
        ("a.flac", "flac", 96_000),
        ("a.m4a", "aac", 44_100),
        ("a.mp3", "libmp3lame", 48_000),
        ("a.opus", "libopus", 48_000),
        ("a.mkv", "ac3", 32_000),
    ],
)
def test_any_order_gives_the_same_samples(tmp_path: Path, name: str, encoder: str, rate: int) -> None:
    path = make_sound(tmp_path / name, noise(2, rate), encoder, rate=rate)
    with AudioSource(path) as source:
        whole = source.read(0, source.samples)
    with AudioSource(path) as source:
        choose = random.Random(4)
        for _ in range(40):
            start, count = choose.randrange(-500, whole.shape[1]), choose.randrange(1, 3000)
            expected = np.zeros((2, count), np.float32)
            first, last = max(start, 0), min(start + count, whole.shape[1])
            expected[:, first - start : last - start] = whole[:, first:last]
            assert np.array_equal(source.read(start, count), expected)


@pytest.mark.parametrize(
    ("name", "encoder"), [("a.m4a", "aac"), ("a.mp3", "libmp3lame"), ("a.opus", "libopus"), ("a.wav", "pcm_s24le")]
)
def test_an_encoders_priming_and_filling_are_cut_off(tmp_path: Path, name: str, encoder: str) -> None:
    samples = np.zeros((2, 50_000), np.float32)
    samples[:, 20_000] = 0.9
    with AudioSource(make_sound(tmp_path / name, samples, encoder)) as source:
        assert source.samples == 50_000
        heard = source.read(0, 50_000)
        assert abs(int(np.abs(heard[0]).argmax()) - 20_000) <= 1
        assert not source.read(50_000, 10_000).any()


def test_48_khz_stays_as_it_is(tmp_path: Path) -> None:
    samples = noise(2, 5000)
    path = make_sound(tmp_path / "a.wav", samples, "pcm_f32le")
    with AudioSource(path) as source:
        assert np.array_equal(source.read(0, 5000), samples)


def test_other_rates_are_resampled_as_a_whole(tmp_path: Path) -> None:
    samples = noise(2, 44_100)
    path = make_sound(tmp_path / "a.wav", samples, "pcm_f32le", rate=44_100)
    expected = soxr.resample(samples.T, 44_100, RATE, quality="VHQ").T
    with AudioSource(path) as source:
        assert source.samples == RATE
        assert np.array_equal(source.read(0, RATE), expected[:, :RATE])


def test_one_channel_is_heard_on_both_sides_as_it_is(tmp_path: Path) -> None:
    samples = noise(1, 3000)
    with AudioSource(make_sound(tmp_path / "a.wav", samples, "pcm_f32le", layout="mono")) as source:
        assert np.array_equal(source.read(0, 3000), np.concatenate([samples, samples]))


def test_surround_is_mixed_down_by_the_standard(tmp_path: Path) -> None:
    samples = np.zeros((6, 6000), np.float32)
    for channel in range(6):
        samples[channel, channel * 1000 + 500] = 0.5
    path = make_sound(tmp_path / "a.wav", samples, "pcm_f32le", layout="5.1")
    with AudioSource(path) as source:
        heard = source.read(0, 6000)[:, 500::1000]
    half = 0.5 * 0.7071068
    assert np.allclose(heard, [[0.5, 0, half, 0, half, 0], [0, 0.5, half, 0, 0, half]], atol=1e-6)


def test_sound_of_a_film_counts_from_its_first_picture(tmp_path: Path) -> None:
    samples = np.zeros(48_000, np.float32)
    samples[24_000] = 0.9
    late = [250 + 40 * number for number in range(24)]
    path = make_clip(
        tmp_path / "late.mkv", options={"x264-params": "threads=1"}, count=24, milliseconds=late, sound=samples
    )
    facts = probe(path)
    assert facts.audio is not None
    assert facts.audio.offset == Fraction(-1, 4)
    with AudioSource(path) as source:
        heard = source.read(0, source.samples)
        assert int(np.abs(heard[0]).argmax()) == 12_000


def test_a_recorded_gap_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for start in (0, 4800, 19_200):
            block = av.AudioFrame.from_ndarray(np.full((1, 4800), 8000, np.int16), "s16", "mono")
            block.rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
            out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    with AudioSource(path) as source:
        assert source.samples == 24_000
        heard = source.read(0, 24_000)[0] > 0
    assert heard[:9600].all()
    assert not heard[9700:19_100].any()
    assert heard[19_200:].all()


@pytest.mark.parametrize("speed", ["3/2", "1/2", "2", "9/10", "4", "-1", "-5/4"])
def test_speed_keeps_the_pitch(tmp_path: Path, speed: str) -> None:
    path = make_sound(tmp_path / "a.wav", np.stack([tone(2.0)] * 2))
    with AudioSource(path, speed=Fraction(speed)) as source:
        assert source.samples == -(-96_000 // abs(Fraction(speed)))
        heard = source.read(0, source.samples)[0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert abs(spectrum.argmax() * RATE / len(heard) - 440) < RATE / len(heard) + 0.5
    assert abs(heard[2000:-2000].std() - 0.5 / 2**0.5) < 0.01


@pytest.mark.parametrize("speed", ["3/2", "3/4", "-2"])
def test_speed_keeps_every_sound_near_its_place(tmp_path: Path, speed: str) -> None:
    bursts = np.zeros((2, 96_000), np.float32)
    places = np.array([10_000, 40_000, 70_000])
    for place in places:
        bursts[:, place - 3000 : place + 3000] = noise(2, 6000)
    with AudioSource(make_sound(tmp_path / "a.wav", bursts), speed=Fraction(speed)) as source:
        power = source.read(0, source.samples)[0] ** 2
    rate = float(Fraction(speed))
    for place in places / rate if rate > 0 else (96_000 - places) / -rate:
        window = np.arange(int(place) - 5000, int(place) + 5000)
        assert abs(np.average(window, weights=power[window]) - place) < SEARCH + HOP


def test_backwards_is_the_same_samples_reversed(tmp_path: Path) -> None:
    samples = noise(2, 7001)
    path = make_sound(tmp_path / "a.wav", samples, "pcm_f32le")
    with AudioSource(path, speed=Fraction(-1)) as source:
        assert np.array_equal(source.read(0, 7001), samples[:, ::-1])
        assert np.array_equal(source.read(100, 50), samples[:, ::-1][:, 100:150])


def test_stretched_samples_are_the_same_in_any_order(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", noise(2, 30_000))
    with AudioSource(path, speed=Fraction(7, 5)) as source:
        whole = source.read(0, source.samples)
    with AudioSource(path, speed=Fraction(7, 5)) as source:
        assert np.array_equal(source.read(15_000, 500), whole[:, 15_000:15_500])
        assert np.array_equal(source.read(3, 500), whole[:, 3:503])


def test_files_without_sound_are_errors(tmp_path: Path) -> None:
    silent = make_clip(tmp_path / "silent.mp4", count=2)
    with pytest.raises(MediaError, match=r"silent\.mp4: holds no sound"):
        AudioSource(silent)
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MediaError, match=r"text\.wav"):
        AudioSource(tmp_path / "text.wav")


def test_a_truncated_recording_is_an_error(tmp_path: Path) -> None:
    whole = make_sound(tmp_path / "whole.wav", noise(2, 96_000))
    (tmp_path / "torn.wav").write_bytes(whole.read_bytes()[:200_000])
    with pytest.raises(MediaError, match=r"torn\.wav: is cut short"):
        probe(tmp_path / "torn.wav")


def test_damage_in_the_middle_is_told_and_is_silence_of_its_own_length(tmp_path: Path) -> None:
    whole = make_sound(tmp_path / "whole.flac", noise(2, 200_000), "flac")
    data = bytearray(whole.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    (tmp_path / "bad.flac").write_bytes(data)
    facts = probe(tmp_path / "bad.flac").audio
    assert facts is not None
    assert facts.samples == 200_000
    ((begin, end),) = facts.damage
    first, last = int(begin * RATE), int(end * RATE)
    with AudioSource(whole) as good, AudioSource(tmp_path / "bad.flac") as bad:
        expected, heard = good.read(0, 200_000), bad.read(0, 200_000)
    assert not heard[:, first:last].any()
    assert 0 < last - first < 20_000
    expected[:, first:last] = 0
    assert np.array_equal(heard, expected)
