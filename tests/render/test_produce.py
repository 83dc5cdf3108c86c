"""What is found out about outputs before anything is rendered, and what is left when a render fails."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from whole.making import write_video

from reelwork.api import open_scene
from reelwork.errors import MediaError, OutputError, SceneError
from reelwork.render import produce
from reelwork.render.pictures import numbered
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork.scene.files import ENDINGS

RED = "{duration: 1s, layers: [{solid: red}]}"


def scene(folder: Path, *, main: str = RED, canvas: str = "{size: [64, 36], fps: 24}", outputs: str = "") -> Path:
    path = folder / "scene.yaml"
    listed = f"outputs: {{{outputs}}}\n" if outputs else ""
    path.write_text(f"reelwork: 1\ncanvas: {canvas}\ncompositions:\n  main: {main}\n{listed}")
    return path


def wrong(path: Path) -> list[str]:
    with pytest.raises(SceneError) as caught:
        produce.check(path, Settings())
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems if not problem.warning]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("{file: a.mp4, size: [33, 17]}", "a film of 33x17 cannot be stored as yuv420p"),
        ("{file: a.mp4, crop: [0, 0, 9, 9]}", "a film of 9x9 cannot be stored as yuv420p"),
        ("{file: a.mp4, background: transparent}", "h264 cannot keep alpha"),
        ("{file: a.jpg, at: 0s, background: transparent}", "JPEG cannot keep transparency"),
        ("{file: a.png, at: [0s, 1s]}", "there is nothing at 1s: the composition 'main' lasts 1s"),
        ("{file: a.mp4, range: [5s, 6s]}", "its range begins at 5s, but the composition 'main' lasts 1s"),
    ],
)
def test_an_output_that_cannot_be_made_is_an_error_of_the_scene(tmp_path, output, said):
    (problem,) = wrong(scene(tmp_path, outputs=f"good: {{file: b.mp4}}, x: {output}"))
    assert problem.startswith("outputs.x")
    assert said in problem
    with pytest.raises(SceneError, match="outputs"):
        produce.render(tmp_path / "scene.yaml", Settings(), Request(output="x"), Silent())


def test_the_film_of_a_scene_without_outputs_is_checked_too(tmp_path):
    (problem,) = wrong(scene(tmp_path, canvas="{size: [1, 1], fps: 24}"))
    assert "a film of 1x1" in problem


def test_what_is_missing_and_what_effects_refuse_is_told_together(tmp_path):
    effects = "[{curves: {rgb: [[0.5, 0], [0.5, 1]]}}, {lut: {file: gone.cube}}]"
    layers = f"[{{file: gone.mp4, duration: 1s}}, {{solid: red, effects: {effects}}}]"
    said = wrong(scene(tmp_path, main=f"{{duration: 1s, layers: {layers}}}"))
    assert [path.partition(": ")[0] for path in said] == [
        "compositions.main.layers[0].file",
        "compositions.main.layers[1].effects[0]",
        "compositions.main.layers[1].effects[1].file",
    ]


def test_a_range_beyond_the_end_is_doubtful(tmp_path):
    (warning,) = produce.check(scene(tmp_path, outputs="x: {file: a.mp4, range: [0s, 9s]}"), Settings())
    assert warning.message == "the range ends at 9s, but the composition 'main' lasts 1s"


@pytest.mark.parametrize("to", ["file/x.mp4", "folder.mp4", f"{'a' * 300}.mp4", "/proc/x.mp4", "x.xyz", "noending", ""])
def test_a_place_that_cannot_be_written_is_found_out_before_the_first_frame(tmp_path, monkeypatch, to):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        produce.render(scene(tmp_path), Settings(), Request(to=Path(to)), Unreached())


class Unreached(Silent):
    """Progress that must not begin."""

    def start(self, total, *, done=0):
        raise AssertionError


def test_every_ending_that_scenes_may_name_can_be_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = scene(tmp_path, main="{duration: 1/24s, size: [2, 2], layers: [{solid: red}]}")
    numbered_ones = (".png", ".exr", ".jpg", ".jpeg", ".tiff", ".tif", ".avif")
    for ending in ENDINGS:
        name = f"x-%d{ending}" if ending in numbered_ones else f"x{ending}"
        if ending in (".wav", ".flac", ".mp3", ".m4a", ".opus", ".srt", ".vtt"):
            with pytest.raises(OutputError, match=r"nothing is heard|has `caption: true`"):
                produce.render(path, Settings(), Request(to=Path(name)), Silent())
        elif ending not in (".mp4", ".mov", ".mkv", ".webm"):
            assert produce.render(path, Settings(), Request(to=Path(name)), Silent()).path.is_file()


def test_an_output_may_not_leave_out_through_a_link(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out" / "a.mp4").symlink_to(tmp_path / "elsewhere" / "a.mp4")
    for file in ("link/a.mp4", "a.mp4"):
        path = scene(tmp_path, outputs=f"x: {{file: {file}}}")
        with pytest.raises(OutputError, match="only --to may name another place"):
            produce.render(path, Settings(), Request(), Silent())


@pytest.mark.parametrize(("name", "fifth"), [("%d.png", "5.png"), ("a-%05d.exr", "a-00005.exr")])
def test_numbered_names(name, fifth):
    assert numbered(Path("f") / name, 5) == Path("f") / fifth


@pytest.mark.parametrize("name", ["%s.png", "%5d.png", "%d%d.png", "x%.png", "%x.png", "%(a)d.png", "100%d%%.png"])
def test_names_without_one_number_are_refused(name):
    with pytest.raises(OutputError, match="once"):
        numbered(Path(name), 5)


def test_a_kept_still_that_was_damaged_is_rendered_again(tmp_path, monkeypatch, fresh_home):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    path = scene(tmp_path, main="{duration: 1/12s, layers: [{solid: red}]}")

    def bytes_of(name: str) -> list[bytes]:
        produce.render(path, Settings(), Request(to=Path(name) / "%d.png"), Silent())
        return [still.read_bytes() for still in sorted((tmp_path / name).iterdir())]

    whole = bytes_of("one")
    assert len(whole) == 2
    for harm in (lambda still: still.write_bytes(still.read_bytes()[:20]), lambda still: still.unlink()):
        (still,) = (fresh_home / "work" / "units").glob("*/1.png")
        harm(still)
        assert bytes_of("two") == whole


@pytest.mark.parametrize("suffix", [".mp4", ".png"])
def test_a_file_that_is_damaged_in_the_middle_is_named_with_its_layers_and_nothing_is_left(
    tmp_path, monkeypatch, fresh_home, suffix
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    clip = tmp_path / "road.mp4"
    write_video(clip, frames=48, size=(64, 36), fps=Fraction(24))
    harmed = bytearray(clip.read_bytes())
    middle = slice(len(harmed) // 3, len(harmed) // 2)
    harmed[middle] = bytes(byte * 7 + 13 & 255 for byte in harmed[middle])
    clip.write_bytes(harmed)
    path = scene(tmp_path, main="{layers: [{solid: red}, {file: road.mp4, effects: [gaussian-blur]}]}")
    to = Path("out") / ("film.mp4" if suffix == ".mp4" else "%d.png")
    with pytest.raises(MediaError, match=r"road\.mp4: .*\n  in compositions\.main\.layers\[1\] \(.*scene\.yaml:4:"):
        produce.render(path, Settings(), Request(to=to), Silent())
    assert not list((tmp_path / "out").iterdir())
    assert not list((fresh_home / "work" / "units").iterdir())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (1.5, "kbit/s were asked for: the pictures have no use for more"),
        (1.2, ""),
        (0.95, ""),
        (0.5, "kbit/s were asked for: h264 makes such pictures no smaller"),
    ],
)
def test_a_bitrate_that_a_film_is_far_from_is_told(tmp_path, monkeypatch, asked, said):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "a.mp4", frames=24)
    with av.open(str(tmp_path / "a.mp4")) as film:
        bits = 8 * sum(packet.size for packet in film.demux(video=0))
    video = f"{{bitrate: {round(bits * asked)}}}"
    path = scene(tmp_path, outputs=f"small: {{file: b.mp4}}, film: {{file: a.mp4, video: {video}}}")
    task = produce.plan_task(path, Settings(), Request(output="film"), Silent())
    notes = produce.spending_notes(task, tmp_path / "a.mp4")
    assert len(notes) == bool(said)
    assert all(said in note.message and note.warning and note.path == "outputs.film.video.bitrate" for note in notes)
    assert produce.spending_notes(replace(task, settings=Settings(draft=True)), tmp_path / "a.mp4") == ()


def test_layers_stand_a_hundred_deep_inside_each_other(tmp_path):
    turned = "transform: {rotation: 10}"
    compositions = []
    for number in range(24):
        inner = f"{{composition: c{number + 1}}}"
        for _ in range(3):
            inner = f"{{sequence: [{inner}], {turned}}}"
        compositions.append(f"c{number}: {{layers: [{inner}]}}")
    main = "\n  ".join(["{layers: [{composition: c0}], duration: 1s}", *compositions, f"c24: {RED}"])
    opened = open_scene(scene(tmp_path, main=main, canvas="{size: [16, 16], fps: 24, background: black}"))
    red, green, _, _ = opened.frame("0s").data[:, 8, 8]
    assert (red > 0.1, green) == (True, 0.0)
