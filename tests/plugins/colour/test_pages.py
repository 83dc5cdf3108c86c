"""The pages on colour from files and on files for authors: their examples are run."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import PyOpenColorIO as ocio
import pytest
from plugins.colour.test_colour_space import GAMMA, OWN
from promising import unkept

from reelwork.render.prepare import Settings, prepare

DOCS = Path(__file__).parents[3] / "docs"
COLOUR, FILES = (DOCS / "colour.md").read_text("utf-8"), (DOCS / "plugins" / "files.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(effects:\n.*?)```", COLOUR, re.DOTALL)
CUBE = "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n"
CCC = """<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.01"><ColorCorrection id="scene-12-take-4"><SOPNode>
<Slope>2 1 1</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode></ColorCorrection>
</ColorCorrectionCollection>"""


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_page_on_colour_writes_can_be_rendered(tmp_path, block):
    for name in re.findall(r"[\w/-]+\.cube", block):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CUBE)
    (tmp_path / "day-3.ccc").write_text(CCC)
    config = OWN.format(out=GAMMA).replace("name: lin,", "name: camera,").replace("name: out\n", "name: show-look\n")
    config = config.replace("scene_linear: lin", "scene_linear: camera").replace("colorspace: out", "colorspace: raw")
    (tmp_path / "own.ocio").write_text(config)
    (tmp_path / "luts").mkdir(exist_ok=True)
    ocio.Config.CreateFromFile(str(tmp_path / "own.ocio")).archive(str(tmp_path / "studio.ocioz"))
    indented = block.replace("\n", "\n        ")
    (tmp_path / "scene.yaml").write_text(
        "reelwork: 1\ncompositions:\n  main:\n    duration: 1s\n    layers:\n      - solid: teal\n        " + indented
    )
    prepare(tmp_path, Settings())


@pytest.fixture
def ramp(tmp_path, monkeypatch):
    (tmp_path / "effects").mkdir()
    (tmp_path / "effects" / "ramp.py").write_text(re.findall(r"```python\n(.*?)```", FILES, re.DOTALL)[0])
    monkeypatch.syspath_prepend(tmp_path / "effects")
    monkeypatch.delitem(sys.modules, "ramp", raising=False)
    return importlib.import_module("ramp").Ramp


def test_the_effect_of_the_page_for_authors_keeps_its_promises(ramp):
    assert not unkept(ramp)


def test_the_error_of_the_page_for_authors_is_what_is_said(ramp, tmp_path):
    (tmp_path / "one.ramp").write_text("0.5\n")
    (tmp_path / "scene.yaml").write_text(
        "reelwork: 1\ncompositions:\n  main:\n    duration: 1s\n    layers:\n"
        "      - solid: teal\n        effects: [{ramp: {file: one.ramp}}]\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "reelwork", "check", "scene.yaml"],
        cwd=tmp_path,
        env={**os.environ, "REELWORK_PLUGIN_FOLDERS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    shown = re.findall(r"```console\n\$ reelwork check scene.yaml\n(.*?)```", FILES, re.DOTALL)[0]
    assert ran.stderr.startswith(shown)
