"""Files that extensions read: found by the rules of media, known by what is in them, refused at their place."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from reelwork.errors import SceneError
from reelwork.graph.model import SolidSource
from reelwork.image import Window
from reelwork.plan.planner import View, plan_frame
from reelwork.render import produce
from reelwork.render.digests import value_digest
from reelwork.render.prepare import Prepared, Settings, prepare
from reelwork.values import Affine

DARK = "LUT_1D_SIZE 2\n0 0 0\n0.5 0.5 0.5\n"
CDL = """<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.01"><ColorCorrection id="a"><SOPNode><Slope>2 1 1</Slope>
<Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode></ColorCorrection><ColorCorrection id="b"><SOPNode>
<Slope>1 0.5 1</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode><SatNode><Saturation>1</Saturation></SatNode>
</ColorCorrection></ColorCorrectionCollection>"""


def scene(folder: Path, *effects: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "scene.yaml"
    listed = "\n".join(f"          - {effect}" for effect in effects)
    path.write_text(
        "reelwork: 1\ncanvas: {size: [8, 8], fps: 24}\ncompositions:\n  main:\n    duration: 1s\n    layers:\n"
        f"      - solid: '#808080'\n        effects:\n{listed}\n"
    )
    return path


def prepared(folder: Path, *effects: str) -> Prepared:
    return prepare(scene(folder, *effects), Settings())


def problems(folder: Path, *effects: str) -> list[str]:
    with pytest.raises(SceneError) as caught:
        prepared(folder, *effects)
    return [
        f"{str(problem.place).removeprefix(f'{folder}/scene.yaml:')} {problem.path} {problem.message}"
        for problem in caught.value.problems
    ]


FIRST = "compositions.main.layers[0].effects[0]"


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("lut: {file: gone.cube}", f"9:25 {FIRST}.file there is no file 'gone.cube' in "),
        ("lut: {file: ../secret.cube}", f"9:25 {FIRST}.file '../secret.cube' lies outside the scene's folder"),
        ("lut: {file: link.cube}", f"9:25 {FIRST}.file 'link.cube' lies outside the scene's folder"),
        ("lut: {file: folder.cube}", f"9:25 {FIRST}.file 'folder.cube' is a folder; name a file in it"),
        ("lut: {file: a.png}", f"9:25 {FIRST}.file expected the path of a file that ends in .cube, .3dl, "),
        ("lut: {file: 'a\\b.cube'}", f"9:25 {FIRST}.file a path is written with /"),
        ("lut: {file: 'https://a/b.cube'}", f"9:25 {FIRST}.file a scene reads and writes files only"),
        ("lut: {file: {0s: a.cube, 1s: b.cube}}", f"9:25 {FIRST}.file expected the path of a file that ends in "),
        ("lut: {file: empty.cube}", f"9:13 {FIRST} empty.cube cannot be used: "),
        ("cdl: {file: grades.ccc}", f"9:13 {FIRST} grades.ccc has 2 grades; say which by `id`: 'a', 'b'"),
        ("cdl: {file: grades.ccc, id: c}", f"9:13 {FIRST} grades.ccc has no grade 'c'; it has 'a', 'b'"),
        (
            "cdl: {file: grades.ccc, id: a, slope: 2}",
            f"9:13 {FIRST} a grade is either that of `file` or made of numbers",
        ),
        ("cdl: {file: grades.ccc, id: a, slope: {0s: 1, 1s: 2}}", f"9:13 {FIRST} at 1s: a grade is either"),
        ("cdl: {id: a}", f"9:13 {FIRST} `id` says which grade of a `file` it is"),
    ],
)
def test_a_file_that_cannot_be_had_is_refused_at_its_place(tmp_path, effect, said):
    folder = tmp_path / "scene"
    folder.mkdir()
    (tmp_path / "secret.cube").write_text(DARK)
    (folder / "link.cube").symlink_to(tmp_path / "secret.cube")
    (folder / "folder.cube").mkdir()
    (folder / "empty.cube").write_text("")
    (folder / "grades.ccc").write_text(CDL)
    (problem,) = problems(folder, effect)
    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("white-balance: {grey: black}", "`grey` lacks red, green or blue"),
        ("white-balance: {grey: '#ff8000'}", "`grey` lacks red, green or blue"),
        ("levels: {black: 0.5, white: 0.5}", "`black` lies below `white`; found 0.5 and 0.5"),
        ("levels: {black: [0, 0.6, 0], white: 0.5}", "`black` lies below `white`; found 0.6 and 0.5"),
        ("levels: {black: {0s: 0, 500ms: 1, 1s: 0}}", "at 0.5s: `black` lies below `white`; found 1 and 1"),
        ("curves: {rgb: [[0, 0], [0.5, 0.2], [0.4, 0.9]]}", "the points [from, to] of `rgb` go from dark to bright"),
        ("curves: {blue: [[0, 0], [0.5, 0.2], [0.5, 0.9]]}", "the points [from, to] of `blue` go from dark to bright"),
        ("colour-space", "nothing is said to be done"),
        ("colour-space: {to: ACESct}", "the built-in configuration: there is no colour space 'ACESct'"),
    ],
)
def test_parameters_that_make_no_sense_together_are_refused_at_their_place(tmp_path, effect, said):
    (problem,) = problems(tmp_path, effect)
    assert problem.startswith(f"9:13 {FIRST} {said}")


def test_what_is_not_enabled_is_neither_looked_for_nor_asked(tmp_path):
    prepared(tmp_path, "lut: {file: gone.cube, enabled: false}", "colour-space: {enabled: false}")


def test_a_file_in_a_folder_that_the_owner_names_is_read(tmp_path, monkeypatch):
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "dark.cube").write_text(DARK)
    monkeypatch.setenv("REELWORK_ROOTS", str(tmp_path / "shelf"))
    prepared(tmp_path / "scene", "lut: {file: ../shelf/dark.cube}")


def keys(folder: Path, name: str, text: str) -> tuple[str, bytes]:
    """What names a scene's graph, and a frame of it, whose LUT is such a file."""
    folder.mkdir()
    (folder / name).write_text(text)
    graph = prepared(folder, f"lut: {{file: {name}}}").graph("main")
    assert isinstance(graph.root.layers[0].source, SolidSource)
    return value_digest(graph), plan_frame(graph, View(Affine.IDENTITY, Window(0, 0, 8, 8), None), Fraction(0)).key


def test_results_are_kept_by_what_is_in_a_file_not_by_where_it_lies(tmp_path):
    here = keys(tmp_path / "here", "a.cube", DARK)
    assert keys(tmp_path / "there", "b.cube", DARK) == here
    other = keys(tmp_path / "other", "a.cube", DARK.replace("0.5", "0.6"))
    assert other[0] != here[0]
    assert other[1] != here[1]


def test_a_frame_is_seen_through_its_lut_and_its_grade(tmp_path):
    (tmp_path / "dark.cube").write_text(DARK)
    (tmp_path / "grades.ccc").write_text(CDL)
    for effect, expected in (
        ("lut: {file: dark.cube}", (64, 64, 64)),
        ("lut: {file: dark.cube, mix: 50%}", (102, 102, 102)),
        ("cdl: {file: grades.ccc, id: b}", (128, 92, 128)),
    ):
        to = tmp_path / "frame.png"
        produce.frame(scene(tmp_path, effect), Settings(), "0s", to)
        with Image.open(to) as picture:
            assert picture.convert("RGB").getpixel((4, 4)) == expected, effect
        os.remove(to)
