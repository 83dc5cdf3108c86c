"""A farm goes in; what has happened on it comes out, and whether that is what should have."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from reelwork_farm.chaos.films import Local
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.model import Event, JobRow, JobState

T = TypeVar("T")

#: Seconds after which something that should happen is taken for never happening.
PATIENCE: Final = 180.0
_LOOK: Final = 0.02
#: Events and units that are asked for at once.
_PAGE: Final = 1000


class Never(FarmError):
    """Something that should happen to a throw-away farm did not."""


class Sight:
    """Looks at a farm from outside.

    :param folder: of the farm
    """

    def __init__(self, folder: Path, client: FarmClient) -> None:
        self.folder, self.client = folder, client
        self._after = 0
        self._history: list[Event] = []

    def trouble(self) -> str:
        """Why waiting is of no use any more; nothing where it is."""
        return ""

    def news(self) -> list[Event]:
        """What has happened since this was last asked."""
        found: list[Event] = []
        while page := self.client.events(after=self._after, limit=_PAGE):
            found += page
            self._after = page[-1].id
        self._history += found
        return found

    def history(self) -> list[Event]:
        """All that has happened."""
        self.news()
        return self._history

    def wait(self, what: Callable[[], T | None], meaning: str, *, patience: float = PATIENCE, look: float = _LOOK) -> T:
        """Wait until something is true or found; comes back with it.

        :param meaning: what is waited for, for people
        :raises Never: it did not happen
        """
        until = time.monotonic() + patience
        while True:
            found = what()
            if found:
                return found
            if trouble := self.trouble():
                raise Never(f"{trouble}, before {meaning}")
            if time.monotonic() > until:
                words = last_words(self.folder, "controller", 5)
                raise Never(f"{patience:.0f} s were not enough until {meaning}; the controller's last words:\n{words}")
            time.sleep(look)

    def done(self, job: JobRow, *, patience: float = PATIENCE) -> JobRow:
        """Wait until a job is done.

        :raises Never: it is not, or it failed
        """

        def ended() -> JobRow | None:
            row = self.client.job(job.id).job
            if row.state in (JobState.FAILED, JobState.CANCELLED):
                raise Never(f"job {row.id} is {row.state}")
            return row if row.state is JobState.DONE else None

        return self.wait(ended, f"job {job.id} is done", patience=patience, look=0.1)

    def digests(self, job: JobRow) -> list[str]:
        """Of the segments of all units of a job that render, in order; empty for one that is not done."""
        found = self.client.units(job.id, limit=_PAGE)
        while len(found) < job.units:
            found += self.client.units(job.id, first=len(found), limit=_PAGE)
        return [unit.digest or "" for unit in found[:-1]]

    def faults_of(self, job: JobRow, wanted: Local) -> list[str]:
        """What is wrong with a job that is done, in words: its units, its file, and how often each was committed."""
        row = self.client.job(job.id).job
        found = []
        digests = self.digests(row)
        different = sum(one != other for one, other in zip(digests, wanted.units, strict=True))
        if different:
            found.append(f"{different} of {len(digests)} segments are others than the local render's")
        if row.result != wanted.file:
            found.append("the file is another one than the local render's")
        history = [event for event in self.history() if event.job == job.id]
        if again := _again(history):
            found.append(f"handed out or committed after they were committed: units {again}")
        if counted(history, "unit committed") != row.units:
            found.append(f"{counted(history, 'unit committed')} commits of {row.units} units")
        return found


def _again(history: list[Event]) -> list[int]:
    """Units of a job that were handed out, or committed again, after they had been committed."""
    committed: set[int] = set()
    wrong = []
    for event in history:
        if event.unit is None:
            continue
        if event.unit in committed and event.kind in ("unit leased", "unit doubled", "unit committed"):
            wrong.append(event.unit)
        if event.kind == "unit committed":
            committed.add(event.unit)
    return wrong


def counted(history: list[Event], kind: str) -> int:
    """How many events of a kind there are."""
    return sum(event.kind == kind for event in history)


def last_words(folder: Path, program: str, lines: int = 20) -> str:
    """The end of the log of a program of the farm in a folder."""
    path = folder / "logs" / f"{program}.log"
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
