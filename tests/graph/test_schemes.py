"""Names that a plugin's linker finds: rendered, pinned, credited; and everything that may go wrong with them."""

from __future__ import annotations

import hashlib
import json
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reelwork import Linked, Linker, hookimpl
from reelwork.errors import SceneError
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.extensions.offers import Offer, Offers
from reelwork.linker import scheme_of
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import check, plan_task, render
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork.scene.schema import json_schema
from reelwork_farm.bundle import pin, upload
from reelwork_farm.materialise import materialise
from reelwork_farm.storage import FolderStorage

SCENE = """
reelwork: 1
canvas: {{size: [8, 4], fps: 2}}
licence: {licence}
compositions:
  main: {{duration: 1s, layers: [{{{source}, fit: fill}}]}}
outputs: {{stills: {{file: f%d.png}}}}
"""


class Studio(Linker):
    """Finds what lies in a folder; notes what it was asked."""

    scheme = "studio"

    def __init__(self, folder):
        self.folder, self.asked = folder, []
        self.names = {"shot-12": "a.png", "words": "a.txt"}
        self.facts = {"licence": "CC-BY-4.0", "makers": ("Ada", "Bo")}

    def find(self, name, folder):
        self.asked.append(name)
        path = self.folder / self.names[name]
        return Linked(path, hashlib.sha256(path.read_bytes()).hexdigest(), title=name, **self.facts)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    """A linker of this machine, whose files lie apart from the scene."""
    folder = tmp_path / "store"
    folder.mkdir()
    Image.fromarray(np.full((4, 8, 3), (0, 128, 255), np.uint8)).save(folder / "a.png")
    (folder / "a.txt").write_text("Hello")
    linker = Studio(folder)
    known = replace(registry(), linkers=Offers("finds", [Offer(linker, ("studio",), "reelwork-studio 1.0")]))
    for name in ("render.prepare", "render.produce", "media.stills.plugins"):
        monkeypatch.setattr(f"reelwork.{name}.registry", lambda: known)
    for module in ("bundle", "materialise"):
        monkeypatch.setattr(f"reelwork_farm.{module}.registry", lambda: known)
    return linker


def scene(folder, source="asset: studio:shot-12", licence="CC-BY-4.0"):
    home = folder / "film"
    home.mkdir(exist_ok=True)
    path = home / "scene.yaml"
    path.write_text(SCENE.format(source=source, licence=licence))
    return path


def test_an_asset_is_found_once_rendered_and_named_as_its_record(studio, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = scene(tmp_path, "layers: [{asset: studio:shot-12}, {asset: studio:shot-12, fit: fill}]").read_text()
    (tmp_path / "film/scene.yaml").write_text(path.replace(", fit: fill}]}", "}]}"))
    made = render(tmp_path / "film", Settings(), Request(fresh=True), Silent())
    assert studio.asked == ["shot-12"]
    assert not made.warnings
    assert Image.open(tmp_path / "out/f0.png").getpixel((3, 3)) == (0, 128, 255)
    prepared = prepare(tmp_path / "film", Settings())
    (group,) = prepared.graph("main").root.layers
    assert [layer.records for layer in group.source.layers] == [("studio:shot-12",)] * 2


def test_a_file_and_words_may_be_named_so_too(studio, tmp_path):
    warnings = check(scene(tmp_path, "file: studio:shot-12"), Settings())
    assert any("nobody is credited" in problem.message for problem in warnings)
    prepared = prepare(scene(tmp_path, "text: {asset: studio:words}"), Settings())
    assert list(prepared.production.texts.values()) == ["Hello"]


def test_a_bundle_has_the_file_and_its_workers_ask_nobody(studio, tmp_path):
    layers = "layers: [{asset: studio:shot-12}, {file: studio:shot-12}]"
    task = plan_task(scene(tmp_path, layers), Settings(), Request(), Silent(), written=False)
    bundle = pin(task)
    (named,) = bundle.lock.elsewhere
    assert named.name == "studio:shot-12"
    digest = hashlib.sha256((studio.folder / "a.png").read_bytes()).hexdigest()
    assert any((file.path, file.digest) == (named.value, digest) for file in bundle.lock.files)
    assert named.value.endswith("/a.png")
    storage = FolderStorage(tmp_path / "storage")
    upload(bundle, storage)
    studio.asked.clear()
    folder = materialise(bundle.digest, storage, tmp_path / "worker")
    enclosed = {each.name: folder / each.value for each in bundle.lock.elsewhere}
    there = prepare(folder / bundle.lock.scene, Settings(enclosed=enclosed))
    assert not studio.asked
    here = {path: (media.facts, media.record) for path, media in task.prepared.production.media.items()}
    assert {path: (media.facts, media.record) for path, media in there.production.media.items()} == here
    with pytest.raises(SceneError, match="'studio:shot-12' is not enclosed with the scene"):
        prepare(folder / bundle.lock.scene, Settings(enclosed={}))


def test_its_licence_is_held_against_the_productions(studio, tmp_path):
    studio.facts["licence"] = "CC-BY-SA-4.0"
    with pytest.raises(SceneError, match=r"studio:shot-12 \('shot-12', by Ada, Bo\) is under CC-BY-SA-4.0, which"):
        check(scene(tmp_path), Settings())
    assert not check(scene(tmp_path, licence="CC-BY-SA-4.0"), Settings())


def test_what_a_linker_does_not_say_is_a_warning(studio, tmp_path):
    studio.facts.clear()
    said = [problem.message for problem in check(scene(tmp_path), Settings())]
    assert said == [
        "nobody says under which licence 'studio:shot-12' is",
        "nobody is credited for 'studio:shot-12'",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda linked: None, r"TypeError: it gives None, which is no Linked"),
        (lambda linked: replace(linked, path=Path("/nowhere/a.png")), "FileNotFoundError"),
        (lambda linked: replace(linked, sha256="0" * 64), r"a\.png is not what 'studio:shot-12' stands for"),
        (lambda linked: replace(linked, sha256=""), r"says none"),
    ],
)
def test_what_a_linker_gives_is_checked(studio, tmp_path, monkeypatch, change, said):
    find = studio.find
    monkeypatch.setattr(studio, "find", lambda name, folder: change(find(name, folder)))
    with pytest.raises(SceneError, match=rf"scene\.yaml:6:(.|\n)*{said}"):
        check(scene(tmp_path), Settings())


def test_what_there_is_not_is_said_and_a_slate_in_a_draft(studio, tmp_path):
    path = scene(tmp_path, "asset: studio:shot-13")
    with pytest.raises(SceneError, match=r"the linker studio 1 of reelwork-studio 1\.0 knows no 'studio:shot-13'"):
        check(path, Settings())
    (problem,) = check(path, Settings(draft=True))
    assert "a slate stands in its place" in problem.remedy


def test_a_scheme_that_is_not_known_is_said_with_those_that_are(studio, tmp_path):
    with pytest.raises(SceneError, match=r"finds 'studoi' names(.|\n)*did you mean 'studio'\?"):
        check(scene(tmp_path, "asset: studoi:shot-12"), Settings())


def test_a_file_of_an_effect_has_the_ending_that_it_has_and_not_that_of_its_name(studio, tmp_path):
    (studio.folder / "look.cube").write_text("LUT_3D_SIZE 2\n" + "0 0 0\n" * 8)
    studio.names["grade"] = "look.cube"
    prepared = prepare(scene(tmp_path, "solid: red, effects: [{lut: {file: studio:grade}}]"), Settings())
    assert prepared.production.files["studio:grade"].ending == ".cube"


def test_two_linkers_of_a_scheme_are_nobodys(studio, tmp_path, monkeypatch):
    offers = [Offer(studio, ("studio",), f"{name} 1.0") for name in ("one", "two")]
    known = replace(registry(), linkers=Offers("finds", offers))
    monkeypatch.setattr("reelwork.render.prepare.registry", lambda: known)
    with pytest.raises(SceneError, match=r"several packages offer what finds studio: one 1\.0 and two 1\.0"):
        check(scene(tmp_path), Settings())


def test_a_plugin_brings_a_linker_and_the_schema_knows_it(studio, monkeypatch):
    class Wrong(Studio):
        scheme = "C"

    module = types.ModuleType("studio_plugin")
    module.reelwork_linkers = hookimpl(lambda: (studio, Wrong(None)))
    monkeypatch.setitem(sys.modules, "studio_plugin", module)
    known = load([EntryPoint("studio", "studio_plugin", GROUP)])
    assert known.linkers.get("studio").thing is studio
    ((_, reason),) = known.failures
    assert reason.endswith("Wrong has the scheme 'C'; it is of two or more small letters, digits, +, . and -")
    schema = json.dumps(json_schema(replace(registry(), linkers=known.linkers))["$defs"])
    assert "^(studio):." in schema
    assert "^(studio)" not in json.dumps(json_schema(registry()))


def test_schemes_of_names():
    assert [scheme_of(name) for name in ("studio:a", "C:/a", "a/b", "studio:", "s3+x:b c", ":a")] == [
        *("studio", "", "", "", "s3+x", ""),
    ]
