"""Outputs that may be copied: the source's own pictures come out, and what cannot be copied says why."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from making import Here, decoded, write_tone, write_video

from reelwork.media.writing.segment import open_segment
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SIZE = (96, 54)
TAGS = {"colorspace": 1, "color_range": 1, "color_trc": 1, "color_primaries": 1}
X264 = {"x264-params": "keyint=50:min-keyint=12:bframes=3:b-adapt=0:scenecut=0:threads=1"}
X265 = {"x265-params": "keyint=50:bframes=4:b-adapt=0:scenecut=0:open-gop=0:pools=none:frame-threads=1:log-level=none"}
FFV1 = {"level": "3", "g": "1", "coder": "1", "context": "0", "slices": "4", "slicecrc": "1"}
KINDS = [
    ("clip.mp4", "libx264", "yuv420p", X264, "film.mp4", "h264"),
    ("clip.mp4", "libx264", "yuv420p", X264, "film.mkv", "h264"),
    ("clip.mkv", "libx264", "yuv420p", X264, "film.mov", "h264"),
    ("clip.ts", "libx264", "yuv420p", X264, "film.mp4", "h264"),
    ("clip.mp4", "libx265", "yuv420p", X265, "film.mp4", "hevc"),
    ("clip.mov", "prores_ks", "yuv422p10le", {"profile": "lt"}, "film.mov", "prores"),
    ("clip.mkv", "ffv1", "yuv420p", FFV1, "film.mkv", "ffv1"),
]


def scene(folder: Path, main: str, *, file: str = "film.mp4", codec: str = "h264", video: str = "") -> Path:
    (folder / "scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [{SIZE[0]}, {SIZE[1]}], fps: 24}}\ncompositions: {{main: {main}}}\n"
        f"outputs: {{film: {{file: {file}, video: {{codec: {codec}, copy: true{video}}}}}}}\n"
    )
    return folder


@pytest.fixture
def made(tmp_path, monkeypatch, fresh_home):
    """Renders a scene; comes back with the film, and why not all of it was copied."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))

    def made(main: str, **said) -> tuple[Path, str]:
        request = Request(fresh=True, verify=True, frames=said.pop("frames", None))
        rendered = produce.render(scene(tmp_path, main, **said), Settings(), request, Silent(), said.get("by", Here()))
        assert rendered.path is not None
        return rendered.path, notes(rendered.warnings)

    return made


def notes(warnings) -> str:
    return "\n".join(problem.message for problem in warnings if problem.path.endswith("copy"))


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all((a == b).all() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("clip", "encoder", "pixel_format", "options", "film", "codec"), KINDS)
def test_the_pictures_are_the_source_s(tmp_path, made, clip, encoder, pixel_format, options, film, codec):
    write_video(
        tmp_path / clip, frames=200, size=SIZE, codec=encoder, pixel_format=pixel_format, options=options, tags=TAGS
    )
    write_tone(tmp_path / "tone.wav", seconds=9)
    pictures = decoded(tmp_path / clip)
    path, note = made(f"{{layers: [{{file: {clip}}}, {{file: tone.wav}}], duration: 200f}}", file=film, codec=codec)
    assert note == ""
    assert same(decoded(path), pictures)
    # cut at keys, in another order
    first, second = f"{{file: {clip}, in: 100f, duration: 100f}}", f"{{file: {clip}, in: 50f, duration: 50f}}"
    path, note = made(f"{{sequence: [{first}, {second}]}}", file=film, codec=codec)
    assert note == ""
    assert same(decoded(path), [*pictures[100:], *pictures[50:100]])


def test_packets_are_the_source_s_in_any_order_of_units(tmp_path, monkeypatch, fresh_home):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    write_video(tmp_path / "clip.mp4", frames=250, size=SIZE, options=X264, tags=TAGS)
    folder = scene(tmp_path, "{layers: [{file: clip.mp4}]}")
    forwards, backwards = (
        produce.render(folder, Settings(), Request(fresh=True), Silent(), Here(order)).path.read_bytes()
        for order in (iter, reversed)
    )
    assert forwards == backwards
    held = [open_segment(path) for path in (fresh_home / "work" / "units").iterdir()]
    assert sorted(segment.frames for segment in held) == [58, 96, 96]


@pytest.mark.parametrize(
    ("main", "said"),
    [
        ("{layers: [{file: clip.mp4, in: 30f}]}", "clip.mp4 is shown from 1.25s on, which is no key; near it"),
        ("{layers: [{file: clip.mp4, duration: 46f}]}", "what is shown before it needs a picture that comes later"),
        ("{layers: [{file: clip.mp4, speed: 200%}]}", "from frame 1 on"),
        ("{layers: [{file: clip.mp4}, {solid: red, start: 1s, duration: 2f}]}", "from frame 24 on several layers"),
        ("{layers: [{file: clip.mp4, transform: {scale: 50%}}]}", "clip.mp4 is moved, scaled or changed"),
        ("{layers: [{file: small.mp4, fit: fill}]}", "small.mp4 is 64×36, and the output 96×54"),
        ("{layers: [{file: slow.mp4}]}", "slow.mp4 does not have the output's 24 pictures a second"),
        ("{layers: [{file: plain.mp4}]}", "plain.mp4 has another matrix"),
        ("{layers: [{file: fine.mp4}]}", "fine.mp4 is yuv444p, and the output yuv420p"),
        ("{layers: [{file: clip.mkv}]}", "clip.mkv is hevc, and the output h264"),
        ("{sequence: [{file: clip.mp4}, {file: other.mp4}]}", "other.mp4 has another header"),
    ],
)
def test_what_cannot_be_copied_is_encoded_and_says_why(tmp_path, made, main, said):
    write_video(tmp_path / "clip.mp4", frames=100, size=SIZE, options=X264, tags=TAGS)
    others = {
        "small.mp4": {"size": (64, 36), "tags": TAGS},
        "slow.mp4": {"fps": Fraction(12), "tags": TAGS},
        "plain.mp4": {},
        "fine.mp4": {"pixel_format": "yuv444p", "tags": TAGS},
        "clip.mkv": {"codec": "libx265", "options": X265, "tags": TAGS},
        "other.mp4": {"options": {"x264-params": "bframes=0:cabac=0"}, "tags": TAGS},
    }
    for name, how in others.items():
        if name in main:
            write_video(tmp_path / name, **{"frames": 24, "size": SIZE, **how})
    path, note = made(main)
    assert note.startswith("nothing is copied: ")
    assert said in note
    assert notes(produce.check(tmp_path, Settings())) == note
    assert len(decoded(path)) > 11


def test_what_is_encoded_beside_keeps_the_header_where_the_encoder_writes_it_too(tmp_path, made):
    write_video(
        tmp_path / "clip.mkv", frames=60, size=SIZE, codec="ffv1", pixel_format="yuv420p", options=FFV1, tags=TAGS
    )
    main = "{layers: [{file: clip.mkv}, {solid: red, start: 20f, duration: 10f}]}"
    path, note = made(main, file="film.mkv", codec="ffv1")
    assert note.startswith("10 of 60 frames are encoded anew: from frame 20 on several layers")
    pictures, source = decoded(path), decoded(tmp_path / "clip.mkv")
    assert same([*pictures[:20], *pictures[30:]], [*source[:20], *source[30:]])
    assert not (pictures[25] == source[25]).all()


def test_what_was_rendered_with_the_same_settings_is_copied_beside_what_is_new(tmp_path, made):
    write_video(tmp_path / "clip.mp4", frames=30, size=SIZE, options={"crf": "12"}, tags=TAGS)
    first, _ = made("{layers: [{file: clip.mp4, in: 1f}]}")
    first.rename(tmp_path / "made.mp4")
    path, note = made("{sequence: [{file: made.mp4}, {solid: red, duration: 5f}]}")
    assert note.startswith("5 of 34 frames are encoded anew")
    assert same(decoded(path)[:29], decoded(tmp_path / "made.mp4"))


def test_frames_that_are_asked_for_are_what_must_be_cut(tmp_path, made):
    write_video(tmp_path / "clip.mp4", frames=150, size=SIZE, options=X264, tags=TAGS)
    pictures = decoded(tmp_path / "clip.mp4")
    path, note = made("{layers: [{file: clip.mp4}]}", frames=(50, 149))
    assert note == ""
    assert same(decoded(path), pictures[50:])
    _, note = made("{layers: [{file: clip.mp4}]}", frames=(51, 149))
    assert "from frame 51 on clip.mp4 is shown from 2.125s on" in note


def test_copying_is_for_outputs_that_ask_for_it(tmp_path, monkeypatch, fresh_home):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    write_video(tmp_path / "clip.mp4", frames=10, size=SIZE, options={"crf": "40"}, tags=TAGS)
    scene(tmp_path, "{layers: [{file: clip.mp4}]}", video=", crf: 1")
    copied = produce.render(tmp_path, Settings(), Request(), Silent(), Here()).path.stat().st_size
    path = tmp_path / "scene.yaml"
    path.write_text(path.read_text().replace("copy: true", "copy: false"))
    assert produce.render(tmp_path, Settings(), Request(), Silent(), Here()).path.stat().st_size > 2 * copied
