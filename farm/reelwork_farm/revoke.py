"""A view of the farm goes in; which units that were handed out, but not begun, are taken back comes out. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reelwork_farm.model import JobRow
from reelwork_farm.view import SLOW, Load, View, in_use, to_hand_out, turn


@dataclass(frozen=True)
class Revocation:
    """Units that a worker has not begun and that are better rendered by, or after those of, others."""

    worker: str
    job: str
    indexes: tuple[int, ...]


def revoke(view: View, now: float) -> list[Revocation]:
    """What to take back after a plan.

    Where workers are left idle (``view.idle``: those for whom the plan had nothing), they get from the ends of the
    longest loads. Where all that could help are busy, a project that has less than its share, and in each project a
    job of higher priority, gets the workers of others as soon as these have finished what they are rendering. A unit
    that its worker may begin before it hears of this, at its next sign of life, is left alone.
    """
    idle = {worker for worker in view.idle if view.pace.get(worker, 1.0) <= SLOW}
    taken = _for_idle(view, set(idle), now)
    from_whom = {revocation.worker for revocation in taken}
    return taken + [other for other in _for_others(view, idle, now) if other.worker not in from_whom]


def _for_idle(view: View, idle: set[str], now: float) -> list[Revocation]:
    if not idle:
        return []
    jobs = {job.id: job for job in view.jobs}
    late = []
    for worker, load in view.loads.items():
        if load.job in jobs and load.indexes and load.indexes[0] <= jobs[load.job].finish:  # audits may not go to all
            late += [(end, worker, load.job, index) for index, end in _not_begun(view, worker, load, now)]
    late.sort(reverse=True)
    taken: dict[tuple[str, str], list[int]] = {}
    for _, worker, job, index in late:
        fitting = next((other for other in idle if view.fleet.fits(jobs[job].spec, other)), None)
        if fitting is not None:
            idle.discard(fitting)
            taken.setdefault((worker, job), []).append(index)
        if not idle:
            break
    return [Revocation(worker, job, tuple(sorted(indexes))) for (worker, job), indexes in taken.items()]


def _for_others(view: View, idle: set[str], now: float) -> list[Revocation]:
    jobs = {job.id: job for job in view.jobs}
    kinds = {view.fleet.kind(worker): worker for worker in idle if worker in view.fleet.rows}.values()
    waiting: dict[str, JobRow] = {}  # the job of each project whose turn it is
    for job in sorted((job for job in view.jobs if to_hand_out(job)), key=turn):
        if job.spec.project in waiting or any(view.fleet.fits(job.spec, worker) for worker in kinds):
            continue
        if view.ready.get(job.id):
            waiting[job.spec.project] = job
    if not waiting:
        return []
    used = in_use(view)
    just = _entitled(view, used, set(waiting))
    crews: dict[str, list[str]] = {}  # the workers of each project
    for worker, load in view.loads.items():
        if load.job in jobs:
            crews.setdefault(jobs[load.job].spec.project, []).append(worker)
    found: list[Revocation] = []
    for project, job in waiting.items():
        lower = [worker for worker in crews.get(project, ()) if _lower(jobs[view.loads[worker].job], job)]
        wanted = min(to_hand_out(job), len(lower))
        missing = min(to_hand_out(job), math.floor(just[project]) - used[project])
        if missing > wanted:
            wanted = missing
            rich = [other for other in crews if used[other] > math.ceil(just[other])]
            lower = [worker for other in rich for worker in crews[other]]
        for revocation in _freed(view, job, lower, wanted, now):
            used[jobs[revocation.job].spec.project] -= 1
            found.append(revocation)
    return found


def _lower(job: JobRow, than: JobRow) -> bool:
    """Whether a job has less priority, and waiting has not made up for it. Between equals, nothing is taken back."""
    return job.priority < than.priority and turn(job) > turn(than)


def _entitled(view: View, used: Counter[str], waiting: set[str]) -> dict[str, float]:
    """How many workers each project should have, of those that are busy now."""
    active = {project for project in used if used[project]} | waiting
    weights = sum(view.share(project).weight for project in active)
    just = {project: used.total() * view.share(project).weight / weights for project in active}
    caps = {project: view.share(project).cap for project in active}
    return {project: value if (cap := caps[project]) is None else min(value, cap) for project, value in just.items()}


def _freed(view: View, job: JobRow, workers: list[str], wanted: int, now: float) -> Iterator[Revocation]:
    """Take what is not begun from so many workers that ``wanted`` are free soon, counting those that are anyway."""
    able = [worker for worker in workers if view.fleet.fits(job.spec, worker)]
    later = {worker: [index for index, _ in _not_begun(view, worker, view.loads[worker], now)] for worker in able}
    wanted -= sum(not indexes for indexes in later.values())
    for worker in sorted(able, key=lambda worker: -len(later[worker])):
        if wanted <= 0 or not later[worker]:
            return
        wanted -= 1
        yield Revocation(worker, view.loads[worker].job, tuple(later[worker]))


def _not_begun(view: View, worker: str, load: Load, now: float) -> Iterator[tuple[int, float]]:
    """The units of a load that the worker will surely hear of before it comes to them; when it would end each."""
    each = view.unit_seconds(load.job, worker)
    if each is None:
        return
    begin = max(load.since + each, now)
    for index in load.indexes[1:]:
        if begin > now + view.timing.heartbeat:
            yield index, begin + each
        begin += each
