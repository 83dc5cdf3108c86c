"""Effects in a folder beside a scene: code that is never run unless the owner allows it, and never served stale."""

from __future__ import annotations

import importlib
import inspect
import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from bundling import task_of

from reelwork.errors import PluginError, SceneError
from reelwork.extensions import registry, sources
from reelwork.extensions.beside import VARIABLE, allowed, registry_beside
from reelwork.faults import PluginFault
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import default_output, render
from reelwork.render.progress import Silent
from reelwork.render.units import Request, job_key
from reelwork_farm.bundle import BundleError, pin

SCENE = """\
reelwork: 1
canvas: {size: [16, 16], fps: 24}
compositions:
  main:
    duration: 0.25s
    layers:
      - solid: white
        effects: [EFFECT]
"""
EFFECT = '''\
"""Dimming."""
from pathlib import Path

from reelwork import PointEffect
from .amounts import AMOUNT

Path(__file__).with_name("was-run").touch()


class Dim(PointEffect, name="dim", version=1):
    """Dim: makes everything darker."""

    @staticmethod
    def pixel(r, g, b, a):
        return r * AMOUNT, g * AMOUNT, b * AMOUNT, a
'''


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    folder = tmp_path / "film" / "effects"
    folder.mkdir(parents=True)
    (folder / "dim.py").write_text(EFFECT)
    (folder / "amounts.py").write_text("AMOUNT = 0.5\n")
    (folder.parent / "scene.yaml").write_text(SCENE.replace("EFFECT", "dim"))
    return folder.parent / "scene.yaml"


@pytest.fixture
def owner(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(scene.parent.parent))


def light(scene: Path) -> float:
    prepared = prepare(scene, Settings())
    output = default_output(prepared.scene)
    frame, _ = paint_instant(prepared.graph(output.composition), output, Fraction(0), Fraction(1))
    return float(frame.data[0].mean())


def key(scene: Path) -> str:
    prepared = prepare(scene, Settings())
    return job_key(prepared, prepared.graph("main"))


def test_nothing_is_run_unless_the_owner_allows_the_folder(scene, monkeypatch):
    for roots in ("", str(scene.parent / "effects" / "deeper"), f":{scene.parent}-not"):
        monkeypatch.setenv(VARIABLE, roots)
        with pytest.raises(SceneError) as error:
            prepare(scene, Settings())
        assert "there is no effect 'dim'" in str(error.value)
        folder = scene.parent / "effects"
        assert f"{folder / 'dim.py'} may bring it, but is code, which is loaded only where" in str(error.value)
        assert f"${VARIABLE} must name {folder}" in str(error.value)
        assert not (folder / "was-run").exists()
    scene.write_text(SCENE.replace("EFFECT", "'effects:dim'"))
    with pytest.raises(SceneError, match=r"dim\.py may bring it"):
        prepare(scene, Settings())


@pytest.mark.usefixtures("owner")
def test_an_error_names_the_folder_that_an_effect_is_from(scene):
    file = scene.parent / "effects" / "dim.py"
    file.write_text(f"{EFFECT}\n    def uniforms(self):\n        return 1 / 0\n")
    prepared = prepare(scene, Settings())
    with pytest.raises(PluginFault) as caught:
        paint_instant(prepared.graph("main"), default_output(prepared.scene), Fraction(0), Fraction(1))
    assert f"the effect 'dim', version 1, of the folder {file.parent}, failed" in str(prepared.known(caught.value))


def test_a_folder_that_leads_elsewhere_by_a_link_is_judged_by_where_it_leads(scene, tmp_path, monkeypatch):
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "effects").symlink_to(scene.parent / "effects")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "good"))
    assert not allowed(tmp_path / "good" / "effects")


@pytest.mark.usefixtures("owner")
def test_an_allowed_folder_is_loaded_and_what_is_edited_is_new(scene):
    assert light(scene) == pytest.approx(0.5, abs=1e-6)
    before = key(scene)
    assert key(scene) == before
    (scene.parent / "effects" / "amounts.py").write_text("AMOUNT = 0.2\n")
    assert light(scene) == pytest.approx(0.2, abs=1e-6)
    changed = key(scene)
    assert changed != before
    (scene.parent / "effects" / "dim.py").write_text(EFFECT.replace("r * AMOUNT", "r * AMOUNT * 3.0"))
    assert light(scene) == pytest.approx(0.6, abs=1e-6)
    assert key(scene) not in (before, changed)


@pytest.mark.usefixtures("owner")
def test_it_belongs_to_its_scene_and_to_no_other(scene):
    known = registry_beside(registry(), scene)
    assert known.effects["effects:dim"] is known.effects["dim"]
    assert "dim" not in registry().effects
    assert not (scene.parent / "effects" / "__pycache__").exists()


@pytest.mark.usefixtures("owner")
def test_workers_have_the_same_folders(scene, tmp_path, fresh_home, monkeypatch):
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    made = render(scene, Settings(), Request(to=tmp_path / "film.mp4"), Silent())
    assert made.path is not None
    assert made.path.stat().st_size > 0


@pytest.mark.usefixtures("owner")
def test_a_worker_does_not_take_a_file_that_was_changed_meanwhile(scene):
    effect = pickle.dumps(registry_beside(registry(), scene).effects["dim"]())
    folders = sources.known(effect)
    assert list(folders.values()) == [str(scene.parent / "effects")]
    sources.restore(folders)
    (scene.parent / "effects" / "dim.py").write_text(EFFECT + "\n")
    with pytest.raises(PluginError, match="was changed while it was being rendered"):
        sources.restore(folders)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (EFFECT.replace("return r", "return r("), "dim.py:15: SyntaxError"),
        (EFFECT.replace("AMOUNT\n\n", "AMOUNTS\n\n"), "dim.py:5: ImportError: cannot import name 'AMOUNTS'"),
        (
            EFFECT.replace("def pixel", "def pixels"),
            "dim.py may bring it, but cannot be loaded: dim.Dim: it has no pixel: write `@staticmethod`",
        ),
    ],
)
def test_why_a_file_cannot_be_loaded_is_told_where_it_is_used(scene, text, words):
    (scene.parent / "effects" / "dim.py").write_text(text)
    with pytest.raises(SceneError) as error:
        prepare(scene, Settings())
    assert words in str(error.value)


@pytest.mark.usefixtures("owner")
def test_a_farm_refuses_code_beside_a_scene_where_it_is_used(scene, tmp_path):
    with pytest.raises(BundleError, match=r"a farm runs no code that comes with a scene, and this one uses \S*dim\.py"):
        pin(task_of(scene, tmp_path / "film.mp4", output=None))
    scene.write_text(SCENE.replace("EFFECT", "invert"))
    assert all(
        "effects" not in origin for origin in pin(task_of(scene, tmp_path / "film.mp4", output=None)).lock.plugins
    )


def test_what_runs_is_what_was_read(tmp_path):
    (tmp_path / "one.py").write_text("def f(r):\n    return r\n")
    found = sources.read(tmp_path)
    module = sources.load(found, "one")
    (tmp_path / "one.py").write_text("def f(r):\n    return r * 2.0\n")
    assert inspect.getsource(module.f) == "def f(r):\n    return r\n"
    assert sources.load(sources.read(tmp_path), "one").f(1.0) == 2.0
    assert np.float32(module.f(1.0)) == 1.0


@pytest.mark.usefixtures("owner")
def test_other_modules_are_looked_for_as_before(scene, tmp_path, monkeypatch):
    light(scene)
    importlib.invalidate_caches()
    (tmp_path / "unrelated_to_scenes.py").write_text("HERE = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module("unrelated_to_scenes").HERE
