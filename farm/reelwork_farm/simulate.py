"""A farm's size and misfortunes go in; how long it would take, and what that costs its controller, comes out.

Discrete events: workers that only pretend to render drive the real controller, scheduler and store, in their own time.
``python -m reelwork_farm.simulate --workers 1000 --units 100000`` prints a table.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import io
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.controller import Controller
from reelwork_farm.errors import UnknownWorker
from reelwork_farm.messages import Heartbeat, Holding, Report
from reelwork_farm.metered import Metered, Spent
from reelwork_farm.model import Cause, Failure, Figures, JobSpec, JobState, Part, Timing, UnitKind, WorkerOffer
from reelwork_farm.storage import OpenStorage
from reelwork_farm.store import Store, open_store

#: Seconds between two ticks of the controller's clock, and between an idle worker's question and its answer.
_TICK: Final = 1.0
_ANSWER: Final = 0.05
_BLOB: Final = b"a segment"
_DIGEST: Final = hashlib.sha256(_BLOB).hexdigest()
_ENGINE: Final = "e" * 64


@dataclass(frozen=True)
class Scenario:
    """What is simulated.

    :param units: to render, of all jobs together
    :param jobs: of each project
    :param projects: and their weights; all have as many units
    :param seconds: that a usual worker takes for a unit, on average
    :param spread: of that, as the deviation of its logarithm
    :param finish: seconds for the last unit of a job
    :param slow: how many of the workers are slow
    :param slowness: how many times as long those take
    :param failures: chance that a try at a unit fails
    :param losses: how often an hour each worker is lost without a word, as spot machines are
    :param back: seconds until another comes in its place
    """

    workers: int = 10
    units: int = 1000
    jobs: int = 1
    projects: Mapping[str, float] = field(default_factory=lambda: {"default": 1.0})
    seconds: float = 3.0
    spread: float = 0.2
    finish: float = 3.0
    slow: int = 0
    slowness: float = 10.0
    failures: float = 0.0
    losses: float = 0.0
    back: float = 60.0
    timing: Timing = field(default_factory=Timing)
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of it.

    :param makespan: simulated seconds until the last job had ended
    :param ideal: the same if every worker had been of use all the time that it was there
    :param done: units that were finished, those of kind finish among them
    :param granted: how often a unit was handed out
    :param rendered: worker-seconds of renders that ended, whether they were needed or not
    :param wasted: worker-seconds of renders that came late, failed, or were lost with their worker
    :param shares: by project, its part of all worker-seconds while all projects had units to hand out
    :param ended: how many jobs ended in which state
    :param busy: real seconds in the controller
    :param cpu: of those, seconds of processor time
    :param asked: by the controller's method, what was spent in it
    :param stored: by the store's method, the same
    """

    makespan: float
    ideal: float
    done: int
    granted: int
    rendered: float
    wasted: float
    shares: dict[str, float]
    ended: dict[JobState, int]
    busy: float
    cpu: float
    asked: dict[str, Spent]
    stored: dict[str, Spent]

    @property
    def rate(self) -> float:
        """Finished units for each second of processor time of the controller, all that it does for them included."""
        return self.done / self.cpu

    @property
    def dispatch_rate(self) -> float:
        """Units handed out for each second of processor time that it took to plan and to grant."""
        return self.granted / self.asked["hand_out"].cpu


def simulate(scenario: Scenario, store: str = ":memory:", *, until: float = 1e7) -> Result:
    """Let a farm run until all jobs have ended.

    :param store: address of the store, which should be empty
    :param until: simulated seconds after which it is ended at the latest
    :raises StoreError: the store cannot be opened
    """
    opened = open_store(store)
    try:
        return _Simulation(scenario, opened).run(until)
    finally:
        opened.close()


class _Storage:
    """A storage in which every blob is the same, and there."""

    def has(self, digest: str) -> bool:
        return True

    def size(self, digest: str) -> int:
        return len(_BLOB)

    def open(self, digest: str) -> BinaryIO:
        return io.BytesIO(_BLOB)

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        return frozenset()


@dataclass
class _Worker:
    """A pretended worker; ``life`` is its number, so that what a lost one would have done does not happen."""

    offer: WorkerOffer
    slowness: float
    life: int
    id: str
    job: str = ""
    parts: list[Part] = field(default_factory=list)
    since: float = 0.0
    render: int = 0  # the number of the render that is going on


class _Simulation:
    def __init__(self, scenario: Scenario, store: Store) -> None:
        self.scenario = scenario
        self.store = Metered(store)
        controller = Controller(
            cast(Store, self.store), cast(OpenStorage, _Storage()), Path(tempfile.gettempdir()), scenario.timing
        )
        self.controller = Metered(controller)
        self.chance = random.Random(scenario.seed)
        self.now = 1e9
        self.began = self.last = self.now
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.number = 0
        self.workers: dict[int, _Worker] = {}
        self.asking: dict[str, _Worker] = {}
        self.answering = False
        self.projects: dict[str, str] = {}
        self.left: Counter[str] = Counter()  # units of each project that nobody has yet
        self.got: defaultdict[str, float] = defaultdict(float)
        self.there = 0.0  # usual workers' seconds, of all that were there
        self.work = 0.0
        self.rendered = self.wasted = 0.0
        self.done = self.granted = 0
        self.ended = False

    def run(self, until: float) -> Result:
        self._submit()
        for number in range(self.scenario.workers):
            slowness = self.scenario.slowness if number < self.scenario.slow else 1.0
            self._join(number, slowness)
        self._tick()
        while self.events and not self.ended and self.now - self.began < until:
            self.now, _, happen = heapq.heappop(self.events)
            happen()
        for worker in list(self.workers.values()):
            self._leave(worker)
        makespan = self.last - self.began
        capacity = self.there / (self.now - self.began)
        total = sum(self.got.values())
        return Result(
            makespan=makespan,
            ideal=(self.work - self.scenario.finish) / capacity + self.scenario.finish,
            done=self.done,
            granted=self.granted,
            rendered=self.rendered,
            wasted=self.wasted,
            shares={name: self.got[name] / total if total else 0.0 for name in self.scenario.projects},
            ended=dict(Counter(job.state for job in self.store.jobs(limit=len(self.projects)))),
            busy=sum(spent.seconds for spent in self.controller.spent.values()),
            cpu=sum(spent.cpu for spent in self.controller.spent.values()),
            asked=self.controller.spent,
            stored=self.store.spent,
        )

    def _at(self, seconds: float, happen: Callable[[], None]) -> None:
        self.number += 1
        heapq.heappush(self.events, (self.now + seconds, self.number, happen))

    def _submit(self) -> None:
        scenario = self.scenario
        count = len(scenario.projects) * scenario.jobs
        for project, weight in scenario.projects.items():
            self.store.set_share(project, weight, None)
            for number in range(scenario.jobs):
                units = max(1, scenario.units // count)
                spec = JobSpec(
                    f"film {number}", _DIGEST, _ENGINE, 0, units * UNIT_FRAMES, "24", True, "film.mp4", project
                )
                job = self.controller.submit(spec, now=self.now)
                self.projects[job.id] = project
                self.left[project] += units
                self.work += scenario.finish + sum(self._seconds(job.id, index) for index in range(units))

    def _seconds(self, job: str, index: int) -> float:
        """What a usual worker takes for a unit, always the same for the same unit."""
        chance = random.Random(f"{self.scenario.seed} {job} {index}")
        return self.scenario.seconds * chance.lognormvariate(-(self.scenario.spread**2) / 2, self.scenario.spread)

    # -- what workers do

    def _join(self, number: int, slowness: float) -> None:
        self.number += 1
        offer = WorkerOffer(f"node-{number}", self.number, 1, 4 << 30, _ENGINE, "x86_64")
        worker = _Worker(offer, slowness, number, self.controller.register(offer, now=self.now).worker)
        worker.since = joined = self.now
        self.workers[number] = worker
        self._ask(worker)
        self._at(self.chance.uniform(0, self.scenario.timing.heartbeat), lambda: self._beat(worker))
        if self.scenario.losses:
            lives = self.chance.expovariate(self.scenario.losses / 3600)
            self._at(lives, lambda: self._lose(worker, joined))
        self.there -= self.now / slowness

    def _leave(self, worker: _Worker) -> None:
        self.there += self.now / worker.slowness
        del self.workers[worker.life]
        self.asking.pop(worker.id, None)

    def _lose(self, worker: _Worker, joined: float) -> None:
        """A worker is gone, with all that it had, and says nothing."""
        self._leave(worker)
        if worker.parts:
            self.wasted += self.now - worker.since
        worker.parts.clear()
        self._at(self.scenario.back, lambda: self._join(worker.life, worker.slowness))

    def _here(self, worker: _Worker) -> bool:
        return self.workers.get(worker.life) is worker

    def _ask(self, worker: _Worker) -> None:
        self.asking[worker.id] = worker
        if not self.answering:
            self.answering = True
            self._at(_ANSWER, self._answer)

    def _answer(self) -> None:
        self.answering = False
        leases = self.controller.hand_out(tuple(self.asking), now=self.now)
        for name, lease in leases.items():
            worker = self.asking.pop(name)
            worker.job, worker.parts = lease.job, list(lease.parts)
            self.granted += len(lease.parts)
            self.left[self.projects[lease.job]] -= sum(part.epoch == 1 for part in lease.parts)
            self._begin(worker)

    def _begin(self, worker: _Worker) -> None:
        """Begin the first unit in hand, or ask for more."""
        worker.since = self.now
        worker.render += 1
        if not worker.parts:
            self._ask(worker)
            return
        part, render = worker.parts[0], worker.render
        usual = self.scenario.finish if part.kind is UnitKind.FINISH else self._seconds(worker.job, part.index)
        self._at(usual * worker.slowness, lambda: self._end(worker, render))

    def _end(self, worker: _Worker, render: int) -> None:
        if not self._here(worker) or worker.render != render:
            return
        part, took = worker.parts.pop(0), self.now - worker.since
        self._count(worker, took)
        failed = self.chance.random() < self.scenario.failures
        report = Report(worker.job, part.index, part.epoch, *_outcome(part, took, failed))
        accepted = self.controller.report(worker.id, report, now=self.now)
        if accepted and not failed:
            self.done += 1
            self.last = self.now
        self.wasted += 0.0 if accepted and not failed else took
        self._begin(worker)

    def _count(self, worker: _Worker, took: float) -> None:
        self.rendered += took
        if all(self.left[project] > 0 for project in self.scenario.projects):
            self.got[self.projects[worker.job]] += took

    def _beat(self, worker: _Worker) -> None:
        if not self._here(worker):
            return
        holding = tuple(Holding(worker.job, part.index, part.epoch) for part in worker.parts)
        try:
            orders = self.controller.heartbeat(worker.id, Heartbeat(holding), now=self.now)
        except UnknownWorker:  # given up for lost, and forgotten
            worker.id = self.controller.register(worker.offer, now=self.now).worker
        else:
            revoked = {(held.index, held.epoch) for held in orders.revoked}
            doing = worker.parts[0] if worker.parts else None
            worker.parts = [part for part in worker.parts if (part.index, part.epoch) not in revoked]
            if doing is not None and doing not in worker.parts:
                self.wasted += self.now - worker.since
                self._begin(worker)
        self._at(self.scenario.timing.heartbeat, lambda: self._beat(worker))

    def _tick(self) -> None:
        self.controller.tick(now=self.now)
        self.ended = not self.store.open_jobs()
        if self.asking and not self.answering:
            self._answer()
        self._at(_TICK, self._tick)


def _outcome(part: Part, seconds: float, failed: bool) -> tuple[Figures | None, Failure | None]:
    if failed:
        return None, Failure(Cause.PLUGIN, "a pretended fault")
    return Figures(_DIGEST, len(_BLOB), part.stop - part.first, seconds, seconds, 1 << 30), None


def table(scenario: Scenario, result: Result) -> str:
    """A result for people."""
    lines = [
        ("workers, units", f"{scenario.workers:,}, {scenario.units:,} of {scenario.seconds:g} s"),
        ("makespan", f"{result.makespan:,.1f} s, {result.makespan / result.ideal:.3f} of the ideal"),
        ("jobs", ", ".join(f"{count} {state}" for state, count in result.ended.items())),
        ("units finished, handed out", f"{result.done:,}, {result.granted:,}"),
        ("work thrown away", f"{result.wasted / max(result.rendered, 1e-9):.2%} of the worker-seconds"),
        ("controller", f"{result.busy:,.1f} s, {result.cpu:,.1f} s of processor time"),
        ("load of the controller", f"{result.cpu / result.makespan:.1%} of a processor"),
        ("units a second of that", f"{result.rate:,.0f}"),
        ("units handed out a second of it", f"{result.dispatch_rate:,.0f}"),
    ]
    if len(result.shares) > 1:
        lines.append(("shares", ", ".join(f"{name} {share:.1%}" for name, share in result.shares.items())))
    for title, asked in (("controller", result.asked), ("store", result.stored)):
        for name, spent in sorted(asked.items(), key=lambda item: -item[1].seconds):
            took = f"{spent.seconds:,.2f} s, {spent.cpu:,.2f} s of processor time"
            each = spent.seconds / spent.calls * 1e3
            lines.append((f"{title}.{name}", f"{spent.calls:,} times, {took}, {each:.2f} ms each"))
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:{width}}  {text}" for name, text in lines)


def main(arguments: Iterable[str] | None = None) -> None:
    """Simulate what the command line says, and print it."""
    parser = argparse.ArgumentParser(prog="reelwork_farm.simulate", description="Simulate a farm.")
    usual = Scenario()
    for name in ("workers", "units", "jobs", "seconds", "spread", "finish", "slow", "slowness", "failures", "losses"):
        value = getattr(usual, name)
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"usually {value}")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--projects", default="default:1", help="with their weights, such as a:60,b:30,c:10")
    parser.add_argument("--store", default=":memory:", help="a file, or the address of a database; usually in memory")
    given = vars(parser.parse_args(None if arguments is None else list(arguments)))
    store = given.pop("store")
    pairs = (entry.partition(":") for entry in given.pop("projects").split(","))
    projects = {name: float(weight or 1) for name, _, weight in pairs}
    scenario = Scenario(**given, projects=projects)
    print(table(scenario, simulate(scenario, store)))


if __name__ == "__main__":
    main()
