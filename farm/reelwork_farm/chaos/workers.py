"""Faults of workers: a folder goes in; workers of a farm in it are killed, stopped, or of another version."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from reelwork_farm.chaos.fault import Roughness, Seen
from reelwork_farm.chaos.films import backwards, film, local, submit
from reelwork_farm.chaos.ground import TIMES, Ground
from reelwork_farm.chaos.sight import counted
from reelwork_farm.chaos.strange import strange_film, with_plugin
from reelwork_farm.fleet import free_port
from reelwork_farm.model import JobRow, JobState

#: Leases of one unit each, which is done before they end, though no sign of life extends them.
_SHORT: Final = replace(TIMES, lease=2.0, lost=60.0, batch=0.1)


def killed(folder: Path, rough: Roughness) -> Seen:
    """Kill a worker at random every few seconds, until a film is done.

    A machine that is too slow to finish a unit in that time gets the time to: else it would never be done.
    """
    chance = random.Random(1)
    scene = film(folder, rough.units)
    wanted = local(scene)
    kills = 0
    with Ground(folder / "farm", workers=2) as ground:
        job = submit(ground.client, scene)
        names = [name for name in ground.programs if name != "controller"]
        ground.wait(lambda: counted(ground.history(), "unit leased"), "units are handed out")
        due, before = 0.0, -1
        while ground.client.job(job.id).job.state is not JobState.DONE:
            committed = counted(ground.history(), "unit committed")
            if time.monotonic() >= due and committed > before:
                ground.restart(chance.choice(names))
                kills += 1
                due, before = time.monotonic() + rough.pause, committed
            time.sleep(0.05)
        faults = ground.faults_of(job, wanted)
        history = ground.history()
    again = counted(history, "unit leased") + counted(history, "unit doubled") - job.units
    return Seen(
        "; ".join(faults) or f"every unit committed once, digests equal; {again} handed out more than once",
        f"{kills} kills, {rough.units} units",
        not faults and kills > 0,
    )


def stopped(folder: Path, rough: Roughness) -> Seen:
    """Stop a worker that has a unit until its lease is over, and let it go on."""
    scene = film(folder, 3)
    wanted = local(scene)
    jobs: list[JobRow] = []
    late = 0
    ground = Ground(folder / "farm", timing=_SHORT, through=free_port("127.0.0.1"))
    ground.add_line("--no-signs")  # else a worker that goes on would mostly hear in time that it is late
    with ground:
        while late < rough.stops:
            if not jobs or ground.client.job(jobs[-1].id).job.state is JobState.DONE:
                jobs.append(submit(ground.client, scene, f"stops-{len(jobs)}"))
            late += _stop_one(ground)
        faults = [fault for job in jobs for fault in ground.faults_of(ground.done(job), wanted)]
        history = ground.history()
    fenced = counted(history, "late report dropped")
    if fenced < late:
        faults.append(f"{late} came late, the history counts {fenced}")
    return Seen(
        "; ".join(faults) or "every late commit fenced and counted, no unit committed twice",
        f"{late} late, {fenced} fenced",
        not faults,
    )


def _stop_one(ground: Ground) -> int:
    """Stop whoever was handed a unit last; how many of its commits came late then: none where it was too quick."""
    leased = [event for event in ground.news() if event.kind == "unit leased"]
    name = ground.name_of(leased[-1].worker or "") if leased else None
    if name is None:
        time.sleep(0.005)
        return 0
    unit = leased[-1]
    ground.signal(name, signal.SIGSTOP)

    def later(*kinds: str) -> str | None:
        """The first of some kinds of event that came of this lease."""
        about = [each for each in ground.history() if (each.job, each.unit) == (unit.job, unit.unit)]
        return next((each.kind for each in about if each.id > unit.id and each.kind in kinds), None)

    try:
        kind = ground.wait(lambda: later("lease lost", "unit committed"), "a stopped worker loses its lease")
    finally:
        ground.signal(name, signal.SIGCONT)
    if kind == "unit committed":  # it was reported before the worker was stopped
        return 0
    ground.wait(lambda: later("late report dropped"), "a late report is counted")
    return 1


def other_version(folder: Path, rough: Roughness) -> Seen:
    """Let workers with another version of a plugin into a farm, alone at first."""
    theirs, ours = with_plugin(folder / "theirs", "2.0"), with_plugin(folder / "ours", "1.0")
    scene = strange_film(folder, ("none",) * 3)
    faults = []
    with Ground(folder / "farm", workers=1, environment=theirs) as ground:
        strangers = {row.id for row in ground.there()}
        ground.environment = ours
        job = ground.client.job(ground.command("farm", "submit", scene, "--folder", ground.folder)).job
        time.sleep(1.0)
        view = ground.client.job(job.id)
        if view.job.started is not None:
            faults.append("a unit was handed to a worker of another version")
        if view.waiting is None or not any(word in view.waiting for word in ("version", "differ", "engine")):
            faults.append(f"nobody is told why the job waits: {view.waiting}")
        ground.add_worker()
        ground.done(job)
        history = ground.history()
        given = [event for event in history if event.kind.startswith("unit") and event.worker in strangers]
    if given:
        faults.append(f"{len(given)} times a unit was handed to a worker of another version")
    return Seen(
        "; ".join(faults) or f"nothing was handed to it; {view.waiting}; a worker of the right version did all",
        f"{len(given)} units handed to it",
        not faults,
    )


def any_number(folder: Path, rough: Roughness) -> Seen:
    """Render the same film with 1, 2 and 4 workers, here, and from its last unit to its first."""
    scene = film(folder, 4)
    wanted, turned = local(scene), backwards(scene)
    faults = [] if turned == wanted else ["rendered backwards it is another file"]
    numbers = (1, 2, 4)
    with Ground(folder / "farm", workers=1) as ground:
        for number in numbers:
            while len(ground.programs) - 1 < number:
                ground.add_worker()
            ground.wait(lambda: len(ground.there()) >= number, "more workers register")  # noqa: B023
            job = ground.done(submit(ground.client, scene, f"by-{number}"))
            faults += [f"by {number} workers: {fault}" for fault in ground.faults_of(job, wanted)]
    return Seen(
        "; ".join(faults) or f"one file: {wanted.file[:12]}…",
        f"{', '.join(map(str, numbers))} workers, local, backwards",
        not faults,
    )
