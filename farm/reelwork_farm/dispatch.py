"""Workers that ask go in, leases come out: the store is looked at, the scheduler plans, the store grants."""

from __future__ import annotations

import dataclasses
import functools
import math
import statistics
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from reelwork_farm.capability import Fleet, bad_hosts
from reelwork_farm.model import JobRow, JobState, Lease, Timing, UnitState, WorkerState
from reelwork_farm.revoke import revoke
from reelwork_farm.schedule import LONGEST, Grant, charge, plan
from reelwork_farm.store import Store
from reelwork_farm.view import Load, Ready, View
from reelwork_farm.waiting import why_waiting

#: The most units of a job that are looked at for one plan.
_MOST: Final = 4096
#: Leases that are handed out in one transaction, for which reports wait.
_AT_ONCE: Final = 100
#: Unit times of a job that its usual one is taken from.
_TIMES: Final = 64
#: How far a new unit moves the pace of its worker.
_NEW: Final = 0.5


class Dispatch:
    """Hands out the units of a store.

    What it remembers beyond one call is how fast workers are, where each is in its lease, and how much each project
    got: it may be lost at any moment, which costs some fairness and some guesses, and nothing else. All methods may be
    called from any thread.

    :param store: which holds the truth
    :param timing: the farm's times
    """

    def __init__(self, store: Store, timing: Timing) -> None:
        self._store = store
        self._timing = timing
        self._lock = threading.Lock()
        self._fleet = Fleet((), 0.0)
        self._looked: float | None = None  # when the fleet was read from the store
        self._read: float | None = None  # when the loads were
        self._finish: dict[str, int] = {}  # the index of each job's finish, whose time says nothing of others
        self._charged: float | None = None
        self._loads: dict[str, Load] = {}
        self._times: dict[str, deque[float]] = {}
        self._usual: dict[str, float] = {}
        self._pace: dict[str, float] = {}
        self._last: dict[str, tuple[str, int]] = {}
        self._served: dict[str, float] = {}
        self._unserved: tuple[str, ...] = ()  # who asked last, and got nothing

    def watch(self, now: float) -> None:
        """Take back what lost workers had, and what is better rendered by others than by those who have not begun it;
        set machines aside that fail far more often than the others.

        To be called every second or so. Workers from whom something was taken hear of it in the answer to their next
        sign of life. How many workers each project has is noted here, and not when workers ask: those have just none.
        """
        with self._lock:
            if self._store.expire(self._timing, now=now):
                self._looked = None
            self._look_if_old(now)
            for worker in bad_hosts(self._fleet.known, now):
                self._store.set_aside(worker, until=now + self._timing.aside, now=now)
                self._looked = None
            self._look_if_old(now)
            view = self._view(tuple(worker for worker in self._unserved if worker not in self._loads), now)
            self._served = charge(view, now - (now if self._charged is None else self._charged))
            self._charged = now
            self._take_back(view, now)

    def look_again(self) -> None:
        """Say that workers came, went, or were drained: the next call sees it. Else it takes up to a heartbeat."""
        with self._lock:
            self._looked = None

    def hand_out(self, idle: Sequence[str], now: float) -> dict[str, Lease]:
        """Leases for workers that ask, all at once; a worker for which there is nothing is not in the answer.

        :param idle: ids of workers that have nothing, and have reported all that they had; the longest waiting first.
            What the store thinks that they have is taken back, since they never heard of it
        """
        with self._lock:
            if any(worker not in self._fleet.rows for worker in idle):
                self._looked = None
            self._look_if_old(now)
            idle = tuple(worker for worker in dict.fromkeys(idle) if worker in self._fleet.rows)
            for worker in idle:
                self._let_go(worker, now)
            view = self._view(idle, now)
            jobs = {job.id: job for job in view.jobs}
            grants = plan(view, now)
            leases: dict[str, Lease] = {}
            for start in range(0, len(grants), _AT_ONCE):
                leases |= self._grant(grants[start : start + _AT_ONCE], jobs, now)
            self._unserved = tuple(worker for worker in idle if worker not in leases)
            return leases

    def finished(self, worker: str, job: str, index: int, seconds: float | None, now: float) -> None:
        """A worker is done with a unit.

        :param seconds: that it took, if the store took its report as the first; ``None`` if it failed or came too late
        """
        with self._lock:
            load = self._loads.get(worker)
            if load is not None and load.job == job and index in load.indexes:
                rest = tuple(other for other in load.indexes if other != index)
                if rest:
                    self._loads[worker] = Load(job, rest, now)
                else:
                    del self._loads[worker]
            if seconds is not None and seconds > 0 and index != self._finish.get(job, index):
                self._measure(worker, job, seconds)

    def why_waiting(self, job: JobRow, now: float) -> str | None:
        """Why nothing of a job is being rendered, as a sentence; ``None`` where something is, or it has ended."""
        if job.ended is not None or (job.leased and job.state is not JobState.BLOCKED):
            return None  # and nobody has to look at all other jobs
        with self._lock:
            self._look_if_old(now)
            job = self._store.job(job.id)  # units of it may have been handed out since it was looked at
            view = self._view((), now)
            resting = 0 if view.ready.get(job.id) else self._resting(job.id, now)
            return why_waiting(view, job, resting)

    def _resting(self, job: str, now: float) -> int:
        """How many units of a job, of the first so many that wait, failed and may not be tried again yet."""
        waiting = self._store.units(job, states=(UnitState.READY,), limit=_MOST)
        return sum(unit.cause is not None and unit.not_before > now for unit in waiting)

    def _measure(self, worker: str, job: str, seconds: float) -> None:
        times = self._times.setdefault(job, deque(maxlen=_TIMES))
        times.append(seconds)
        usual = self._usual[job] = statistics.median(times)
        pace = seconds / usual
        before = self._pace.get(worker)
        self._pace[worker] = pace if before is None else (1 - _NEW) * before + _NEW * pace

    def _view(self, idle: tuple[str, ...], now: float) -> View:
        jobs = tuple(self._store.open_jobs())
        for ended in self._times.keys() - {job.id for job in jobs}:
            del self._times[ended], self._usual[ended]
        self._finish = {job.id: job.finish for job in jobs}
        seconds = {job.id: job.seconds / job.done for job in jobs if job.done}
        return View(
            jobs=jobs,
            ready=_ReadyUnits(self._store, functools.partial(self._wanted, len(idle)), now),
            fleet=self._fleet,
            idle=idle,
            loads=dict(self._loads),
            shares=self._store.shares(),
            served=self._served,
            seconds=seconds | self._usual,
            pace=self._pace,
            last=self._last,
            timing=self._timing,
        )

    def _wanted(self, idle: int, job: str) -> int:
        """How many units of a job could be handed out to so many workers, some of which may be twice as fast."""
        usual = self._usual.get(job)
        each = LONGEST if usual is None else min(LONGEST, 2 * math.ceil(self._timing.batch / max(usual, 1e-6)))
        return min(_MOST, LONGEST + each * idle)

    def _grant(self, grants: Sequence[Grant], jobs: Mapping[str, JobRow], now: float) -> dict[str, Lease]:
        wanted = [(grant.worker, grant.job, grant.indexes, grant.doubled) for grant in grants]
        leases = {}
        granted = self._store.grant_all(wanted, until=now + self._timing.lease, now=now)
        for grant, parts in zip(grants, granted, strict=True):
            if len(parts) < len(grant.indexes):
                self._looked = None  # the store knows something that this view did not
            if not parts:
                continue
            indexes = tuple(part.index for part in parts)
            self._loads[grant.worker] = Load(grant.job, indexes, now)
            self._last[grant.worker] = (grant.job, indexes[-1])
            spec = jobs[grant.job].spec
            leases[grant.worker] = Lease(grant.job, spec.bundle, spec.engine, spec.file, parts, self._timing.lease)
        return leases

    def _take_back(self, view: View, now: float) -> None:
        for revocation in revoke(view, now):
            job, indexes = revocation.job, revocation.indexes
            self._store.give_back(revocation.worker, [(job, index) for index in indexes], now=now)
            load = self._loads[revocation.worker]
            rest = tuple(index for index in load.indexes if index not in indexes)
            self._loads[revocation.worker] = dataclasses.replace(load, indexes=rest)

    def _let_go(self, worker: str, now: float) -> None:
        load = self._loads.pop(worker, None)
        if load is not None:
            self._store.give_back(worker, [(load.job, index) for index in load.indexes], now=now)

    def _look_if_old(self, now: float) -> None:
        if self._looked is None or now - self._looked >= self._timing.heartbeat:
            self._looked = now
            rows = self._store.workers()
            there = {row.id for row in rows if row.state not in (WorkerState.LOST, WorkerState.GONE)}
            self._fleet = Fleet(rows, now)
            self._loads = {worker: load for worker, load in self._loads.items() if worker in there}
            self._pace = {worker: pace for worker, pace in self._pace.items() if worker in there}
            self._last = {worker: last for worker, last in self._last.items() if worker in there}
        if self._read is None or now - self._read >= self._timing.lease:
            self._read = now
            self._loads = self._held(now)

    def _held(self, now: float) -> dict[str, Load]:
        """What workers have, as the store knows it; since when each is at its first unit is known better here."""
        loads: dict[str, Load] = {}
        for row in self._store.held():
            worker = row.worker or ""
            known, load = self._loads.get(worker), loads.get(worker)
            if load is None:
                began = now if row.began is None else row.began
                if known is not None and (known.job, known.indexes[0]) == (row.job, row.index):
                    began = known.since
                loads[worker] = Load(row.job, (row.index,), began)
            elif load.job == row.job:
                loads[worker] = dataclasses.replace(load, indexes=(*load.indexes, row.index))
        return loads


class _ReadyUnits(Mapping[str, Sequence[Ready]]):
    """What is ready of each job, read when it is asked for, once."""

    def __init__(self, store: Store, limit: Callable[[str], int], now: float) -> None:
        self._store = store
        self._limit = limit
        self._now = now
        self._found: dict[str, list[Ready]] = {}

    def __getitem__(self, job: str) -> Sequence[Ready]:
        found = self._found.get(job)
        if found is None:
            rows = self._store.ready(job, self._limit(job), now=self._now)
            found = self._found[job] = [Ready(*row) for row in rows]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
