"""Films in formats of plugins: units are painted and kept; a writer gets the pictures in order, and the sound."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np

from reelwork.errors import OutputError
from reelwork.extensions.offers import Offer
from reelwork.faults import Suspect, watched
from reelwork.film import Film, FilmWriter
from reelwork.film import FilmFacts as Facts
from reelwork.image.storage import Planes
from reelwork.kernels.colour import empty_planes
from reelwork.media.whole import whole_file
from reelwork.media.writing.segment import PacketEntry, SegmentWriter, StoredPacket, open_segment, read_packets
from reelwork.media.writing.spec import VideoSpec
from reelwork.render.job import TILE_ROWS, Dispatcher, Job, Renderer, Segment, Unit
from reelwork.render.mixing import mixed
from reelwork.render.outputs import written_storage
from reelwork.render.pictures import shot_of
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress, Report
from reelwork.render.unit import Painter, ShotJob, compiling_said, kept_apart
from reelwork.render.units import Request, job_key, kept_folder, kept_segments, mark_used, run, units
from reelwork.scene.output import Output
from reelwork.sound.levels import Levels, Meter
from reelwork.sound.mix import sample_at
from reelwork.sound.voices import collect_voices
from reelwork.still import Still

Writer = Offer[FilmWriter]

#: Of zlib: what is kept is read once or twice, so that it should be quick.
_LEVEL: Final = 1
_PAINTED: Final = "painted"


@dataclass(frozen=True)
class PaintedJob(ShotJob):
    """Makes the painters of units: each becomes a kept file of its pictures as they are stored, without loss.

    :param spec: in what storage
    :param folder: where they are kept, under the keys of their units
    """

    spec: VideoSpec
    folder: Path
    tile_rows: int = TILE_ROWS

    def path(self, unit: Unit) -> Path:
        """Where the pictures of a unit are kept."""
        return self.folder / f"{unit.key}.{_PAINTED}"

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _Painting(self)


class _Painting:
    def __init__(self, job: PaintedJob) -> None:
        self._job = job
        self._painter = Painter(job.shot, tile_rows=job.tile_rows)

    def render(self, unit: Unit, report: Report) -> Segment:
        job, path = self._job, self._job.path(unit)
        with compiling_said(report), whole_file(path) as temporary, SegmentWriter(temporary, job.spec) as writer:
            pictures = self._painter.pictures(unit.first, unit.stop, job.spec, report)
            for number, picture in enumerate(pictures):
                planes = (plane[:, : _columns(job.spec, n)] for n, plane in enumerate(picture.planes))
                data = zlib.compress(b"".join(np.ascontiguousarray(plane).data for plane in planes), _LEVEL)
                writer.add(StoredPacket(PacketEntry(len(data), number, True), data))
                report.stage("rendering")
                report.advance()
            kept = writer.finish(b"", path, unit.stop - unit.first)
        return Segment(unit, kept_apart(path, self._painter), kept.digest)


def _columns(spec: VideoSpec, plane: int) -> int:
    return spec.storage.plane_size(plane, spec.width, spec.height)[0]


def write(
    prepared: Prepared, output: Output, target: Path, request: Request, progress: Progress, dispatcher: Dispatcher
) -> Levels | None:
    """Render an output as a film of a plugin's format; comes back with how loud it is, if it sounds.

    :raises OutputError: the writer cannot write it as it asks for, or fails
    """
    writer = prepared.registry.film_writers.get(target.suffix.lower())
    assert writer is not None  # its ending was checked
    shot, first, stop = shot_of(prepared, output, request)
    window, alpha = shot.view.window, shot.view.background is None
    storage = written_storage(writer.thing, output, alpha=alpha, display=shot.graph.display)
    spec = VideoSpec(_PAINTED, window.width, window.height, shot.fps, storage)
    folder = kept_folder()
    painting = PaintedJob(shot, spec, folder, request.tile_rows)
    job = Job(units(first, stop, job_key(prepared, shot, spec)), painting)
    segments = run(job, progress, dispatcher, {} if request.fresh else kept_segments(job.units, painting.path))
    voices = collect_voices(shot.graph) if writer.thing.sound else ()
    begin, duration = shot.start + first / shot.fps, Fraction(stop - first) / shot.fps
    meter = Meter()
    facts = Facts(
        width=spec.width,
        height=spec.height,
        fps=spec.fps,
        count=stop - first,
        storage=storage,
        samples=sample_at(duration) if voices else 0,
        title=shot.graph.title,
    )
    progress.stage("mixing sound and writing the film" if voices else "writing the film")
    blocks = meter.through(mixed(voices, begin, duration, prepared.registry)) if voices else iter(())
    with whole_file(target) as temporary:
        _hand_over(writer, facts, _pictures(segments, spec), blocks, temporary, target)
        if not temporary.is_file():
            raise OutputError(f"{target}: the writer {writer} failed: it wrote no file")
    mark_used(folder, segments)
    return meter.levels() if voices else None


def _hand_over(
    writer: Writer, facts: Facts, pictures: Iterator[Planes], blocks: Iterator[Any], to: Path, named: Path
) -> None:
    """Have a film written.

    :param named: what the file will be called
    """
    thing = writer.thing
    with _naming(writer, named, "begin()"):
        film = thing.begin(to, facts)
        if not isinstance(film, Film):
            raise TypeError(f"begin() gives {film!r}, which is no Film")
    try:
        heard = 0
        for number, planes in enumerate(pictures):
            while heard <= sample_at(number / facts.fps) and (block := next(blocks, None)) is not None:
                heard += block.shape[1]
                with _naming(writer, named, "sound()"):
                    film.sound(block)
            with _naming(writer, named, f"picture({number})"):
                film.picture(planes if thing.pixel_formats else Still(np.stack(planes.planes, axis=-1)))
        for block in blocks:
            with _naming(writer, named, "sound()"):
                film.sound(block)
        with _naming(writer, named, "finish()"):
            film.finish()
    except BaseException:
        with suppress(Exception):
            film.discard()
        raise


def _pictures(segments: list[Segment], spec: VideoSpec) -> Iterator[Planes]:
    """The kept pictures of units, in order."""
    empty = empty_planes(spec.storage, 0, 0)
    sizes = [spec.storage.plane_size(number, spec.width, spec.height) for number in range(len(empty))]
    for segment in segments:
        for packet in read_packets(open_segment(segment.path)):
            data, at, planes = zlib.decompress(packet.data), 0, []
            for plane, (columns, rows) in zip(empty, sizes, strict=True):
                found = np.frombuffer(data, plane.dtype, columns * rows, at).reshape(rows, columns)
                at += found.nbytes
                planes.append(found)
            yield Planes(tuple(planes), spec.storage)


@contextmanager
def _naming(writer: Writer, path: Path, doing: str) -> Iterator[None]:
    thing = writer.thing
    who = Suspect(
        f"the writer {thing.name!r}, version {thing.version}", type(thing).__qualname__, parameters=f"file: {path}",
        origin=writer.origin,
    )  # fmt: skip
    try:
        with watched(who, doing):
            yield
    except (OutputError, OSError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise OutputError(f"{path}: the writer {writer} failed: {type(error).__name__}: {error}") from error
