"""A view of the farm goes in; which worker is handed which units comes out. Pure: no clock, no store."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reelwork_farm.capability import MORE_MEMORY
from reelwork_farm.model import JobRow, Share, UnitKind
from reelwork_farm.view import SLOW, Ready, View, in_use, to_hand_out, turn

#: The most units of one lease, however short they are.
LONGEST: Final = 64
#: Seconds after which half of what projects got is forgotten.
HALF_LIFE: Final = 600.0


@dataclass(frozen=True)
class Grant:
    """Consecutive units of one job for one worker.

    :param doubled: whether another worker has them as well, and takes too long
    """

    worker: str
    job: str
    indexes: tuple[int, ...]
    doubled: bool = False


def plan(view: View, now: float) -> list[Grant]:
    """Hand idle workers what is ready; those for whom nothing is left double up on stragglers.

    Projects share the workers by weight; in each, jobs have their turn by priority and age. A worker goes on with the
    project that it is in as long as that is not unjust, and with the units after those that it had. It gets as many as
    take it ``timing.batch`` seconds, fewer towards the end of a job so that all end together, and one while nothing is
    measured. A unit does not go to a worker on which it failed as long as there is another; where it lacked memory, not
    to one without more as long as there is one with more; nor to one so slow that the others would be done with all the
    rest before it.
    """
    desk = _Desk(view)
    slow_last = sorted(view.idle, key=lambda worker: view.pace.get(worker, 1.0) > SLOW)
    grants, left = [], []
    for worker in slow_last:
        grant = desk.next(worker)
        if grant is None:
            left.append(worker)
        else:
            grants.append(grant)
    return grants + _doubled(view, left, now)


def charge(view: View, seconds: float) -> dict[str, float]:
    """What ``view.served`` becomes after the workers had their loads for some seconds.

    A project that comes anew, or that had nothing to do for a while, begins level with the one that got least: it is
    neither owed what it did not ask for, nor made to wait.
    """
    used = in_use(view)
    active = set(used) | {job.spec.project for job in view.jobs if to_hand_out(job)}
    known = {project: view.served[project] for project in active if project in view.served}
    least = min(known.values(), default=0.0)
    fade = 0.5 ** (seconds / HALF_LIFE)
    served = {
        project: (known.get(project, least) - least) * fade + used[project] * seconds / view.share(project).weight
        for project in active
    }
    least = min(served.values(), default=0.0)
    return {project: value - least for project, value in served.items()}


class _Project:
    """What of a project can be handed out: its jobs in their turn, and how much it has got."""

    def __init__(self, share: Share, served: float, used: int, jobs: list[JobRow], batch: float) -> None:
        self.share = share
        self.served = served
        self.used = used
        self.jobs = jobs
        self.first = 0  # jobs before this one have nothing left
        self.first_for: dict[int, int] = {}  # and those before this one have nothing for a kind of worker
        self.step = batch / share.weight

    @property
    def score(self) -> float:
        """The lower, the sooner it is its turn."""
        return self.served + self.used * self.step

    @property
    def open(self) -> bool:
        return self.first < len(self.jobs) and (self.share.cap is None or self.used < self.share.cap)


class _Line:
    """The units of one job that wait, in order; those that failed before come first, since they may not go to all.

    Audits come last, so that the job's file never waits for one.
    """

    def __init__(self, job: JobRow, units: Sequence[Ready]) -> None:
        self.job = job
        self.units = units
        self.left = max(len(units), to_hand_out(job)) if units else 0
        audits = [place for place, unit in enumerate(units) if unit.kind is UnitKind.AUDIT]
        self._audits = audits
        self._end = audits[0] if audits else len(units)
        self._failed = [place for place, unit in enumerate(units[: self._end]) if unit.tried]
        self._gone: set[int] = set()
        self._front = 0
        self._places: dict[int, int] | None = None

    def take(self, view: View, worker: str, count: int) -> tuple[int, ...]:
        """Up to ``count`` consecutive units for a worker, best those after the one that it rendered last."""
        first = place = self._begin(view, worker)
        taken: list[int] = []
        while len(taken) < count and self._may(view, place, worker):
            unit = self.units[place]
            if taken and (unit.index != taken[-1] + 1 or unit.kind is not self.units[first].kind):
                break
            taken.append(unit.index)
            self._gone.add(place)
            if unit.kind is UnitKind.AUDIT:
                self._audits.remove(place)
            elif unit.tried:
                self._failed.remove(place)
            place += 1
        self.left -= len(taken)
        return tuple(taken)

    def take_failed(self, view: View, worker: str) -> tuple[int, ...]:
        """One unit that failed before, for a worker too slow for anything that others may have, too."""
        place = next((failed for failed in self._failed if self._may(view, failed, worker)), None)
        if place is None:
            return ()
        self._gone.add(place)
        self._failed.remove(place)
        self.left -= 1
        return (self.units[place].index,)

    def _begin(self, view: View, worker: str) -> int:
        for failed in self._failed:
            if self._may(view, failed, worker):
                return failed
        place = self._after(view.last.get(worker))
        if place is not None and place < self._end and self._may(view, place, worker):
            return place
        while self._front < self._end and (self._front in self._gone or self.units[self._front].tried):
            self._front += 1
        if self._front < self._end and self._may(view, self._front, worker):
            return self._front
        return next((audit for audit in self._audits if self._may(view, audit, worker)), self._front)

    def _after(self, last: tuple[str, int] | None) -> int | None:
        if last is None or last[0] != self.job.id:
            return None
        if self._places is None:
            self._places = {unit.index: place for place, unit in enumerate(self.units)}
        return self._places.get(last[1] + 1)

    def _may(self, view: View, place: int, worker: str) -> bool:
        if place >= len(self.units) or place in self._gone:
            return False
        unit, fleet, spec = self.units[place], view.fleet, self.job.spec
        least = 0
        if unit.short:
            least = int(MORE_MEMORY * max(map(fleet.memory, unit.tried), default=0))
            least = least if fleet.count(spec, least) else 0
        if fleet.memory(worker) < least or (worker in unit.tried and fleet.others(spec, unit.tried, least)):
            return False
        if unit.index == self.job.finish and view.pace.get(worker, 1.0) > SLOW:
            slow = (other for other, pace in view.pace.items() if pace > SLOW)
            return not fleet.others(spec, (*slow, *unit.tried), least)
        return True


class _Desk:
    """A plan in the making: what is handed out to one worker is no longer there for the next."""

    def __init__(self, view: View) -> None:
        self.view = view
        used = in_use(view)
        jobs: dict[str, list[JobRow]] = {}
        for job in sorted((job for job in view.jobs if to_hand_out(job)), key=turn):
            jobs.setdefault(job.spec.project, []).append(job)
        self.projects = {
            name: _Project(view.share(name), view.served.get(name, 0.0), used[name], found, view.timing.batch)
            for name, found in jobs.items()
        }
        self.of_job = {job.id: job.spec.project for job in view.jobs}
        self.lines: dict[str, _Line] = {}
        self.crews = Counter(load.job for load in view.loads.values())
        self.idle = len(view.idle)
        self.heap = [(project.score, name) for name, project in self.projects.items() if project.open]
        heapq.heapify(self.heap)
        self.hopeless: set[int] = set()

    def next(self, worker: str) -> Grant | None:
        """What an idle worker is handed."""
        kind = self.view.fleet.kind(worker)
        if kind in self.hopeless:
            return None
        self.personal = False
        grant = self._own(worker)
        passed = []
        while grant is None and self.heap:
            score, name = heapq.heappop(self.heap)
            project = self.projects[name]
            if not project.open or score != project.score:
                continue  # used up, or entered again with what it has by now
            grant = self._from(project, worker)
            passed.append((project.score, name))
        for entry in passed:
            heapq.heappush(self.heap, entry)
        if grant is None and not self.personal:
            self.hopeless.add(kind)
        self.idle -= 1
        return grant

    def _own(self, worker: str) -> Grant | None:
        """From the project that the worker is in, if that would not take it far beyond what is just."""
        last = self.view.last.get(worker)
        name = self.of_job.get(last[0]) if last else None
        project = self.projects.get(name) if name is not None else None
        if name is None or project is None or not project.open or not self.heap:
            return None
        if project.score > self.heap[0][0] + project.step:
            return None
        grant = self._from(project, worker)
        if grant is not None:
            heapq.heappush(self.heap, (project.score, name))
        return grant

    def _from(self, project: _Project, worker: str) -> Grant | None:
        while project.open and self._line(project.jobs[project.first]).left <= 0:
            project.first += 1
        kind = self.view.fleet.kind(worker)
        passed = True  # all so far, which none of its kind looks at again
        for place in range(max(project.first, project.first_for.get(kind, 0)), len(project.jobs)):
            job = project.jobs[place]
            if not self.view.fleet.fits(job.spec, worker) or (line := self._line(job)).left <= 0:
                if passed:
                    project.first_for[kind] = place + 1
                continue
            passed = False
            count = self._count(line, worker)
            taken = line.take(self.view, worker, count) if count else line.take_failed(self.view, worker)
            if taken:
                project.used += 1
                self.crews[job.id] += 1
                return Grant(worker, job.id, taken)
            self.personal = True
        return None

    def _line(self, job: JobRow) -> _Line:
        line = self.lines.get(job.id)
        if line is None:
            line = self.lines[job.id] = _Line(job, self.view.ready.get(job.id, ()))
        return line

    def _count(self, line: _Line, worker: str) -> int:
        """How many units of a line a worker should get; 0 if the others would be done before it."""
        pace = self.view.pace.get(worker)
        usual = self.view.seconds.get(line.job.id)
        crew = self.crews[line.job.id] + max(1, self.idle)
        if pace is not None and pace > SLOW and crew > 1 and pace > line.left / (crew - 1) + SLOW:
            return 0
        if pace is None or usual is None:
            return 1
        own = max(usual * pace, 1e-6)
        fair = math.ceil(line.left / (2 * crew * pace))
        return max(1, min(LONGEST, int(self.view.timing.batch / own), fair))


def _doubled(view: View, idle: Sequence[str], now: float) -> list[Grant]:
    """Give idle workers what others take too long for; each unit to at most one more worker, the worst first.

    The file is made once, and for an audit nobody waits who could not wait longer.
    """
    if not idle or not view.loads:
        return []
    jobs: Mapping[str, JobRow] = {job.id: job for job in view.jobs}
    used = in_use(view)
    late = []
    for _, job, index in sorted(_late(view, jobs, now)):
        share = view.share(jobs[job].spec.project)
        if not view.ready.get(job) and (share.cap is None or used[jobs[job].spec.project] < share.cap):
            used[jobs[job].spec.project] += 1
            late.append((job, index))
    grants = []
    for worker in sorted(idle, key=lambda worker: view.pace.get(worker, 1.0)):
        if view.pace.get(worker, 1.0) > SLOW:
            break
        found = next((entry for entry in late if view.fleet.fits(jobs[entry[0]].spec, worker)), None)
        if found is not None:
            late.remove(found)
            grants.append(Grant(worker, found[0], (found[1],), doubled=True))
    return grants


def _late(view: View, jobs: Mapping[str, JobRow], now: float) -> Iterator[tuple[float, str, int]]:
    """Units that take, or will take, far longer than usual and that one worker has: how badly, job and index."""
    copies = Counter((load.job, load.indexes[0]) for load in view.loads.values() if load.indexes)
    for worker, load in view.loads.items():
        job, usual = jobs.get(load.job), view.seconds.get(load.job)
        if job is None or usual is None or not load.indexes or load.indexes[0] >= job.finish:
            continue
        gone = now - load.since
        left = usual * view.pace.get(worker, 1.0) - gone
        late = gone > max(SLOW * usual, usual + view.timing.heartbeat) or left > SLOW * usual
        if late and copies[(load.job, load.indexes[0])] == 1:
            yield -max(gone, left), load.job, load.indexes[0]
