"""Small clips and sounds that tests make for themselves, with plain PyAV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from reelwork.media.picture import Picture
from reelwork.media.writing.spec import VideoSpec

WIDTH, HEIGHT = 64, 48
#: x264 with pictures decoded out of order, and groups that refer to the one before.
OPEN_GROUPS = "keyint=12:min-keyint=12:bframes=3:b-adapt=0:scenecut=0:open-gop=1:threads=1"
#: The same for x265.
OPEN_GROUPS_265 = (
    "keyint=12:min-keyint=12:bframes=4:b-adapt=0:scenecut=0:open-gop=1:pools=none:frame-threads=1:log-level=none"
)
#: The clips that every source must get right: name, encoder, pixel format, options.
KINDS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("h264.mp4", "libx264", "yuv420p", {"x264-params": OPEN_GROUPS}),
    ("h264.mkv", "libx264", "yuv420p", {"x264-params": OPEN_GROUPS}),
    ("h264.ts", "libx264", "yuv420p", {"x264-params": OPEN_GROUPS}),
    ("h264.flv", "libx264", "yuv420p", {"x264-params": OPEN_GROUPS.replace("open-gop=1", "open-gop=0")}),
    ("h264-422-10.mov", "libx264", "yuv422p10le", {"x264-params": OPEN_GROUPS}),
    (
        "hevc.mp4",
        "libx265",
        "yuv420p",
        {"x265-params": OPEN_GROUPS_265},
    ),
    ("vp8.webm", "libvpx", "yuv420p", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "4"}),
    ("vp9.webm", "libvpx-vp9", "yuv420p", {"g": "12", "cpu-used": "5"}),
    ("vp9-alpha.webm", "libvpx-vp9", "yuva420p", {"g": "12", "auto-alt-ref": "0", "cpu-used": "5"}),
    ("prores.mov", "prores_ks", "yuv422p10le", {"profile": "hq"}),
    ("prores-4444.mov", "prores_ks", "yuva444p10le", {"profile": "4444"}),
    ("mpeg4.mp4", "mpeg4", "yuv420p", {"g": "12", "bf": "2"}),
    ("mpeg4.avi", "mpeg4", "yuv420p", {"g": "12", "bf": "2"}),
    ("mpeg2.ts", "mpeg2video", "yuv420p", {"g": "12", "bf": "2"}),
    ("ffv1.mkv", "ffv1", "gbrp10le", {"level": "3", "slicecrc": "1"}),
    ("mjpeg.avi", "mjpeg", "yuvj422p", {}),
)


def frames(count: int, pixel_format: str, *, width: int = WIDTH, height: int = HEIGHT) -> Iterator[av.VideoFrame]:
    """Pictures that all differ, and that differ from place to place."""
    noise = np.random.default_rng(5).integers(0, 40, (height, width))
    for number in range(count):
        frame = av.VideoFrame(width, height, pixel_format)
        wide = frame.format.components[0].bits > 8
        for index, plane in enumerate(frame.planes):
            rows = np.frombuffer(memoryview(plane), np.uint16 if wide else np.uint8).reshape(plane.height, -1)
            place = np.add.outer(np.arange(plane.height) * 2, np.arange(plane.width) * 3)
            values = (place + number * 7 + index * 50) % 180 + 20 + noise[: plane.height, : plane.width] // 2
            rows[:, : plane.width] = values * 4 if wide else values
        yield frame


def make_clip(
    path: Path,
    encoder: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    *,
    count: int = 30,
    fps: Fraction = Fraction(24),
    size: tuple[int, int] = (WIDTH, HEIGHT),
    milliseconds: Sequence[int] | None = None,
    container: dict[str, str] | None = None,
    tags: dict[str, int] | None = None,
    sound: np.ndarray[Any, np.dtype[np.float32]] | None = None,
) -> Path:
    """A clip of ``count`` pictures, at ``fps`` or at the times given; with sound (mono, 48,000 Hz, lossless) if any."""
    with av.open(str(path), "w", container_options=container or {}) as out:
        stream = out.add_stream(encoder, rate=fps, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.codec_context.thread_count = 1
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        tick = Fraction(1, 1000) if milliseconds else 1 / fps
        stream.codec_context.time_base = tick
        coded = "pcm_s16le" if path.suffix == ".mov" else "flac"
        heard = out.add_stream(coded, rate=48_000, layout="mono") if sound is not None else None
        for number, frame in enumerate(frames(count, pixel_format, width=size[0], height=size[1])):
            frame.pts, frame.time_base = milliseconds[number] if milliseconds else number, tick
            for name, value in (tags or {}).items():
                setattr(frame, name, value)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if heard is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                codes = np.rint(sound[np.newaxis, start : start + 1024] * 32767).astype(np.int16)
                block = av.AudioFrame.from_ndarray(codes, "s16", "mono")
                block.rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
                out.mux(heard.encode(block))
            out.mux(heard.encode(None))
    return path


def make_sound(
    path: Path,
    samples: np.ndarray[Any, np.dtype[np.float32]],
    encoder: str = "pcm_s16le",
    *,
    rate: int = 48_000,
    layout: str = "stereo",
    options: dict[str, str] | None = None,
) -> Path:
    """A file of sound, ``float32[channel, n]``."""
    # Else MP4 rounds the length of the whole to milliseconds.
    scale = {"movie_timescale": str(rate)} if path.suffix == ".m4a" else {}
    with av.open(str(path), "w", container_options=scale) as out:
        stream = out.add_stream(encoder, rate=rate, options=options or {})
        stream.layout = layout
        convert = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate)
        for start in range(0, samples.shape[1], 1000):
            block = np.ascontiguousarray(samples[:, start : start + 1000])
            frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
            frame.rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for converted in convert.resample(frame):
                out.mux(stream.encode(converted))
        for converted in convert.resample(None):
            out.mux(stream.encode(converted))
        out.mux(stream.encode(None))
    return path


def visible(picture: Picture) -> list[np.ndarray[Any, Any]]:
    """A picture's planes without their padding."""
    sizes = [picture.storage.plane_size(i, picture.width, picture.height) for i in range(len(picture.planes))]
    return [plane[:rows, :columns] for plane, (columns, rows) in zip(picture.planes, sizes, strict=True)]


def digest(picture: Picture) -> str:
    """A text that differs where pictures differ."""
    return hashlib.sha256(b"".join(plane.tobytes() for plane in visible(picture))).hexdigest()


def pictures(spec: VideoSpec, first: int, stop: int) -> Iterator[Picture]:
    """Pictures to encode; picture ``n`` is the same whichever run it is asked for in. Every thirtieth is white."""
    storage = spec.storage
    highest = (1 << storage.depth) - 1
    for number in range(first, stop):
        planes = []
        for index in range(storage.plane_count):
            columns, rows = storage.plane_size(index, spec.width, spec.height)
            place = np.add.outer(np.arange(rows) * 3, np.arange(columns) * 2)
            values = (place + number * 4 + index * 40) % 200 + 20
            if number % 30 == 29:
                values[:] = 235 if index == 0 else 128
            planes.append((values * highest // 255).astype(np.uint8 if storage.depth == 8 else np.uint16))
        yield Picture(tuple(planes), storage, spec.width, spec.height)


def tone(seconds: float, frequency: float = 440.0, *, rate: int = 48_000) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A sine of amplitude one half."""
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)
