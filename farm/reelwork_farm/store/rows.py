"""Rows of the store's tables go in, the farm's words come out; and the lines of the history, the other way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select

from reelwork_farm.errors import NotFound
from reelwork_farm.model import (
    Cause,
    Event,
    Heard,
    JobRow,
    JobSpec,
    JobState,
    UnitKind,
    UnitRow,
    UnitState,
    WorkerOffer,
    WorkerRow,
    WorkerState,
)
from reelwork_farm.store.schema import events, jobs
from reelwork_farm.wire import from_json, to_json

_JOB: Final = select(jobs).where(jobs.c.id == bindparam("id"))
_NOTE: Final = insert(events)
#: Of ids that nobody gave out, which reports may name, the history keeps as much as of others.
_ID: Final = 16
_WORKER: Final = 128


def job_id(spec: JobSpec) -> str:
    """The id of a job: the same for the same work, whatever its priority and whoever is told of its end."""
    told = to_json(spec)
    work = {key: value for key, value in told.items() if key not in ("priority", "notify")}
    text = json.dumps(work, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def written(value: object) -> str:
    """A value as the JSON that its column holds: ASCII, since databases do not take every character that a text has."""
    return json.dumps(to_json(value), separators=(",", ":"))


def plain(text: str) -> str:
    """A text from outside without what databases do not take: zeros and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


@lru_cache(maxsize=32_768)  # more than jobs can be open, which each plan looks at
def spec_of(text: str) -> JobSpec:
    """What was submitted."""
    return from_json(JobSpec, json.loads(text), strict=False)


@lru_cache(maxsize=16_384)
def offer_of(text: str) -> WorkerOffer:
    """What a worker offered."""
    return from_json(WorkerOffer, json.loads(text), strict=False)


def job_row(row: Row[Any]) -> JobRow:
    """A row of the table of jobs."""
    return JobRow(
        id=row.id,
        spec=spec_of(row.spec),
        state=JobState(row.state),
        priority=row.priority,
        submitted=row.submitted,
        started=row.started,
        ended=row.ended,
        units=row.units,
        done=row.done,
        leased=row.leased,
        quarantined=row.quarantined,
        seconds=row.seconds,
        result=row.result,
        squares=row.squares,
        heard=None if row.heard is None else from_json(Heard, json.loads(row.heard), strict=False),
        audits=row.audits,
        audited=row.audited,
        audits_failed=row.audits_failed,
    )


def find_job(connection: Connection, job: str) -> JobRow:
    """One job.

    :raises NotFound: there is none with this id
    """
    row = connection.execute(_JOB, {"id": job}).one_or_none()
    if row is None:
        raise NotFound(f"the farm has no job {job}: `reelwork farm jobs` lists those that it has")
    return job_row(row)


def unit_row(row: Row[Any], lease: Row[Any] | None = None, began: float | None = None) -> UnitRow:
    """A row of the table of units, with the lease that it is shown with."""
    return UnitRow(
        job=row.job,
        index=row.number,
        kind=UnitKind(row.kind),
        first=row.first,
        stop=row.stop,
        state=UnitState(row.state),
        epoch=row.epoch if lease is None else lease.epoch,
        attempts=row.attempts,
        not_before=row.not_before,
        tried=tuple(json.loads(row.tried)),
        worker=None if lease is None else lease.worker,
        lease_until=None if lease is None else lease.until,
        digest=row.digest,
        seconds=row.seconds,
        cause=None if row.cause is None else Cause(row.cause),
        message=row.message,
        began=began,
    )


def worker_row(row: Row[Any], *, busy: bool) -> WorkerRow:
    """A row of the table of workers."""
    state = WorkerState(row.state)
    return WorkerRow(
        id=row.id,
        offer=offer_of(row.offer),
        state=WorkerState.BUSY if busy and state is WorkerState.IDLE else state,
        registered=row.registered,
        seen=row.seen,
        speed=row.speed,
        faults=row.faults,
        aside_until=row.aside_until,
    )


def event_row(row: Row[Any]) -> Event:
    """A line of the history."""
    return Event(row.id, row.time, row.kind, row.job, row.unit, row.worker, json.loads(row.detail))


def note(
    connection: Connection,
    now: float,
    kind: str,
    *,
    job: str | None = None,
    worker: str | None = None,
    units: Sequence[tuple[int | None, dict[str, object]]] | Sequence[tuple[int, dict[str, object]]] = ((None, {}),),
) -> None:
    """Add to the history: one line for each unit, with what else is worth knowing of it."""
    who = {"job": job and plain(job[:_ID]), "worker": worker and plain(worker[:_WORKER])}
    lines = [{"time": now, "kind": kind, **who, "unit": unit, "detail": json.dumps(detail)} for unit, detail in units]
    if lines:
        connection.execute(_NOTE, lines)
