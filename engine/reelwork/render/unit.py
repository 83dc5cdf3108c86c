"""Rendering a unit: frame plans are painted, converted and encoded into a segment of the film."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Self, TypeVar

from reelwork.errors import DamageError
from reelwork.faults import Concealed, PluginFault, note_frame
from reelwork.graph.leaving import leaving_out
from reelwork.graph.model import Graph
from reelwork.image import EMPTY
from reelwork.image.frame import Frame
from reelwork.image.storage import Transfer
from reelwork.kernels.compiling import compiling_told
from reelwork.media.convert import picture_in
from reelwork.media.picture import Picture as StoredPicture
from reelwork.media.writing.copying import PacketSource
from reelwork.media.writing.encode import Encoding, encode_unit, join_unit, planes_match
from reelwork.media.writing.segment import StoredPacket
from reelwork.media.writing.spec import VideoSpec
from reelwork.media.writing.stills import write_still
from reelwork.nesting import make_room
from reelwork.plan.known import Known
from reelwork.plan.nodes import FramePlan
from reelwork.plan.planner import View, plan_frame
from reelwork.render.copying import Stretch, untouched
from reelwork.render.executor import Executor
from reelwork.render.job import TILE_ROWS, Renderer, Segment, Unit
from reelwork.render.progress import Report, Silent
from reelwork.render.sources import Sources
from reelwork.timecode import format_seconds

T = TypeVar("T")
_NOBODY: Final = Silent()


@dataclass(frozen=True)
class Shot:
    """What is rendered, whatever becomes of it: a graph, how it is seen, and when its frames are.

    :param start: the instant of frame 0, seconds of the graph's root
    :param fps: frames a second
    :param lenient: whether an extension that fails is left out, as in drafts
    :param left_out: the keys of the scene whose extensions are left out of the graph by now
    """

    graph: Graph
    view: View
    start: Fraction
    fps: Fraction
    lenient: bool = field(default=False, metadata={"digest": False})
    left_out: frozenset[str] = field(default=frozenset(), metadata={"digest": False})

    def without(self, paths: Set[str]) -> Shot | None:
        """The same with some extensions left out; ``None`` where it is not lenient, or there is nothing new to leave
        out."""
        if not self.lenient or paths <= self.left_out:
            return None
        return replace(self, graph=leaving_out(self.graph, paths), left_out=self.left_out | paths)

    def plan(self, number: int | Fraction, known: Known | None = None) -> FramePlan:
        """The plan of a frame, counted from 0; of an instant between two, for a number between.

        :param known: what was planned for other frames of this shot
        """
        return plan_frame(self.graph, self.view, self.start + number / self.fps, known)

    def words(self, number: int | Fraction) -> str:
        """What messages call a frame."""
        time = format_seconds(self.start + number / self.fps)
        return f"frame {number} ({time})" if Fraction(number).denominator == 1 else time


@dataclass(frozen=True)
class ShotJob:
    """Makes renderers of a shot, which may do without extensions that fail."""

    shot: Shot

    def without(self, paths: Set[str]) -> Self | None:
        """See :class:`reelwork.render.job.Lenient`."""
        shot = self.shot.without(paths)
        return None if shot is None else replace(self, shot=shot)


class Painter:
    """Paints the frames of a shot; kept from unit to unit, and with it decoders and pictures that stay the same."""

    def __init__(self, shot: Shot, *, tile_rows: int = TILE_ROWS) -> None:
        make_room()
        self.shot = shot
        self._sources = Sources(display=shot.graph.display)
        self._executor = Executor(self._sources, tile_rows=tile_rows)
        self._known = Known()

    def frame(self, number: int | Fraction, report: Report = _NOBODY) -> Frame:
        """A finished frame.

        :param report: told of what is left out
        :raises PluginFault: a plugin fails; the error says at which frame
        """
        return self._planned(number, report, self._executor.frame)

    def frames(self, first: int, stop: int, report: Report = _NOBODY) -> Iterator[Frame]:
        """Finished frames in order; one that is the same as the one before is the same object.

        :raises PluginFault: as :meth:`frame`
        """
        key, frame = b"", Frame.transparent(EMPTY)

        def painted(plan: FramePlan) -> tuple[bytes, Frame]:
            return (key, frame) if plan.key == key else (plan.key, self._executor.frame(plan))

        for number in range(first, stop):
            key, frame = self._planned(number, report, painted)
            yield frame

    def pictures(self, first: int, stop: int, spec: VideoSpec, report: Report = _NOBODY) -> Iterator[StoredPicture]:
        """Pictures ready to be encoded; a source that nothing changes hands on its own planes.

        :raises PluginFault: as :meth:`frame`
        """
        key, picture = b"", None
        painted: tuple[FramePlan, StoredPicture] | None = None

        def made(plan: FramePlan) -> tuple[bytes, StoredPicture]:
            nonlocal painted
            if picture is not None and plan.key == key:
                return key, picture
            found = self._untouched(plan, spec)
            if found is None:
                found = self._executor.picture(plan, spec.storage, painted)
                painted = (plan, found)
            return plan.key, found

        for number in range(first, stop):
            key, picture = self._planned(number, report, made)
            yield picture

    def _planned(self, number: int | Fraction, report: Report, paint: Callable[[FramePlan], T]) -> T:
        """Have the plan of a frame painted; what fails is left out where that is wished, from then on."""
        while True:
            note_frame(self.shot.words(number))
            try:
                return paint(self.shot.plan(number, self._known))
            except PluginFault as fault:
                told = fault.at(self.shot.words(number))
                lacking = self.shot.without(fault.paths)
                if lacking is None:
                    raise told from fault
                report.leave_out(told)
                self.shot, self._known = lacking, Known()
            except DamageError as error:
                if not self.shot.lenient or not self._sources.conceal(error):
                    raise
                concealed = Concealed(str(error))
                lacking = self.shot.without(concealed.paths)
                if lacking is not None:
                    report.leave_out(concealed)
                    self.shot, self._known = lacking, Known()

    def _untouched(self, plan: FramePlan, spec: VideoSpec) -> StoredPicture | None:
        node = untouched(plan)
        if node is None:
            return None
        picture = picture_in(self._sources.stored(node.media, node.time), spec.storage)
        return picture if picture is not None and planes_match(picture, spec) else None


@dataclass(frozen=True)
class FilmJob(ShotJob):
    """Makes the renderers of a film's units, one in each worker.

    :param folder: where segments are kept, under the keys of their units
    :param stretches: the frames that are copied from their sources, in order
    :param shares: how many bits each unit gets; empty: all frames get the same, where there is a rate
    :param stage: what whoever waits is told
    """

    spec: VideoSpec
    folder: Path
    tile_rows: int = TILE_ROWS
    stretches: tuple[Stretch, ...] = ()
    shares: tuple[int, ...] = ()
    stage: str = "rendering"

    def path(self, unit: Unit) -> Path:
        """Where the segment of a unit is kept."""
        return self.folder / f"{unit.key}.segment"

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _FilmRenderer(self)


class _FilmRenderer:
    def __init__(self, job: FilmJob) -> None:
        self._job = job
        self._painter = Painter(job.shot, tile_rows=job.tile_rows)
        self._copied: PacketSource | None = None

    def render(self, unit: Unit, report: Report) -> Segment:
        job = self._job
        with compiling_said(report):
            if job.spec.header is None:
                pictures = self._pictures(unit.first, unit.stop, report)
                share = job.shares[unit.index] if job.shares else None
                segment = encode_unit(job.spec, pictures, job.path(unit), budget=share)
            else:
                segment = join_unit(job.spec, self._pieces(unit, report), unit.stop - unit.first, job.path(unit))
        return Segment(unit, kept_apart(segment.path, self._painter), segment.digest)

    def _pictures(self, first: int, stop: int, report: Report) -> Iterator[StoredPicture]:
        for picture in self._painter.pictures(first, stop, self._job.spec, report):
            yield picture
            report.stage(self._job.stage)
            report.advance()

    def _pieces(self, unit: Unit, report: Report) -> Iterator[tuple[int, Iterator[StoredPacket]]]:
        """What is copied and what is encoded of a unit, in turn; and where in the unit each begins."""
        done = unit.first
        for stretch in self._job.stretches:
            first, stop = max(stretch.first, unit.first), min(stretch.stop, unit.stop)
            if first >= stop:
                continue
            if done < first:
                yield done - unit.first, Encoding(self._job.spec).packets(self._pictures(done, first, report))
            begin = stretch.picture + first - stretch.first
            yield first - unit.first, self._source(stretch).packets(begin, begin + stop - first)
            report.stage("copying")
            report.advance(stop - first)
            done = stop
        if done < unit.stop:
            yield done - unit.first, Encoding(self._job.spec).packets(self._pictures(done, unit.stop, report))

    def _source(self, stretch: Stretch) -> PacketSource:
        """The source of a stretch, which stays open until another one is copied from."""
        path = Path(stretch.media.path)
        if self._copied is None or self._copied.path != path:
            if self._copied is not None:
                self._copied.close()
            self._copied = PacketSource(path, stretch.media.facts.digest)
        return self._copied


#: The list of a unit's digests, beside its stills, in their order.
_DIGESTS: Final = "digests"


@dataclass(frozen=True)
class StillsJob(ShotJob):
    """Makes the renderers of numbered stills: a unit becomes a folder of them, and of a list of their digests.

    :param suffix: of the stills, with its point
    :param alpha: whether transparency is kept
    :param depth: bits a sample, and the quality of those that lose something; ``None``: as their kind has it
    :param hdr: the curve of those for HDR displays
    """

    suffix: str
    alpha: bool
    folder: Path
    tile_rows: int = TILE_ROWS
    depth: int | None = None
    quality: int | None = None
    hdr: Transfer | None = None

    def path(self, unit: Unit) -> Path:
        """Where the finished unit's folder is."""
        return self.folder / f"{unit.key}.stills"

    def still(self, folder: Path, number: int) -> Path:
        """One of the stills of a finished unit, in the folder of its segment."""
        return folder / f"{number}{self.suffix}"

    def is_whole(self, unit: Unit) -> bool:
        """Whether all stills of a unit are there, as they were written."""
        try:
            digests = (self.path(unit) / _DIGESTS).read_text().split()
            return digests == [_digest(self.still(self.path(unit), number)) for number in range(unit.first, unit.stop)]
        except (OSError, UnicodeDecodeError):
            return False

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _StillsRenderer(self)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _StillsRenderer:
    def __init__(self, job: StillsJob) -> None:
        self._job = job
        self._painter = Painter(job.shot, tile_rows=job.tile_rows)

    def render(self, unit: Unit, report: Report) -> Segment:
        path = self._job.path(unit)
        making = Path(tempfile.mkdtemp(dir=self._job.folder, prefix=f"{unit.key}."))
        try:
            with compiling_said(report):
                digests = []
                for number, frame in enumerate(self._painter.frames(unit.first, unit.stop, report), start=unit.first):
                    still = making / f"{number}{self._job.suffix}"
                    told, curve = self._job, self._job.shot.graph.display
                    write_still(
                        frame, still, alpha=told.alpha, depth=told.depth, quality=told.quality, display=curve,
                        hdr=told.hdr,
                    )  # fmt: skip
                    digests.append(_digest(still))
                    report.stage("rendering")
                    report.advance()
            (making / _DIGESTS).write_text("\n".join(digests))
            shutil.rmtree(path, ignore_errors=True)
            os.replace(making, path)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        return Segment(unit, kept_apart(path, self._painter), unit.key)


def kept_apart(path: Path, painter: Painter) -> Path:
    """Where a finished segment is: one that something is left out of is not found again under its unit's key."""
    if not painter.shot.left_out:
        return path
    apart = path.with_name(f"{path.stem}-lacking{path.suffix}")
    shutil.rmtree(apart, ignore_errors=True)
    return path.replace(apart)


def compiling_said(report: Report) -> AbstractContextManager[None]:
    """Report when kernels are compiled, which is why a first render seems to stand still."""
    return compiling_told(lambda: report.stage("compiling kernels"))
