"""An hour of footage of variable rate, cut into hundreds of clips: every tick of sound at its sample and picture."""

from __future__ import annotations

import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from reelwork.api import open_scene
from reelwork.render.films import mixed
from reelwork.render.prepare import Settings, prepare
from reelwork.sound.voices import collect_voices

RATE = 48_000
SECONDS = 3600
FPS = Fraction(24000, 1001)
BITS = 16
SIZE = (64, 16)
EDGE = 200  # samples: what lies nearer to a cut may be faded


def shown_at(choose: random.Random) -> list[int]:
    """When the source's pictures begin, in milliseconds: a telephone's, that drops some in the dark."""
    times, now = [], 0
    while now < SECONDS * 1000:
        times.append(now)
        now += choose.choice((33, 33, 34, 50, 67, 100, 167, 250))
    return times


def footage(path: Path, times: list[int], ticks: list[int]) -> Path:
    """Each picture says its number in black and white bars; each tick of sound is one sample long."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=1000)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        video.codec_context.time_base, video.codec_context.gop_size = Fraction(1, 1000), 50
        video.codec_context.thread_count = 1
        sound = out.add_stream("aac", rate=RATE, layout="mono")
        sound.bit_rate = 64_000
        for number, time in enumerate(times):
            frame = av.VideoFrame(*SIZE, "yuv420p")
            luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(SIZE[1], -1)
            bars = np.array([235 if number >> bit & 1 else 16 for bit in range(BITS)], np.uint8)
            luma[:, : SIZE[0]] = np.repeat(bars, SIZE[0] // BITS)
            for plane in frame.planes[1:]:
                np.frombuffer(memoryview(plane), np.uint8)[:] = 128
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        places = np.array(ticks)
        for start in range(0, SECONDS * RATE, 1024):
            block = np.zeros((1, min(1024, SECONDS * RATE - start)), np.float32)
            block[0, places[(places >= start) & (places < start + block.shape[1])] - start] = 0.9
            heard = av.AudioFrame.from_ndarray(block, "fltp", "mono")
            heard.rate, heard.pts, heard.time_base = RATE, start, Fraction(1, RATE)
            out.mux(sound.encode(heard))
        out.mux(sound.encode(None))
    return path


@pytest.mark.soak
def test_an_hour_of_cuts_from_footage_of_variable_rate_does_not_drift(tmp_path: Path) -> None:
    choose = random.Random(1)
    times = shown_at(choose)
    ticks = [second * RATE + choose.randrange(RATE // 4, 3 * RATE // 4) for second in range(SECONDS)]
    footage(tmp_path / "phone.mp4", times, ticks)

    # Clips of one to ten seconds, in whole frames of the film, from whole milliseconds of the source in any order.
    frames, clips = 0, []
    while frames < 3540 * FPS:
        count = choose.randrange(24, 240)
        begin = choose.randrange(0, (SECONDS - 11) * 1000)
        clips.append((frames, count, begin))
        frames += count
    lines = "".join(f"      - {{file: phone.mp4, in: {begin}ms, duration: {count}f}}\n" for _, count, begin in clips)
    (tmp_path / "scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [{SIZE[0]}, {SIZE[1]}], fps: 23.976}}\n"
        f"compositions:\n  main:\n    sequence:\n{lines}"
    )
    expected, pictures = [], []
    for first, count, begin in clips:
        start, stop = first * 2002, (first + count) * 2002
        for tick in (tick for tick in ticks if begin * 48 <= tick < begin * 48 + count * 2002):
            place = start + tick - begin * 48
            if start + EDGE < place < stop - EDGE:
                expected.append(place)
                frame = place // 2002
                source = begin + (frame - first) * Fraction(1001, 24)  # milliseconds
                pictures.append((frame, int(np.searchsorted(times, float(source), "right")) - 1))

    prepared = prepare(tmp_path / "scene.yaml", Settings())
    voices = collect_voices(prepared.graph("main"))
    found: list[int] = []
    position = 0
    for block in mixed(voices, Fraction(0), frames / FPS):
        loud = np.flatnonzero(block[0] > 0.4)
        found += (position + loud).tolist()
        position += block.shape[1]
    assert position == frames * 2002
    assert set(expected) <= set(found)
    assert len(found) - len(expected) <= 2 * len(clips)  # the others lie beside a cut
    scene = open_scene(tmp_path / "scene.yaml")
    for frame, number in choose.sample(pictures, 40):
        painted = scene.frame(Fraction(frame) / FPS)
        bars = painted.data[1].mean(axis=0).reshape(BITS, -1).mean(axis=1)
        assert sum(1 << bit for bit in range(BITS) if bars[bit] > 0.2) == number
    print(f"{len(clips)} clips, {len(expected)} ticks, {len(times)} pictures: drift 0 samples")


HOUR = """
import sys
from fractions import Fraction
from pathlib import Path
from reelwork.render.films import mixed
from reelwork.render.prepare import Settings, prepare
from reelwork.sound.voices import collect_voices
from reelwork_farm.child import peak_memory
voices = collect_voices(prepare(Path(sys.argv[1]), Settings()).graph("main"))
before = peak_memory()
samples = sum(block.shape[1] for block in mixed(voices, Fraction(0), Fraction(3600)))
print(samples, before >> 20, peak_memory() >> 20)
"""


@pytest.mark.soak
def test_an_hour_of_sound_takes_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(-9000, 9000, (44_100, 2), np.int16)
    with av.open(str(tmp_path / "hour.wav"), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=44_100, layout="stereo")
        for second in range(SECONDS):
            block = av.AudioFrame.from_ndarray(noise.reshape(1, -1), "s16", "stereo")
            block.rate, block.pts, block.time_base = 44_100, second * 44_100, Fraction(1, 44_100)
            out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    (tmp_path / "scene.yaml").write_text(
        f"reelwork: 1\ncompositions:\n  main:\n    duration: {SECONDS}s\n    layers:\n      - {{file: hour.wav}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", HOUR, str(tmp_path / "scene.yaml")], capture_output=True, text=True, check=True
    )
    samples, before, most = map(int, done.stdout.split())
    assert samples == SECONDS * RATE
    assert most < 500
    print(f"an hour of WAV, resampled: {most} MiB at most, {before} before mixing")
