"""Files among the parameters of extensions: as the scene names them they go in, as they lie on this machine they come
out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reelwork.errors import Place
from reelwork.scene import model
from reelwork.scene.model import FileName
from reelwork.scene.sources import (
    GenerateSource,
    GroupSource,
    SequenceSource,
    ShapeSource,
    TextSource,
)
from reelwork.values import File


@dataclass(frozen=True)
class Use:
    """An extension as a scene uses it.

    :param of: the table of the registry that it stands in: ``effects``, ``sound_effects``, ``generators`` or
        ``transitions``
    :param path: the key under which its parameters stand
    :param composition: the one that it is used in
    """

    of: str
    name: str
    params: Mapping[str, Any]
    place: Place
    path: str
    composition: model.Composition


def uses(scene: model.Scene) -> Iterator[Use]:
    """Every extension that takes part in a scene; effects that are not enabled do not."""
    for composition in scene.compositions.values():
        for item in (*nested(composition.sequence), *nested(composition.layers)):
            if isinstance(item, model.TransitionUse):
                yield Use("transitions", item.transition, item.params, item.place, item.path, composition)
            elif isinstance(item, model.Clip):
                yield from _of_clip(item, composition)


def nested(items: tuple[model.Item, ...]) -> Iterator[model.Item]:
    """Layers, clips and what stands between clips, with those inside groups and sequences."""
    for item in items:
        yield item
        if isinstance(item, model.Clip):
            if isinstance(item.source, GroupSource):
                yield from nested(item.source.layers)
            elif isinstance(item.source, SequenceSource):
                yield from nested(item.source.items)


def names_in(value: Any, path: str) -> Iterator[tuple[FileName, str]]:
    """The files that parameters name, each with the path of the key that names it; ``path`` is that of the value."""
    if isinstance(value, FileName):
        yield value, path
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from names_in(part, f"{path}.{key.rstrip('_').replace('_', '-')}")
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from names_in(part, f"{path}[{index}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from names_in({field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, path)


def with_files(value: Any, files: Mapping[str, File]) -> Any:
    """Parameters with files in place of their names; a record that a draft lacks is ``None``."""
    if isinstance(value, FileName):
        return files.get(value.name) if value.record else files[value.name]
    if isinstance(value, Mapping):
        return {key: with_files(part, files) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(with_files(part, files) for part in value)
    if next(names_in(value, ""), None) is not None:
        fields = (field.name for field in dataclasses.fields(value))
        return dataclasses.replace(value, **{name: with_files(getattr(value, name), files) for name in fields})
    return value


def _of_clip(clip: model.Clip, composition: model.Composition) -> Iterator[Use]:
    source = clip.source
    if isinstance(source, GenerateSource):
        path = f"{clip.path}.generate"
        yield Use("generators", source.generator, source.params, clip.place, path, composition)
    elif isinstance(source, TextSource | ShapeSource):
        name = "text" if isinstance(source, TextSource) else "shape"
        yield Use("generators", name, source.params, clip.place, f"{clip.path}.{name}", composition)
    for of, effects in (("effects", clip.effects), ("sound_effects", clip.sound.effects)):
        for use in effects:
            if use.enabled:
                yield Use(of, use.effect, use.params, use.place, use.path, composition)
