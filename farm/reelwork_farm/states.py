"""The farm's state machine: a state and what happens go in; the state after it, or when to try again, comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from reelwork_farm.errors import Refused
from reelwork_farm.model import Cause, JobState, Timing, UnitState


class UnitEvent(StrEnum):
    """What may happen to a unit."""

    RELEASED = "released"  #: what it needs is done
    GRANTED = "granted"  #: handed to a worker; to a second one while it is leased, where the first is slow
    COMMITTED = "committed"  #: its segment is in the storage, verified
    RETURNED = "returned"  #: its worker failed, was lost or gave it back, and it is worth another try
    GIVEN_UP = "given up"  #: it failed too often
    SPOILED = "spoiled"  #: its segment was found damaged in the storage, or is not there any more
    HELD_BACK = "held back"  #: what it needs is not done after all
    CANCELLED = "cancelled"  #: its job was
    REOPENED = "reopened"  #: its job was submitted again, or somebody asked for another try


class JobEvent(StrEnum):
    """What may happen to a job. It begins as ``blocked``."""

    UNBLOCKED = "unblocked"  #: all jobs that it comes after are done
    STARTED = "started"  #: a unit of it was handed out
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"  #: its last unit is done
    GAVE_UP = "gave up"  #: nothing of it can be rendered any more, since units of it are quarantined
    CANCELLED = "cancelled"
    REOPENED = "reopened"


_UNIT: Final[Mapping[UnitState, Mapping[UnitEvent, UnitState]]] = {
    UnitState.WAITING: {
        UnitEvent.RELEASED: UnitState.READY,
        UnitEvent.CANCELLED: UnitState.CANCELLED,
    },
    UnitState.READY: {
        UnitEvent.GRANTED: UnitState.LEASED,
        UnitEvent.HELD_BACK: UnitState.WAITING,
        UnitEvent.CANCELLED: UnitState.CANCELLED,
    },
    UnitState.LEASED: {
        UnitEvent.GRANTED: UnitState.LEASED,
        UnitEvent.COMMITTED: UnitState.DONE,
        UnitEvent.RETURNED: UnitState.READY,
        UnitEvent.GIVEN_UP: UnitState.QUARANTINED,
        UnitEvent.HELD_BACK: UnitState.WAITING,
        UnitEvent.CANCELLED: UnitState.CANCELLED,
    },
    UnitState.DONE: {
        UnitEvent.SPOILED: UnitState.READY,
        UnitEvent.GIVEN_UP: UnitState.QUARANTINED,
    },
    UnitState.QUARANTINED: {
        UnitEvent.HELD_BACK: UnitState.WAITING,
        UnitEvent.REOPENED: UnitState.WAITING,
        UnitEvent.CANCELLED: UnitState.CANCELLED,
    },
    UnitState.CANCELLED: {
        UnitEvent.REOPENED: UnitState.WAITING,
        UnitEvent.CANCELLED: UnitState.CANCELLED,
    },
}

#: What people ask for twice, since an answer was lost, changes nothing the second time.
_JOB: Final[Mapping[JobState, Mapping[JobEvent, JobState]]] = {
    JobState.BLOCKED: {
        JobEvent.UNBLOCKED: JobState.QUEUED,
        JobEvent.PAUSED: JobState.PAUSED,
        JobEvent.RESUMED: JobState.BLOCKED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
    JobState.QUEUED: {
        JobEvent.STARTED: JobState.RUNNING,
        JobEvent.PAUSED: JobState.PAUSED,
        JobEvent.RESUMED: JobState.QUEUED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
    JobState.RUNNING: {
        JobEvent.STARTED: JobState.RUNNING,
        JobEvent.PAUSED: JobState.PAUSED,
        JobEvent.RESUMED: JobState.RUNNING,
        JobEvent.FINISHED: JobState.DONE,
        JobEvent.GAVE_UP: JobState.FAILED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
    JobState.PAUSED: {
        JobEvent.PAUSED: JobState.PAUSED,
        JobEvent.RESUMED: JobState.BLOCKED,  # and unblocked and started in the same breath where it was
        JobEvent.FINISHED: JobState.DONE,
        JobEvent.GAVE_UP: JobState.FAILED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
    JobState.DONE: {
        JobEvent.REOPENED: JobState.BLOCKED,  # since its file is lost
    },
    JobState.FAILED: {
        JobEvent.REOPENED: JobState.BLOCKED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
    JobState.CANCELLED: {
        JobEvent.REOPENED: JobState.BLOCKED,
        JobEvent.CANCELLED: JobState.CANCELLED,
    },
}

_State = TypeVar("_State", UnitState, JobState)
_Event = TypeVar("_Event", UnitEvent, JobEvent)


def unit_after(state: UnitState, event: UnitEvent) -> UnitState:
    """The state of a unit after something happened to it.

    :raises Refused: this may not happen to it
    """
    return _after("unit", _UNIT, state, event)


def job_after(state: JobState, event: JobEvent) -> JobState:
    """The state of a job after something happened to it.

    :raises Refused: this may not happen to it
    """
    return _after("job", _JOB, state, event)


def units_before(event: UnitEvent) -> tuple[UnitState, ...]:
    """The states in which something may happen to a unit, in the order of their definition."""
    return tuple(state for state in UnitState if event in _UNIT[state])


def _after(thing: str, table: Mapping[_State, Mapping[_Event, _State]], state: _State, event: _Event) -> _State:
    try:
        return table[state][event]
    except KeyError:
        raise Refused(f"a {thing} that is {state} cannot be {event}") from None


@dataclass(frozen=True)
class Again:
    """The unit is tried again after ``delay`` seconds."""

    delay: float


@dataclass(frozen=True)
class Quarantine:
    """The unit is not tried again until somebody asks for it; the others go on."""


#: Tries that a unit has, on two workers at least; and how many it has where there is but one worker.
TRIES: Final = 3
TRIES_ON_ONE: Final = 6
#: Lost workers that a unit is not blamed for: spot machines go away. From then on it waits, so that a unit that takes
#: its machine with it cannot keep the whole farm down.
LOSSES: Final = 3
_DOUBLINGS: Final = 5
#: How often a unit is rendered again because its segment was spoiled in the storage.
SPOILS: Final = 3


def retry(cause: Cause, attempts: int, workers_tried: int, timing: Timing, *, losses: int = 0) -> Again | Quarantine:
    """What becomes of a unit that was not finished.

    :param attempts: how often it failed, this time included, infrastructure's faults not counted
    :param workers_tried: on how many workers that was
    :param losses: how often infrastructure lost it, this time included
    """
    if cause is Cause.INFRASTRUCTURE:
        return Again(0.0 if losses <= LOSSES else _doubled(timing.backoff, losses - LOSSES))
    if attempts >= TRIES_ON_ONE or (attempts >= TRIES and workers_tried >= 2):
        return Quarantine()
    return Again(_doubled(timing.backoff, attempts))


def longest_wait(timing: Timing) -> float:
    """Seconds that a unit is left alone at most before it is tried again."""
    return _doubled(timing.backoff, _DOUBLINGS + 1)


def after_spoil(times: int) -> Again | Quarantine:
    """What becomes of a unit whose segment was spoiled in the storage so many times, this time included."""
    return Quarantine() if times > SPOILS else Again(0.0)


def _doubled(seconds: float, times: int) -> float:
    return float(seconds * 2 ** min(max(times - 1, 0), _DOUBLINGS))
