"""What was made is decoded again: the right thing has no problems, and every wrong one is named."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from whole.making import picture

from reelwork.errors import MediaError, OutputError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.picture import Picture
from reelwork.media.video.avframes import picture_of
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.gif import write_gif
from reelwork.media.writing.mux import write_film, write_sound
from reelwork.media.writing.segment import Segment
from reelwork.media.writing.spec import VideoSpec, sound_spec, video_spec
from reelwork.media.writing.verify import animation_problems, count_pictures, film_problems, sound_problems

av = pytest.importorskip("av")

FILMS = [
    (".mp4", "h264", "aac"),
    (".mp4", "hevc", "opus"),
    (".mp4", "av1", "flac"),
    (".mov", "prores", "pcm"),
    (".mkv", "ffv1", "flac"),
    (".webm", "vp9", "opus"),
    (".mkv", "h264", "mp3"),
    (".mkv", "h264", "aac"),
    (".mp4", "vp9", "mp3"),
]
RATES = [Fraction(24), Fraction(30000, 1001)]


def pictures(count: int, spec: VideoSpec) -> Iterator[Picture]:
    for number in range(count):
        shown = av.VideoFrame.from_ndarray(picture(number, spec.width, spec.height), format="rgb24")
        yield picture_of(shown.reformat(format=spec.pixel_format), spec.storage)


def tone(samples: int) -> Iterator[np.ndarray]:
    wave = (0.1 * np.sin(np.arange(samples) / 20)).astype(np.float32)
    for start in range(0, samples, 48_000):
        yield np.stack([wave[start : start + 48_000]] * 2)


def heard(frames: int, fps: Fraction) -> int:
    return int(frames / fps * 48_000)


def segment(folder: Path, spec: VideoSpec, count: int) -> Segment:
    return encode_unit(spec, pictures(count, spec), folder / f"{count}.segment")


def film(folder: Path, suffix: str, codec: str, sound: str, frames: int, fps: Fraction) -> Path:
    spec = video_spec(suffix, size=(64, 36), fps=fps, codec=codec, preset="ultrafast")
    units = [segment(folder, spec, frames - 3), segment(folder, spec, 3)]
    to = folder / f"film{suffix}"
    write_film(units, spec, to, sound=tone(heard(frames, fps)), sound_as=sound_spec(suffix, codec=sound))
    return to


@pytest.mark.parametrize("fps", RATES, ids=str)
@pytest.mark.parametrize(("suffix", "codec", "sound"), FILMS, ids=lambda value: str(value))
def test_a_film_is_what_it_should_be_in_every_container(tmp_path, suffix, codec, sound, fps):
    to = film(tmp_path, suffix, codec, sound, 31, fps)
    seen: list[None] = []
    assert film_problems(to, frames=31, fps=fps, samples=heard(31, fps), seen=lambda: seen.append(None)) == ()
    assert len(seen) == 31


@pytest.mark.parametrize("codec", sorted({codec for _, codec, _ in FILMS}))
def test_a_segment_has_the_pictures_that_went_in(tmp_path, codec):
    suffix = next(suffix for suffix, its, _ in FILMS if its == codec)
    spec = video_spec(suffix, size=(64, 36), fps=Fraction(24), codec=codec, preset="ultrafast")
    for count in (1, 2, 17):
        assert count_pictures(segment(tmp_path, spec, count).path) == count


@pytest.mark.parametrize(("codec", "size"), [("dnxhr", (256, 120)), ("dnxhd", (1920, 1080))])
def test_a_segment_of_what_has_another_name_in_files_is_counted(tmp_path, codec, size):
    spec = video_spec(".mov", size=size, fps=Fraction(24), codec=codec)
    assert count_pictures(segment(tmp_path, spec, 2).path) == 2


def test_every_way_in_which_a_film_is_wrong_is_named(tmp_path):
    fps = Fraction(24)
    to = film(tmp_path, ".mp4", "h264", "aac", 24, fps)

    def said(frames: int = 24, fps: Fraction = fps, samples: int | None = 48_000) -> str:
        return "; ".join(film_problems(to, frames=frames, fps=fps, samples=samples))

    assert said() == ""
    assert said(frames=25) == "24 pictures were decoded, not 25"
    assert "picture 1 is shown at" in said(fps=Fraction(25))
    assert said(samples=None) == "it has sound where there should be none"
    assert "samples were decoded, not 96000" in said(samples=96_000)


def test_sound_that_is_missing_late_or_interrupted_is_named(tmp_path):
    spec = video_spec(".mkv", size=(64, 36), fps=Fraction(24), preset="ultrafast")
    silent = tmp_path / "silent.mkv"
    write_film([segment(tmp_path, spec, 24)], spec, silent)
    assert film_problems(silent, frames=24, fps=Fraction(24), samples=None) == ()
    assert film_problems(silent, frames=24, fps=Fraction(24), samples=48_000) == ("it is silent",)
    whole = film(tmp_path, ".mkv", "h264", "pcm", 24, Fraction(24))
    for name, skipped, said in (("late", range(10), "begins +"), ("interrupted", range(10, 20), "interrupted at")):
        to = tmp_path / f"{name}.mkv"
        without_sound_packets(whole, to, skipped)
        problems = "; ".join(film_problems(to, frames=24, fps=Fraction(24), samples=48_000))
        assert said in problems
        assert "samples were decoded, not 48000" in problems


def without_sound_packets(source: Path, to: Path, skipped: range) -> None:
    with av.open(str(source)) as old, av.open(str(to), "w") as new:
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        count = 0
        for packet in old.demux():
            if packet.dts is None:
                continue
            if packet.stream.type == "audio":
                count += 1
                if count - 1 in skipped:
                    continue
            packet.stream = streams[packet.stream.index]
            new.mux(packet)


def test_a_segment_whose_packets_are_no_pictures_is_refused(tmp_path):
    spec = video_spec(".mp4", size=(64, 36), fps=Fraction(24), preset="ultrafast")
    whole = segment(tmp_path, spec, 12)
    data = bytearray(whole.path.read_bytes())
    data[200:1200] = bytes(1000)
    whole.path.write_bytes(data)
    with pytest.raises(OutputError, match="torn"):
        count_pictures(whole.path)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a", ".opus"])
def test_sound_alone_has_the_samples_that_went_in(tmp_path, suffix):
    to = tmp_path / f"x{suffix}"
    write_sound(tone(61_234), to, sound_spec(suffix))
    assert sound_problems(to, 61_234) == ()
    assert sound_problems(to, 50_000)


@pytest.mark.parametrize("fps", [Fraction(12), Fraction(24), Fraction(60)], ids=str)
@pytest.mark.parametrize("frames", [1, 2, 30])
def test_an_animation_lasts_as_long_as_its_frames(tmp_path, fps, frames):
    to = tmp_path / "x.gif"
    window = Window(0, 0, 8, 8)
    shown = (Frame(np.full((4, 8, 8), 1 if number % 2 else 0.2, np.float32), window) for number in range(frames))
    write_gif(shown, to, fps=fps)
    assert animation_problems(to, frames=frames, fps=fps) == ()
    assert animation_problems(to, frames=frames + 10, fps=fps)
    to.write_bytes(to.read_bytes()[:20])
    with pytest.raises(MediaError, match="damaged"):
        animation_problems(to, frames=frames, fps=fps)
