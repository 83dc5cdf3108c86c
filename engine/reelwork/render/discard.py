"""Discarding: an output is rendered as ever, up to the values that an encoder would be given, and nothing is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.writing.spec import VideoSpec
from reelwork.render.films import hear, plan_film, sound_span
from reelwork.render.job import TILE_ROWS, Dispatcher, Job, Renderer, Segment, Unit
from reelwork.render.pictures import paint_instant, shot_of
from reelwork.render.prepare import Prepared, Settings
from reelwork.render.progress import Progress, Report
from reelwork.render.unit import Painter, ShotJob, compiling_said
from reelwork.render.units import Request, job_key, run, units
from reelwork.scene.output import Output
from reelwork.sound.levels import Levels
from reelwork.sound.voices import collect_voices

_NOWHERE: Final = Path(os.devnull)


@dataclass(frozen=True)
class DiscardJob(ShotJob):
    """Makes the renderers of units whose frames nobody gets.

    :param spec: how a film's frames are stored; ``None`` for stills and animations, whose frames become pixels
    :param alpha: whether the pixels keep transparency
    :param linear: whether stills hold light itself, as EXR does, so that nothing is left to convert
    """

    spec: VideoSpec | None
    alpha: bool = False
    linear: bool = False
    tile_rows: int = TILE_ROWS

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _DiscardingRenderer(self)


class _DiscardingRenderer:
    def __init__(self, job: DiscardJob) -> None:
        self._job = job
        self._painter = Painter(job.shot, tile_rows=job.tile_rows)

    def render(self, unit: Unit, report: Report) -> Segment:
        with compiling_said(report):
            for _ in self._finished(unit, report):
                report.stage("rendering")
                report.advance()
        return Segment(unit, _NOWHERE, "")

    def _finished(self, unit: Unit, report: Report) -> Iterator[object]:
        """What an encoder would be given, picture by picture."""
        if self._job.spec is not None:
            yield from self._painter.pictures(unit.first, unit.stop, self._job.spec, report)
            return
        for frame in self._painter.frames(unit.first, unit.stop, report):
            yield frame if self._job.linear else self._pixels(frame)

    def _pixels(self, frame: Frame) -> object:
        return frame_to_pixels(frame, alpha=self._job.alpha, display=self._job.shot.graph.display)


def discard_film(
    prepared: Prepared,
    output: Output,
    suffix: str,
    settings: Settings,
    request: Request,
    progress: Progress,
    dispatcher: Dispatcher,
) -> Levels | None:
    """Render a film's frames and mix its sound; comes back with how loud it is, if it sounds.

    :param suffix: of the film's file, with its point
    :raises OutputError: it cannot be encoded as it asks for, or has no such frames
    """
    film = plan_film(prepared, output, suffix, settings, request, _NOWHERE)
    renderer = DiscardJob(film.renderer.shot, film.renderer.spec, tile_rows=request.tile_rows)
    run(Job(film.units, renderer), progress, dispatcher, {})
    progress.stage("mixing sound")
    return hear(film.voices, film.begin, film.duration, progress)


def discard_sound(prepared: Prepared, output: Output, request: Request, progress: Progress) -> Levels | None:
    """Mix an output's sound; comes back with how loud it is, if anything is heard."""
    voices = collect_voices(prepared.graph(output.composition))
    progress.stage("mixing sound")
    return hear(voices, *sound_span(prepared, output, request), progress)


def discard_frames(
    prepared: Prepared, output: Output, suffix: str, request: Request, progress: Progress, dispatcher: Dispatcher
) -> None:
    """Render the frames of an animation, or of numbered stills.

    :param suffix: of their files, with its point
    :raises OutputError: it has no such frames
    """
    shot, first, stop = shot_of(prepared, output, request)
    alpha = shot.view.background is None
    renderer = DiscardJob(shot, None, alpha, linear=suffix == ".exr", tile_rows=request.tile_rows)
    run(Job(units(first, stop, job_key(prepared, shot)), renderer), progress, dispatcher, {})


def discard_instants(prepared: Prepared, output: Output, request: Request, progress: Progress) -> None:
    """Render the instants of an output with ``at``."""
    graph = prepared.graph(output.composition)
    progress.start(len(output.at))
    for time in output.at:
        frame, alpha = paint_instant(graph, output, time, request.scale, progress if request.lenient else None)
        frame_to_pixels(frame, alpha=alpha, display=graph.display)
        progress.advance()
