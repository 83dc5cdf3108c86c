"""A trial: an extension and rows of values go in, a contact sheet and what a frame costs come out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from PIL import Image

from reelwork.effect import Effect, Extension
from reelwork.errors import OutputError, SceneError
from reelwork.extensions import Registry
from reelwork.gallery.shots import INSTANT, OnFile, staged
from reelwork.gallery.sweeps import PROGRESS, TIME, Row
from reelwork.graph.model import Graph
from reelwork.image.frame import Frame
from reelwork.kinds import REQUIRED, File
from reelwork.media.convert import frame_to_pixels
from reelwork.media.probe import probe
from reelwork.plan.planner import plan_frame
from reelwork.render.contact import contact_sheet
from reelwork.render.executor import Executor
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Settings, prepare
from reelwork.render.sources import Sources
from reelwork.render.view import output_view
from reelwork.scene.facts import written
from reelwork.scene.output import Output
from reelwork.timecode import parse_time

#: How often a frame is painted to find out how long it takes; the shortest counts.
_TIMES: Final = 5
_OUTPUT: Final = Output(name="film", path="outputs.film", file="film.mp4")
#: Keys under which a scene has the extension itself.
_USES: Final = ("effects[", "generate", "transition")
#: When a transition of the sample begins and how long it takes, seconds.
_BEGINS, _LASTS = 1, 2


@dataclass(frozen=True)
class Trial:
    """What is tried.

    :param name: by which scenes use it
    :param fixed: parameters that are the same in all pictures, as scenes write them
    :param on: a picture to try it on; without it, the sample
    :param width: of one picture on the sheet, pixels
    """

    name: str
    extension: type[Extension]
    known: Registry
    rows: Sequence[Row]
    fixed: Mapping[str, str] = field(default_factory=dict)
    on: Path | None = None
    width: int = 240


@dataclass(frozen=True)
class Tried:
    """What came of it.

    :param size: of a whole frame
    :param seconds: to paint one, on one core
    :param own: seconds of it that are the effect's; ``None`` for what is no effect
    """

    sheet: Image.Image
    pictures: int
    size: tuple[int, int]
    seconds: float
    own: float | None


def try_out(trial: Trial) -> Tried:
    """Paint all pictures of a trial.

    :raises OutputError: a parameter cannot be what it should be, or there is nothing to see; the message says why
    :raises ReelworkError: the extension fails
    """
    with tempfile.TemporaryDirectory() as folder:
        stage = _Stage(trial, Path(folder) / "scene.yaml")
        rows = [stage.row(row) for row in trial.rows]
        first = [(stage.picture({}), f"{trial.extension.name}{''.join(f', {k} {v}' for k, v in trial.fixed.items())}")]
        if issubclass(trial.extension, Effect):
            first.insert(0, (stage.picture({}, without=True), "without it"))
        size, seconds, own = stage.cost()
    return Tried(contact_sheet([first, *rows]), len(first) + sum(map(len, rows)), size, seconds, own)


class _Stage:
    """Where pictures are taken: one scene file after the other."""

    def __init__(self, trial: Trial, scene: Path) -> None:
        self._trial, self._scene, self._on = trial, scene, None
        if trial.on is not None:
            facts = probe(trial.on)
            self._on = OnFile(f"picture{trial.on.suffix}", (facts.width, facts.height))
        kinds = ((name, param.kind) for name, param in trial.extension.params().items())
        self._files = {name: kind for name, kind in kinds if isinstance(kind, File)}
        self._samples = {name: f"sample{kind.endings[0]}" for name, kind in self._files.items() if kind.sample}
        for name, sample in self._samples.items():
            scene.with_name(sample).write_text(self._files[name].sample, "utf-8")

    def row(self, row: Row) -> list[tuple[Image.Image, str]]:
        """A picture for each value."""
        return [(self.picture({row.parameter: value}), f"{row.parameter} {value}") for value in row.values]

    def picture(self, changed: Mapping[str, str], *, without: bool = False) -> Image.Image:
        """One picture of the sheet."""
        graph = self._graph(changed, without)
        scale = min(Fraction(1), Fraction(self._trial.width, graph.root.size[0]))
        frame = self._painted(graph, changed, scale)
        return Image.fromarray(frame_to_pixels(frame, alpha=False, display=graph.display))

    def cost(self) -> tuple[tuple[int, int], float, float | None]:
        """The size of a whole frame, how many seconds it takes, and how many of them are an effect's own.

        For the latter, frames with and without the effect take turns: what it is made from stays the same, and is kept.
        """
        graph = self._graph({}, False)
        whole = min(_timed(lambda: self._painted(graph, {}, Fraction(1))) for _ in range(_TIMES))
        if not issubclass(self._trial.extension, Effect):
            return graph.root.size, whole, None
        executor = Executor(Sources(display=graph.display))
        view = output_view(graph, _OUTPUT, Fraction(1))
        plans = [plan_frame(each, view, parse_time(INSTANT, graph.fps)) for each in (graph, self._graph({}, True))]
        found = [[_timed(lambda plan=plan: executor.frame(plan)) for plan in plans] for _ in range(1 + _TIMES)]  # type: ignore[misc]
        own, without = (min(seconds) for seconds in zip(*found[1:], strict=True))
        return graph.root.size, whole, max(0.0, own - without)

    def _painted(self, graph: Graph, changed: Mapping[str, str], scale: Fraction) -> Frame:
        instant = parse_time(changed.get(TIME, INSTANT), graph.fps)
        if PROGRESS in changed and PROGRESS not in self._trial.extension.params():
            instant = _BEGINS + _LASTS * Fraction(changed[PROGRESS].removesuffix("%")) / 100
        return paint_instant(graph, _OUTPUT, instant, scale)[0]

    def _graph(self, changed: Mapping[str, str], without: bool) -> Graph:
        trial = self._trial
        cls, either = trial.extension, trial.extension.exactly_one
        needed = {n: file for n, file in self._samples.items() if cls.params()[n].default is REQUIRED}
        given = {**needed, **trial.fixed}
        fixed = {n: v for n, v in given.items() if not (n in either and set(either) & changed.keys())}
        own = {name: value for name, value in {**fixed, **changed}.items() if name in cls.params()}
        parameters = ", ".join(filter(None, [_parameters(own), "enabled: false" if without else ""]))
        try:
            self._scene.write_text(staged(trial.name, trial.extension, parameters, self._on), "utf-8")
            enclosed = {} if self._on is None or trial.on is None else {self._on.name: trial.on}
            enclosed |= self._read({**trial.fixed, **changed})
            return prepare(self._scene, Settings(enclosed=enclosed), trial.known).graph("main")
        except SceneError as error:
            raise OutputError("\n".join(_told(error))) from error
        except ValueError as error:
            raise OutputError(str(error)) from error

    def _read(self, values: Mapping[str, str]) -> dict[str, Path]:
        """The files that parameters name, from where the command runs.

        :raises OutputError: one is not there
        """
        found = {values[name]: Path(values[name]) for name in self._files if name in values}
        for name, path in found.items():
            if not path.is_file():
                raise OutputError(f"there is no file {name}")
        return found


def _timed(paint: Callable[[], object]) -> float:
    begun = time.perf_counter()
    paint()
    return time.perf_counter() - begun


def _parameters(values: Mapping[str, str]) -> str:
    """Parameters as a scene has them between braces; lists, mappings and what is in quotes stay what they are."""
    structured = {name: value for name, value in values.items() if value[:1] in '[{"'}
    plain = written({name: value for name, value in values.items() if name not in structured})
    return ", ".join(filter(None, [plain, *(f"{name}: {value}" for name, value in structured.items())]))


def _told(error: SceneError) -> list[str]:
    """What is wrong with parameters, without the scene around them, which nobody wrote."""
    lines = []
    for problem in error.problems:
        if not problem.warning:
            remedy = f"; {problem.remedy}" if problem.remedy else ""
            key = problem.path.rpartition(".")[2]
            missing = f"{problem.message}{remedy}; --set NAME=VALUE gives a parameter a value"
            lines.append(missing if key.startswith(_USES) else f"{key}: {problem.message}{remedy}")
    return lines
