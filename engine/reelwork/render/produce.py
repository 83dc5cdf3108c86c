"""Producing: a scene and an output's name go in, the finished file comes out; one function for each command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from reelwork.errors import MediaError, OutputError, Problem, SceneError
from reelwork.extensions import registry
from reelwork.faults import PluginFault
from reelwork.graph.link import clips
from reelwork.media.whole import led_to
from reelwork.render.highlights import highlight_notes
from reelwork.render.job import Dispatcher, Here
from reelwork.render.local import LocalDispatcher
from reelwork.render.outputs import output_problems
from reelwork.render.prepare import Prepared, Settings, default_output, prepare
from reelwork.render.progress import Known, Progress, Silent
from reelwork.render.telling import told
from reelwork.render.units import Request
from reelwork.scene import files
from reelwork.scene.output import Output
from reelwork.timecode import parse_time

if TYPE_CHECKING:
    from reelwork.sound.levels import Levels

#: An error names no more layers that show a file.
_MOST_LAYERS: Final = 5

#: What an output is: stills of instants, a film, a film of a plugin's writer, sound alone, a GIF, numbered stills,
#: captions.
Kind = Literal["instants", "film", "written", "sound", "animation", "sequence", "captions"]


@dataclass(frozen=True)
class Task:
    """One output of a prepared scene that is to be rendered.

    :param target: where its file goes; of numbered stills, their name with the number's place
    :param settings: that the scene was prepared with
    :param warnings: what is doubtful in the scene and in the output
    """

    prepared: Prepared
    output: Output
    target: Path
    settings: Settings
    request: Request
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """What came of a render.

    :param path: the file that was written; of several, the first; ``None`` where all was thrown away
    :param warnings: what is doubtful in the scene
    :param levels: how loud it is, where it sounds
    """

    path: Path | None
    warnings: tuple[Problem, ...] = ()
    levels: Levels | None = None


def check(path: Path, settings: Settings) -> tuple[Problem, ...]:
    """Warnings about a scene.

    :raises SceneError: everything that is wrong with it
    """
    prepared = prepare(path, settings)
    outputs = prepared.scene.outputs.values() or [default_output(prepared.scene)]
    found = [problem for output in outputs for problem in output_problems(prepared, output)]
    warnings = _warnings(prepared, found)
    notes = (_copy_notes(prepared, output, Path(output.file), settings, Request()) for output in outputs)
    return (*warnings, *highlight_notes(prepared, outputs), *(note for several in notes for note in several))


def _warnings(prepared: Prepared, found: list[Problem]) -> tuple[Problem, ...]:
    """What is doubtful in a scene and in its outputs.

    :raises SceneError: something is wrong in its outputs
    """
    if any(not problem.warning for problem in found):
        raise SceneError((*prepared.warnings, *found))
    return (*prepared.warnings, *found)


def _copy_notes(
    prepared: Prepared, output: Output, target: Path, settings: Settings, request: Request
) -> tuple[Problem, ...]:
    """Why an output that asks for it is not copied from its sources, or not all of it."""
    suffix = target.suffix.lower()
    if not output.video.copy or suffix not in files.FILMS:
        return ()
    from reelwork.render import films  # numba and PyAV load here

    with naming_layers(prepared):
        note = films.copy_note(prepared, output, suffix, settings, request)
    path = f"{output.path}.video.copy"
    return (Problem(note, prepared.scene.place(path), path, warning=True),) if note else ()


def render(
    path: Path, settings: Settings, request: Request, progress: Progress, dispatcher: Dispatcher | None = None
) -> Rendered:
    """Render an output of a scene; plugins are told when that starts and how it ends.

    :param dispatcher: who renders the units; by default ``request.jobs`` workers on this machine
    :raises SceneError: the scene is wrong
    :raises OutputError: there is no such output, or it cannot be written
    """
    task = plan_task(path, settings, request, progress)
    title = task.prepared.scene.title or Path(default_output(task.prepared.scene).file).stem
    known, file = task.prepared.registry, task.target.name
    return told(known, title, file, progress, lambda watched: make(task, watched, dispatcher))


def discard(
    path: Path, settings: Settings, request: Request, progress: Progress, dispatcher: Dispatcher | None = None
) -> Rendered:
    """Render an output of a scene up to the values that an encoder would be given, and its sound; keep nothing of it.

    :param dispatcher: who renders the units; by default ``request.jobs`` workers on this machine
    :raises SceneError: the scene is wrong
    :raises OutputError: there is no such output, or it cannot be what it should be
    """
    task = plan_task(path, settings, request, progress, written=False)
    with naming_layers(task.prepared):
        levels = _discard(task, Known(progress, task.prepared.known), dispatcher or LocalDispatcher(request.jobs))
    return Rendered(None, task.warnings, levels)


def plan_task(path: Path, settings: Settings, request: Request, progress: Progress, *, written: bool = True) -> Task:
    """What there is to do for an output of a scene, found out before anything is rendered.

    :param written: whether its file is to be written on this machine, so that there must be a place for it
    :raises SceneError: the scene is wrong
    :raises OutputError: there is no such output, or its file cannot be written
    """
    progress.stage("reading the scene")
    prepared = prepare(path, settings)
    output = chosen_output(prepared, request.output)
    as_written = request.to is None and request.scale == 1
    warnings = _warnings(prepared, output_problems(prepared, output) if as_written else [])
    target = request.to or _inside_out(output.file)
    _check_ending(target)
    if written:
        _check_place(target)
    notes = _copy_notes(prepared, output, target, settings, request)
    shown = highlight_notes(prepared, [replace(output, file=target.name)])
    return Task(prepared, output, target, settings, request, (*warnings, *shown, *notes))


def measured(task: Task, progress: Progress, dispatcher: Dispatcher | None = None) -> Task:
    """The task with what is found out by a look at the whole film, where its output asks for one.

    :param dispatcher: who renders it, small; by default as many workers of this machine as the request says
    """
    suffix = task.target.suffix.lower()
    if not task.output.video.two_pass or kind_of(task.output, task.target) != "film":
        return task
    from reelwork.render import films  # numba and PyAV load here

    known, by = Known(progress, task.prepared.known), dispatcher or LocalDispatcher(task.request.jobs)
    with naming_layers(task.prepared):
        request = films.share_out(task.prepared, task.output, suffix, task.settings, task.request, known, by)
    return replace(task, request=request)


def make(task: Task, progress: Progress, dispatcher: Dispatcher | None = None) -> Rendered:
    """Render an output.

    :param dispatcher: who renders the units; by default as many workers of this machine as the request says
    :raises OutputError: it cannot be written
    """
    with naming_layers(task.prepared):
        made = _make(task, Known(progress, task.prepared.known), dispatcher or LocalDispatcher(task.request.jobs))
    return replace(made, warnings=(*task.warnings, *spending_notes(task, made.path)))


def spending_notes(task: Task, made: Path | None) -> tuple[Problem, ...]:
    """What is to be said of the bitrate of a film that was made."""
    if task.output.video.bitrate is None or made is None or kind_of(task.output, task.target) != "film":
        return ()
    from reelwork.render.spending import spending_note  # numba and PyAV load here

    note = spending_note(task.prepared, task.output, made, task.settings, task.request)
    path = f"{task.output.path}.video.bitrate"
    return (Problem(note, task.prepared.scene.place(path), path, warning=True),) if note else ()


def chosen_output(prepared: Prepared, name: str | None) -> Output:
    """An output by its name; the first without one.

    :raises OutputError: there is none of that name; the message names those there are
    """
    outputs = prepared.scene.outputs
    if not outputs:
        if name is not None:
            raise OutputError(f"there is no output {name!r}: the scene names no outputs, and makes one film")
        return default_output(prepared.scene)
    if name is None:
        return next(iter(outputs.values()))
    if name not in outputs:
        raise OutputError(f"there is no output {name!r}; the scene has {', '.join(outputs)}")
    return outputs[name]


def _inside_out(named: str) -> Path:
    folder = Path("out").resolve()
    target = (folder / named).resolve()
    if not target.is_relative_to(folder):
        raise OutputError(f"the output file {named!r} lies outside {folder}; only --to may name another place")
    return Path("out") / target.relative_to(folder)


def _check_ending(target: Path) -> None:
    """Whether there are files of that ending.

    :raises OutputError: there are not
    """
    suffix = target.suffix.lower()
    if suffix not in files.endings(registry()):
        said = f"nothing can be written with the ending {suffix!r}" if suffix else "it has no ending to say what it is"
        raise OutputError(f"cannot write {str(target)!r}: {said}; there are {files.endings_in_words(registry())}")


def _check_place(target: Path) -> None:
    """Whether a file can be written, before hours go into it; its folder is made.

    :raises OutputError: it cannot
    """
    try:
        folder = led_to(target).parent
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise OutputError(f"cannot write {target}: it is a folder")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise OutputError(f"cannot write {target}: {error.filename} is a file, not a folder") from error
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error


def _make(task: Task, progress: Progress, dispatcher: Dispatcher) -> Rendered:
    from reelwork.render import captions, films, pictures, written  # numba and PyAV load here

    prepared, output, target, request = task.prepared, task.output, task.target, task.request
    match kind_of(output, target):
        case "instants":
            return Rendered(pictures.write_instants(prepared, output, target, request, progress, dispatcher))
        case "film":
            levels = films.write(prepared, output, target, task.settings, request, progress, dispatcher)
            return Rendered(target, levels=levels)
        case "written":
            levels = written.write(prepared, output, target, request, progress, dispatcher)
            return Rendered(target, levels=levels)
        case "sound":
            return Rendered(target, levels=films.write_sound_alone(prepared, output, target, request, progress))
        case "animation":
            return Rendered(pictures.write_animation(prepared, output, target, request, progress))
        case "captions":
            return Rendered(captions.write(prepared, output, target, request))
        case "sequence":
            return Rendered(pictures.write_sequence(prepared, output, target, request, progress, dispatcher))


def _discard(task: Task, progress: Progress, dispatcher: Dispatcher) -> Levels | None:
    from reelwork.render import discard as discarding  # numba and PyAV load here

    prepared, output, request, suffix = task.prepared, task.output, task.request, task.target.suffix.lower()
    match kind_of(output, task.target):
        case "instants":
            discarding.discard_instants(prepared, output, request, progress)
        case "film":
            return discarding.discard_film(prepared, output, suffix, task.settings, request, progress, dispatcher)
        case "sound":
            return discarding.discard_sound(prepared, output, request, progress)
        case "animation" | "sequence" | "written":
            discarding.discard_frames(prepared, output, suffix, request, progress, dispatcher)
        case "captions":
            pass  # nothing is rendered for them
    return None


def kind_of(output: Output, target: Path) -> Kind:
    """What an output's file is, by its ending and by what is asked for.

    :raises OutputError: it is a still, and nothing says of when
    """
    suffix = target.suffix.lower()
    if output.at:
        return "instants"
    if suffix in files.FILMS:
        return "film"
    if suffix in registry().film_writers:
        return "written"
    if suffix in files.SOUNDS:
        return "sound"
    if suffix in files.ANIMATIONS:
        return "animation"
    if suffix in files.CAPTIONS:
        return "captions"
    if "%" in target.name:
        return "sequence"
    raise OutputError(
        f"{target.name} is one still: say when with `at: 3s`, or number it, as in {target.stem}-%05d{suffix}"
    )


def frame(
    path: Path,
    settings: Settings,
    time: str,
    to: Path,
    *,
    output: str | None = None,
    progress: Progress | None = None,
    apart: bool = False,
) -> Path:
    """Write one instant of a scene as a still; transparency is kept where the background is transparent.

    :param time: as a scene writes a time, such as ``3s``, ``72f`` or ``00:00:03:00``
    :param apart: whether what strangers' plugins bring is painted by a worker, whose crash is told; what comes with
        Reelwork is not worth the time that one takes to start
    :raises OutputError: not a time, or nothing is there then
    """
    from reelwork.render import pictures

    prepared = prepare(path, settings)
    chosen = replace(chosen_output(prepared, output), file=str(to))
    instant = instant_of(prepared, time)
    told, here = Known(progress or Silent(), prepared.known), _painter(prepared, chosen, apart=apart)
    with naming_layers(prepared):
        return pictures.write_frame(prepared, chosen, instant, to, told, here, lenient=settings.draft)


def _painter(prepared: Prepared, output: Output, *, apart: bool) -> Dispatcher:
    return LocalDispatcher(1) if apart and prepared.uses_strangers(output.composition) else Here()


def instant_of(prepared: Prepared, time: str) -> Fraction:
    """Seconds of a time as a scene writes one.

    :raises OutputError: it is none
    """
    try:
        return parse_time(time, prepared.scene.canvas.fps)
    except ValueError as error:
        raise OutputError(f"{time!r} is not a time: {error}") from error


def sheet(
    path: Path,
    settings: Settings,
    to: Path,
    progress: Progress,
    *,
    output: str | None = None,
    pictures: int = 24,
    width: int = 480,
    apart: bool = False,
) -> Path:
    """Write a contact sheet of an output.

    :param pictures: how many
    :param width: of one of them, in pixels
    :param apart: whether what strangers' plugins bring is painted by a worker, whose crash is told; what comes with
        Reelwork is not worth the time that one takes to start
    :raises OutputError: it cannot be written
    """
    from reelwork.render.sheet import write_sheet

    if to.suffix.lower() != ".png":
        raise OutputError(f"cannot write {str(to)!r}: a contact sheet is a PNG; end its name in .png")
    _check_place(to)
    prepared = prepare(path, settings)
    with naming_layers(prepared):
        chosen, told = chosen_output(prepared, output), Known(progress, prepared.known)
        here = _painter(prepared, chosen, apart=apart)
        return write_sheet(prepared, chosen, to, told, here, pictures=pictures, width=width, lenient=settings.draft)


@contextmanager
def naming_layers(prepared: Prepared) -> Iterator[None]:
    """Say in a file's error which layers show or sound the file; in a plugin's its package and its place."""
    try:
        yield
    except PluginFault as fault:
        raise prepared.known(fault) from fault
    except MediaError as error:
        scene, media = prepared.scene, prepared.production.media
        used = [
            clip for clip in clips(scene) if clip.path in media and str(error).startswith(f"{media[clip.path].path}:")
        ]
        lines = [f"  in {clip.path} ({clip.place})" for clip in used[:_MOST_LAYERS]]
        if len(used) > len(lines):
            lines.append(f"  and in {len(used) - len(lines)} other layers")
        raise MediaError("\n".join([str(error), *lines])) from error
