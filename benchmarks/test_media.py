"""Media: decoding and encoding through Reelwork against plain PyAV, seeking, probing, sound and stills."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reelwork.media.picture import Picture
from reelwork.media.sound.source import AudioSource
from reelwork.media.stills.reading import load_still
from reelwork.media.video.source import VideoSource
from reelwork.media.writing.codecs import configure, encoder_options
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.soundtrack import write_sound
from reelwork.media.writing.spec import VideoSpec, video_spec

WIDTH, HEIGHT, FRAMES = 1920, 1080, 48
SPEC = video_spec(".mp4", size=(WIDTH, HEIGHT), fps=Fraction(24), preset="veryfast")


def drifting(spec: VideoSpec, count: int) -> Iterator[Picture]:
    """Waves that drift, with a little grain."""
    random = np.random.default_rng(1)
    grain = random.integers(-3, 4, (HEIGHT, WIDTH), np.int16)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for number in range(count):
        luma = 120 + 90 * np.sin(x / 47 + number / 9) * np.cos(y / 63 - number / 17)
        planes = [np.clip(luma + np.roll(grain, number * 7, axis=1), 16, 235).astype(np.uint8)]
        planes += [(128 + 40 * np.sin(x[::2, ::2] / 90 + number / k)).astype(np.uint8) for k in (8, 11)]
        yield Picture(tuple(planes), spec.storage, spec.width, spec.height)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    unit = encode_unit(SPEC, drifting(SPEC, FRAMES), folder / "unit")
    write_film([unit], SPEC, folder / "clip.mp4")
    return folder / "clip.mp4"


def plain_decode(path: Path, threads: int) -> int:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = threads
        stream.codec_context.thread_type = "AUTO"
        return sum(int(np.frombuffer(memoryview(frame.planes[0]), np.uint8)[0]) for frame in container.decode(stream))


def our_decode(path: Path, threads: int) -> int:
    with VideoSource(path, threads=threads) as source:
        return sum(int(source.picture(number).planes[0][0, 0]) for number in range(source.frame_count))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("decode", [plain_decode, our_decode], ids=["pyav", "reelwork"])
def test_decode(benchmark: BenchmarkFixture, clip: Path, decode: object, threads: int) -> None:
    benchmark.extra_info["frames"] = FRAMES
    assert benchmark.pedantic(decode, (clip, threads), rounds=4, warmup_rounds=1) > 0


def test_seek(benchmark: BenchmarkFixture, clip: Path) -> None:
    order = np.random.default_rng(2).permutation(FRAMES)[:12]
    with VideoSource(clip) as source:
        benchmark.pedantic(lambda: [source.picture(int(number)) for number in order], rounds=3, warmup_rounds=1)


def plain_encode(pictures: list[Picture], path: Path) -> None:
    context = av.CodecContext.create("libx264", "w")
    configure(context, SPEC)
    context.options = encoder_options(SPEC)
    with path.open("wb") as file:
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            for target, plane in zip(frame.planes, picture.planes, strict=True):
                target.update(plane)
            frame.pts = number
            for packet in context.encode(frame):
                file.write(bytes(packet))
        for packet in context.encode(None):
            file.write(bytes(packet))


def our_encode(pictures: list[Picture], path: Path) -> None:
    encode_unit(SPEC, pictures, path)


@pytest.mark.parametrize("encode", [plain_encode, our_encode], ids=["pyav", "reelwork"])
def test_encode(benchmark: BenchmarkFixture, tmp_path: Path, encode: object) -> None:
    benchmark.extra_info["frames"] = FRAMES
    pictures = list(drifting(SPEC, FRAMES))
    benchmark.pedantic(encode, (pictures, tmp_path / "unit"), rounds=3, warmup_rounds=1)


def test_sound_of_a_minute(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, (2, 60 * 48_000)).astype(np.float32)
    write_sound([samples], tmp_path / "a.m4a")

    def read(speed: Fraction) -> int:
        with AudioSource(tmp_path / "a.m4a", speed=speed) as source:
            return sum(source.read(start, 48_000).shape[1] for start in range(0, source.samples, 48_000))

    read(Fraction(1))
    assert benchmark.pedantic(read, (Fraction(1),), rounds=3)


def test_a_minute_stretched(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, (2, 60 * 48_000)).astype(np.float32)
    write_sound([samples], tmp_path / "a.wav")

    def read() -> int:
        with AudioSource(tmp_path / "a.wav", speed=Fraction(3, 2)) as source:
            return sum(source.read(start, 48_000).shape[1] for start in range(0, source.samples, 48_000))

    assert benchmark.pedantic(read, rounds=3)


def test_a_minute_encoded(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, (2, 60 * 48_000)).astype(np.float32)
    benchmark.pedantic(write_sound, ([samples], tmp_path / "a.m4a"), rounds=3)


def test_a_drawing_at_full_size(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    shapes = "".join(
        f'<circle cx="{n * 97 % 960}" cy="{n * 57 % 540}" r="{n % 60 + 5}" fill="#{n * 7919 % 4096:03x}"/>'
        for n in range(300)
    )
    path = tmp_path / "a.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="960" height="540">{shapes}</svg>')
    assert benchmark(lambda: load_still(path, level=1)).width == 1920
