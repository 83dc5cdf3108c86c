"""A job: the units of a film and how to render one; dispatchers turn it into segments, here or elsewhere.

Everything in a job is pickled on its way to a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from reelwork.render.progress import Progress, Report

#: Rows of a tile: full-width strips of 1080p in four float32 channels take 4 MB and stay in the processor's last cache.
#: Of fewer rows they would stay nearer to it, but what Python does for each tile costs more than that saves.
TILE_ROWS: Final = 128


@dataclass(frozen=True)
class Unit:
    """A fixed run of frames that is encoded on its own.

    :param index: its place in the film, from 0
    :param first: its first frame, counted from the film's first
    :param stop: one past its last frame
    :param key: names everything that its segment depends on; equal keys are equal segments
    """

    index: int
    first: int
    stop: int
    key: str

    def __str__(self) -> str:
        return f"frames {self.first}-{self.stop - 1}"


@dataclass(frozen=True)
class Piece(Unit):
    """A unit that is no run of frames, such as an instant, or a film's sound.

    :param words: what messages call it
    """

    words: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Segment:
    """An encoded unit, whole, under its final name.

    :param digest: SHA-256 of the file, hexadecimal
    """

    unit: Unit
    path: Path
    digest: str


class Renderer(Protocol):
    """Renders units in one worker, which keeps it, and with it caches and open decoders, from unit to unit."""

    def render(self, unit: Unit, report: Report) -> Segment:
        """Make the unit's segment.

        :raises ReelworkError: it cannot be made, whoever tries
        """
        ...


@runtime_checkable
class Lenient(Protocol):
    """A maker of renderers that may be able to do without extensions that fail."""

    def without(self, paths: Set[str]) -> Callable[[], Renderer] | None:
        """The same without them; ``None`` where it must not.

        :param paths: the keys of the scene that use them
        """
        ...


@dataclass(frozen=True)
class Job:
    """What is left to render.

    :param units: in the film's order
    :param renderer: makes the renderer, once in each worker
    """

    units: tuple[Unit, ...]
    renderer: Callable[[], Renderer]


class Dispatcher(Protocol):
    """Has the units of a job rendered."""

    def run(self, job: Job, progress: Progress) -> Generator[Segment]:
        """Segments as they are finished, in any order; closing the iterator stops what still runs.

        :raises ReelworkError: a unit cannot be rendered, or a worker died; the rest is stopped
        """
        ...


class Here:
    """A dispatcher that renders in this very process: what hangs or crashes takes it along."""

    def run(self, job: Job, progress: Progress) -> Generator[Segment]:
        """See :class:`Dispatcher`."""
        renderer = job.renderer()
        for unit in job.units:
            yield renderer.render(unit, progress)
