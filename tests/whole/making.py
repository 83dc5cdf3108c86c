"""Footage and sound for whole renders, made on the spot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from reelwork.render.job import Job, Segment, Unit
from reelwork.render.progress import Progress

RATE = 48_000


def picture(number: int, width: int, height: int) -> np.ndarray:
    """A picture that is different for every number: soft waves and a moving bar."""
    y, x = np.mgrid[:height, :width]
    red = 128 + 100 * np.sin(x / 11 + number / 5) * np.cos(y / 17)
    green = 128 + 100 * np.cos(x / 23 - number / 7)
    blue = np.where((x + 3 * number) % width < 12, 230, 40)
    return np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)


def write_video(
    path: Path,
    *,
    frames: int = 60,
    size: tuple[int, int] = (160, 90),
    fps: Fraction = Fraction(24),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    tags: dict[str, int] | None = None,
) -> None:
    """A clip of :func:`picture`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options=options or {"crf": "12", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number, *size), format="rgb24").reformat(format=pixel_format)
            for name, value in (tags or {}).items():
                setattr(frame, name, value)
            frame.pts, frame.time_base = number, 1 / fps
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_tone(path: Path, *, seconds: float = 4.0, hertz: float = 440.0) -> None:
    """A quiet tone, mono."""
    wave = 0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        samples = (wave * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.rate, frame.pts = RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def decoded(path: Path, pixel_format: str | None = None) -> list[np.ndarray]:
    """Every picture of a file, as it is stored or in another format."""
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        return [
            frame.to_ndarray(format=pixel_format) if pixel_format else frame.to_ndarray()
            for frame in container.decode(video=0)
        ]


def command(*arguments: str | Path, home: Path, folder: Path, wait: bool = True) -> subprocess.Popen[str]:
    """The command in a process of its own, as a person runs it."""
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "reelwork"), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "REELWORK_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if wait:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, f"{out}\n{err}"
    return process


class Here:
    """A dispatcher that renders in this process, which is much faster to begin.

    :param order: what order units are rendered in, given all of them
    """

    def __init__(self, order: Callable[[tuple[Unit, ...]], Iterable[Unit]] = iter) -> None:
        self._order = order

    def run(self, job: Job, progress: Progress) -> Generator[Segment]:
        renderer = job.renderer()
        for unit in self._order(job.units):
            yield renderer.render(unit, progress)
