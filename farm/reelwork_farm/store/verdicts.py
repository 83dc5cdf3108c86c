"""What follows from a unit's end: units that waited for it are released, audits are judged, the job ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, update

from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.capability import SUSPICION
from reelwork_farm.model import Cause, JobRow, JobSpec, JobState, UnitState
from reelwork_farm.states import JobEvent, Quarantine, UnitEvent, after_spoil, unit_after, units_before
from reelwork_farm.store.jobs import check_open, release, release_followers, settle, step
from reelwork_farm.store.rows import find_job, job_id, note, written
from reelwork_farm.store.schema import jobs, leases, units, workers


def go_on(connection: Connection, job: str, now: float) -> None:
    """After a unit was done or quarantined: others may be ready now, and the job may be at its end.

    Audits neither delay the file nor decide what it is. They belong to the job all the same, which is done when they
    are: who asked for them waits for what they find, and so do the jobs that come after it. One that nobody can render
    ends as a quarantined unit of a job that is done.
    """
    row = find_job(connection, job)
    if row.rendered == row.finish and row.result is None:
        release(connection, row, now)
    if row.done + row.quarantined + row.waiting < row.units:
        return
    if row.result is not None:
        step(connection, job, row.state, JobEvent.FINISHED, now, ended=now)
        release_followers(connection, job, now)
    elif row.quarantined:
        step(connection, job, row.state, JobEvent.GAVE_UP, now, ended=now)


def judge(connection: Connection, row: JobRow, audit: Row[Any], worker: str, digest: str, now: float) -> None:
    """Compare what an audit made with what the film is of; where they differ, nobody knows yet which of both is wrong.

    :param worker: that rendered it again
    :param digest: of what it made
    """
    number = audit.first // UNIT_FRAMES - row.spec.first // UNIT_FRAMES
    query = select(units.c.digest).where(units.c.job == row.id, units.c.number == number)
    made = connection.execute(query).scalar_one()
    maker: str = json.loads(audit.tried)[0]
    failed = made != digest
    counts = {"audited": jobs.c.audited + 1, "audits_failed": jobs.c.audits_failed + int(failed)}
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(**counts))
    told: dict[str, object] = {"audit": audit.number, "made_by": maker, "same_worker": maker == worker, "digest": made}
    if failed:
        told["found"] = digest
        suspects = workers.c.id.in_({maker, worker})
        connection.execute(update(workers).where(suspects).values(faults=workers.c.faults + SUSPICION))
    kind = "audit failed" if failed else "audit passed"
    note(connection, now, kind, job=row.id, worker=worker, units=[(number, told)])


_SPOILED: Final = "its segment was missing or damaged in the storage {} times: look at the storage"


def spoil(connection: Connection, job: str, numbers: Sequence[int], now: float) -> None:
    """Have units rendered again whose segments are not in the storage as they were; what needs them waits again.

    After too many times the unit is quarantined: then it is the storage that needs help.
    """
    row = find_job(connection, job)
    here = (units.c.job == job) & units.c.number.in_(numbers) & (units.c.number < row.finish)
    found = connection.execute(select(units).where(here, units.c.state == UnitState.DONE)).all()
    if not found:
        return
    _hold_back(connection, row)
    given_up = 0
    for unit in found:
        times = unit.spoils + 1
        event = UnitEvent.GIVEN_UP if isinstance(after_spoil(times), Quarantine) else UnitEvent.SPOILED
        told = {"cause": Cause.INFRASTRUCTURE, "message": _SPOILED.format(times)} if event is UnitEvent.GIVEN_UP else {}
        state = unit_after(UnitState(unit.state), event)
        given_up += event is UnitEvent.GIVEN_UP
        values = {"state": state, "spoils": times, "epoch": unit.epoch + 1, "digest": None, "not_before": now, **told}
        this = (units.c.job == job) & (units.c.number == unit.number)
        connection.execute(update(units).where(this).values(**values))
        detail: dict[str, object] = {"digest": unit.digest, "made_by": unit.maker, "times": times}
        note(connection, now, f"unit {event}", job=job, units=[(unit.number, detail)])
    counts = {
        "done": jobs.c.done - len(found),
        "quarantined": jobs.c.quarantined + given_up,
        "seconds": jobs.c.seconds - sum(unit.seconds for unit in found),
        "squares": jobs.c.squares - sum(unit.seconds**2 for unit in found),
    }
    connection.execute(update(jobs).where(jobs.c.id == job).values(**counts))
    go_on(connection, job, now)


def remake(connection: Connection, lost: str, spec: JobSpec, *, now: float, most: int) -> JobRow:
    """Have the file of a job that is done made again, since it is lost: then its segments are looked at as well.

    :param lost: the digest of the file; nothing happens where the job has another one by now
    :param spec: as the job is submitted again
    :param most: units that all open jobs may have together
    :raises FarmError: there is no such job, or the farm has too much to do already
    """
    row = find_job(connection, job_id(spec))
    if row.state is not JobState.DONE or row.result != lost:
        return row
    check_open(connection, row.units, most)
    this = (units.c.job == row.id) & (units.c.number == row.finish)
    unit = connection.execute(select(units).where(this)).one()
    fresh = {"attempts": 0, "losses": 0, "tried": "[]", "spoils": unit.spoils + 1, "not_before": now, "digest": None}
    state = unit_after(UnitState(unit.state), UnitEvent.SPOILED)
    connection.execute(update(units).where(this).values(state=state, epoch=unit.epoch + 1, **fresh))
    told: dict[str, object] = {"digest": lost, "made_by": unit.maker, "times": unit.spoils + 1}
    note(connection, now, f"unit {UnitEvent.SPOILED}", job=row.id, units=[(row.finish, told)])
    values = {
        "spec": written(spec),
        "priority": spec.priority,
        "submitted": now,
        "result": None,
        "heard": None,
        "done": row.done - 1,
        "seconds": row.seconds - unit.seconds,
        "squares": row.squares - unit.seconds**2,
        "ended": None,
    }
    step(connection, row.id, row.state, JobEvent.REOPENED, now, **values)
    settle(connection, row.id, now)
    return find_job(connection, row.id)


def _hold_back(connection: Connection, row: JobRow) -> None:
    """Have the finish, and audits that are not done, wait for units of kind render; nobody has any of them then."""
    here = (units.c.job == row.id) & (units.c.number >= row.finish)
    states = connection.execute(select(units.c.state, func.count()).where(here).group_by(units.c.state)).all()
    counts = {UnitState(state): count for state, count in states}
    connection.execute(delete(leases).where(leases.c.job == row.id, leases.c.number >= row.finish))
    connection.execute(
        update(units)
        .where(here, units.c.state.in_(units_before(UnitEvent.HELD_BACK)))
        .values(state=UnitState.WAITING, epoch=units.c.epoch + 1)
    )
    values = {
        "leased": jobs.c.leased - counts.get(UnitState.LEASED, 0),
        "quarantined": jobs.c.quarantined - counts.get(UnitState.QUARANTINED, 0),
    }
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(**values))
