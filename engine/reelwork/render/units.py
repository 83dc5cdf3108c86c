"""Units: a film's frames are cut on a fixed grid, rendered by whoever is there, and kept when they are finished."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from reelwork.errors import OutputError
from reelwork.folders import work
from reelwork.media.writing.segment import open_segment
from reelwork.render.digests import engine_digest, value_digest
from reelwork.render.job import TILE_ROWS, Dispatcher, Job, Segment, Unit
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress

#: Frames of a unit; a property of the job, so that a film's bytes do not depend on who renders it.
UNIT_FRAMES: Final = 96
#: What finished units may take on disk after a render, bytes; the least recently used go first.
KEPT_BYTES: Final = 4 << 30


@dataclass(frozen=True)
class Request:
    """What of a scene is to be rendered, and how.

    :param output: the output's name; ``None`` for the scene's first
    :param to: where the file goes instead of ``out/`` and the output's own name
    :param frames: first and last frame, from 0, both included; ``None`` for all
    :param scale: of the picture, for previews
    :param jobs: how many workers
    :param fresh: whether finished units of earlier renders are made again
    :param verify: whether every picture that was made is decoded again, and counted
    :param lenient: whether an extension that fails is left out with a warning, as in drafts
    :param shares: how many bits each unit gets, where that was measured already
    :param tile_rows: rows that go through the layers at once; no result depends on it
    """

    output: str | None = None
    to: Path | None = None
    frames: tuple[int, int] | None = None
    scale: Fraction = Fraction(1)
    jobs: int = 1
    fresh: bool = False
    verify: bool = False
    lenient: bool = False
    shares: tuple[int, ...] = ()
    tile_rows: int = TILE_ROWS


def selected(count: int, frames: tuple[int, int] | None) -> tuple[int, int]:
    """The first frame that is asked for, and one past the last.

    :raises OutputError: frames that the output does not have
    """
    first, last = frames or (0, count - 1)
    if not 0 <= first <= last < count:
        raise OutputError(f"there are no frames {first}-{last}: the output has frames 0-{count - 1}")
    return first, last + 1


def units(first: int, stop: int, key: str) -> tuple[Unit, ...]:
    """The units of frames ``first`` to ``stop`` (excluded), on a grid that begins at frame 0 whatever is asked for.

    :param key: what all of the job's segments depend on
    """
    found: list[Unit] = []
    for start in range(first - first % UNIT_FRAMES, stop, UNIT_FRAMES):
        begin, end = max(first, start), min(stop, start + UNIT_FRAMES)
        found.append(Unit(len(found), begin, end, value_digest(key, begin, end)[:40]))
    return tuple(found)


def job_key(prepared: Prepared, *parts: object) -> str:
    """What all segments of a job depend on: what is rendered, the code that does it, and the libraries under it."""
    return value_digest(engine_digest(prepared.registry), *parts)


def run(
    job: Job, progress: Progress, dispatcher: Dispatcher, finished: dict[int, Segment], *, stage: str = "rendering"
) -> list[Segment]:
    """All segments of a job in order, those that are finished already among them.

    :param stage: what whoever waits is told
    """
    total = sum(unit.stop - unit.first for unit in job.units)
    done = sum(job.units[index].stop - job.units[index].first for index in finished)
    left = tuple(unit for unit in job.units if unit.index not in finished)
    progress.start(total, done=done)
    progress.stage(stage)
    segments = dict(finished)
    with contextlib.closing(dispatcher.run(Job(left, job.renderer), progress)) as results:
        for segment in results:
            segments[segment.unit.index] = segment
    return [segments[unit.index] for unit in job.units]


def kept_segments(made: Iterable[Unit], path: Callable[[Unit], Path]) -> dict[int, Segment]:
    """The units whose segments an earlier render left, whole.

    :param path: where the segment of a unit is kept
    """
    found: dict[int, Segment] = {}
    for unit in made:
        try:
            kept = open_segment(path(unit))
        except OutputError:
            continue  # missing, or torn: it is rendered again
        if kept.frames == unit.stop - unit.first:
            found[unit.index] = Segment(unit, path(unit), kept.digest)
    return found


def kept_folder() -> Path:
    """Where finished units are kept.

    :raises OutputError: the folder cannot be made
    """
    folder = work() / "units"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}") from error
    return folder


def mark_used(folder: Path, segments: Iterable[Segment]) -> None:
    """Note that kept units were used, and let go of the least recently used others, beyond what may be kept."""
    used = {segment.path for segment in segments}
    for path in used:
        with contextlib.suppress(OSError):
            os.utime(path)
    entries = []
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            files = entry.iterdir() if entry.is_dir() else iter([entry])
            entries.append((entry.stat().st_mtime, sum(file.stat().st_size for file in files), entry))
    held = sum(size for _, size, _ in entries)
    for _, size, entry in sorted(entries):
        if held <= KEPT_BYTES:
            return
        if entry not in used:
            held -= size
            _remove(entry)


def _remove(entry: Path) -> None:
    with contextlib.suppress(OSError):
        if entry.is_dir():
            for file in entry.iterdir():
                file.unlink()
            entry.rmdir()
        else:
            entry.unlink()
