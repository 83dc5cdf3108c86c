"""The reader: a scene's file goes in, a :class:`Scene` comes out, or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from reelwork.extensions import Registry
from reelwork.extensions import registry as installed
from reelwork.scene import language, rules
from reelwork.scene.compose import compose, read_text
from reelwork.scene.model import Scene
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.nodes import Scalar
from reelwork.scene.output import Output
from reelwork.scene.read_composed import COMPOSED, instance, read_keys
from reelwork.scene.read_layers import LAYERS
from reelwork.scene.read_several import SEVERAL
from reelwork.scene.read_values import VALUES
from reelwork.scene.reading import Reading
from reelwork.scene.report import Report
from reelwork.scene.substitute import substitute
from reelwork.scene.variables import variables
from reelwork.timecode import parse_rate
from reelwork.values import Display

READERS: Final = {**VALUES, **SEVERAL, **COMPOSED, **LAYERS}
VERSION: Final = 1


def read_scene(
    path: Path | str,
    *,
    set: Mapping[str, str] = {},  # noqa: A002 - the option's name; it is never changed
    registry: Registry | None = None,
) -> Scene:
    """Read a scene from a file, or from ``scene.yaml`` in a folder.

    :param set: values for the scene's variables, as written on the command line
    :param registry: the plugins; by default those of this machine
    :raises SceneError: everything that is wrong with it, in the order of the file
    """
    path = Path(path)
    file = path / "scene.yaml" if path.is_dir() else path
    return read_scene_text(read_text(file), file=str(file), set=set, registry=registry)


def read_scene_text(
    text: str,
    *,
    file: str = "scene.yaml",
    set: Mapping[str, str] = {},  # noqa: A002 - as above
    registry: Registry | None = None,
) -> Scene:
    """Read a scene from a text; ``file`` is the name that messages give it. Otherwise as :func:`read_scene`."""
    report = Report()
    root = compose(text, file, report)
    if root is None:
        report.raise_if_wrong()
    assert root is not None  # where there is no root, there is a problem
    reading = Reading(report, registry or installed(), READERS)
    values = _read(reading, _without_notes(root), set)
    if values is not None:
        rules.check(reading, values)
    report.raise_if_wrong()
    assert values is not None  # as above
    return replace(values, file=file, warnings=report.warnings, places=reading.places)


def _without_notes(root: MappingNode) -> MappingNode:
    """The scene without its keys that begin with ``x-``, which are the author's own."""
    return replace(root, pairs=tuple(pair for pair in root.pairs if not pair[0].text.startswith("x-")))


def _read(reading: Reading, root: MappingNode, given: Mapping[str, str]) -> Scene | None:
    declared = root.get("variables")
    values = variables(declared, given, reading.report)
    others = tuple(
        (key, node if key.text == "variables" else substitute(node, values, reading.report, key.text))
        for key, node in root.pairs
    )
    root = replace(root, pairs=others)
    if not _is_this_version(reading, root):
        return None
    reading.fps, reading.display = _rate(root), _display(root)
    read = read_keys(reading, language.keys_of(Scene), root, "", "a scene")
    read["variables"] = values
    read["outputs"] = {name: _finished(output) for name, output in read.get("outputs", {}).items()}
    read.setdefault("reelwork", VERSION)
    read.setdefault("compositions", {})
    made: Scene = instance(reading, Scene, read, root, "", "a scene")
    return made if isinstance(made, Scene) else None


def _is_this_version(reading: Reading, root: MappingNode) -> bool:
    """Whether the scene says that it is written in this version of the format; another one is not looked at."""
    version = root.get("reelwork")
    if isinstance(version, Scalar) and version.text.isdecimal() and version.text != str(VERSION):
        reading.wrong(
            version,
            "reelwork",
            f"the scene is written in version {version.text} of the format; this is version {VERSION}",
        )
        return False
    if version is None and not any(key.text in ("compositions", "canvas", "outputs") for key, _ in root.pairs):
        reading.report.add("this is not a scene", root.place, remedy="a scene begins with `reelwork: 1`")
        return False
    return True


def _rate(root: MappingNode) -> Fraction:
    """The canvas's rate, which times need before the canvas itself is read."""
    canvas = root.get("canvas")
    rate = canvas.get("fps") if isinstance(canvas, MappingNode) else None
    try:
        return parse_rate(rate.text) if isinstance(rate, Scalar) else Fraction(24)
    except ValueError:
        return Fraction(24)


def _display(root: MappingNode) -> Display:
    """The canvas's display curve, which colours need before the canvas itself is read."""
    canvas = root.get("canvas")
    display = canvas.get("display") if isinstance(canvas, MappingNode) else None
    return "bt1886" if isinstance(display, Scalar) and display.text == "bt1886" else "srgb"


def _finished(output: Output) -> Output:
    """An output whose one instant has become a list of one."""
    at: Any = output.at
    return output if isinstance(at, tuple) else replace(output, at=(at,))
