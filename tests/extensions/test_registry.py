"""The registry: what fails is told and the rest goes on; clashing names are nobody's until the package is named."""

from __future__ import annotations

import json
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner

from reelwork import PointEffect, SeparableMerge
from reelwork.cli import plugins
from reelwork.cli.app import cli
from reelwork.errors import SceneError
from reelwork.extensions import API, bearers, built_in, hookimpl, load, registry
from reelwork.extensions.manager import GROUP
from reelwork.scene.reader import read_scene_text


class Distribution:
    """As much of an installed distribution as is read."""

    def __init__(self, name, version):
        self.metadata = {"Name": name, "Version": version}


def effect(name, version=1):
    body = {"pixel": staticmethod(lambda r, g, b, a: (r, g, b, a)), "__doc__": "Does nothing."}
    return types.new_class(
        name.title().replace("-", ""),
        (PointEffect,),
        {"name": name, "version": version},
        lambda space: space.update(body),
    )


def merge(name):
    body = {"blend": staticmethod(lambda b, s: s), "__doc__": "Puts one over the other."}
    return types.new_class(
        name.title(), (SeparableMerge,), {"name": name, "version": 1}, lambda space: space.update(body)
    )


@pytest.fixture
def point(monkeypatch):
    """Entry points of packages that are not installed."""

    def make(name, *classes, package="", version="1.0", **attributes):
        module = types.ModuleType(f"plugin_{name}")
        module.__file__ = f"/somewhere/plugin_{name}.py"
        module.reelwork_extensions = hookimpl(lambda: classes)
        for key, value in attributes.items():
            setattr(module, key, value)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        made = EntryPoint(name, module.__name__, GROUP)
        if package:
            vars(made)["dist"] = Distribution(package, version)
        return made

    return make


def test_the_built_ins_are_all_there():
    known = registry()
    assert not known.failures
    assert {plugin.name for plugin in known.plugins} >= {
        *("merges", "colour", "filters", "generators", "transitions", "sound"),
    }
    assert all(plugin.package == "reelwork" and Path(plugin.path).exists() for plugin in known.plugins)
    assert known.effects["reelwork:grade"] is known.effects["grade"]


def test_a_plugin_that_cannot_be_imported_is_told_and_the_rest_goes_on(point):
    known = load([point("good", effect("shine")), EntryPoint("bad", "no_such_module_at_all", GROUP)])
    assert list(known.effects) == ["shine"]
    ((name, reason),) = known.failures
    assert name == "bad = no_such_module_at_all"
    assert "ModuleNotFoundError" in reason


def test_a_plugin_that_cannot_say_what_it_brings_is_told(point):
    def broken():
        raise RuntimeError("no idea")

    known = load([point("good", effect("shine")), point("bad", reelwork_extensions=hookimpl(broken))])
    assert list(known.effects) == ["shine"]
    assert known.failures == (("bad = plugin_bad", "RuntimeError: no idea"),)


def test_of_a_plugin_the_classes_that_are_wrong_are_told_and_the_others_stay(point):
    wrong = [effect(""), effect("old", version=0), effect("a:b"), int, "text"]
    known = load([point("mixed", effect("shine"), *wrong, effect("shine"))])
    assert list(known.effects) == ["shine"]
    ((_, reason),) = known.failures
    assert reason.count("has no name or no version") == 2
    assert "must not have a colon" in reason
    assert "<class 'int'> is no effect" in reason
    assert "the package already brings the effect 'shine'" in reason


def test_a_name_of_two_packages_is_neithers(point):
    one, other = effect("shine"), effect("shine")
    known = load([point("a", one, package="gold"), point("b", other, effect("rust"), package="iron", version="2.1")])
    assert "shine" not in known.effects
    assert list(known.effects) == ["rust", "gold:shine", "iron:shine"]
    assert len(known.effects) == 3
    assert known.effects["gold:shine"] is one
    assert known.effects["iron:shine"] is other
    assert known.effects["iron:rust"] is known.effects["rust"]
    assert bearers(known.effects, "shine") == ("gold:shine", "iron:shine")
    assert known.origins[other] == "iron 2.1"


def test_the_engine_means_its_own_normal(point):
    own, other = merge("normal"), merge("normal")
    known = load([point("a", own, package="reelwork"), point("b", other, package="strange")])
    assert "normal" not in known.merges
    assert built_in(known.merges, "normal") is own
    assert built_in(known.merges, "nothing") is None


@pytest.mark.parametrize(
    ("built_for", "told"),
    [
        (f"{API[0]}.{API[1]}", None),
        (f"{API[0]}.{API[1] + 1}", "newer version of Reelwork"),
        (f"{API[0] + 1}.0", "newer version of Reelwork"),
        (f"{API[0] - 1}.5", "newer version of the plugin"),
        ("latest", "must be a version"),
    ],
)
def test_a_plugin_for_another_api_is_refused_with_the_remedy(point, built_for, told):
    known = load([point("a", effect("shine"), REELWORK_API=built_for)])
    assert ("shine" in known.effects) == (told is None)
    assert all(told in reason for _, reason in known.failures)
    assert bool(known.failures) == (told is not None)


@pytest.fixture
def clashing(point):
    own = [EntryPoint(plugin.name, plugin.module, GROUP) for plugin in registry().plugins]
    strange = [
        point(name, effect("shine"), merge("paint"), package=metal) for name, metal in (("a", "gold"), ("b", "iron"))
    ]
    return load([*own, *strange, EntryPoint("c", "no_such_module_at_all", GROUP)])


def scene(name, blend, known):
    shown = f"{{solid: red, effects: ['{name}'], blend: '{blend}'}}"
    text = f"reelwork: 1\ncompositions: {{main: {{duration: 1s, layers: [{shown}]}}}}"
    (layer,) = read_scene_text(text, registry=known).compositions["main"].layers
    return layer


def test_scenes_name_the_package(clashing):
    layer = scene("iron:shine", "gold:paint", clashing)
    assert [use.effect for use in layer.effects] == ["iron:shine"]
    assert layer.blend == "gold:paint"


def test_a_name_of_two_packages_is_an_error_in_a_scene(clashing):
    with pytest.raises(SceneError) as error:
        scene("shine", "paint", clashing)
    said = str(error.value)
    assert "several packages bring an effect 'shine'" in said
    assert "write 'gold:shine' or 'iron:shine'" in said
    assert "several packages bring a merge 'paint'" in said
    assert "write 'gold:paint' or 'iron:paint'" in said


def test_a_preset_that_cannot_be_read_is_told_when_plugins_are_listed(point, monkeypatch):
    wrong = type("Wrong", (registry().effects["glow"],), {"presets": {"far": {"radius": "far"}}}, name="w", version=1)
    monkeypatch.setattr(plugins, "registry", lambda: load([point("a", wrong, package="gold")]))
    assert CliRunner().invoke(cli, ["plugins"]).stderr == (
        "warning: of 'w' of gold 1.0, the preset 'far': radius: "
        "expected a length such as 120 (pixels) or 50%, at least 0, found 'far'\n"
    )


def test_plugins_are_listed(clashing, monkeypatch):
    monkeypatch.setattr(plugins, "registry", lambda: clashing)
    result = CliRunner().invoke(cli, ["plugins"])
    assert result.exit_code == 0
    assert "a  gold 1.0\n  /somewhere/plugin_a.py\n  effects: shine\n  merges: paint\n" in result.stdout
    assert "not loaded: ModuleNotFoundError" in result.stdout
    assert "warning: several packages bring 'shine'; scenes write gold:shine or iron:shine\n" in result.stderr
    found = json.loads(CliRunner().invoke(cli, ["plugins", "--json"]).stdout)
    assert next(plugin for plugin in found if plugin["name"] == "b") == {
        "name": "b", "package": "iron", "version": "1.0", "module": "plugin_b", "path": "/somewhere/plugin_b.py",
        "effects": ["shine"], "merges": ["paint"], "generators": [], "transitions": [], "sound_effects": [],
        "does": [], "failure": None,
    }  # fmt: skip
