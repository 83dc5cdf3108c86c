"""Pictures: single frames, stills of an output, numbered stills and animations."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from reelwork.errors import OutputError
from reelwork.graph.model import Graph
from reelwork.image.frame import Frame
from reelwork.image.storage import Transfer
from reelwork.media.writing.animating import write_animation as write_moving
from reelwork.media.writing.stills import write_still
from reelwork.render.job import Dispatcher, Job, Piece, Renderer, Segment, Unit
from reelwork.render.prepare import Prepared
from reelwork.render.progress import OnePicture, Progress, Report, Silent
from reelwork.render.unit import Painter, Shot, ShotJob, StillsJob, compiling_said
from reelwork.render.units import Request, job_key, kept_folder, mark_used, run, selected, units
from reelwork.render.view import frame_range, output_view
from reelwork.scene.encoding import Stills
from reelwork.scene.files import DEPTHS, HDR_DEPTHS, NUMBER
from reelwork.scene.output import Output
from reelwork.timecode import format_seconds


def paint_instant(
    graph: Graph, output: Output, time: Fraction, scale: Fraction, report: Report | None = None
) -> tuple[Frame, bool]:
    """A composition at an instant as an output shows it, and whether transparency is kept.

    :param report: with one, an extension that fails is left out, and the report is told
    :raises OutputError: an instant that the composition does not have
    :raises PluginFault: a plugin fails
    """
    _check_instant(graph, time)
    view = output_view(graph, output, scale)
    painter = Painter(Shot(graph, view, Fraction(0), graph.fps, lenient=report is not None))
    return painter.frame(time * graph.fps, report or Silent()), view.background is None


def _check_instant(graph: Graph, time: Fraction) -> None:
    if not 0 <= time < graph.root.duration:
        raise OutputError(
            f"there is nothing at {format_seconds(time)}: the composition {graph.root.name!r} "
            f"lasts {format_seconds(graph.root.duration)}"
        )


def write_instants(
    prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress, dispatcher: Dispatcher
) -> Path:
    """Write the stills of an output with ``at``; several are numbered from 1 before their ending."""
    targets = tuple(instant(target, number + 1, len(output.at)) for number in range(len(output.at)))
    _paint_apart(prepared, output, output.at, targets, request.scale, progress, dispatcher, lenient=request.lenient)
    return targets[0]


@dataclass(frozen=True)
class InstantsJob(ShotJob):
    """Makes the painters of instants, each of which becomes a still under its final name.

    :param times: seconds of the graph's root; unit ``n`` is the ``n``-th of them
    """

    times: tuple[Fraction, ...]
    targets: tuple[Path, ...]
    told: Stills

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _InstantsRenderer(self)


class _InstantsRenderer:
    def __init__(self, job: InstantsJob) -> None:
        self._job = job
        self._painter = Painter(job.shot)

    def render(self, unit: Unit, report: Report) -> Segment:
        shot, target = self._job.shot, self._job.targets[unit.index]
        with compiling_said(report):
            frame = self._painter.frame(self._job.times[unit.index] * shot.fps, report)
        alpha, (depth, quality, hdr) = shot.view.background is None, _as_told(self._job.told, target.suffix)
        write_still(frame, target, alpha=alpha, depth=depth, quality=quality, display=shot.graph.display, hdr=hdr)
        report.advance()
        return Segment(unit, target, unit.key)


def _paint_apart(
    prepared: Prepared,
    output: Output,
    times: tuple[Fraction, ...],
    targets: tuple[Path, ...],
    scale: Fraction,
    progress: Progress,
    dispatcher: Dispatcher,
    *,
    lenient: bool,
) -> None:
    """Have instants painted by workers, whose end, or whose standing still, does no harm and is told."""
    graph = prepared.graph(output.composition)
    for time in times:
        _check_instant(graph, time)
    shot = Shot(graph, output_view(graph, output, scale), Fraction(0), graph.fps, lenient)
    units = tuple(Piece(n, n, n + 1, "", format_seconds(time)) for n, time in enumerate(times))
    run(Job(units, InstantsJob(shot, times, targets, output.stills)), progress, dispatcher, {})


def write_animation(prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress) -> Path:
    """Write an output as a GIF, an animated PNG or WebP."""
    shot, first, stop = shot_of(prepared, output, request)
    progress.start(stop - first)

    def frames() -> Iterator[Frame]:
        for frame in Painter(shot, tile_rows=request.tile_rows).frames(first, stop, progress):
            yield frame
            progress.advance()

    write_moving(frames(), target, fps=shot.fps, alpha=shot.view.background is None, display=shot.graph.display)
    return target


def write_sequence(
    prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress, dispatcher: Dispatcher
) -> Path:
    """Write an output as numbered stills, counted from 0; comes back with the first one's name.

    :raises OutputError: the name has no one number in it, such as ``%05d``
    """
    numbered(target, 0)
    shot, first, stop = shot_of(prepared, output, request)
    alpha = shot.view.background is None
    folder = kept_folder()
    told = _as_told(output.stills, target.suffix)
    renderer = StillsJob(shot, target.suffix.lower(), alpha, folder, request.tile_rows, *told)
    key = job_key(prepared, shot, renderer.suffix, alpha, *told)
    job = Job(units(first, stop, key), renderer)
    kept = [] if request.fresh else [unit for unit in job.units if renderer.is_whole(unit)]
    finished = {unit.index: Segment(unit, renderer.path(unit), unit.key) for unit in kept}
    segments = run(job, progress, dispatcher, finished)
    progress.stage("writing stills")
    for segment in segments:
        for number in range(segment.unit.first, segment.unit.stop):
            _copy(renderer.still(segment.path, number), numbered(target, number))
    mark_used(folder, segments)
    return numbered(target, first)


def _as_told(told: Stills, suffix: str) -> tuple[int | None, int | None, Transfer | None]:
    """Depth, quality and HDR curve of stills of this suffix: another file than the output's may have no such."""
    depth = told.depth if told.depth in DEPTHS.get(suffix.lower(), ()) else None
    curves: dict[str | None, Transfer] = {"pq": "pq", "hlg": "hlg"}
    return (depth, told.quality, curves.get(told.transfer) if suffix.lower() in HDR_DEPTHS else None)


def write_frame(
    prepared: Prepared,
    output: Output,
    time: Fraction,
    to: Path,
    progress: Progress,
    dispatcher: Dispatcher,
    *,
    lenient: bool,
) -> Path:
    """Write one instant of an output's composition as a still.

    :param lenient: whether an extension that fails is left out
    """
    told = OnePicture(progress)
    _paint_apart(prepared, output, (time,), (to,), Fraction(1), told, dispatcher, lenient=lenient)
    return to


def shot_of(prepared: Prepared, output: Output, request: Request) -> tuple[Shot, int, int]:
    """What is rendered of an output, the first frame that is asked for, and one past the last.

    :raises OutputError: it has no such frames
    """
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    first, stop = selected(count, request.frames)
    return Shot(graph, output_view(graph, output, request.scale), start, fps, request.lenient), first, stop


def numbered(target: Path, number: int) -> Path:
    """The file of one frame of a sequence such as ``frames/%05d.png``.

    >>> numbered(Path("frames/%05d.png"), 7).name
    '00007.png'

    :raises OutputError: the name has no place for the number, or several
    """
    if len(NUMBER.findall(target.name)) != 1 or target.name.count("%") != 1:
        raise OutputError(f"{target}: the name holds the number of the frame once, as in frames/%05d{target.suffix}")
    return target.with_name(NUMBER.sub(lambda match: str(number).zfill(int(match[1] or 0)), target.name))


def written(output: Output, target: Path, numbers: range) -> list[Path]:
    """The files of stills that are written for an output.

    :param target: their name, of a sequence with the number's place
    :param numbers: of its frames, or of its instants, from 0
    :raises OutputError: the name has no place for the number, or several
    """
    if not output.at:
        return [numbered(target, number) for number in numbers]
    return [instant(target, number + 1, len(output.at)) for number in numbers]


def instant(target: Path, number: int, count: int) -> Path:
    """The file of one of so many stills at instants, counted from 1.

    >>> instant(Path("dawn.png"), 2, 3).name
    'dawn-2.png'
    """
    return target if count == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")


def _copy(source: Path, to: Path) -> None:
    making = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, making)
        making.replace(to)
    except OSError as error:
        raise OutputError(f"cannot write {to}: {error.strerror or error}") from error
    finally:
        making.unlink(missing_ok=True)
