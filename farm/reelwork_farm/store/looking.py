"""What is read of the store: a transaction and a question go in, rows in the farm's words come out."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, select, tuple_

from reelwork_farm.errors import NotFound
from reelwork_farm.model import Cause, Event, JobRow, JobState, Share, UnitKind, UnitRow, UnitState
from reelwork_farm.store.rows import event_row, find_job, job_row, unit_row
from reelwork_farm.store.schema import events, jobs, leases, shares, units, workers


def list_jobs(connection: Connection, *, limit: int, states: Collection[JobState] | None) -> list[JobRow]:
    """Jobs, the newest first."""
    query = select(jobs).order_by(jobs.c.submitted.desc(), jobs.c.id.desc()).limit(limit)
    if states is not None:
        query = query.where(jobs.c.state.in_(states))
    return [job_row(row) for row in connection.execute(query)]


def open_jobs(connection: Connection) -> list[JobRow]:
    """Jobs that are blocked, queued or running, in the order in which they came."""
    states = (JobState.BLOCKED, JobState.QUEUED, JobState.RUNNING)
    query = select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.submitted, jobs.c.id)
    return [job_row(row) for row in connection.execute(query)]


def list_units(
    connection: Connection, job: str, *, first: int, limit: int, states: Collection[UnitState] | None
) -> list[UnitRow]:
    """Units of a job from an index on, in order; one that two workers have is shown with its last lease.

    :raises NotFound: there is no such job
    """
    find_job(connection, job)
    query = select(units).where(units.c.job == job, units.c.number >= first).order_by(units.c.number).limit(limit)
    if states is not None:
        query = query.where(units.c.state.in_(states))
    found = connection.execute(query).all()
    if not found:
        return []
    here = leases.c.number.between(found[0].number, found[-1].number)
    query_leases = select(leases).where(leases.c.job == job, here).order_by(leases.c.epoch)
    last = {lease.number: lease for lease in connection.execute(query_leases)}
    return [unit_row(row, last.get(row.number)) for row in found]


_UNIT: Final = select(units).where(units.c.job == bindparam("job"), units.c.number == bindparam("index"))
_LAST_LEASE: Final = (
    select(leases)
    .where(leases.c.job == bindparam("job"), leases.c.number == bindparam("index"))
    .order_by(leases.c.epoch.desc())
    .limit(1)
)


def find_unit(connection: Connection, job: str, index: int) -> UnitRow:
    """One unit.

    :raises NotFound: there is no such job, or it has no such unit
    """
    at = {"job": job, "index": index}
    row = connection.execute(_UNIT, at).one_or_none()
    if row is None:
        raise NotFound(f"job {job} has no unit {index}: it has {find_job(connection, job).units}")
    return unit_row(row, connection.execute(_LAST_LEASE, at).one_or_none())


def ready(
    connection: Connection, job: str, limit: int, *, now: float
) -> list[tuple[int, UnitKind, int, int, tuple[str, ...], bool]]:
    """Of units that may be handed out now, in order: index, kind, first frame, one past the last, where it failed, and
    whether that was, the last time, for lack of memory.
    """
    query = (
        select(units.c.number, units.c.kind, units.c.first, units.c.stop, units.c.tried, units.c.cause)
        .where(units.c.job == job, units.c.state == UnitState.READY, units.c.not_before <= now)
        .order_by(units.c.number)
        .limit(limit)
    )
    return [
        (number, UnitKind(kind), first, stop, () if tried == "[]" else tuple(json.loads(tried)), cause == Cause.MEMORY)
        for number, kind, first, stop, tried, cause in connection.execute(query)
    ]


def held(connection: Connection) -> list[UnitRow]:
    """What workers have, by worker and in the order in which they got it: a unit that two have is there twice."""
    query = (
        select(leases, workers.c.reported)
        .join(workers, workers.c.id == leases.c.worker)
        .order_by(leases.c.worker, leases.c.granted, leases.c.job, leases.c.number)
    )
    leased = select(units).where(tuple_(units.c.job, units.c.number).in_(select(leases.c.job, leases.c.number)))
    by_number = {(row.job, row.number): row for row in connection.execute(leased)}
    found: list[UnitRow] = []
    for lease in connection.execute(query):
        next_one = not found or found[-1].worker != lease.worker
        began = max(lease.granted, lease.reported or 0.0) if next_one else None
        found.append(unit_row(by_number[lease.job, lease.number], lease, began))
    return found


def history(
    connection: Connection, *, after: int, job: str | None, limit: int, kind: str | None = None, last: bool = False
) -> list[Event]:
    """Lines of the history after the one with the id ``after``, in order: the first of them or, with ``last``, the
    latest.
    """
    query = select(events).where(events.c.id > after).limit(limit)
    query = query.order_by(events.c.id.desc() if last else events.c.id)
    if job is not None:
        query = query.where(events.c.job == job)
    if kind is not None:
        query = query.where(events.c.kind == kind)
    found = [event_row(row) for row in connection.execute(query)]
    return found[::-1] if last else found


def all_shares(connection: Connection) -> dict[str, Share]:
    """What each project may have; those that nobody spoke of are not in it."""
    return {row.project: Share(row.weight, row.cap) for row in connection.execute(select(shares))}
