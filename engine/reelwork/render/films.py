"""Films: an output goes in, its units are rendered, its sound is mixed, and one file comes out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelwork.errors import OutputError
from reelwork.media.audio import AudioSource
from reelwork.media.mux import write_film, write_sound
from reelwork.media.segment import Segment as KeptSegment
from reelwork.media.segment import open_segment
from reelwork.media.spec import SoundSpec, sound_spec
from reelwork.render.job import Dispatcher, Job, Segment
from reelwork.render.outputs import film_spec
from reelwork.render.prepare import Prepared, Settings
from reelwork.render.progress import Progress
from reelwork.render.unit import FilmJob, Shot
from reelwork.render.units import Request, job_key, kept_folder, mark_used, run, selected, units
from reelwork.render.view import frame_range, output_view
from reelwork.scene.model import Output
from reelwork.sound.levels import Levels, Meter
from reelwork.sound.mix import mix
from reelwork.sound.plan import Voice
from reelwork.sound.voices import collect_voices


def write(
    prepared: Prepared,
    output: Output,
    target: Path,
    settings: Settings,
    request: Request,
    progress: Progress,
    dispatcher: Dispatcher,
) -> Levels | None:
    """Render an output as a film; comes back with how loud it is, if it sounds.

    :raises OutputError: it cannot be encoded as it asks for, or not be written
    """
    graph = prepared.graph(output.composition)
    view = output_view(graph, output, request.scale)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    size, alpha = (view.window.width, view.window.height), view.background is None
    spec = film_spec(output, target.suffix.lower(), size, fps, alpha=alpha, draft=settings.draft)
    shot = Shot(graph, view, start, fps)
    folder = kept_folder()
    renderer = FilmJob(shot, spec, folder, request.tile_rows)
    job = Job(units(first, stop, job_key(prepared, shot, spec)), renderer)
    finished = {} if request.fresh else _finished(job, renderer)
    voices = collect_voices(graph)  # now, since there may be more than can be mixed
    segments = run(job, progress, dispatcher, finished)
    progress.stage("mixing sound and writing the film")
    kept = [open_segment(segment.path) for segment in segments]
    frames = sum(segment.frames for segment in kept)
    if frames != stop - first:
        raise OutputError(f"{frames} frames were rendered where {stop - first} are due; render again with --fresh")
    meter = Meter()
    sound = meter.through(_mixed(voices, start + first / fps, Fraction(stop - first) / fps))
    write_film(
        kept,
        spec,
        target,
        sound=sound if voices else None,
        sound_as=_sound_spec(output, target),
        metadata={"title": graph.title} if graph.title else None,
    )
    mark_used(folder, segments)
    return meter.levels() if voices else None


def write_sound_alone(prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress) -> Levels:
    """Mix an output\'s sound into a file of its own; comes back with how loud it is.

    :raises OutputError: nothing is heard in it, or it cannot be written
    """
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    voices = collect_voices(graph)
    if not voices:
        raise OutputError(f"nothing is heard in {output.composition!r}, so {target.name} would be empty")
    progress.stage("mixing sound")
    end = min(start + stop / fps, output.range[1] if output.range else graph.root.duration)
    begin = start + first / fps
    meter = Meter()
    write_sound(meter.through(_mixed(voices, begin, end - begin)), target, _sound_spec(output, target))
    return meter.levels()


def _sound_spec(output: Output, target: Path) -> SoundSpec:
    audio = output.audio
    return sound_spec(target.suffix.lower(), codec=audio.codec, bitrate=audio.bitrate or SoundSpec.bitrate)


def _finished(job: Job, renderer: FilmJob) -> dict[int, Segment]:
    """The units whose segments an earlier render left, whole."""
    found: dict[int, Segment] = {}
    for unit in job.units:
        path = renderer.path(unit)
        try:
            kept: KeptSegment = open_segment(path)
        except OutputError:
            continue  # missing, or torn: it is rendered again
        if kept.frames == unit.stop - unit.first:
            found[unit.index] = Segment(unit, path, kept.digest)
    return found


def _mixed(voices: tuple[Voice, ...], start: Fraction, duration: Fraction) -> Iterator[npt.NDArray[np.float32]]:
    """The sound of a stretch of the graph's root, 48,000 Hz stereo."""
    return mix(voices, duration, start=start, opener=AudioSource)
