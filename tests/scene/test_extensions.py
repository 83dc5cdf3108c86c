"""Old names, migrations and presets of extensions, as scenes use them."""

from __future__ import annotations

from typing import Any

import pytest
from scene.fakes import REGISTRY, Burn, Glow

from reelwork.effect import Effect, Example
from reelwork.errors import SceneError
from reelwork.extensions.declared import BESIDE, BESIDE_EFFECTS, declared_problem
from reelwork.kinds import param
from reelwork.scene.declared import declaration_problems
from reelwork.scene.model import EffectUse, Scene
from reelwork.scene.read_extensions import EXTENSION_KEYS
from reelwork.scene.read_layers import EFFECT_KEYS
from reelwork.scene.reader import read_scene_text

HEAD = "reelwork: 1\ncompositions:\n  main:\n    duration: 9s\n    layers:\n      - solid: gold\n        effects:\n"


def read(written: str) -> Scene:
    return read_scene_text(f"{HEAD}          - {written}\n", registry=REGISTRY)


def use(scene: Scene) -> EffectUse:
    return scene.compositions["main"].layers[0].effects[0]


def told(scene: Scene) -> list[str]:
    return [f"{problem.message}; {problem.remedy}" for problem in scene.warnings]


def wrong(written: str) -> str:
    with pytest.raises(SceneError) as error:
        read(written)
    return str(error.value)


def test_an_old_name_is_read_as_the_new_one_and_told_with_its_place() -> None:
    scene = read("burn: {size: 12}")
    assert use(scene).params == use(read("burn: {spread: 12}")).params
    (warning,) = scene.warnings
    assert warning.message == "'size' of the effect 'burn' is called 'spread' now"
    assert warning.remedy == "write spread"
    assert (warning.place.line, warning.place.column) == (8, 20)
    assert warning.path == "compositions.main.layers[0].effects[0].size"


def test_the_old_name_beside_the_new_one_is_an_error() -> None:
    said = wrong("burn: {spread: 4, size: 12}")
    assert "'size' is the old name of 'spread', which is written too" in said
    assert "leave out 'size'" in said


@pytest.mark.parametrize("version", ["", "version: 1, "])
def test_what_an_older_version_wanted_is_migrated_and_the_new_way_is_told(version: str) -> None:
    scene = read(f"burn: {{{version}strength: {{0s: 0, 2s: {{value: 80, ease: hold}}}}, size: 3}}")
    new = read("burn: {amount: {0s: 0%, 2s: {value: 80%, ease: hold}}, spread: 3}")
    assert use(scene).params == use(new).params
    assert not new.warnings
    assert told(scene)[0] == (
        f"the effect 'burn' has changed since {'version 1' if version else 'this was written'}; "
        "write {amount: {0s: 0%, 2s: {value: 80%, ease: hold}}, spread: 3}"
    )


def test_names_that_no_version_knows_stay_errors() -> None:
    said = wrong("burn: {amuont: 50%}")
    assert "'amuont' is not a key of the effect 'burn'" in said
    assert "did you mean 'amount'?" in said
    assert "it takes amount, spread, weights, preset, mix and enabled" in wrong("burn: {xyz: 1}")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_version_alone_changes_nothing(version: int) -> None:
    scene = read(f"burn: {{version: {version}, amount: 10%}}")
    assert use(scene).params == use(read("burn: {amount: 10%}")).params
    assert not scene.warnings


def test_a_version_of_the_future_is_refused() -> None:
    said = wrong("burn: {version: 4}")
    assert "the effect 'burn' has version 3 on this machine; this is written for version 4" in said
    assert "install a newer version of reelwork-film-burn" in said
    assert "expected a whole number, at least 1, found 'new'" in wrong("burn: {version: new}")


def test_a_migration_that_fails_is_told_where_it_stands() -> None:
    said = wrong("burn: {strength: much}")
    assert "scene.yaml:8:20: error: the effect 'burn' cannot take over what was written for an older version" in said
    assert "ValueError: could not convert string to float: 'much'" in said
    assert "write it for version 3" in said


def test_a_preset_sets_parameters_and_what_stands_beside_it_wins() -> None:
    assert use(read("burn: {preset: soft}")).params == use(read("burn: {amount: 25%, spread: 40}")).params
    assert (
        use(read("burn: {spread: 2, preset: soft, mix: 50%}")).params
        == use(read("burn: {amount: 25%, spread: 2}")).params
    )
    moving = "burn: {amount: {0s: 0, 2s: {value: 100%, ease: hold}}, weights: [1, 2.5]}"
    assert use(read("burn: {preset: moving}")).params == use(read(moving)).params


def test_of_parameters_that_exclude_each_other_the_written_one_wins() -> None:
    assert use(read("turn: {preset: half}")).params == use(read("turn: {angle: 180}")).params
    assert use(read("turn: {preset: half, part: 25%}")).params == use(read("turn: {part: 25%}")).params


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    said = wrong("burn: {preset: sofd}")
    assert "expected soft, moving or wrong, found 'sofd'" in said
    assert "did you mean 'soft'?" in said
    assert "the effect 'glow' has no presets" in wrong("glow: {preset: soft}")


def test_a_wrong_preset_is_its_authors_fault() -> None:
    said = wrong("burn: {preset: wrong}")
    assert (
        "scene.yaml:8:28: error: the preset 'wrong' of the effect 'burn' is wrong: spread: "
        "expected a length such as 120 (pixels) or 50%, at least 0, found 'wide'" in said
    )
    assert "write the parameters themselves until reelwork-film-burn 1.2 is mended" in said
    assert list(declaration_problems(Burn, REGISTRY)) == [
        "the preset 'wrong': spread: expected a length such as 120 (pixels) or 50%, at least 0, found 'wide'"
    ]


def declaring(**attributes: Any) -> type[Effect]:
    return type("Declaring", (Glow,), attributes, name="declaring", version=1)


@pytest.mark.parametrize(
    ("cls", "problem"),
    [
        (declaring(), ""),
        (declaring(renamed={"size": "radius"}, presets={"wide": {"radius": 90}}), ""),
        (declaring(renamed={"size": "extent"}), "leads from 'size' to 'extent', which is no parameter"),
        (declaring(renamed={"colour": "radius"}), "calls 'colour' an old name, but it is one of today"),
        (declaring(presets={"wide": {"size": 90}}), "the preset 'wide' sets 'size', which is no parameter"),
        (declaring(presets={" ": {}}), "' ' is no name for a preset"),
        (declaring(examples=(Example("Wide", {"size": 90}),)), "the example 'Wide' sets 'size'"),
        (declaring(presets={"wide": 90}), "`presets` must be a mapping of names to mappings of parameters"),
        (declaring(renamed=("size", "radius")), "`renamed` must be a mapping of old names to new ones"),
        (declaring(examples=Example("Wide")), "`examples` must be a tuple of Example"),
        (declaring(migrate=lambda version, parameters: parameters), "its migrate must be a class method"),
        (declaring(odd=param(1.0), __annotations__={"odd": "complex"}), "TypeError: parameter odd: give its kind"),
        (declaring(coverage="all"), "its coverage 'all' is none of 'kept', 'spread' and 'own'"),
        (declaring(preset=param(1.0), __annotations__={"preset": "float"}), "'preset' cannot be a parameter"),
        (declaring(mix=param(1.0), __annotations__={"mix": "float"}), "'mix' cannot be a parameter"),
    ],
)
def test_declarations_are_judged_when_a_plugin_is_loaded(cls: type[Effect], problem: str) -> None:
    found = declared_problem(cls)
    assert problem in found
    assert bool(problem) == bool(found)


def test_examples_are_read_as_scenes_are() -> None:
    cls = declaring(examples=(Example("Wide", {"radius": 40, "mix": "50%"}), Example("Odd", {"colour": "gren"})))
    (problem,) = declaration_problems(cls, REGISTRY)
    assert problem.startswith("the example 'Odd': colour: expected a colour")


def test_what_stands_beside_parameters_is_known_to_both_floors() -> None:
    assert tuple(EXTENSION_KEYS) == BESIDE
    assert tuple(EFFECT_KEYS) == BESIDE_EFFECTS
