"""A scene for programs; and a command of a plugin that is made with it, as the pages have it."""

from __future__ import annotations

import re
import types
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reelwork.api import Span, open_scene
from reelwork.cli import app
from reelwork.cli.app import cli
from reelwork.errors import OutputError, SceneError

PAGE = (Path(__file__).parents[2] / "docs/plugins/hooks.md").read_text("utf-8")
SCENE = """
reelwork: 1
title: Signs
canvas: {size: [16, 8], fps: 24}
variables: {paint: gold}
compositions:
  main:
    duration: 4s
    layers:
      - {file: dot.png, start: 1s, fit: fill}
      - {solid: $paint, start: 3s, duration: 12f}
      - start: 2s
        layers: [{file: dot.png, start: 1/2s, duration: 1s}]
    sequence: [{solid: red, duration: 1s}, {composition: other}]
  other: {duration: 2s, layers: [{solid: blue}]}
outputs: {wide: {file: a.mp4}, blue: {composition: other, file: b.mp4}}
"""


@pytest.fixture
def scene(tmp_path):
    Image.fromarray(np.full((4, 4, 3), 255, np.uint8)).save(tmp_path / "dot.png")
    (tmp_path / "scene.yaml").write_text(SCENE)
    return tmp_path


def test_a_scene_says_what_it_is_and_what_it_shows(scene):
    opened = open_scene(scene)
    assert (opened.title, opened.size, opened.fps, opened.outputs) == ("Signs", (16, 8), 24, ("wide", "blue"))
    assert opened.compositions == {"main": 4, "other": 2}
    assert any("nobody is credited" in problem.message for problem in opened.warnings)
    dot, main = scene / "dot.png", "compositions.main"
    assert opened.layers() == (
        Span(f"{main}.sequence[0]", Fraction(0), Fraction(1)),
        Span(f"{main}.sequence[1]", Fraction(1), Fraction(3)),
        Span(f"{main}.layers[0]", Fraction(1), Fraction(4), dot),
        Span(f"{main}.layers[1]", Fraction(3), Fraction(7, 2)),
        Span(f"{main}.layers[2].layers[0]", Fraction(5, 2), Fraction(7, 2), dot),
    )


def test_frames_are_painted_of_any_output_and_size(scene):
    opened = open_scene(scene / "scene.yaml", variables={"paint": "lime"})
    red = opened.frame("0s")
    assert red.data.shape == (4, 8, 16)
    assert red.data[:, 3, 3].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert opened.frame(Fraction(13, 4)).data[:, 0, 0].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert opened.frame("6f", output="blue", scale=Fraction(1, 2)).data.shape == (4, 4, 8)
    opened.write_frame("0s", scene / "x.png", output="blue")
    assert Image.open(scene / "x.png").getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda opened: opened.frame("soon"), "'soon' is not a time"),
        (lambda opened: opened.frame("9s"), "there is nothing at 9s"),
        (lambda opened: opened.frame("0s", output="tall"), "there is no output 'tall'"),
        (lambda opened: opened.layers("maine"), "there is no composition 'maine'; the scene has"),
    ],
)
def test_what_cannot_be_is_said(scene, ask, said):
    with pytest.raises(OutputError, match=said):
        ask(open_scene(scene))


def test_a_scene_with_errors_is_not_opened(scene):
    (scene / "scene.yaml").write_text(SCENE.replace("duration: 12f", "duration: -1s"))
    with pytest.raises(SceneError, match="duration"):
        open_scene(scene)


def test_the_command_of_the_pages_lists_shots_and_writes_their_pictures(scene, monkeypatch):
    code = next(code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "click.command" in code)
    module = types.ModuleType("shots")
    exec(code, vars(module))
    (command,) = module.reelwork_commands()
    monkeypatch.setattr(app, "_of_plugins", lambda: {"shots": command})
    result = CliRunner().invoke(cli, ["shots", str(scene), "--pictures", str(scene / "stills")])
    assert result.exit_code == 0, result.output
    assert f"\n    1.00     4.00  {scene / 'dot.png'}\n" in result.output
    assert len(list((scene / "stills").iterdir())) == 5
    (scene / "scene.yaml").write_text("reelwork: 1")
    assert CliRunner().invoke(cli, ["shots", str(scene)]).exit_code == SceneError.exit_code
