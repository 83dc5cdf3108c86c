"""Presets and examples of an extension, read as a scene is: a class goes in, what is wrong with them comes out."""

from __future__ import annotations

from collections.abc import Iterator

from reelwork.effect import Effect, Extension
from reelwork.extensions import Registry
from reelwork.scene.nodes import NOWHERE, Mapping, node_of
from reelwork.scene.read_composed import read_keys
from reelwork.scene.read_extensions import read_extension
from reelwork.scene.read_layers import EFFECT_KEYS
from reelwork.scene.reader import READERS
from reelwork.scene.reading import Reading
from reelwork.scene.report import Report, quote
from reelwork.sound_effect import SoundEffect


def declaration_problems(cls: type[Extension], registry: Registry) -> Iterator[str]:
    """What is wrong with the values of its presets, and with the parameters of its examples."""
    extra = EFFECT_KEYS if issubclass(cls, Effect | SoundEffect) else {}
    for name, preset in cls.presets.items():
        reading, node = Reading(Report(), registry, READERS), _mapping(preset)
        read_keys(reading, cls.params(), node, "", "it")
        yield from _told(reading, f"the preset {quote(name)}")
    for example in cls.examples:
        if example.parameters:
            reading, node = Reading(Report(), registry, READERS), _mapping(example.parameters)
            read_extension(reading, cls, node, "", "it", extra)
            yield from _told(reading, f"the example {quote(example.title)}")


def _mapping(values: object) -> Mapping:
    node = node_of(values, NOWHERE)
    assert isinstance(node, Mapping)
    return node


def _told(reading: Reading, what: str) -> Iterator[str]:
    for problem in reading.report.problems:
        where = f"{problem.path}: " if problem.path else ""
        yield f"{what}: {where}{problem.message}"
