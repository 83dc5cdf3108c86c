"""``reelwork plugin try``: contact sheets of what is installed and of bare files, anew whenever one is saved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from reelwork import PointEffect, param
from reelwork.cli.app import cli
from reelwork.extensions import registry
from reelwork.extensions.trying import Manuscript
from reelwork.gallery.sweeps import default_rows, needed, row
from reelwork.kinds import Length

EFFECT = '''\
from reelwork import PointEffect, param
from reelwork.kinds import Ratio

from .amounts import GAIN


class Dim(PointEffect, name="dim", version=1):
    """Dim: makes everything darker."""

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much.")

    def uniforms(self):
        return (self.amount,)

    @staticmethod
    def pixel(r, g, b, a, amount):
        k = (1.0 - amount) * GAIN
        return r * k, g * k, b * k, a
'''
#: A picture of 32 × 32 on the sheet: its left edge, and what lies from one to the next.
LEFT, ACROSS, DOWN, SIDE = 12, 44, 66, 32


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "amounts.py").write_text("GAIN = 1.0\n")
    (tmp_path / "dim.py").write_text(EFFECT)
    Image.new("RGB", (64, 64), "white").save(tmp_path / "white.png")
    return tmp_path / "dim.py"


def tried(file: Path, *more: str, effect: Path | None = None) -> Result:
    options = ["--on", str(file.parent / "white.png"), "--width", str(SIDE), "--to", str(file.parent / "out.png")]
    return CliRunner().invoke(cli, ["plugin", "try", str(effect or file), *options, *more])


def light(sheet: Path, row: int, column: int) -> float:
    """The mean of a picture of the sheet, 0 to 1 in light."""
    x, y = LEFT + column * ACROSS, LEFT + row * DOWN
    data = np.asarray(Image.open(sheet).convert("RGB"))[y : y + SIDE, x : x + SIDE] / 255.0
    return float((((data + 0.055) / 1.055) ** 2.4).mean())


def test_a_bare_file_becomes_a_sheet_with_a_row_for_each_parameter(file):
    result = tried(file, "--steps", "3")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{file.parent / 'out.png'}\n"
    assert "dim 1: 5 pictures; a frame of 64×64 takes " in result.stderr
    sheet = file.parent / "out.png"
    assert Image.open(sheet).size == (LEFT + 3 * ACROSS, LEFT + 2 * DOWN)
    assert light(sheet, 0, 0) == pytest.approx(1.0, abs=0.01)
    found = [light(sheet, 0, 1), *(light(sheet, 1, column) for column in range(3))]
    assert found == pytest.approx([0.5, 1.0, 0.5, 0.0], abs=0.01)


def test_sweeps_and_settings_are_as_a_person_writes_them(file):
    result = tried(file, "--sweep", "amount=20%..40%", "--sweep", "amount=0%,90%", "--steps", "2", "--set", "amount=1")
    assert result.exit_code == 0, result.output
    sheet = file.parent / "out.png"
    assert light(sheet, 0, 1) == pytest.approx(0.0, abs=0.01)
    found = [light(sheet, 1, 0), light(sheet, 1, 1), light(sheet, 2, 0), light(sheet, 2, 1)]
    assert found == pytest.approx([0.8, 0.6, 1.0, 0.1], abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sweep", "amonut"), "dim has no parameter 'amonut'; it has amount"),
        (("--set", "amonut=1"), "dim has no parameter 'amonut'; it has amount"),
        (("--set", "amount=lots"), "amount: expected a ratio from 0% to 100%, found 'lots'"),
        (("--to", "sheet.jpg"), "a contact sheet is a PNG"),
    ],
)
def test_what_is_wrong_is_told_without_the_scene_that_nobody_wrote(file, arguments, words):
    result = tried(file, *arguments)
    assert result.exit_code != 0
    assert words in result.stderr
    assert "scene.yaml" not in result.stderr


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("return r * k", "retrun r * k", "dim.py:18: SyntaxError"),
        ("GAIN\n\n", "PAIN\n\n", "dim.py:4: ImportError"),
        ("r * k, g", "r * q, g", "dim.py:18: Dim.pixel uses q, which is not defined"),
        ('name="dim"', "name=''", "dim.py has no extension ''; it has none"),
    ],
)
def test_a_fault_is_told_with_file_and_line(file, before, after, words):
    file.write_text(EFFECT.replace(before, after))
    result = tried(file)
    assert result.exit_code == 6
    assert words in result.stderr


def test_a_fault_is_said_to_be_of_the_file_that_is_tried(file):
    file.write_text(EFFECT.replace("r * k, g", "r * q, g"))
    assert "error: the effect 'dim', version 1, of dim.py, failed" in tried(file).stderr


def test_what_does_not_end_is_ended(file):
    file.write_text(EFFECT.replace("def uniforms(self):", "def uniforms(self):\n        while True:\n            pass"))
    command = [sys.executable, "-m", "reelwork", "plugin", "try", str(file), "--to", str(file.parent / "out.png")]
    ended = subprocess.run(
        command, env={**os.environ, "REELWORK_PATIENCE": "1"}, capture_output=True, text=True, timeout=100
    )
    assert ended.returncode == 6
    assert "the effect 'dim', version 1" in ended.stderr


def test_a_file_of_a_package_that_is_not_installed_may_name_its_neighbours(file):
    package = file.parent / "reelwork_dimming"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "amounts.py").write_text("GAIN = 0.5\n")
    (package / "dim.py").write_text(EFFECT.replace("from .amounts", "from reelwork_dimming.amounts"))
    result = tried(file, "--steps", "2", effect=package / "dim.py")
    assert result.exit_code == 0, result.output
    assert light(file.parent / "out.png", 0, 1) == pytest.approx(0.25, abs=0.01)


def test_names_that_nothing_bears(tmp_path):
    for name, words in (("flim-burn", "such as ./flim_burn.py"), (f"{tmp_path}/no.py", "there is no file")):
        result = CliRunner().invoke(cli, ["plugin", "try", name])
        assert result.exit_code == 6
        assert words in result.stderr


def test_it_watches_reloads_and_survives_errors(file):
    sheet = file.parent / "out.png"
    command = ["plugin", "try", str(file), "--on", str(file.parent / "white.png"), "--width", str(SIDE)]
    command += ["--to", str(sheet), "--sweep", "amount", "--steps", "2", "--watch"]
    log = file.parent / "log"
    with log.open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", "reelwork", *command], stderr=said)
    try:
        wait(lambda: log.read_text().count("watching") == 1)
        assert light(sheet, 0, 1) == pytest.approx(0.5, abs=0.01)
        (file.parent / "amounts.py").write_text("GAIN = 0.5\n")  # a helper, of the same length
        wait(lambda: log.read_text().count("watching") == 2)
        assert light(sheet, 0, 1) == pytest.approx(0.25, abs=0.01)
        file.write_text(EFFECT.replace("return r", "retrun r"))
        wait(lambda: log.read_text().count("watching") == 3)
        assert f"{file}:18: SyntaxError" in log.read_text()
        file.write_text(EFFECT.replace("b * k, a", "b * k * 0.0, a"))
        wait(lambda: log.read_text().count("watching") == 4)
        assert light(sheet, 0, 1) == pytest.approx(0.25 * 2 / 3, abs=0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.wait()


def wait(done) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


class Ringed(PointEffect, name="ringed", version=1):
    """Ringed: rings that cannot be nearer than so."""

    distance: float = param(10.0, kind=Length(minimum=5.0), help="From ring to ring.")


def test_every_picture_that_there_is_can_be_swept():
    for table in (registry().effects, registry().generators, registry().transitions):
        for cls in table.values():
            assert all(len(set(each.values)) == len(each.values) > 1 for each in default_rows(cls, 5)), cls.name
    assert needed(registry().effects["invert"]) == {}
    assert row(registry().effects["glow"], "radius=0..40", 5).values == ("0", "10", "20", "30", "40")
    assert default_rows(Ringed, 3)[0].values == ("5", "12.5", "20")
    with pytest.raises(ValueError, match="no parameter"):
        row(registry().effects["glow"], "wrong", 5)


def test_an_effect_that_needs_a_file_is_tried_with_its_sample_or_with_one_that_is_given(file):
    dark = file.with_name("dark.cube")
    dark.write_text("LUT_1D_SIZE 2\n0 0 0\n0.5 0.5 0.5\n")
    options = ["--on", str(file.with_name("white.png")), "--width", str(SIDE), "--sweep", "space=display,linear"]
    sheet = file.with_name("out.png")

    def brightness(*more: str) -> float:
        result = CliRunner().invoke(cli, ["plugin", "try", "lut", *options, "--to", str(sheet), *more])
        assert result.exit_code == 0, result.output
        return light(sheet, 0, 1)

    assert brightness() == pytest.approx(1.0, abs=0.01)
    assert brightness("--set", f"file={dark}") == pytest.approx(0.214, abs=0.01)
    result = CliRunner().invoke(cli, ["plugin", "try", "lut", *options, "--set", "file=gone.cube"])
    assert result.exit_code == 7
    assert "there is no file gone.cube" in result.output


def test_what_nobody_edited_is_not_loaded_a_second_time():
    for _ in range(2):
        found = Manuscript("lut").load()
        assert found.extension is registry().effects["lut"]
