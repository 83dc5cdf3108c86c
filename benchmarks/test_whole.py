"""Whole renders: one video and nothing else, against decoding and encoding it alone with the same settings."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

FRAMES, WIDTH, HEIGHT = 192, 1280, 720
SCENE = f"""
reelwork: 1
canvas: {{size: [{WIDTH}, {HEIGHT}], fps: 24}}
compositions: {{main: {{layers: [{{file: clip.mp4}}]}}}}
outputs: {{film: {{file: film.mp4, video: {{preset: veryfast, crf: 18}}}}}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene that shows one clip: drifting waves with a little grain."""
    made = tmp_path_factory.mktemp("pass-through")
    (made / "scene.yaml").write_text(SCENE)
    random = np.random.default_rng(1)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    with av.open(str(made / "clip.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            waves = 128 + 90 * np.sin(x / 37 + number / 9) * np.cos(y / 53 - number / 17)
            picture = np.stack([waves, np.roll(waves, 40, 1), 255 - waves], -1) + random.normal(
                0, 4, (HEIGHT, WIDTH, 1)
            )
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made


def bare(source: Path, to: Path) -> None:
    """Decode and encode with the same settings, and nothing between: one thread each, as a worker has."""
    with av.open(str(source)) as reading, av.open(str(to), "w") as writing:
        pictures = reading.streams.video[0]
        pictures.codec_context.thread_count = 1
        options = {"crf": "18", "preset": "veryfast", "x264-params": "cpu-independent=1"}
        stream = writing.add_stream("libx264", rate=Fraction(24), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in reading.decode(pictures):
            frame.pict_type = av.video.frame.PictureType.NONE
            writing.mux(stream.encode(frame))
        writing.mux(stream.encode(None))


def alternated(ours: Callable[[], None], theirs: Callable[[], None], rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of both, run in turn, so that a machine that slows down slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, kept in zip((ours, theirs), times, strict=True):
            begin = time.perf_counter()
            run()
            kept.append(time.perf_counter() - begin)
    return times


def test_pass_through(benchmark, folder, monkeypatch):
    """A film that is one untouched video, on one worker, its start-up included."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("REELWORK_HOME", str(folder / "home"))
    request = Request(to=folder / "ours.mp4", jobs=1, fresh=True)

    def ours() -> None:
        produce.render(folder, Settings(), request, Silent())

    ours()  # compiles what it needs
    times, others = alternated(ours, lambda: bare(folder / "clip.mp4", folder / "theirs.mp4"), 3)
    ratio = statistics.median(a / b for a, b in zip(times, others, strict=True))
    benchmark.extra_info["ratio to decoding and encoding alone"] = round(ratio, 3)
    benchmark.extra_info["decoding and encoding alone, s"] = round(statistics.median(others), 2)
    benchmark.pedantic(ours, rounds=1)
    print(f"\npass-through: {ratio:.2f} x decoding and encoding alone ({statistics.median(others):.2f} s)")
