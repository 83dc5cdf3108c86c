"""What an output asks for is what comes out: sizes, rates, ranges, codecs, stills, sound, transparency."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from making import Here, write_tone
from PIL import Image

from reelwork.errors import OutputError, SceneError
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """
reelwork: 1
canvas: {{size: [64, 36], fps: 24, background: {background}}}
compositions:
  main:
    duration: 2s
    layers:
      - {{shape: {{rectangle: {{size: [32, 36]}}, fill: red}}, transform: {{position: [16, 18]}}}}
      - {{solid: white, start: 1s, duration: 1f}}
      - {{file: tone.wav}}
outputs:
  it: {{{output}}}
"""


@pytest.fixture
def make(tmp_path, monkeypatch):
    write_tone(tmp_path / "tone.wav", seconds=3)
    monkeypatch.chdir(tmp_path)

    def make(output: str, background: str = "black", **request) -> Path:
        (tmp_path / "scene.yaml").write_text(SCENE.format(output=output, background=background))
        return produce.render(tmp_path, Settings(), Request(**request), Silent(), Here()).path

    return make


def frames(path: Path, pixel_format: str = "rgba") -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=pixel_format) for frame in container.decode(video=0)]


def test_an_output_goes_to_out_with_everything_by_default(make):
    path = make("file: a/film.mp4")
    assert path == Path("out/a/film.mp4")
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.frames, video.average_rate) == (64, 36, 48, 24)


def test_quality_is_what_is_asked_for(make):
    small = make("file: film.mp4, video: {crf: 45}").stat().st_size
    large = make("file: film.mp4, video: {crf: 1}").stat().st_size
    assert large > small


def test_a_range_ends_before_its_end(make):
    found = frames(make("file: film.mkv, video: {codec: ffv1}, range: [1s, 30f]"))
    assert len(found) == 6
    assert (found[0][..., :3] > 200).all()
    assert not (found[1][..., :3] > 200).all()


def test_another_rate_shows_the_instants_of_its_frames(make):
    found = frames(make("file: film.mkv, video: {codec: ffv1}, fps: 48"))
    assert len(found) == 96
    assert [number for number, frame in enumerate(found) if (frame[..., :3] > 200).all()] == [48, 49]


def test_a_crop_is_contained_in_the_size_and_bars_are_background(make):
    lossless = "file: film.mkv, video: {codec: ffv1, pixel-format: yuv444p}"
    path = make(f"{lossless}, crop: [0, 0, 32, 36], size: [64, 36], background: blue")
    frame = frames(path)[0]
    assert frame.shape[:2] == (36, 64)
    assert (frame[18, [2, 61], 2] > 250).all()
    assert (frame[18, 32, 0] > 250).all()


@pytest.mark.parametrize(
    ("file", "codec"), [("film.mov", "prores"), ("film.webm", "vp9"), ("film.mkv", "ffv1"), ("film.mkv", "vp9")]
)
def test_transparency_is_kept_where_the_codec_can(make, file, codec):
    path = make(f"file: {file}, video: {{codec: {codec}}}", background="transparent")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoder = av.CodecContext.create("libvpx-vp9", "r") if codec == "vp9" else stream.codec_context
        if codec == "vp9":
            packets = [packet for packet in container.demux(stream) if packet.size]
            frame = next(frame for packet in packets for frame in decoder.decode(packet))
        else:
            frame = next(container.decode(stream))
    pixels = frame.to_ndarray(format="rgba")
    assert pixels[18, 8, 3] > 250
    assert pixels[18, 56, 3] < 5


def test_transparency_that_cannot_be_kept_is_refused_where_it_is_asked_for(make):
    with pytest.raises(SceneError, match="alpha"):
        make("file: film.mp4, background: transparent")
    assert (frames(make("file: film.mp4", background="transparent"))[0][18, 56, :3] < 20).all()


def test_stills_at_instants(make):
    first = make("file: still.png, at: [0s, 1s]")
    assert first == Path("out/still-1.png")
    with Image.open(first) as one, Image.open("out/still-2.png") as two:
        assert np.asarray(one.convert("RGB"))[18, 56].tolist() == [0, 0, 0]
        assert np.asarray(two.convert("RGB"))[18, 56].tolist() == [255, 255, 255]
    with Image.open(make("file: one.png, at: 1s", background="transparent")) as one:
        assert np.asarray(one.convert("RGBA"))[18, 56].tolist() == [255, 255, 255, 255]


def test_numbered_stills_are_counted_from_nought(make):
    make("file: frames/%03d.png", frames=(22, 25))
    assert sorted(path.name for path in Path("out/frames").iterdir()) == ["022.png", "023.png", "024.png", "025.png"]
    with Image.open("out/frames/024.png") as picture:
        assert np.asarray(picture.convert("RGB"))[18, 56].tolist() == [255, 255, 255]


def test_sound_alone(make):
    path = make("file: sound.wav, range: [500ms, 2s]")
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
    assert len(samples) == 2 * 72_000
    assert np.abs(samples.astype(float)).max() > 0


def test_an_animation(make):
    with Image.open(make("file: film.gif, fps: 12")) as picture:
        assert picture.n_frames >= 2
        assert picture.size == (64, 36)


def test_a_scale_makes_a_preview(make):
    assert frames(make("file: film.mkv, video: {codec: ffv1}", scale=Fraction(1, 2)))[0].shape[:2] == (18, 32)


def test_one_still_needs_an_instant_or_a_number(make):
    with pytest.raises(OutputError, match="at: 3s"):
        make("file: film.mp4", to=Path("x.png"))


def test_a_still_that_an_effect_changes_is_not_the_still(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (64, 36), (100, 50, 25)).save(tmp_path / "still.png")
    path, shown = tmp_path / "scene.yaml", []
    for effect in ("", ", effects: [{grade: {saturation: 0}}]"):
        path.write_text(
            "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n"
            f"  main: {{duration: 1f, layers: [{{file: still.png{effect}}}]}}\n"
            "outputs: {it: {file: film.mkv, video: {codec: ffv1, pixel-format: gbrp16le}}}\n"
        )
        shown.append(frames(produce.render(tmp_path, Settings(), Request(), Silent(), Here()).path, "rgb24")[0][9, 9])
    assert shown[0].tolist() == [100, 50, 25]
    assert np.ptp(shown[1]) <= 1
