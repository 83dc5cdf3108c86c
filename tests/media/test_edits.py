"""Edit lists of MP4 and MOV: which samples are heard, and when, beside their pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.clips import digest, make_clip
from media.test_times import CLOCK, with_edits
from media_table import media

from reelwork.media.sound.source import AudioSource
from reelwork.media.sound.waves import count_samples, waves
from reelwork.media.video.source import VideoSource

RATE = 48_000
COUNT = 20_011
#: How long each edit lasts and which sample it begins with; -1 shows nothing.
EDITS = {
    "a cut": [(5003, 317), (7001, 9001)],
    "out of order": [(4001, 12_003), (6007, 1501), (3000, 12_003)],
    "an empty edit": [(4804, -1), (COUNT, 0)],
    "a gap": [(2005, 4801), (3001, -1), (COUNT - 7777, 7777)],
}


def noise() -> np.ndarray:
    return np.rint(3000 * np.random.default_rng(3).standard_normal(COUNT)).astype(np.int16)


def recording(path: Path, encoder: str) -> Path:
    with av.open(str(path), "w", container_options={"movie_timescale": str(CLOCK)}) as out:
        stream = out.add_stream(encoder, rate=RATE, layout="mono")
        convert = av.AudioResampler(format=stream.format.name, layout="mono", rate=RATE)
        for start in range(0, COUNT, 1000):
            frame = av.AudioFrame.from_ndarray(noise()[None, start : start + 1000], "s16", "mono")
            frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            for converted in convert.resample(frame):
                out.mux(stream.encode(converted))
        out.mux(stream.encode(None))
    return path


def samples(path: Path) -> tuple[Fraction, np.ndarray]:
    with waves(path) as sound:
        return sound.start, np.concatenate([run.samples[0] for run in sound.runs])


def cut(whole: np.ndarray, edits: list[tuple[int, int]]) -> np.ndarray:
    pieces = [np.zeros(count) if begin < 0 else whole[begin : begin + count] for count, begin in edits]
    return np.concatenate(pieces)


CODECS = [
    ("a.mov", "pcm_s16le", 0, "PCM, .mov"),
    ("a.m4a", "alac", 0, "ALAC, .m4a"),
    ("a.mp4", "aac", 1024, "AAC, .mp4"),
]
HEARD = "several edits, to the sample"


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize(
    ("file", "encoder", "priming"),
    [
        pytest.param(*rest, id=rest[1], marks=media("sound", label, HEARD, read="what was written"))
        for *rest, label in CODECS
    ],
)
def test_edits_are_heard_to_the_sample(tmp_path: Path, file: str, encoder: str, priming: int, name: str) -> None:
    path, edits = recording(tmp_path / file, encoder), EDITS[name]
    _, whole = samples(path)
    assert len(whole) == COUNT
    if not priming:
        assert np.array_equal(whole, noise() / np.float32(32768))
    with_edits(path, [(count, begin if begin < 0 else begin + priming) for count, begin in edits])
    start, heard = samples(path)
    expected = cut(whole, edits)
    if name == "an empty edit":
        assert start == Fraction(4804, RATE)
        expected = expected[4804:]
    assert np.array_equal(heard, expected)
    counted = count_samples(path)
    assert counted is not None
    assert counted.facts.samples == len(expected)


#: In pictures, 24 a second: how long each edit lasts, and where it begins; the last begins within a picture.
CUTS = [[(4, 8), (5, 2)], [(2, -1), (5, 3), (4, 11)], [(9, Fraction(7, 2))]]


@media("video", "MPEG-4 part 2, .mp4", "several edits, in step with their sound", read="what was written")
@pytest.mark.parametrize("edits", CUTS)
def test_edited_pictures_stay_in_step_with_their_sound(tmp_path: Path, edits: list[tuple[int, Fraction]]) -> None:
    """Each picture has its own loudness beside it, so that what is heard says which picture belongs there."""
    each, count = RATE // 24, 16
    sound = np.repeat((np.arange(count) + 1) / 32, each).astype(np.float32)
    path = make_clip(tmp_path / "a.mp4", "mpeg4", count=count, container={"movie_timescale": str(CLOCK)}, sound=sound)
    whole = make_clip(tmp_path / "b.mp4", "mpeg4", count=count)
    with av.open(str(path)) as container:
        tick = 24 * container.streams.video[0].time_base
    for track, ticks in enumerate((1 / tick, Fraction(each))):
        said = [(int(lasting * each), -1 if begin < 0 else int(begin * ticks)) for lasting, begin in edits]
        with_edits(path, said, track)
    with VideoSource(whole) as source:
        known = {digest(source.picture(number)): number for number in range(count)}
    with VideoSource(path) as pictures, AudioSource(path) as heard:
        for number in range(pictures.frame_count):
            begin = pictures.index.shown[number] - pictures.index.shown[0]
            at = begin * pictures.index.time_base * RATE
            shown = known[digest(pictures.picture(number))]
            loud = np.rint(heard.read(round(at), 1)[0] * 32) - 1
            before = np.rint(heard.read(round(at) - 1, 1)[0] * 32) - 1
            assert loud == shown
            assert before != shown
