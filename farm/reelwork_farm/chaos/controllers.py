"""Faults of the controller: a folder goes in; the controller of a farm in it is killed whatever it has just done."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.films import film, local, submit
from reelwork_farm.chaos.ground import TIMES, Ground
from reelwork_farm.chaos.sight import counted
from reelwork_farm.model import JobRow

#: What workers do, in the history's words: a farm goes on when one of these happens again.
_WORK: Final = ("unit leased", "unit committed", "unit doubled", "late report dropped")
_UNITS: Final = 4
#: Jobs that are open at any time, so that there is always something to do.
_OPEN: Final = 2
#: Seconds, at most, between a change and the kill: some kills meet its answer, or what comes next.
_DELAY: Final = 0.05
#: Leases are soon lost, since that is one of the changes.
_TIMES: Final = replace(TIMES, lease=1.0, lost=1.5)


def killed(folder: Path, rough: Roughness) -> Seen:
    """Kill the controller right after each kind of change, again and again, while there is always work."""
    scene = film(folder, _UNITS)
    wanted = local(scene)
    with Ground(folder / "farm", timing=_TIMES) as ground:
        traffic = _Traffic(ground, scene)
        waits = [traffic.killed_at(change) for change in itertools.islice(itertools.cycle(_CHANGES), rough.restarts)]
        faults = [fault for job in traffic.jobs for fault in ground.faults_of(ground.done(job), wanted)]
    longest, slow = max(waits), sum(wait >= rough.limit for wait in waits)
    if slow:
        faults.append(f"{slow} times it took longer than {rough.limit:.0f} s")
    return Seen(
        "; ".join(faults) or f"no unit of {len(traffic.jobs)} jobs handed out again once it was committed",
        f"{len(waits)} kills, on in {statistics.median(waits):.1f} s, at most {longest:.1f} s",
        not faults,
    )


@dataclass
class _Traffic:
    """A farm on which there is always something to do."""

    ground: Ground
    scene: Path
    jobs: list[JobRow] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def submit(self) -> None:
        """One more job: the same film, for another project."""
        client, project = self.ground.client, f"round-{len(self.jobs)}"
        spec = replace(self.jobs[0].spec, project=project) if self.jobs else None
        self.jobs.append(client.submit(spec) if spec is not None else submit(client, self.scene, project))

    def keep_going(self) -> None:
        """As many more jobs as there should be."""
        while len(self.jobs) - counted(self.ground.history(), "job finished") < _OPEN:
            self.submit()

    def killed_at(self, change: str) -> float:
        """Kill the controller when something has happened; seconds until work goes on."""
        ground = self.ground
        self.keep_going()
        seen = len(ground.history())
        _CHANGES[change](self)

        def happened() -> bool:
            self.keep_going()
            return any(event.kind == change for event in ground.history()[seen:])

        ground.wait(happened, f"“{change}” happens")
        time.sleep(self.chance.uniform(0.0, _DELAY))
        ground.news()
        killed = time.time()
        ground.restart("controller")

        def goes_on() -> float | None:
            self.keep_going()  # the last jobs may have been done just before
            return self._first_work(killed)

        return ground.wait(goes_on, "work goes on") - killed

    def _first_work(self, since: float) -> float | None:
        news = self.ground.news()
        return next((event.time for event in news if event.kind in _WORK and event.time > since), None)


def _nothing(traffic: _Traffic) -> None:
    """It happens by itself."""


def _pause(traffic: _Traffic) -> None:
    traffic.ground.client.pause(traffic.jobs[-1].id)
    traffic.ground.client.resume(traffic.jobs[-1].id)


def _cancel(traffic: _Traffic) -> None:
    traffic.submit()
    traffic.ground.client.cancel(traffic.jobs[-1].id)
    traffic.ground.client.submit(traffic.jobs[-1].spec)


def _lose_worker(traffic: _Traffic) -> None:
    traffic.ground.restart("worker-0")


#: What happens to jobs, units and workers, in the history's words, and what it takes to have it happen.
_CHANGES: Final[Mapping[str, Callable[[_Traffic], None]]] = {
    "unit committed": _nothing,
    "unit leased": _nothing,
    "worker lost": _lose_worker,
    "job submitted": _Traffic.submit,
    "job finished": _nothing,
    "job reopened": _cancel,
    "job started": _nothing,
    "job paused": _pause,
    "job resumed": _pause,
    "job cancelled": _cancel,
    "worker registered": _lose_worker,
}
