"""What the scheduler looks at: jobs, what of them is ready, workers and what they have in hand, as one frozen value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reelwork_farm.capability import Fleet
from reelwork_farm.model import JobRow, JobState, Share, Timing, UnitKind

#: Seconds of waiting that outweigh one point of priority.
AGEING: Final = 600.0
#: How many times as long as usual a worker takes for it to be called slow.
SLOW: Final = 2.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A unit that may be handed out now.

    :param tried: the workers on which it failed
    :param short: whether the last of them had too little memory for it
    """

    index: int
    kind: UnitKind
    first: int
    stop: int
    tried: tuple[str, ...] = ()
    short: bool = False


@dataclass(frozen=True)
class Load:
    """What a worker has in hand.

    :param indexes: its units in the order in which it renders them; it is at the first one
    :param since: when it came to that one, seconds since 1970
    """

    job: str
    indexes: tuple[int, ...]
    since: float


@dataclass(frozen=True)
class View:
    """A moment of the farm.

    :param jobs: all that have not ended
    :param ready: by job, the units that may be handed out now, in order, as many as could be wanted; looked up only
        for jobs whose turn it is
    :param fleet: the workers that may be handed something
    :param idle: ids of those of them that have nothing, the longest waiting first
    :param loads: by worker, what it has in hand
    :param shares: by project; a project that is not in it has a :class:`Share` of weight 1
    :param served: by project, worker-seconds over weight that it got more than the project that got least lately
    :param seconds: by job, that a worker of usual speed takes for one of its units; not there before the first is done
    :param pace: by worker, how many times as long as usual it takes; not there before its first unit
    :param last: by worker, the job and index of the unit that it rendered last
    """

    jobs: tuple[JobRow, ...]
    ready: Mapping[str, Sequence[Ready]]
    fleet: Fleet
    idle: tuple[str, ...] = ()
    loads: Mapping[str, Load] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    served: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    pace: Mapping[str, float] = field(default_factory=dict)
    last: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    def share(self, project: str) -> Share:
        """What a project may have."""
        return self.shares.get(project, Share())

    def unit_seconds(self, job: str, worker: str) -> float | None:
        """How long a worker is expected to take for a unit of a job; ``None`` before one of the job's is done."""
        usual = self.seconds.get(job)
        return None if usual is None else usual * self.pace.get(worker, 1.0)


def turn(job: JobRow) -> tuple[float, str]:
    """Jobs of one project have their turn in this order: by priority, which waiting outweighs in the end."""
    return job.submitted - job.priority * AGEING, job.id


def to_hand_out(job: JobRow) -> int:
    """How many units of a job wait for a worker, those that are being left alone after a failure among them."""
    if job.state not in (JobState.QUEUED, JobState.RUNNING):
        return 0
    return max(0, job.units - job.done - job.leased - job.quarantined - job.waiting)


def in_use(view: View) -> Counter[str]:
    """How many workers each project has now."""
    projects = {job.id: job.spec.project for job in view.jobs}
    return Counter(projects[load.job] for load in view.loads.values() if load.job in projects)
