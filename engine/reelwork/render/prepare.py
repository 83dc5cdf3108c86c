"""Preparing: a scene file goes in; it comes out read, linked and timed, or everything that is wrong with it.

What is wrong with the file itself is said first, all at once; then, all at once, what is wrong with what it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from reelwork.caption import Words
from reelwork.catalogue.facts import Reading
from reelwork.effect import VectorGenerator
from reelwork.errors import Place, Problem, ReelworkError, SceneError
from reelwork.extensions import Registry, registry
from reelwork.extensions.beside import registry_beside
from reelwork.extensions.names import OWN
from reelwork.faults import PluginFault, code_of
from reelwork.graph.build import build_graph
from reelwork.graph.classes import classes
from reelwork.graph.link import clips, link
from reelwork.graph.model import Composition, GeneratorSource, Graph, GroupSource, Layer, SequenceSource
from reelwork.graph.production import Production
from reelwork.plan.evaluate import Scope, instance
from reelwork.plan.generating import drawing
from reelwork.plan.refuse import refused
from reelwork.scene.model import Clip, Scene
from reelwork.scene.output import Output
from reelwork.scene.playing import SLATE_LENGTH, SourceLength
from reelwork.scene.reader import read_scene
from reelwork.scene.timing import Timing, resolve_times


@dataclass(frozen=True)
class Settings:
    """What the person asked for beside the scene.

    :param variables: values for the scene's variables, as written
    :param draft: whether missing records become slates, and quality gives way to speed
    :param enclosed: the files and the catalogue that the scene names outside its folder, by the names that it gives
        them; nothing else is then read outside of it. ``None``: they lie where the scene says
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    draft: bool = False
    enclosed: Mapping[str, Path] | None = None


@dataclass(frozen=True)
class Prepared:
    """A scene that can be rendered.

    :param warnings: what is doubtful
    """

    production: Production
    timing: Timing
    registry: Registry
    warnings: tuple[Problem, ...]

    @property
    def scene(self) -> Scene:
        """The scene as it was read."""
        return self.production.scene

    def graph(self, composition: str) -> Graph:
        """The graph under one of the scene's compositions."""
        return build_graph(self.production, self.timing, self.registry, composition)

    def uses_strangers(self, composition: str) -> bool:
        """Whether something under a composition is of a plugin that does not come with Reelwork."""
        origins = (self.registry.origins.get(cls, OWN) for cls in classes(self.graph(composition)))
        return any(origin.partition(" ")[0] != OWN for origin in origins)

    def known(self, fault: PluginFault) -> PluginFault:
        """A plugin's fault with the package that it is from, and where in the scene it is used."""
        origins = {code_of(cls): self.registry.whence(cls) for cls in self.registry.origins}
        return fault.known(origins, self.scene.place)


def scene_file(path: Path) -> Path:
    """The scene's file: the path itself, or ``scene.yaml`` in a folder."""
    return path / "scene.yaml" if path.is_dir() else path


def prepare(path: Path, settings: Settings, known: Registry | None = None) -> Prepared:
    """Read a scene, open what it names, resolve its times.

    :param known: the plugins; by default those of this machine, and those beside the scene where they are allowed

    :raises SceneError: everything that is wrong, in the order of the file
    """
    from reelwork.media.probe import files_of, probe  # PyAV loads only for scenes that show or sound a file

    if known is None:
        known = registry() if settings.enclosed is not None else registry_beside(registry(), scene_file(path))
    scene = read_scene(scene_file(path), set=settings.variables, registry=known)
    production, found = link(
        scene,
        probe,
        draft=settings.draft,
        enclosed=settings.enclosed,
        linkers=known.linkers,
        files=files_of,
        captions=_captions,
    )
    problems = [*scene.warnings, *found]

    def length(clip: Clip, assumed: Fraction | None = SLATE_LENGTH if settings.draft else None) -> SourceLength:
        media = production.media.get(clip.path)
        if media is None:
            return SourceLength(None, known=False, assumed=assumed)
        return SourceLength(media.facts.duration, media.facts.kind == "audio")

    def endless(clip: Clip) -> SourceLength:
        """The same, where slates stand for what is missing, and as much of each source is there as is asked for."""
        found = length(clip, SLATE_LENGTH)
        return found if found.seconds is None else replace(found, seconds=None, known=False, assumed=found.seconds)

    timing, late = resolve_times(scene, length)
    problems += refused(production, known)
    untimed = [problem for problem in late if not problem.warning]
    replaced = {f"{path}.{key}" for path in production.missing for key in ("file", "asset")}
    if all(problem.warning or problem.path in replaced for problem in problems):
        # Drawings need no media: what is wrong with them is told together with what is missing, or too short.
        timed, wrong = resolve_times(scene, endless) if replaced or untimed else (timing, ())
        if all(problem.warning for problem in wrong):
            problems += _undrawable(Prepared(production, timed, known, ()), settings.draft)
    problems += late
    if errors := [problem for problem in problems if not problem.warning]:
        raise SceneError(tuple(sorted(errors, key=_order)))
    return Prepared(production, timing, known, tuple(sorted(problems, key=_order)))


def default_output(scene: Scene) -> Output:
    """The film that a scene without outputs makes: named for its folder, or its file."""
    path = Path(scene.file).resolve()
    name = path.parent.name if path.name == "scene.yaml" else path.stem
    return Output(name="film", path="outputs.film", file=f"{name}.mp4")


def _captions(path: Path, reading: Reading, stream: int, language: str) -> Words:
    from reelwork.media.subtitles import read_captions  # PyAV loads here

    return read_captions(path, reading, stream=stream, language=language)


def _order(problem: Problem) -> tuple[str, int, int]:
    place = problem.place
    return ("", 0, 0) if place is None else (place.file, place.line, place.column)


def _undrawable(prepared: Prepared, draft: bool) -> list[Problem]:
    """Drawings that cannot be made: fonts that lack a glyph, outlines that make no sense.

    :raises PluginFault: a generator fails in another way than by saying so
    """
    places: dict[str, Place] = {clip.path: clip.place for clip in clips(prepared.scene)}
    problems: dict[str, Problem] = {}
    for name in prepared.scene.compositions:
        composition = prepared.graph(name).root
        for layer, size in _drawn(composition.layers, composition):
            source = layer.source
            assert isinstance(source, GeneratorSource)
            if layer.path in prepared.production.missing:
                continue  # a slate
            try:
                made = instance(source.generator, source.params, Scope(Fraction(0), size, size), layer.path)
                if isinstance(made, VectorGenerator):
                    drawing(made, size)
            except SceneError as error:
                said = error.problems[0]
                problems[layer.path] = replace(said, place=places.get(layer.path), path=layer.path)
            except PluginFault as fault:
                if draft:
                    continue  # it is left out, and told of, when a frame shows it
                if not isinstance(fault.__cause__, ValueError):
                    raise prepared.known(fault) from fault
                problems[layer.path] = Problem(str(fault.__cause__), places.get(layer.path), layer.path)
            except ReelworkError as error:
                problems[layer.path] = Problem(str(error), places.get(layer.path), layer.path)
    return list(problems.values())


def _drawn(layers: tuple[Layer, ...], composition: Composition) -> list[tuple[Layer, tuple[float, float]]]:
    size = (float(composition.size[0]), float(composition.size[1]))
    found = []
    for layer in layers:
        source = layer.source
        if isinstance(source, GeneratorSource):
            found.append((layer, size))
        elif isinstance(source, GroupSource):
            found += _drawn(source.layers, composition)
        elif isinstance(source, SequenceSource):
            found += _drawn(source.sequence.clips, composition)
    return found
