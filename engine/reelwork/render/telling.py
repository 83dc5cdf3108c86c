"""Telling plugins of a render on this machine: work goes in and is done, and meanwhile events go out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from reelwork.extensions import Registry
from reelwork.extensions.events import tell
from reelwork.faults import PluginFault
from reelwork.job_event import JobEvent, Kind
from reelwork.render.progress import Progress


class Made(Protocol):
    """What came of a render."""

    @property
    def path(self) -> Path | None:
        """The finished file."""
        ...


M = TypeVar("M", bound=Made)


class Counting:
    """A :class:`Progress` that hands on what it is told, and counts."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.frames = 0
        self.done = 0

    def stage(self, name: str) -> None:
        """Hand it on."""
        self._progress.stage(name)

    def start(self, total: int, *, done: int = 0) -> None:
        """Count what there is, and hand it on."""
        self.frames, self.done = total, done
        self._progress.start(total, done=done)

    def advance(self, frames: int = 1) -> None:
        """Count, and hand it on."""
        self.done += frames
        self._progress.advance(frames)

    def leave_out(self, fault: PluginFault) -> None:
        """Hand it on."""
        self._progress.leave_out(fault)


def told(known: Registry, title: str, file: str, progress: Progress, work: Callable[[Progress], M]) -> M:
    """Do some work, and tell plugins when it starts and how it ends.

    :param work: is given the progress that it tells
    """
    counting, began = Counting(progress), time.monotonic()

    def event(kind: Kind, path: Path | None = None, error: str = "") -> None:
        seconds = time.monotonic() - began
        tell(known, JobEvent(kind, title, file, counting.frames, counting.done, seconds, path=path, error=error))

    event("started")
    try:
        made = work(counting)
    except Exception as error:
        event("failed", error=str(error) or type(error).__name__)
        raise
    except BaseException:
        event("cancelled")
        raise
    event("finished", made.path)
    return made
