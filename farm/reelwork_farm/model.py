"""The farm's words: what a job, a unit, a lease and a worker are, frozen and plain, so that they travel as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final

from reelwork_farm.errors import FarmError

#: How long jobs that have ended are kept, days, unless an operator says otherwise.
KEEP: Final = 30.0


class JobState(StrEnum):
    """Where a job stands."""

    BLOCKED = "blocked"  #: jobs that it comes after are not done
    QUEUED = "queued"  #: none of its units has been handed out yet
    RUNNING = "running"
    PAUSED = "paused"  #: what is handed out is finished, nothing new is handed out
    DONE = "done"
    FAILED = "failed"  #: all that could be rendered is, but some units are quarantined
    CANCELLED = "cancelled"


class UnitState(StrEnum):
    """Where a unit stands."""

    WAITING = "waiting"  #: units that it needs are not done: the last unit of a job needs all others
    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    QUARANTINED = "quarantined"  #: it failed too often, on too many workers
    CANCELLED = "cancelled"


class UnitKind(StrEnum):
    """What is done for a unit."""

    RENDER = "render"  #: frames become a segment
    FINISH = "finish"  #: segments and sound become the file, which is decoded as a whole
    AUDIT = "audit"  #: frames that one worker rendered are rendered by another, and the segments compared


class Cause(StrEnum):
    """Why a unit was not finished, which decides how it is tried again."""

    INFRASTRUCTURE = "infrastructure"  #: a worker, a network or a store was lost: nothing is wrong with the unit
    MEMORY = "memory"  #: it took more memory than it was given
    PLUGIN = "plugin"  #: a fault, a crash or a standstill in code that renders
    MEDIA = "media"  #: a file cannot be decoded


@dataclass(frozen=True)
class JobSpec:
    """What a client submits; its digest is the job's id, so that the same submit twice is one job.

    :param title: what people call it: the scene's title, or its file's name
    :param bundle: the digest of the lock, which names all files, settings and versions that the job is made of
    :param engine: the digest of the engine, plugins and libraries that may render it
    :param first: the first frame
    :param stop: one past the last
    :param fps: frames a second, as a fraction such as ``24000/1001``
    :param segmented: whether it is rendered in units; else its one unit of kind ``finish`` makes the whole file
    :param file: the name of the file that it makes, such as ``film.mp4``
    :param needs: what its workers must offer, such as ``gpu`` or ``big-memory``
    :param after: ids of jobs that must be done first
    :param notify: an address that is told when the job ends
    :param machine: the architecture of the processors that may render it, such as ``x86_64``; empty for any
    :param audit: how many per cent of its units are rendered again by other workers and compared, 0 to 100
    """

    title: str
    bundle: str
    engine: str
    first: int
    stop: int
    fps: str
    segmented: bool
    file: str
    project: str = "default"
    priority: int = 0
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    notify: str | None = None
    machine: str = ""
    audit: float = 0.0


@dataclass(frozen=True)
class Heard:
    """How loud a file is: :class:`reelwork.sound.levels.Levels`, plain.

    :param loudness: integrated, in LUFS; ``None`` where it is too short or too quiet
    :param true_peak: in dBTP, 0 being full scale; ``None`` for silence
    """

    loudness: float | None
    true_peak: float | None


@dataclass(frozen=True)
class JobRow:
    """A job as the store knows it. Counts are of units of all kinds.

    Its units are those of kind render, then the one of kind finish, then audits.

    :param submitted, started, ended: seconds since 1970; ``None`` where it has not happened
    :param seconds: that workers spent on its finished units
    :param result: the digest of the finished file
    :param squares: the sum of the squares of the seconds of its finished units, for error bars
    :param audits: how many of its units are audits
    :param audited: how many of those are done
    :param heard: how loud the finished file is; ``None`` where it has no sound
    :param audits_failed: in how many of those another segment was made than the one that the film is of
    """

    id: str
    spec: JobSpec
    state: JobState
    priority: int
    submitted: float
    started: float | None
    ended: float | None
    units: int
    done: int
    leased: int
    quarantined: int
    seconds: float
    result: str | None
    squares: float = 0.0
    audits: int = 0
    audited: int = 0
    audits_failed: int = 0
    heard: Heard | None = None

    @property
    def finish(self) -> int:
        """The index of the unit that makes the file, which is how many are of kind render."""
        return self.units - 1 - self.audits

    @property
    def rendered(self) -> int:
        """How many units of kind render are done."""
        return self.done - self.audited - (self.result is not None)

    @property
    def waiting(self) -> int:
        """How many units wait for those of kind render: the finish, and all audits that are not done."""
        return 1 + self.audits - self.audited if self.rendered < self.finish else 0


@dataclass(frozen=True)
class UnitRow:
    """A unit as the store knows it.

    :param epoch: grows whenever the unit is handed out or taken back; reports under an older one are thrown away
    :param attempts: how often it failed; infrastructure's faults not counted
    :param not_before: when it may be tried again
    :param tried: ids of the workers on which it failed; of an audit, first the one that made what is audited
    :param lease_until: when the lease ends if nobody extends it
    :param digest: of its segment, once it is done
    :param seconds: that its render took
    :param began: when its worker came to it, as far as the store can tell; ``None`` while the worker is still at units
        that it was handed earlier
    """

    job: str
    index: int
    kind: UnitKind
    first: int
    stop: int
    state: UnitState
    epoch: int
    attempts: int
    not_before: float
    tried: tuple[str, ...]
    worker: str | None
    lease_until: float | None
    digest: str | None
    seconds: float | None
    cause: Cause | None
    message: str | None
    began: float | None = None


@dataclass(frozen=True)
class Share:
    """What a project may have of a farm that others want as well.

    :param weight: above 0; a project of weight 2 gets twice the workers of one of weight 1
    :param cap: the most workers that it may have at once, at least 0; ``None`` for any number
    """

    weight: float = 1.0
    cap: int | None = None


@dataclass(frozen=True)
class WorkerOffer:
    """What a worker brings when it registers.

    :param node: the machine's name
    :param pid: of the process
    :param cores: that it renders with
    :param memory: bytes that it may use
    :param engine: the digest of what it renders with
    :param machine: the processor's architecture
    :param tags: further capabilities, such as ``gpu``
    """

    node: str
    pid: int
    cores: int
    memory: int
    engine: str
    machine: str
    tags: tuple[str, ...] = ()


class WorkerState(StrEnum):
    """Where a worker stands."""

    IDLE = "idle"
    BUSY = "busy"
    DRAINING = "draining"  #: it finishes what it has and takes nothing new
    ASIDE = "aside"  #: its machine failed too often lately and is left alone for a time
    LOST = "lost"  #: not heard of for too long
    GONE = "gone"  #: it said goodbye


@dataclass(frozen=True)
class WorkerRow:
    """A worker as the store knows it.

    :param seen: when it was last heard of
    :param speed: frames a second over its last units; ``None`` before the first
    :param faults: how often it failed lately
    :param aside_until: until when it is left alone
    """

    id: str
    offer: WorkerOffer
    state: WorkerState
    registered: float
    seen: float
    speed: float | None
    faults: int
    aside_until: float | None


@dataclass(frozen=True)
class Part:
    """A unit within a lease; its epoch goes back with its report."""

    index: int
    kind: UnitKind
    first: int
    stop: int
    epoch: int


@dataclass(frozen=True)
class Lease:
    """Some consecutive units of one job, handed to one worker for a time.

    :param seconds: how long it lasts from now, unless it is extended
    """

    job: str
    bundle: str
    engine: str
    file: str
    parts: tuple[Part, ...]
    seconds: float


@dataclass(frozen=True)
class Figures:
    """What a finished unit took.

    :param digest: of the segment, or of the finished file, in the content-addressed storage
    :param size: of it, bytes
    :param frames: that were decoded from it and counted
    :param seconds: of wall time
    :param cpu: seconds of processor time
    :param memory: most bytes that its worker held
    :param heard: how loud the finished file is; ``None`` for a segment, and where it has no sound
    """

    digest: str
    size: int
    frames: int
    seconds: float
    cpu: float
    memory: int
    heard: Heard | None = None


@dataclass(frozen=True)
class Failure:
    """Why a unit was not finished.

    :param damaged: indexes of units that it needs and whose segments are missing or damaged in the storage
    :param lacking: digests of files of the job's bundle that are, too
    """

    cause: Cause
    message: str
    damaged: tuple[int, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One line of the append-only history.

    :param kind: such as ``job submitted``, ``unit leased``, ``unit committed``, ``late report dropped``
    :param detail: what else is worth knowing
    """

    id: int
    time: float
    kind: str
    job: str | None
    unit: int | None
    worker: str | None
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Timing:
    """Settings of the farm, seconds; tests make them small.

    :param lease: how long a lease lasts without a sign of its worker
    :param heartbeat: between two signs
    :param lost: without a sign, after which a worker is lost
    :param backoff: before a unit that failed is tried again; doubles with each try
    :param standstill: without a finished frame, after which a worker ends a render
    :param batch: of rendering that a lease should hold
    :param aside: that a bad machine is left alone
    :param poll: between two questions of an idle worker
    :raises FarmError: a time with which no farm can work
    """

    lease: float = 30.0
    heartbeat: float = 5.0
    lost: float = 45.0
    backoff: float = 5.0
    standstill: float = 300.0
    batch: float = 20.0
    aside: float = 600.0
    poll: float = 0.5

    def __post_init__(self) -> None:
        for name in ("lease", "heartbeat", "lost", "standstill", "batch", "poll"):
            if not 0.0 < getattr(self, name) < inf:
                raise FarmError(f"the farm's time {name!r} must be more than 0 seconds, not {getattr(self, name):g}")
        for name in ("backoff", "aside"):
            if not 0.0 <= getattr(self, name) < inf:
                raise FarmError(f"the farm's time {name!r} cannot be {getattr(self, name):g} seconds")
        if self.heartbeat >= self.lease:
            raise FarmError(
                f"a lease of {self.lease:g} seconds ends before its worker's next sign: make the farm's time "
                f"'heartbeat' ({self.heartbeat:g}) shorter, or 'lease' longer"
            )
