"""Films: an output goes in, its units are rendered, its sound is mixed, and one file comes out.

The three steps, planning, rendering the units and finishing, may be done in different places: see :class:`Film`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelwork.caption import Caption
from reelwork.errors import OutputError, RenderError
from reelwork.extensions import Registry
from reelwork.media.writing.mux import Chapter, write_film, write_sound
from reelwork.media.writing.rates import shares
from reelwork.media.writing.segment import open_segment
from reelwork.media.writing.spec import SoundSpec, VideoSpec, sound_spec
from reelwork.media.writing.verify import count_pictures, film_problems
from reelwork.render.captions import captions_of
from reelwork.render.copying import Copying, plan_copying
from reelwork.render.digests import value_digest
from reelwork.render.job import Dispatcher, Job, Renderer, Segment, Unit
from reelwork.render.measuring import needs
from reelwork.render.mixing import mixed
from reelwork.render.outputs import chapter_times, film_spec, nothing_heard
from reelwork.render.prepare import Prepared, Settings
from reelwork.render.progress import Progress, Report, Silent
from reelwork.render.unit import FilmJob, Shot
from reelwork.render.units import Request, job_key, kept_folder, kept_segments, mark_used, run, selected, units
from reelwork.render.view import frame_range, output_view
from reelwork.scene.output import Output
from reelwork.sound.levels import Levels, Meter
from reelwork.sound.mix import sample_at
from reelwork.sound.plan import Part
from reelwork.sound.voices import collect_voices


@dataclass(frozen=True)
class Film:
    """A film before it is rendered: its units, and what is heard.

    :param renderer: makes the renderers of its units, and knows where their segments are kept
    :param begin: the instant of its first frame, seconds of the graph's root
    :param duration: seconds
    :param voices: what is heard in the graph's root; none: it is silent
    :param metadata: what it says of itself, by FFmpeg's names
    :param language: of what is heard and read; empty where it is not said
    :param captions: of a track of them
    """

    units: tuple[Unit, ...]
    renderer: FilmJob
    begin: Fraction
    duration: Fraction
    voices: tuple[Part, ...]
    sound_as: SoundSpec
    metadata: Mapping[str, str]
    language: str = ""
    captions: tuple[Caption, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def frames(self) -> int:
        """How many there are."""
        return sum(unit.stop - unit.first for unit in self.units)

    @property
    def samples(self) -> int | None:
        """How many samples are heard, at 48,000 Hz; ``None`` where there is no sound."""
        return sample_at(self.duration) if self.voices else None


def plan_film(
    prepared: Prepared, output: Output, suffix: str, settings: Settings, request: Request, folder: Path
) -> Film:
    """An output as a film.

    :param suffix: of the film's file, with its point
    :param folder: where segments are kept
    :raises OutputError: it cannot be encoded as it asks for, or has no such frames
    """
    shot, spec, first, stop = film_shot(prepared, output, suffix, settings, request)
    copying = plan_copying(shot, spec, first, stop) if output.video.copy else Copying(None, ())
    spec = replace(spec, header=copying.header)
    begin, duration = shot.start + first / shot.fps, Fraction(stop - first) / shot.fps
    made = units(first, stop, job_key(prepared, shot, spec, copying.stretches))
    if request.shares:
        if len(request.shares) != len(made):
            raise OutputError(f"there are {len(request.shares)} shares of bits for {len(made)} units; render again")
        shared = zip(made, request.shares, strict=True)
        made = tuple(replace(unit, key=value_digest(unit.key, share)[:40]) for unit, share in shared)
    return Film(
        units=made,
        renderer=FilmJob(shot, spec, folder, request.tile_rows, copying.stretches, request.shares),
        begin=begin,
        duration=duration,
        voices=collect_voices(shot.graph),
        sound_as=_sound_spec(output, suffix),
        metadata=_metadata(prepared, output),
        language=output.metadata.language,
        captions=captions_of(shot.graph, begin, begin + duration) if output.captions else (),
        chapters=_chapters(output, begin, begin + duration),
    )


def _metadata(prepared: Prepared, output: Output) -> dict[str, str]:
    scene, told = prepared.scene, output.metadata
    found = {
        "title": scene.title,
        "artist": told.author,
        "copyright": scene.licence,
        "comment": told.comment,
        "date": told.date,
    }
    return {name: text for name, text in found.items() if text}


def _chapters(output: Output, begin: Fraction, end: Fraction) -> tuple[Chapter, ...]:
    """The chapters of a stretch of a composition."""
    cut = ((title, max(start, begin), min(until, end)) for title, start, until in chapter_times(output, end))
    return tuple(Chapter(start - begin, until - begin, title) for title, start, until in cut if start < until)


def share_out(
    prepared: Prepared,
    output: Output,
    suffix: str,
    settings: Settings,
    request: Request,
    progress: Progress,
    dispatcher: Dispatcher,
) -> Request:
    """The request with how many bits each unit gets, where an output has the whole film looked at first.

    What each gets depends on nothing but the film, so that every machine finds the same; a farm's workers are told.

    :param suffix: of the film's file, with its point
    :raises OutputError: as :func:`plan_film`
    """
    if request.shares or not output.video.two_pass:
        return request
    shot, spec, first, stop = film_shot(prepared, output, suffix, settings, request)
    if spec.rate is None or spec.rate.average is None:
        return request
    needed = needs(prepared, output, shot, (first, stop), request, kept_folder(), progress, dispatcher)
    frames = [unit.stop - unit.first for unit in units(first, stop, "")]
    shared = shares(frames, spec.rate.average, spec.fps, needs=needed, most=spec.rate.most)
    return replace(request, shares=shared)


def film_shot(
    prepared: Prepared, output: Output, suffix: str, settings: Settings, request: Request
) -> tuple[Shot, VideoSpec, int, int]:
    """What is rendered for an output that is a film, how it is encoded, its first frame and one past its last.

    :raises OutputError: as :func:`plan_film`
    """
    graph = prepared.graph(output.composition)
    view = output_view(graph, output, request.scale)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    size, alpha = (view.window.width, view.window.height), view.background is None
    spec = film_spec(output, suffix, size, fps, display=graph.display, alpha=alpha, draft=settings.draft)
    return Shot(graph, view, start, fps, request.lenient), spec, first, stop


def copy_note(prepared: Prepared, output: Output, suffix: str, settings: Settings, request: Request) -> str:
    """Why not all of an output that asks for it is copied from its sources; empty where all is.

    :raises OutputError: as :func:`plan_film`
    """
    return plan_copying(*film_shot(prepared, output, suffix, settings, request)).note


def finish_film(
    film: Film, segments: Sequence[Path], target: Path, report: Report, known: Registry | None = None
) -> Levels | None:
    """Mix a film's sound and write it with its segments; comes back with how loud it is, if it sounds.

    :param segments: the kept files of all units, in their order
    :param report: told of every minute of sound that is mixed
    :param known: as of :func:`reelwork.render.mixing.mixed`
    :raises OutputError: a segment is torn or of another film, or the file cannot be written
    """
    kept = [open_segment(path) for path in segments]
    frames = sum(segment.frames for segment in kept)
    if frames != film.frames:
        raise OutputError(f"{frames} frames were rendered where {film.frames} are due; render again with --fresh")
    meter = Meter()
    report.stage("mixing sound and writing the film")
    sound = _told(mixed(film.voices, film.begin, film.duration, known), report)
    write_film(
        kept,
        film.renderer.spec,
        target,
        sound=meter.through(sound) if film.voices else None,
        sound_as=film.sound_as,
        metadata=dict(film.metadata),
        language=film.language,
        captions=film.captions,
        chapters=film.chapters,
    )
    return meter.levels() if film.voices else None


def verify_film(film: Film, target: Path, report: Report) -> None:
    """Decode a finished film wholly.

    :raises RenderError: it has other pictures or another sound than it should have; the file is gone then
    """
    report.stage("verifying")
    problems = film_problems(
        target, frames=film.frames, fps=film.renderer.spec.fps, samples=film.samples, seen=report.advance
    )
    if problems:
        target.unlink(missing_ok=True)
        raise RenderError(f"the finished {target.name} is not what it should be: {'; '.join(problems)}")


@dataclass(frozen=True)
class Verified:
    """Makes renderers of a film's units that decode every segment again, and count."""

    renderer: FilmJob

    def without(self, paths: Set[str]) -> Verified | None:
        """See :class:`reelwork.render.job.Lenient`."""
        renderer = self.renderer.without(paths)
        return None if renderer is None else Verified(renderer)

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _VerifyingRenderer(self.renderer())


@dataclass(frozen=True)
class _VerifyingRenderer:
    renderer: Renderer

    def render(self, unit: Unit, report: Report) -> Segment:
        segment = self.renderer.render(unit, report)
        count = count_pictures(segment.path)
        if count != unit.stop - unit.first:
            segment.path.unlink(missing_ok=True)
            raise RenderError(f"{count} pictures were decoded from {unit}, which are {unit.stop - unit.first}")
        return segment


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
    folder = kept_folder()
    suffix = target.suffix.lower()
    request = share_out(prepared, output, suffix, settings, request, progress, dispatcher)
    film = plan_film(prepared, output, suffix, settings, request, folder)
    finished = {} if request.fresh else kept_segments(film.units, film.renderer.path)
    renderer = Verified(film.renderer) if request.verify else film.renderer
    segments = run(Job(film.units, renderer), progress, dispatcher, finished)
    levels = finish_film(film, [segment.path for segment in segments], target, progress, prepared.registry)
    if request.verify:
        verify_film(film, target, Silent())
    mark_used(folder, segments)
    return levels


def write_sound_alone(prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress) -> Levels:
    """Mix an output's sound into a file of its own; comes back with how loud it is.

    :raises OutputError: nothing is heard in it, or it cannot be written
    """
    graph = prepared.graph(output.composition)
    voices = collect_voices(graph)
    if not voices:
        raise OutputError(f"{nothing_heard(output)}, so {target.name} would be empty")
    begin, duration = sound_span(prepared, output, request)
    progress.stage("mixing sound")
    meter = Meter()
    sound = _told(mixed(voices, begin, duration, prepared.registry), progress)
    write_sound(meter.through(sound), target, _sound_spec(output, target.suffix.lower()))
    return meter.levels()


def hear(voices: tuple[Part, ...], begin: Fraction, duration: Fraction, report: Report) -> Levels | None:
    """Mix sound that nobody gets; comes back with how loud it is, if anything is heard.

    :param begin: seconds of the graph's root
    :param duration: seconds
    :param report: told of every minute of sound that is mixed
    """
    if not voices:
        return None
    meter = Meter()
    for _ in meter.through(_told(mixed(voices, begin, duration), report)):
        pass
    return meter.levels()


def sound_span(prepared: Prepared, output: Output, request: Request) -> tuple[Fraction, Fraction]:
    """When the sound of an output begins, seconds of the graph's root, and how long it is, seconds."""
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    end = min(start + stop / fps, output.range[1] if output.range else graph.root.duration)
    begin = start + first / fps
    return begin, end - begin


def _sound_spec(output: Output, suffix: str) -> SoundSpec:
    audio = output.audio
    return sound_spec(suffix, codec=audio.codec, bitrate=audio.bitrate or SoundSpec.bitrate, depth=audio.depth)


def _told(blocks: Iterator[npt.NDArray[np.float32]], report: Report) -> Iterator[npt.NDArray[np.float32]]:
    """The same blocks of a second each; whoever waits hears of every minute."""
    for second, block in enumerate(blocks):
        if second and second % 60 == 0:
            report.stage(f"mixing sound, minute {second // 60 + 1}")
        yield block
