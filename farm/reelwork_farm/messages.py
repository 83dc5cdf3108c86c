"""What the controller and those who speak to it say to each other, beyond the farm's words: frozen and plain."""

from __future__ import annotations

from dataclasses import dataclass, field

from reelwork_farm.model import Failure, Figures, JobRow, Timing


@dataclass(frozen=True)
class FarmInfo:
    """What a client must know of a farm; the controller's address names everything else.

    :param storage: where segments and files lie, if clients and workers may go there themselves; ``None``: through
        the controller
    :param ray: the address of the Ray cluster; ``None`` without one
    """

    name: str
    version: str
    storage: str | None
    ray: str | None
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True)
class Measure:
    """A figure with its error bars: it lies between ``low`` and ``high`` nine times of ten."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class JobView:
    """A job as people see it.

    :param frames: of the whole job
    :param frames_done: in finished units and, as far as workers have told, in units that are being rendered
    :param left: seconds until it is done, from measured unit times; ``None`` before the first
    :param cost: worker-seconds of the whole job, spent ones included; ``None`` before the first measured unit
    :param waiting: why nothing of it is being rendered; ``None`` where something is, or where it has ended
    :param audits: what failed audits found, a sentence for each, which names both workers
    """

    job: JobRow
    frames: int
    frames_done: int
    left: Measure | None
    cost: Measure | None
    waiting: str | None
    audits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registration:
    """The answer to a worker's offer: its id, and the farm's times."""

    worker: str
    timing: Timing


@dataclass(frozen=True)
class Holding:
    """A part that a worker has and has not reported yet.

    :param frames: of it that are rendered; 0 where it has not begun
    """

    job: str
    index: int
    epoch: int
    frames: int = 0


@dataclass(frozen=True)
class Heartbeat:
    """A worker's sign of life, with everything that it holds.

    :param memory: bytes that it uses now
    """

    holding: tuple[Holding, ...] = ()
    memory: int = 0


@dataclass(frozen=True)
class Orders:
    """The answer to a heartbeat.

    :param revoked: of what the worker holds: no longer its own, so it is not begun, or stopped if it has begun
    :param drain: finish what is held, take nothing new, say goodbye
    """

    revoked: tuple[Holding, ...] = ()
    drain: bool = False


@dataclass(frozen=True)
class Report:
    """What became of a part: ``figures`` if it is finished, ``failure`` if not, never both."""

    job: str
    index: int
    epoch: int
    figures: Figures | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Priority:
    """What a job's priority shall be."""

    priority: int
