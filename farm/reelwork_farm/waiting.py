"""A view of the farm and one of its jobs go in; why nothing of the job is being rendered comes out, as a sentence."""

from __future__ import annotations

from collections import Counter

from reelwork_farm.capability import objections
from reelwork_farm.model import JobRow, JobState, WorkerState
from reelwork_farm.view import View, in_use, to_hand_out, turn

# Workers load their code when they start, and a job belongs to the code that it was submitted with.
_RESTART = (
    "; what Reelwork, a plugin or a library does has changed since they started, or is another version there: start"
    " them anew, on one machine with `reelwork farm down` and `reelwork farm up`"
)


def why_waiting(view: View, job: JobRow, resting: int = 0) -> str | None:
    """Why a job waits, and what could be done; ``None`` where something of it is rendered, or it has ended.

    :param resting: how many of its units failed and may not be tried again yet
    """
    match job.state:
        case JobState.DONE | JobState.FAILED | JobState.CANCELLED:
            return None
        case JobState.PAUSED if not job.leased:
            return f"it is paused: `reelwork farm resume {job.id}` lets it go on"
        case JobState.BLOCKED:
            return _blocked(view, job)
    if job.leased:
        return None
    return _nothing_to_do(view, job, resting) or _nobody(view, job) or _others_first(view, job)


def _blocked(view: View, job: JobRow) -> str:
    open_jobs = {other.id: other for other in view.jobs}
    before = [open_jobs[other] for other in job.spec.after if other in open_jobs]
    if before:
        return "it comes after " + " and ".join(f"{other.spec.title} ({other.id}, {other.state})" for other in before)
    names = " or ".join(job.spec.after)
    return f"it comes after a job that is not being rendered: `reelwork farm job` says what has become of {names}"


def _nothing_to_do(view: View, job: JobRow, resting: int) -> str | None:
    if view.ready.get(job.id):
        return None
    if resting:
        return f"{resting} units of it failed and are left alone for a moment before they are tried again"
    if to_hand_out(job) or not job.quarantined:  # handed out or given back at this very moment
        return None
    return f"{job.quarantined} units of it failed too often: `reelwork farm retry {job.id}` tries them again"


def _nobody(view: View, job: JobRow) -> str | None:
    """Why there is no worker for it, if there is none."""
    if view.fleet.count(job.spec):
        return None
    there = [row for row in view.fleet.known if row.state not in (WorkerState.LOST, WorkerState.GONE)]
    if not there:
        return "the farm has no workers: `reelwork farm join ADDRESS` on a machine adds it"
    able = [row for row in there if not objections(job.spec, row.offer)]
    if able:
        states = " or ".join(sorted({row.state.value for row in able}))
        return f"the workers that may render it are {states}, and are handed nothing now"
    why = Counter(objection for row in there for objection in objections(job.spec, row.offer))
    reasons = "; ".join(f"of {count} of them: {reason}" for reason, count in why.most_common(4))
    remedy = _RESTART if any(row.offer.engine != job.spec.engine for row in there) else ""
    return f"none of the {len(there)} workers may render it; {reasons}{remedy}"


def _others_first(view: View, job: JobRow) -> str:
    project = job.spec.project
    used, share = in_use(view), view.share(project)
    if share.cap is not None and used[project] >= share.cap:
        return f"the project {project} has {used[project]} workers, and may have no more than {share.cap}"
    before = [
        other for other in view.jobs if other.spec.project == project and to_hand_out(other) and turn(other) < turn(job)
    ]
    workers = view.fleet.count(job.spec)
    if before:
        return f"{len(before)} other jobs of the project {project} have their turn first, {before[0].spec.title} is one"
    rivals = set(used) | {other.spec.project for other in view.jobs if to_hand_out(other)}
    part = share.weight / sum(view.share(rival).weight for rival in rivals | {project})
    if used.total() >= workers:
        return (
            f"all {workers} workers that may render it are busy; the project {project} has {used[project]} of them,"
            f" its share is {part:.0%}"
        )
    return "it is next: a worker that has nothing to do gets it when it asks"
