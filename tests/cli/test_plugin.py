"""``reelwork plugin new``: the package that it writes is whole, and its tests pass at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reelwork.cli.app import cli


def test_a_new_package_passes_its_tests_at_once(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["plugin", "new", "film-burn", "--in", str(tmp_path / "mine")])
    assert result.exit_code == 0, result.output
    package = tmp_path / "mine" / "reelwork-film-burn"
    assert f"reelwork plugin try '{package}/reelwork_film_burn/film_burn.py' --watch" in result.stdout
    assert os.access(package / "ci.sh", os.X_OK)
    assert [path.name for path in package.parent.iterdir()] == ["reelwork-film-burn"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package)],
        capture_output=True,
        text=True,
        cwd=package,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def test_a_name_that_is_there_already_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["plugin", "new", "glow", "--in", str(tmp_path)])
    assert result.exit_code == 0
    assert "warning: Reelwork itself brings an effect 'glow' already" in result.stderr
    assert "reelwork:glow or reelwork-glow:glow" in result.stderr
    assert "warning" not in CliRunner().invoke(cli, ["plugin", "new", "film-burn", "--in", str(tmp_path)]).stderr


@pytest.mark.parametrize("name", ["Film", "film_burn", "-burn", "film--burn", "7up", "../evil", "class"])
def test_names_that_no_package_can_have_are_refused(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(cli, ["plugin", "new", "--in", str(tmp_path), "--", name])
    assert result.exit_code == 2
    assert "is no name for an effect" in result.stderr
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "reelwork-burn").mkdir()
    result = CliRunner().invoke(cli, ["plugin", "new", "burn", "--in", str(tmp_path)])
    assert result.exit_code != 0
    assert "exists already" in result.stderr
