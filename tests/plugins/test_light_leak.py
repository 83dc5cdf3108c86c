"""The worked example of a plugin: its wheel, in an environment where nobody has ever seen its sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reelwork.extensions import registry

SOURCES = Path(__file__).parents[2] / "plugins" / "reelwork-light-leak"
SCENE = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 3s
    layers:
      - sequence:
          - {solid: black, duration: 2s}
          - {transition: light-flash, duration: 1s}
          - {solid: black, duration: 2s}
        effects: [{light-leak: {preset: cold}}]
"""


def run(*command: object, folder: Path) -> str:
    ended = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment: what the engine needs is this one's, and the plugin is its wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    shutil.copytree(SOURCES, folder / "sources", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=folder / "sources")
    shutil.rmtree(folder / "sources" / "reelwork_light_leak")
    venv.create(folder / "env", with_pip=False)
    made = folder / "env" / "bin" / "python"
    site = Path(run(made, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip())
    (site / "engine.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    (wheel,) = folder.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", made, "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--no-index", wheel, folder=folder)
    return made


def test_it_is_no_part_of_the_engine() -> None:
    assert "light-leak" not in registry().effects


def test_it_is_found_by_its_entry_point(python: Path, tmp_path: Path) -> None:
    listed = run(python, "-m", "reelwork", "plugins", folder=tmp_path)
    assert "light_leak  reelwork-light-leak 2.0.0" in listed
    assert "site-packages/reelwork_light_leak/__init__.py" in listed
    assert "effects: light-leak" in listed
    assert "transitions: light-flash" in listed
    assert "not loaded" not in listed


def test_it_renders_a_frame(python: Path, tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text(SCENE)
    light = []
    for time in ("0s", "1.5s"):
        run(python, "-m", "reelwork", "frame", "scene.yaml", time, "--to", "frame.png", folder=tmp_path)
        light.append(np.asarray(Image.open(tmp_path / "frame.png").convert("RGB"), float).mean(axis=(0, 1)))
    before, amid = light
    assert before[2] > before[0] > 0  # the cold leak alone
    assert amid[0] > before[0] + 20  # and the warm flash


SAID = """\
import sys
from reelwork.extensions import registry
from reelwork.render.digests import engine_digest
from reelwork.testing.painting import painted
from reelwork.testing.samples import BOX, ordinary
known = registry()
painted(ordinary(known.transitions["light-flash"]), BOX)
print(engine_digest(known), *sorted(name for name in sys.modules if name.startswith("reelwork_pixels_")))
"""


def test_edited_code_is_another_kernel_and_another_key(python: Path, tmp_path: Path) -> None:
    def said() -> tuple[str, ...]:
        key, *kernels = run(python, "-c", SAID, folder=tmp_path).split()
        assert len(kernels) == 1
        return key, kernels[0]

    (shape,) = python.parents[1].glob("lib/*/site-packages/reelwork_light_leak/shape.py")
    text, before = shape.read_text(), said()
    assert said() == before
    shape.write_text(text.replace("_WAVES = 0.35, 5.0", "_WAVES = 0.35, 6.0"))
    changed = said()
    assert changed[0] != before[0]
    assert changed[1] != before[1]
    shape.write_text(text)
    assert said() == before


def test_its_own_tests_pass(python: Path, tmp_path: Path) -> None:
    tests = python.parents[2] / "sources" / "tests"
    said = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests, folder=tmp_path)
    assert " passed" in said
