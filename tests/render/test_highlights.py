"""Footage and stills for HDR displays in films for others: a warning, unless something brings their highlights down."""

from pathlib import Path

import numpy as np
import pytest
from media.clips import make_clip
from media.still_files import write_heic, write_png
from whole.making import write_tone

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

TONE = "effects: [{tone-map: {curve: bt2390}}]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hdr")
    tags = {"colorspace": 9, "color_range": 1, "color_primaries": 9}
    for name, transfer in (("hlg.mkv", 18), ("pq.mkv", 16), ("sdr.mkv", 14)):
        make_clip(made / name, "ffv1", "yuv420p10le", count=2, tags={**tags, "color_trc": transfer})
    for name in ("pq.png", "pq-001.png", "pq-002.png"):
        write_png(made / name, np.zeros((8, 8, 3), np.uint16), (b"cICP", bytes([9, 16, 0, 1])), depth=16)
    write_heic(made / "hlg.heic", np.zeros((64, 64, 3), np.uint8), colour=b"nclx\0\x09\0\x12\0\x09\x80", depth=10)
    return made


def told(folder: Path, layers: str, outputs: str = "{film: {file: film.mp4}}", more: str = "") -> list[str]:
    (folder / "scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [64, 48], fps: 24}}\ncompositions:\n  main:\n    duration: 2f\n"
        f"    layers: [{layers}]\n{more}outputs: {outputs}\n"
    )
    found = produce.check(folder / "scene.yaml", Settings())
    return [str(problem) for problem in found if "HDR" in problem.message]


@pytest.mark.parametrize(
    ("name", "curve"),
    [("hlg.mkv", "HLG"), ("pq.mkv", "PQ"), ("pq.png", "PQ"), ("pq-%03d.png", "PQ"), ("hlg.heic", "HLG")],
)
def test_light_above_white_that_is_cut_off_is_told_with_its_place_and_what_to_write(
    folder: Path, name: str, curve: str
) -> None:
    (said,) = told(folder, f"{{file: {name}}}")
    assert f"{name}: is for HDR displays ({curve}), and the output film is for others" in said
    assert "layers[0].file\n  6 |" in said
    assert TONE.replace("}}", f", white: {2.3 if curve == 'HLG' else 3}}}}}") in said
    assert f"transfer: {curve.lower()}" in said
    assert told(folder, f"{{file: {name}, {TONE}}}") == []


def test_a_render_tells_it_as_well(folder: Path) -> None:
    assert told(folder, "{file: hlg.mkv}")
    task = produce.plan_task(folder / "scene.yaml", Settings(), Request(to=folder / "x.mov"), Silent(), written=False)
    assert sum("HDR" in problem.message for problem in task.warnings) == 1


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param("{file: sdr.mkv}", id="SDR of BT.2020"),
        pytest.param("{file: hlg.mkv, visible: false}", id="hidden"),
        pytest.param("{file: hlg.mkv, data: true}", id="data"),
        pytest.param(f"{{layers: [{{file: hlg.mkv}}], {TONE}}}", id="in a group that is mapped"),
        pytest.param(f"{{sequence: [{{file: hlg.mkv}}], {TONE}}}", id="in a sequence that is mapped"),
        pytest.param(f"{{composition: inner, {TONE}}}", id="in a composition that is mapped"),
        pytest.param(f"{{file: hlg.mkv}}, {{adjustment: true, {TONE}}}", id="under an adjustment"),
    ],
)
def test_what_is_not_cut_off_is_not_told(folder: Path, layers: str) -> None:
    assert told(folder, layers, more="  inner: {layers: [{file: hlg.mkv}]}\n") == []


@pytest.mark.parametrize(
    "layers",
    [
        "{layers: [{file: hlg.mkv, effects: [{gaussian-blur: {radius: 2}}]}]}",
        "{sequence: [{file: hlg.mkv}]}",
        "{composition: inner}",
        f"{{adjustment: true, {TONE}}}, {{file: hlg.mkv}}",
        f"{{file: hlg.mkv}}, {{adjustment: true, visible: false, {TONE}}}",
    ],
)
def test_it_is_found_wherever_it_lies(folder: Path, layers: str) -> None:
    assert len(told(folder, layers, more="  inner: {layers: [{file: hlg.mkv}]}\n")) == 1


@pytest.mark.parametrize(
    ("outputs", "named"),
    [
        ("{a: {file: a.mp4, video: {codec: hevc, transfer: pq}}}", ""),
        ("{a: {file: a/%03d.exr}}", ""),
        ("{a: {file: a.png, at: 0s, stills: {depth: 16, transfer: hlg}}}", ""),
        ("{a: {file: a.png, at: 0s}, b: {file: b.gif}, c: {file: c.wav}}", "the outputs a, b are"),
        ("{a: {file: a.mp4, video: {codec: hevc, transfer: pq}}, b: {file: b.mp4}}", "the output b is"),
    ],
)
def test_outputs_that_can_show_it_are_not_named(folder: Path, outputs: str, named: str) -> None:
    write_tone(folder / "a.wav", seconds=0.25)
    found = told(folder, "{file: hlg.mkv}, {file: a.wav}", outputs)
    assert len(found) == bool(named)
    assert not named or named in found[0]


def test_many_layers_are_told_at_once(folder: Path) -> None:
    (said,) = told(folder, "{file: sdr.mkv}, {file: hlg.mkv}, {file: hlg.mkv}, {file: pq.mkv}")
    assert "as are 2 more layers" in said
    assert "layers[1].file" in said
