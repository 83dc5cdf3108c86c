"""A job that is still being rendered goes in; what is finished of it comes out, as a film or as one of its frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reelwork.errors import OutputError
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.segment import encoder_of, open_segment
from reelwork.render.units import UNIT_FRAMES
from reelwork.values import Display
from reelwork_farm.errors import FarmError
from reelwork_farm.model import JobRow, UnitKind, UnitRow, UnitState
from reelwork_farm.storage import Storage

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient

_PAGE: Final = 1000


@dataclass(frozen=True)
class Partial:
    """What of a job was written.

    :param frames: that the film holds
    :param gaps: runs of frames of the job that are missing from it, first and last
    """

    frames: int
    gaps: tuple[tuple[int, int], ...]


def write_partial(client: FarmClient, storage: Storage, job: JobRow, to: Path) -> Partial:
    """Write all finished units of a job as a film without sound; what is missing is left out.

    :param to: ends like the job's own file
    :raises FarmError: the job is not rendered in units, or nothing of it is finished
    :raises OutputError: the film cannot be written
    """
    _check(job)
    done: list[UnitRow] = []
    gaps: list[tuple[int, int]] = []
    for unit in _renders(client, job):
        if unit.state is UnitState.DONE:
            done.append(unit)
        elif gaps and gaps[-1][1] == unit.first - 1:
            gaps[-1] = (gaps[-1][0], unit.stop - 1)
        else:
            gaps.append((unit.first, unit.stop - 1))
    if not done:
        raise FarmError(f"nothing of job {job.id} is finished yet")
    _write(storage, done, to)
    return Partial(sum(unit.stop - unit.first for unit in done), tuple(gaps))


def write_frame(client: FarmClient, storage: Storage, job: JobRow, number: int, to: Path) -> Path:
    """Write one frame of a job's finished units as a still.

    :param number: of the frame, counted as in the scene's output, from 0
    :raises FarmError: the job has no such frame, it is not finished yet, or the job is not rendered in units
    :raises OutputError: the still cannot be written
    """
    # here: this is the only command of the farm that converts pixels, and numba takes its time to load
    from reelwork.media.convert import picture_to_frame
    from reelwork.media.video.source import VideoSource
    from reelwork.media.writing.stills import still_endings, write_still

    _check(job)
    if to.suffix.lower() not in still_endings():
        raise OutputError(f"cannot write {str(to)!r}: a still ends in one of {', '.join(still_endings())}")
    unit = _unit_of(client, job, number)
    with tempfile.TemporaryDirectory() as folder:
        film = _write(storage, [unit], Path(folder) / "unit.mkv")  # which holds them all
        with VideoSource(film) as source:
            alpha = source.storage.alpha != "none"
            picture = source.picture(number - unit.first)
            curve: Display = "bt1886" if source.storage.transfer == "bt1886" else "srgb"
            write_still(picture_to_frame(picture), to, alpha=alpha, display=curve)
    return to


def _check(job: JobRow) -> None:
    if not job.spec.segmented:
        raise FarmError(f"job {job.id} makes {job.spec.file} in one piece: there is nothing of it before it is done")


def _unit_of(client: FarmClient, job: JobRow, number: int) -> UnitRow:
    spec = job.spec
    if not spec.first <= number < spec.stop:
        raise FarmError(f"job {job.id} has no frame {number}: it has frames {spec.first}-{spec.stop - 1}")
    index = number // UNIT_FRAMES - spec.first // UNIT_FRAMES
    (unit,) = client.units(job.id, first=index, limit=1)
    if unit.state is not UnitState.DONE:
        raise FarmError(f"frame {number} is not finished: its unit {unit.index} of job {job.id} is {unit.state}")
    return unit


def _renders(client: FarmClient, job: JobRow) -> Iterator[UnitRow]:
    first = 0
    while page := client.units(job.id, first=first, limit=_PAGE):
        yield from (unit for unit in page if unit.kind is UnitKind.RENDER)
        first = page[-1].index + 1


def _write(storage: Storage, units: list[UnitRow], to: Path) -> Path:
    """Write units one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        segments = []
        for unit in units:
            assert unit.digest is not None
            path = Path(folder) / f"{unit.index}.segment"
            storage.get(unit.digest, path)
            segments.append(open_segment(path))
        write_film(segments, encoder_of(segments[0]), to)
    return to
