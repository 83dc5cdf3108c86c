import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from scene.fakes import REGISTRY, Glow

from reelwork.errors import SceneError
from reelwork.scene.reader import read_scene_text
from reelwork.scene.schema import json_schema

SCHEMA = json_schema(REGISTRY)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
BROKEN = Path(__file__).parent.parent / "broken_scenes"
GOOD = Path(__file__).parent / "good_scenes"
HEAD = "reelwork: 1\ncompositions:\n  main:\n    duration: 9s\n    layers:\n      - "


def loaded(text: str) -> Any:
    return without_dates(YAML(typ="safe", pure=True).load(text))


def without_dates(value: Any) -> Any:
    """The value as YAML 1.2's core schema has it, where a date is a string."""
    if isinstance(value, dict):
        return {key: without_dates(child) for key, child in value.items()}
    if isinstance(value, list):
        return [without_dates(child) for child in value]
    return value.isoformat() if isinstance(value, date) else value


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA)


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            yield f"{path}.{key}", value
        for key, value in schema.items():
            yield from properties(value, f"{path}.{key}")
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value, path)


def test_every_key_is_described() -> None:
    found = list(properties(SCHEMA))
    assert len(found) > 100
    assert [path for path, schema in found if not str(schema.get("description", "")).endswith(".")] == []


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(SCHEMA)
    for part in text.split('"$ref": "#/$defs/')[1:]:
        assert part.split('"')[0] in SCHEMA["$defs"]


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
def test_it_accepts_what_the_reader_accepts(path: Path) -> None:
    text = path.read_text("utf-8")
    read_scene_text(text, registry=REGISTRY)
    assert [error.message for error in VALIDATOR.iter_errors(loaded(text))] == []


@pytest.mark.parametrize(
    "written",
    [
        "{solid: 7}",
        "{solid: gold, wobble: 1}",
        "{start: 1s}",
        "{solid: gold, asset: a/b}",
        "{solid: gold, fit: covers}",
        "{solid: gold, transform: {opacity: 100}}",
        "{solid: gold, transform: {opacity: {0s: 0, ease: slow}}}",
        "{solid: gold, transform: {position: 960}}",
        "{solid: gold, effects: [glou]}",
        "{solid: gold, effects: [{glow: {radios: 4}}]}",
        "{solid: gold, effects: [{glow: {}, grade: {}}]}",
        "{solid: gold, motion-blur: true}",
        "{solid: gold, blend: multply}",
        "{asset: Mirtle/Valley}",
        "{asset: a/b, sound: {gain: -6}}",
        "{asset: a/b, loop: often}",
        "{text: [a, b]}",
        "{text: {content: a, asset: b/c}}",
        "{shape: {fill: gold}}",
        "{generate: {nois: {}}}",
        "{solid: gold, id: 2nd}",
        "{solid: gold, visible: 'yes'}",
    ],
)
def test_it_refuses_what_the_reader_refuses(written: str) -> None:
    text = HEAD + written + "\n"
    with pytest.raises(SceneError):
        read_scene_text(text, registry=REGISTRY)
    assert not VALIDATOR.is_valid(loaded(text))


# what a schema cannot see: the text of a scalar, what refers to what, and rules over several keys
UNSEEN = {
    "adjustment-false", "alias-in-itself", "aliases-explode", "chapters-at-one-instant",
    "circle-of-compositions", "compositions", "day-of-a-call",
    "data-that-is-none", "depth-of-sound", "drop-frame-rate", "duration-and-end", "files",
    "filled-by-without-slot", "fps-of-what-has-its-own", "half-a-character", "merge-key",
    "names", "names-of-tables", "nested-200-deep", "nested-too-deep", "no-compositions", "no-main", "numbers-too-large",
    "parents", "stills-for-hdr",
    "retimed-without-a-time", "slot-without-id", "speed-0", "timecode-past-the-second", "variables",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_it_refuses_most_broken_scenes(path: Path) -> None:
    try:
        scene = loaded(path.read_text("utf-8"))
    except Exception:  # not YAML at all: no schema sees it
        return
    assert path.stem in UNSEEN or not VALIDATOR.is_valid(scene)


def extension(**attributes: Any) -> jsonschema.Draft202012Validator:
    """What validates the parameters of an effect with these declarations."""
    cls = type("Declaring", (Glow,), {"__doc__": "Declaring.", **attributes}, name="declaring", version=2)
    schema = json_schema(replace(REGISTRY, effects={"declaring": cls}))
    return jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/effect-declaring"})


def test_it_knows_presets_versions_and_old_names() -> None:
    declaring = extension(presets={"soft": {"radius": 4}, "wide": {"radius": 90}}, renamed={"size": "radius"})
    assert declaring.is_valid({"preset": "wide", "colour": "gold", "version": 1})
    assert declaring.is_valid({"size": 4})
    assert not declaring.is_valid({"preset": "whide"})
    assert not declaring.is_valid({"version": 3})
    assert not declaring.is_valid({"size": "far"})
    properties = declaring.schema["$defs"]["effect-declaring"]["properties"]
    assert properties["preset"]["anyOf"][1] == {"const": "wide", "description": "Sets radius: 90."}
    assert properties["size"]["deprecated"] is True
    assert "deprecated" not in properties["radius"]
    assert not extension().is_valid({"preset": "wide"})


def test_what_migrates_may_have_had_any_name() -> None:
    def migrate(cls: type, version: int, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"radius": parameters["extent"]} if "extent" in parameters else parameters

    assert extension(migrate=classmethod(migrate)).is_valid({"extent": 4})
    assert not extension().is_valid({"extent": 4})
