"""Shots: an extension goes in, the scenes of its pictures come out: its examples and presets, or its defaults."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reelwork.effect import Effect, Example, Extension, Generator, Merge, TemporalEffect, Transition
from reelwork.kinds import REQUIRED, File
from reelwork.scene.facts import written

#: The instant that a picture shows; transitions have come a third of their way then.
INSTANT: Final = "1.7s"

_SAMPLE: Final = Path(__file__).with_name("sample.yaml")


@dataclass(frozen=True)
class Shot:
    """One picture.

    :param title: what it shows
    :param words: what of the scene matters, as a scene has it
    :param scene: the whole scene, of which ``INSTANT`` is shown
    :param version: of the extension
    :param files: what stands in the files beside the scene, by their names
    """

    title: str
    words: str
    scene: str
    version: int
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """By which a picture that was drawn is known to be the one of this shot."""
        return hashlib.sha256(
            f"{INSTANT} {self.version} {self.scene}{''.join(self.files.values())}".encode()
        ).hexdigest()[:24]


@dataclass(frozen=True)
class OnFile:
    """A picture that something is tried on.

    :param name: what the scene calls its file
    :param size: width and height in pixels
    """

    name: str
    size: tuple[int, int]


def shots(name: str, cls: type[Extension]) -> tuple[Shot, ...]:
    """The pictures of an extension: none where it makes none, or cannot be shown without an example.

    :param name: by which scenes use it
    """
    stage = _stage(cls)
    files = {_file(kind): kind.sample for _, kind in _files(cls)}
    made = (_shot(name, cls.version, example, stage) for example in _examples(cls)) if stage else ()
    return tuple(replace(shot, files={file: files[file] for file in files if file in shot.scene}) for shot in made)


def staged(name: str, cls: type[Extension], parameters: str, on: OnFile | None = None) -> str:
    """A scene that shows an extension.

    :param name: by which scenes use it
    :param parameters: as a scene writes them, without braces
    :param on: a picture to try it on; by default the sample
    :raises ValueError: what makes no picture, and what cannot be shown on one
    """
    use = f'{{"{name}": {{{parameters}}}}}'
    if on is None:
        example = cls.examples[0] if cls.examples else Example("")
        stage = _stage(cls)
        if stage is None:
            raise ValueError(f"{cls.name} makes no picture; what is heard is tried in a scene, under `sound`")
        return stage(use, example)
    width, height = on.size
    fill = f"transform: {{scale: {100 * max(width / 640, height / 360)}%}}"
    if issubclass(cls, Effect):
        layers = f"layers: [{{composition: mine, effects: [{use}]}}]"
    elif issubclass(cls, Merge):
        layers = f'layers: [{{composition: mine}}, {{composition: paint, blend: "{name}", {fill}}}]'
    elif issubclass(cls, Transition):
        clips = (
            f"{{composition: mine, duration: 3s}}, {{transition: {use}, duration: 2s}}, {{composition: other, {fill}}}"
        )
        layers = f"sequence: [{clips}]"
    else:
        raise ValueError(f"{name} is not made from a picture")
    mine = f'  mine:\n    duration: 4s\n    size: [{width}, {height}]\n    layers: [{{file: "{on.name}"}}]\n'
    return f"{_SAMPLE.read_text('utf-8')}{mine}  main:\n    duration: 4s\n    size: [{width}, {height}]\n    {layers}\n"


def _stage(cls: type[Extension]) -> Callable[[str, Example], str] | None:
    return next((stage for base, stage in _STAGES.items() if issubclass(cls, base)), None)


def sample(layers: str) -> str:
    """A scene that shows layers, written in YAML, over and among the compositions of the sample."""
    return _scene("layers", layers)


def _examples(cls: type[Extension]) -> Iterator[Example]:
    yield from cls.examples
    on = cls.examples[0].on if cls.examples else ""
    yield from (Example(f"preset {preset}", {"preset": preset}, on) for preset in cls.presets)
    needed = [name for name, param in cls.params().items() if param.default is REQUIRED]
    given = {name: _file(kind) for name, kind in _files(cls) if name in needed}
    if not (cls.examples or cls.presets or cls.exactly_one or len(given) < len(needed)):
        yield Example("with a sample file" if given else "with its defaults", given)


def _files(cls: type[Extension]) -> Iterator[tuple[str, File]]:
    """The parameters that take files, as far as their author brings a sample."""
    for name, param in cls.params().items():
        if isinstance(param.kind, File) and param.kind.sample:
            yield name, param.kind


def _file(kind: File) -> str:
    return f"sample{kind.endings[0]}"


def _shot(name: str, version: int, example: Example, stage: Callable[[str, Example], str]) -> Shot:
    if example.layers:
        layers = textwrap.dedent(example.layers).strip("\n")
        return Shot(example.title, layers, sample(layers), version)
    parameters = f": {{{written(example.parameters)}}}" if example.parameters else ""
    scene = stage(f'{{"{name}"{parameters or ": {}"}}}', example)
    return Shot(example.title, f"{name}{parameters}", scene, version)


def _effect(use: str, example: Example) -> str:
    return _on(example.on or "picture", use)


def _through_time(use: str, example: Example) -> str:
    return _on(example.on or "flight", use)


def _on(composition: str, use: str) -> str:
    ground = '- solid: "#d9d4c8"\n' if composition == "cutout" else ""
    return sample(f"{ground}- composition: {composition}\n  effects: [{use}]")


def _merge(use: str, example: Example) -> str:
    below = "{composition: backdrop, transform: {anchor: [0, 0], position: [0, 0]}}"
    name = use[1 : use.index(": ")]
    return sample(
        f"- layers:  # a group, so that nothing lies under the backdrop\n  - {below}\n"
        f"  - {{composition: paint, blend: {name}}}"
    )


def _generator(use: str, example: Example) -> str:
    return sample(f"- generate: {use}")


def _transition(use: str, example: Example) -> str:
    clips = (
        "- {composition: picture, duration: 3s}",
        f"- {{transition: {use}, duration: 2s}}",
        "- {composition: other}",
    )
    return _scene("sequence", "\n".join(clips))


def _scene(key: str, items: str) -> str:
    return f"{_SAMPLE.read_text('utf-8')}  main:\n    duration: 4s\n    {key}:\n{textwrap.indent(items, ' ' * 6)}\n"


#: How extensions of a kind are shown, the first that fits; of other kinds there are no pictures.
_STAGES: Final[Mapping[type[Extension], Callable[[str, Example], str]]] = {
    TemporalEffect: _through_time,
    Effect: _effect,
    Merge: _merge,
    Generator: _generator,
    Transition: _transition,
}
