"""Work: a bundle's folder goes in; segments of its units and its finished file come out, every picture looked at.

What is done here is what the local render does, by the same functions; nothing here knows a network.
"""

from __future__ import annotations

import contextlib
import os
import tarfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reelwork.errors import MediaError, RenderError
from reelwork.faults import PluginFault
from reelwork.media.stills.reading import is_still, load_still
from reelwork.media.writing.verify import animation_problems, sound_problems
from reelwork.render.films import Film, Verified, finish_film, plan_film, sound_span, verify_film
from reelwork.render.job import Job, Renderer, Segment
from reelwork.render.pictures import written
from reelwork.render.prepare import Settings, default_output, prepare
from reelwork.render.produce import Kind, Task, chosen_output, kind_of, make, naming_layers
from reelwork.render.progress import Progress, Report
from reelwork.render.units import Request
from reelwork.render.view import frame_range
from reelwork.scene.files import STILLS
from reelwork.sound.levels import Levels
from reelwork.sound.mix import sample_at
from reelwork_farm.lock import NAME, BundleError, Lock, archive_name, is_many, read_lock, scale_of
from reelwork_farm.model import Heard, Part, UnitKind


def open_work(folder: Path, into: Path) -> Work:
    """Read the scene of a bundle, and get ready to render it.

    :param folder: as :func:`reelwork_farm.bundle.materialise` made it; nothing outside of it is read
    :param into: what is made goes there
    :raises BundleError: the lock asks for what the scene does not have
    :raises SceneError: the scene is wrong
    """
    lock = read_lock(folder / NAME)
    settings = Settings(
        variables={each.name: each.value for each in lock.variables},
        draft=lock.draft,
        enclosed={each.name: folder / each.value for each in lock.elsewhere},
    )
    prepared = prepare(folder / lock.scene, settings)
    output = chosen_output(prepared, lock.output) if lock.output is not None else default_output(prepared.scene)
    target = into / lock.file
    kind = kind_of(output, target)
    frames = None if kind == "instants" else (lock.first, lock.stop - 1)
    if kind == "instants" and (lock.first, lock.stop) != (0, len(output.at)):
        raise BundleError(f"the lock has the stills {lock.first}-{lock.stop - 1}; the scene has {len(output.at)}")
    request = Request(
        output=lock.output, to=target, frames=frames, scale=scale_of(lock), shares=lock.shares, lenient=lock.draft
    )
    return Work(folder, lock, kind, Task(prepared, output, target, settings, request))


class Work:
    """What a worker does for one job; it keeps decoders and pictures from unit to unit.

    :param folder: the bundle's
    """

    def __init__(self, folder: Path, lock: Lock, kind: Kind, task: Task) -> None:
        self._folder, self._lock, self._kind, self._task = folder, lock, kind, task
        self.heard: Heard | None = None  #: how loud the file is that was finished last; ``None`` where it has no sound

    def render(self, part: Part, report: Report) -> tuple[Path, int]:
        """Make the segment of a unit; comes back with how many pictures were decoded from it, which are all.

        :raises MediaError: a file that it shows cannot be decoded
        :raises ReelworkError: it cannot be made
        """
        os.utime(self._folder)  # it is in use
        with self._named():
            units = {(unit.first, unit.stop): unit for unit in self._film.units}
            unit = units.get((part.first, part.stop))
            if unit is None or (part.kind is UnitKind.RENDER and unit.index != part.index):
                raise BundleError(f"the job has no unit {part.index} of the frames {part.first}-{part.stop - 1}")
            noted = _Watched(report)
            made = self._renderer.render(unit, noted)
            if noted.left_out:  # every unit begins with all, so that its bytes do not depend on who made others
                del self.__dict__["_renderer"]
            return made.path, unit.stop - unit.first

    def finish(self, segments: Sequence[Path], report: Report) -> tuple[Path, int]:
        """Make the finished file, several files as one tar; comes back with how many pictures or instants it holds.

        :param segments: of all units, in order; none where the output is not rendered in units
        :raises RenderError: the file is not what it should be
        :raises ReelworkError: it cannot be made
        """
        os.utime(self._folder)
        with self._named():
            if self._kind == "film":
                return self._finish_film(segments, report)
            self.heard = _plain(make(self._task, _Watched(report), _Here(report)).levels)
            report.stage("verifying")
            return self._checked()

    @cached_property
    def _film(self) -> Film:
        if self._kind != "film":
            raise BundleError(f"{self._lock.file} is not rendered in units")
        task = self._task
        return plan_film(
            task.prepared, task.output, task.target.suffix.lower(), task.settings, task.request, task.target.parent
        )

    @cached_property
    def _renderer(self) -> Renderer:
        return Verified(self._film.renderer)()

    def _finish_film(self, segments: Sequence[Path], report: Report) -> tuple[Path, int]:
        film, target = self._film, self._task.target
        self.heard = _plain(finish_film(film, segments, target, report))
        verify_film(film, target, report)
        return target, film.frames

    def _checked(self) -> tuple[Path, int]:
        """What was made, each file of it opened."""
        task, lock, frames = self._task, self._lock, self._lock.stop - self._lock.first
        if self._kind == "captions":
            return task.target, frames
        if self._kind in ("sound", "animation"):
            if self._kind == "sound":
                _, duration = sound_span(task.prepared, task.output, task.request)
                problems = sound_problems(task.target, sample_at(duration))
            else:
                _, fps, _ = frame_range(task.prepared.graph(task.output.composition), task.output)
                problems = animation_problems(task.target, frames=frames, fps=fps)
            if problems:
                raise RenderError(f"the finished {task.target.name} is not what it should be: {'; '.join(problems)}")
            return task.target, frames
        if self._kind == "written":
            return task.target, frames
        paths = written(task.output, task.target, range(lock.first, lock.stop))
        for path in paths:
            try:
                if path.suffix.lower() in STILLS or is_still(path):
                    load_still(path)
            except MediaError as error:
                raise RenderError(f"the finished {path.name} is not what it should be: {error}") from error
        if not is_many(self._kind, lock):
            return paths[0], 1
        archive = task.target.parent / archive_name(lock.file)
        _pack(paths, archive)
        return archive, len(paths)

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Say in a file's error which layers show it, and where in the scene's folder it is, not where here."""
        try:
            with naming_layers(self._task.prepared):
                yield
        except MediaError as error:
            place = str((self._folder / self._lock.scene).resolve().parent)
            raise MediaError(str(error).replace(f"{place}{os.sep}", "")) from error


def _plain(levels: Levels | None) -> Heard | None:
    return None if levels is None else Heard(levels.loudness, levels.true_peak)


def _pack(paths: Sequence[Path], archive: Path) -> None:
    """Files in their order, the same bytes whenever and wherever they were made; the files go."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in paths:
            entry = tarfile.TarInfo(path.name)
            entry.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(entry, file)
            path.unlink()


@dataclass(frozen=True)
class _Watched:
    """A :class:`reelwork.render.progress.Progress` that tells a report."""

    report: Report
    left_out: list[PluginFault] = field(default_factory=list)

    def stage(self, name: str) -> None:
        self.report.stage(name)

    def start(self, total: int, *, done: int = 0) -> None:
        """A worker's units have their frames from the job."""

    def advance(self, frames: int = 1) -> None:
        self.report.advance(frames)

    def leave_out(self, fault: PluginFault) -> None:
        self.left_out.append(fault)
        self.report.leave_out(fault)


@dataclass(frozen=True)
class _Here:
    """Renders units in this process: a worker is one already."""

    report: Report

    def run(self, job: Job, progress: Progress) -> Generator[Segment]:
        renderer = job.renderer()
        for unit in job.units:
            yield renderer.render(unit, self.report)
