"""Measuring: what is rendered goes in and is rendered small; how many bits each of its units takes comes out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from reelwork.media.writing.segment import open_segment
from reelwork.media.writing.spec import video_spec
from reelwork.render.job import Dispatcher, Job
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress
from reelwork.render.unit import FilmJob, Shot
from reelwork.render.units import Request, job_key, kept_segments, mark_used, run, units
from reelwork.render.view import output_view
from reelwork.scene.output import Output

#: Pixels of a side of a picture that is looked at: how much in it changes is seen at that size.
_SIDE: Final = 480
_STAGE: Final = "measuring"


def needs(
    prepared: Prepared,
    output: Output,
    shot: Shot,
    frames: tuple[int, int],
    request: Request,
    folder: Path,
    progress: Progress,
    dispatcher: Dispatcher,
) -> tuple[int, ...]:
    """How many bits each unit of a shot takes at one quality, small. Like units, what is found is kept.

    :param frames: the first, and one past the last
    :param folder: where segments are kept
    """
    window = shot.view.window
    scale = request.scale * min(Fraction(1), Fraction(_SIDE, max(window.width, window.height)))
    # Rounded to even sizes, which a scale alone does not do where it is 1.
    view = output_view(shot.graph, output, min(scale, Fraction(255, 256)))
    size = (view.window.width, view.window.height)
    spec = video_spec(".mp4", size=size, fps=shot.fps, crf=23, preset="veryfast", display=shot.graph.display)
    small = replace(shot, view=view)
    found = units(*frames, job_key(prepared, small, spec, "measured"))
    job = FilmJob(small, spec, folder, request.tile_rows, stage=_STAGE)
    finished = {} if request.fresh else kept_segments(found, job.path)
    segments = run(Job(found, job), progress, dispatcher, finished, stage=_STAGE)
    mark_used(folder, segments)
    return tuple(8 * sum(entry.size for entry in open_segment(segment.path).packets) for segment in segments)
