import json
import random
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from media.clips import digest, pictures, visible

from reelwork.errors import OutputError
from reelwork.media.video.source import VideoSource
from reelwork.media.writing.encode import encode_unit, planes_match
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.segment import Segment, open_segment
from reelwork.media.writing.soundtrack import write_sound
from reelwork.media.writing.spec import VideoSpec, video_spec

FPS = Fraction(24000, 1001)
SIZE = (64, 48)
#: Units of ordinary length and of one and two pictures, where encoders behave otherwise.
UNITS = ((0, 24), (24, 26), (26, 27), (27, 45))
FRAMES = UNITS[-1][1]
SAMPLES = FRAMES * 2002  # 48,000 samples a second at 24000/1001 frames a second
FLASH = 29  # the picture that is white
FILMS: tuple[tuple[str, dict[str, Any]], ...] = (
    (".mp4", {}),
    (".mp4", {"preset": "ultrafast"}),
    (".mp4", {"codec": "hevc"}),
    (".mp4", {"codec": "av1", "preset": "ultrafast"}),
    (".mov", {"codec": "prores"}),
    (".mov", {"codec": "prores", "alpha": True}),
    (".mkv", {"pixel_format": "yuv444p10", "full_range": True, "matrix": "bt601"}),
    (".mkv", {"codec": "ffv1", "pixel_format": "gbrap16"}),
    (".webm", {}),
    (".webm", {"alpha": True}),
)


def sound(block: int = 1000, at: int = FLASH * 2002) -> Any:
    samples = np.zeros((2, SAMPLES), np.float32)
    samples[:, at] = 0.9
    return (samples[:, start : start + block] for start in range(0, SAMPLES, block))


def encode(folder: Path, spec: VideoSpec, order: list[int]) -> list[Segment]:
    made = {unit: encode_unit(spec, pictures(spec, *UNITS[unit]), folder / f"{unit}.unit") for unit in order}
    return [made[unit] for unit in range(len(UNITS))]


def decoded(path: Path, *, alpha: bool = False) -> list[av.VideoFrame]:
    """By plain PyAV, from beginning to end."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = av.CodecContext.create("libvpx-vp9", "r") if alpha else stream.codec_context
        found = [frame for packet in container.demux(stream) if packet.size for frame in context.decode(packet)]
        return found + context.decode(None)


@pytest.mark.parametrize(("suffix", "options"), FILMS, ids=[f"{s} {' '.join(map(str, o.values()))}" for s, o in FILMS])
def test_films_are_exact_whatever_the_order_of_their_units(
    tmp_path: Path, suffix: str, options: dict[str, Any]
) -> None:
    spec = video_spec(suffix, size=SIZE, fps=FPS, **options)
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    write_film(encode(tmp_path / "a", spec, [0, 1, 2, 3]), spec, first, sound=sound())
    write_film(encode(tmp_path / "b", spec, [2, 0, 3, 1]), spec, second, sound=sound(block=777))
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", first.name, second.name]

    frames = decoded(first, alpha=suffix == ".webm" and bool(options.get("alpha")))
    assert len(frames) == FRAMES
    tick = frames[0].time_base
    rounding = 0 if suffix in (".mp4", ".mov") else Fraction(1, 1000)
    assert all(abs(frame.pts * tick - number / FPS) <= rounding for number, frame in enumerate(frames))
    with VideoSource(first) as source:
        assert source.facts.frame_rate == FPS
        assert source.duration == FRAMES / FPS
        picture = source.picture(FLASH)
        tagged = ("matrix", "full_range", "transfer", "primaries", "alpha")
        assert all(getattr(picture.storage, name) == getattr(spec.storage, name) for name in tagged)
        luma, highest = visible(picture)[0], (1 << picture.storage.depth) - 1
        assert abs(luma.mean() / highest - 235 / 255) < 0.02


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_sound_and_picture_keep_step_to_the_sample(tmp_path: Path, suffix: str) -> None:
    codec = {".webm": "vp9"}.get(suffix, "h264")
    spec = video_spec(suffix, size=SIZE, fps=FPS, codec=codec, crf=0, preset="ultrafast")
    path = tmp_path / f"film{suffix}"
    write_film(encode(tmp_path, spec, [0, 1, 2, 3]), spec, path, sound=sound())
    brightness = [float(np.frombuffer(memoryview(frame.planes[0]), np.uint8).mean()) for frame in decoded(path)]
    assert max(range(FRAMES), key=brightness.__getitem__) == FLASH
    with av.open(str(path)) as container:
        heard = [(frame.pts * frame.time_base, frame) for frame in container.decode(audio=0)]
        loud = np.concatenate([np.abs(frame.to_ndarray()).reshape(-1, frame.samples if frame.format.is_planar else 2)
                               for _, frame in heard], axis=1 if heard[0][1].format.is_planar else 0)  # fmt: skip
    samples = loud.max(axis=0) if heard[0][1].format.is_planar else loud.max(axis=1)
    assert heard[0][0] == 0
    assert abs(int(samples.argmax()) - FLASH * 2002) <= 1
    from reelwork.media.sound.source import AudioSource

    with AudioSource(path) as source:
        assert source.samples == SAMPLES
        assert abs(int(source.read(0, SAMPLES).max(axis=0).argmax()) - FLASH * 2002) <= 1


def test_lossless_units_keep_every_code_value(tmp_path: Path) -> None:
    for suffix, options in ((".mp4", {"crf": 0}), (".mkv", {"codec": "ffv1"}), (".webm", {"crf": 0})):
        spec = video_spec(suffix, size=SIZE, fps=FPS, **options)
        path = tmp_path / f"film{suffix}"
        write_film(encode(tmp_path, spec, [0, 1, 2, 3]), spec, path)
        with VideoSource(path) as source:
            wanted = [digest(picture) for picture in pictures(spec, 0, FRAMES)]
            assert [digest(source.picture(number)) for number in range(FRAMES)] == wanted


def test_planes_that_match_are_handed_through(tmp_path: Path) -> None:
    spec = video_spec(".mp4", size=SIZE, fps=FPS, crf=0)
    write_film([encode_unit(spec, pictures(spec, 0, 5), tmp_path / "unit")], spec, tmp_path / "film.mp4")
    with VideoSource(tmp_path / "film.mp4") as source:
        picture = source.picture(3)
        assert planes_match(picture, spec)
        again = encode_unit(spec, (source.picture(number) for number in range(5)), tmp_path / "again")
        assert again.digest == open_segment(tmp_path / "unit").digest
        for other in (
            video_spec(".mp4", size=(48, 64), fps=FPS),
            video_spec(".mp4", size=SIZE, fps=FPS, full_range=True),
            video_spec(".mp4", size=SIZE, fps=FPS, matrix="bt601"),
            video_spec(".mp4", size=SIZE, fps=FPS, pixel_format="yuv420p10"),
            video_spec(".mp4", size=SIZE, fps=FPS, pixel_format="yuv444p"),
        ):
            assert not planes_match(picture, other)
            with pytest.raises(OutputError, match="does not fit"):
                encode_unit(other, [picture], tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()


def test_units_of_different_encoders_are_refused(tmp_path: Path) -> None:
    fine, rough = (video_spec(".mp4", size=SIZE, fps=FPS, crf=crf) for crf in (18, 40))
    segments = [
        encode_unit(fine, pictures(fine, 0, 3), tmp_path / "a"),
        encode_unit(rough, pictures(rough, 3, 5), tmp_path / "b"),
    ]
    with pytest.raises(OutputError, match="encoded differently"):
        write_film(segments, fine, tmp_path / "film.mp4")
    with pytest.raises(OutputError, match="cannot hold"):
        write_film(segments[:1], fine, tmp_path / "film.webm")
    with pytest.raises(OutputError, match="without pictures"):
        write_film([], fine, tmp_path / "film.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_failed_film_leaves_what_was_there(tmp_path: Path) -> None:
    spec = video_spec(".mp4", size=SIZE, fps=FPS)
    segment = encode_unit(spec, pictures(spec, 0, 3), tmp_path / "unit")
    (tmp_path / "film.mp4").write_bytes(b"before")

    def broken() -> Any:
        yield np.zeros((2, 5000), np.float32)
        raise OutputError("the mixer failed")

    with pytest.raises(OutputError, match="the mixer failed"):
        write_film([segment], spec, tmp_path / "film.mp4", sound=broken())
    assert (tmp_path / "film.mp4").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "unit"]


@pytest.mark.parametrize("rate", ["24", "25", "30000/1001", "60000/1001", "15"])
def test_durations_come_out_even_at_every_rate(tmp_path: Path, rate: str) -> None:
    fps = Fraction(rate)
    spec = video_spec(".mp4", size=SIZE, fps=fps, preset="ultrafast")
    segment = encode_unit(spec, pictures(spec, 0, 31), tmp_path / "unit")
    samples = round(31 / fps * 48_000)
    write_film([segment], spec, tmp_path / "film.mp4", sound=[np.zeros((2, samples), np.float32)])
    with av.open(str(tmp_path / "film.mp4")) as container:
        picture, heard = container.streams.video[0], container.streams.audio[0]
        assert picture.duration * picture.time_base == 31 / fps
        assert heard.duration * heard.time_base == Fraction(samples, 48_000)
        assert picture.start_time == 0
        assert picture.average_rate == fps


def test_a_film_starts_with_its_table_and_every_unit_with_a_key(tmp_path: Path) -> None:
    spec = video_spec(".mp4", size=SIZE, fps=FPS)
    write_film(encode(tmp_path, spec, [0, 1, 2, 3]), spec, tmp_path / "film.mp4", sound=sound())
    data = (tmp_path / "film.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(tmp_path / "film.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        assert [packet.dts for packet in packets] == sorted(packet.dts for packet in packets)
        assert all(packet.dts <= packet.pts for packet in packets)
        keys = {round(packet.pts * packet.time_base * FPS) for packet in packets if packet.is_keyframe}
        assert {first for first, _ in UNITS} <= keys


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")
def test_ffprobe_reads_the_tags(tmp_path: Path) -> None:
    for suffix, options in ((".mp4", {}), (".mp4", {"codec": "hevc"}), (".mov", {"codec": "prores"}), (".webm", {})):
        spec = video_spec(suffix, size=SIZE, fps=FPS, **options)
        path = tmp_path / f"film{suffix}"
        write_film([encode_unit(spec, pictures(spec, 0, 4), tmp_path / "unit")], spec, path)
        command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
        stream = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]
        assert [stream[f"color_{name}"] for name in ("space", "transfer", "primaries", "range")] == [
            *["bt709"] * 3,
            "tv",
        ]
        assert stream["r_frame_rate"] == "24000/1001"


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a", ".opus"])
def test_sound_alone_keeps_its_length_and_place(tmp_path: Path, suffix: str) -> None:
    from reelwork.media.sound.source import AudioSource

    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    write_sound(sound(), first)
    write_sound(sound(block=random.Random(2).randrange(1, 5000)), second)
    assert first.read_bytes() == second.read_bytes()
    with AudioSource(first) as source:
        assert source.samples == SAMPLES
        samples = source.read(0, SAMPLES)
    assert abs(int(samples.max(axis=0).argmax()) - FLASH * 2002) <= 1
    if suffix in (".wav", ".flac"):
        assert abs(samples.max() - 0.9) < 2**-23
        assert np.count_nonzero(samples) == 2


def test_sound_that_is_too_loud_for_integers_is_clipped(tmp_path: Path) -> None:
    from reelwork.media.sound.source import AudioSource

    write_sound([np.array([[2.0, -2.0, 0.5], [1.0, -1.0, 0.0]], np.float32)], tmp_path / "a.wav")
    with AudioSource(tmp_path / "a.wav") as source:
        samples = source.read(0, 3)
    assert np.allclose(samples, [[1, -1, 0.5], [1, -1, 0]], atol=1e-6)


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written as"):
        write_sound(sound(), tmp_path / "a.ogg")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        write_sound(sound(), tmp_path / "file" / "a.wav")
