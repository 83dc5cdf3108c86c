"""What a command must not load, since loading it takes longer than the command may."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "numba",
    "llvmlite",
    "numpy",
    "av",
    "PIL",
    "ray",
    "uharfbuzz",
    "pathops",
    "resvg_py",
    "soxr",
    "OpenEXR",
    "rich",
)
SCRIPT = """
import sys
{code}
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({heavy})))
"""
SCENE = """
reelwork: 1
canvas: {size: [320, 180], fps: 24}
compositions:
  main:
    duration: 2s
    layers:
      - solid: "#102030"
      - shape: {rectangle: {size: [80, 40]}}
        effects: [glow]
        transform: {opacity: {0s: 0%, 1s: 100%}}
"""
CHECK = """
from reelwork.cli.app import cli
try:
    cli(["check", sys.argv[1]])
except SystemExit as end:
    assert not end.code, end.code
"""


def loaded(code: str, *arguments: str) -> list[str]:
    """What of the heavy modules a process has loaded after it ran the code."""
    script = SCRIPT.format(code=code, heavy=HEAVY)
    ended = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return ended.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("code", ["import reelwork", "import reelwork.cli", "import reelwork.render.worker"])
def test_imports_load_nothing_heavy(code: str) -> None:
    assert loaded(code) == []


def test_plugins_load_nothing_heavy() -> None:
    assert loaded("from reelwork.extensions import registry\nassert not registry().failures, registry().failures") == []


def test_checking_a_small_scene_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text(SCENE)
    assert loaded(CHECK, str(tmp_path)) == []
