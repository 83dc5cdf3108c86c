"""What people do with jobs: a transaction and what is asked for go in; it is done, or refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.errors import FarmError, NotFound, Refused
from reelwork_farm.model import JobRow, JobSpec, JobState, UnitKind, UnitState
from reelwork_farm.states import JobEvent, UnitEvent, job_after, unit_after, units_before
from reelwork_farm.store.retire import keep_files
from reelwork_farm.store.rows import find_job, job_id, note, written
from reelwork_farm.store.schema import edges, jobs, leases, units

#: Units of the longest job: 46 days at 24 frames a second.
MOST_UNITS: Final = 1_000_000
#: Jobs that may be open at once, and units of all of them, so that nobody fills the store by submitting.
MOST_OPEN: Final = 10_000
MOST_OPEN_UNITS: Final = 10_000_000

#: States of jobs that have not ended.
OPEN: Final = (JobState.BLOCKED, JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)


def submit(connection: Connection, spec: JobSpec, *, files: Iterable[str], now: float, most: int) -> JobRow:
    """Take a job in; the same one again changes nothing, unless it was cancelled or has failed: then it is reopened.

    :param most: units that all open jobs may have together
    :raises FarmError: it has no frames or too many, comes after a job that the farm does not have, or the farm has too
        many open jobs, or units of them
    """
    job = job_id(spec)
    found = connection.execute(select(jobs.c.state).where(jobs.c.id == job)).scalar_one_or_none()
    if found is None:
        _insert(connection, job, spec, now, most)
        keep_files(connection, job, [spec.bundle, *files])
    elif JobState(found) in (JobState.FAILED, JobState.CANCELLED):
        connection.execute(
            update(jobs).where(jobs.c.id == job).values(spec=written(spec), priority=spec.priority, submitted=now)
        )
        retry(connection, job, now=now, most=most)
    return find_job(connection, job)


def _insert(connection: Connection, job: str, spec: JobSpec, now: float, most: int) -> None:
    count = _grid(spec)
    audits = _audits(spec, count)
    check_open(connection, count + 1 + audits, most)
    for other in spec.after:
        try:
            find_job(connection, other)
        except NotFound:
            raise NotFound(f"the job is to come after {other}, which the farm does not have") from None
    connection.execute(
        insert(jobs).values(
            id=job,
            spec=written(spec),
            state=JobState.BLOCKED,
            priority=spec.priority,
            submitted=now,
            units=count + 1 + audits,
            audits=audits,
        )
    )
    if spec.after:
        connection.execute(insert(edges), [{"job": job, "after": other} for other in dict.fromkeys(spec.after)])
    if count:
        _insert_renders(connection, job, spec, count, now)
    if audits:
        _insert_audits(connection, job, spec, count, audits, now)
    connection.execute(
        insert(units).values(
            job=job,
            number=count,
            kind=UnitKind.FINISH,
            first=spec.first,
            stop=spec.stop,
            state=UnitState.WAITING if count else UnitState.READY,
            **_FRESH,
            not_before=now,
        )
    )
    note(connection, now, "job submitted", job=job, units=[(None, {"title": spec.title, "units": count + 1 + audits})])
    settle(connection, job, now)


_FRESH: Final[dict[str, Any]] = {"epoch": 0, "attempts": 0, "losses": 0, "spoils": 0, "tried": "[]"}


def _grid(spec: JobSpec) -> int:
    """How many units of kind render a job has."""
    if not 0 <= spec.first < spec.stop:
        raise FarmError(f"a job has frames, counted from 0, not {spec.first} to {spec.stop} (excluded)")
    count = (spec.stop - 1) // UNIT_FRAMES - spec.first // UNIT_FRAMES + 1 if spec.segmented else 0
    total = count + 1 + _audits(spec, count)
    if total > MOST_UNITS:
        raise FarmError(f"a job has at most {MOST_UNITS} units, not {total}: render the film in parts")
    return count


def _audits(spec: JobSpec, count: int) -> int:
    """How many of so many units of kind render are audited."""
    return max(1, round(count * spec.audit / 100)) if spec.audit and count else 0


def check_open(connection: Connection, more: int, most: int) -> None:
    """Refuse one more open job, of so many units, where there would be too much of either.

    :param most: units that all open jobs may have together
    :raises FarmError: there would be
    """
    query = select(func.count(), func.coalesce(func.sum(jobs.c.units), 0)).where(jobs.c.state.in_(OPEN))
    count, there = connection.execute(query).one()
    if count >= MOST_OPEN:
        raise FarmError(f"the farm has {count} open jobs, and takes no more: wait, or cancel some")
    if there + more > most:
        raise FarmError(
            f"the farm's open jobs have {there} units, and may have {most} with the {more} of this one: wait, or"
            " cancel some"
        )


def _insert_renders(connection: Connection, job: str, spec: JobSpec, count: int, now: float) -> None:
    number = _counted(count)
    _insert_counted(connection, job, spec, count, UnitKind.RENDER, number=number, at=number, now=now)


def _insert_audits(connection: Connection, job: str, spec: JobSpec, count: int, audits: int, now: float) -> None:
    """Units from one end of the film to the other, as far from each other; where they begin depends on the job's id."""
    number = _counted(audits)
    at = (number * count + int(job, 16) % count) // literal(audits, BigInteger)
    _insert_counted(connection, job, spec, count, UnitKind.AUDIT, number=number + count + 1, at=at, now=now)


def _counted(count: int) -> ColumnElement[int]:
    """The numbers from 0 on. The database counts: a hundred thousand rows would take Python and the network seconds."""
    counted = select(literal(0, BigInteger).label("number")).cte("counted", recursive=True)
    return counted.union_all(select(counted.c.number + 1).where(counted.c.number < count - 1)).c.number


def _insert_counted(
    connection: Connection,
    job: str,
    spec: JobSpec,
    count: int,
    kind: UnitKind,
    *,
    number: ColumnElement[int],
    at: ColumnElement[int],
    now: float,
) -> None:
    """Units with the frames of the one at a place of the grid.

    :param count: how many units of kind render there are
    """
    start = spec.first // UNIT_FRAMES
    state = UnitState.READY if kind is UnitKind.RENDER else UnitState.WAITING
    values: dict[Any, ColumnElement[Any]] = {
        units.c.job: literal(job),
        units.c.number: number,
        units.c.kind: literal(kind.value),
        units.c.first: case((at == 0, spec.first), else_=(at + start) * UNIT_FRAMES),
        units.c.stop: case((at == count - 1, spec.stop), else_=(at + start + 1) * UNIT_FRAMES),
        units.c.state: literal(state.value),
        **{units.c[name]: literal(value) for name, value in _FRESH.items()},
        units.c.not_before: literal(now, units.c.not_before.type),
    }
    connection.execute(insert(units).from_select(list(values), select(*values.values())))


def release(connection: Connection, row: JobRow, now: float) -> None:
    """All units of kind render are done: the file may be made, and others may render again what is audited.

    Audits begin no sooner, so that they take nobody away from the film, and count as tried by whoever made what they
    audit: another worker gets them, where there is one.
    """
    after = unit_after(UnitState.WAITING, UnitEvent.RELEASED)
    waiting = (units.c.job == row.id) & (units.c.state == UnitState.WAITING)
    released = update(units).where(waiting).values(state=after, not_before=now)
    connection.execute(released.where(units.c.number == row.finish))
    if row.audits:
        made = units.alias()
        place = units.c.first // UNIT_FRAMES - row.spec.first // UNIT_FRAMES
        maker = select(made.c.maker).where(made.c.job == row.id, made.c.number == place).scalar_subquery()
        tried = literal('["') + maker + literal('"]')
        connection.execute(released.where(units.c.number > row.finish).values(tried=tried))


def step(connection: Connection, job: str, state: JobState, event: JobEvent, now: float, **values: object) -> JobState:
    """Let something happen to a job, and write it down.

    :raises Refused: it may not happen in this state
    """
    after = job_after(state, event)
    if after is not state or values:
        connection.execute(update(jobs).where(jobs.c.id == job).values(state=after, **values))
    if after is not state:
        note(connection, now, f"job {event}", job=job)
    return after


def settle(connection: Connection, job: str, now: float) -> None:
    """Bring a blocked job to where it belongs: queued if nothing is before it any more, running if it had begun."""
    row = find_job(connection, job)
    if row.state is not JobState.BLOCKED:
        return
    before = select(edges.c.after).join(jobs, jobs.c.id == edges.c.after).where(edges.c.job == job)
    if connection.execute(select(exists(before.where(jobs.c.state != JobState.DONE)))).scalar_one():
        return
    state = step(connection, job, row.state, JobEvent.UNBLOCKED, now)
    if row.started is not None:
        step(connection, job, state, JobEvent.STARTED, now)


def release_followers(connection: Connection, job: str, now: float) -> None:
    """Unblock the jobs that waited for a job that is done, and for nothing else."""
    for follower in connection.execute(select(edges.c.job).where(edges.c.after == job)).scalars().all():
        settle(connection, follower, now)


def cancel(connection: Connection, job: str, *, now: float) -> JobRow:
    """End a job: what is handed out is worth nothing any more, what is finished is kept.

    :raises FarmError: there is no such job, or it is done
    """
    row = find_job(connection, job)
    step(connection, job, row.state, JobEvent.CANCELLED, now, leased=0, quarantined=0, ended=row.ended or now)
    connection.execute(delete(leases).where(leases.c.job == job))
    connection.execute(
        update(units)
        .where(units.c.job == job, units.c.state.in_(units_before(UnitEvent.CANCELLED)))
        .values(state=UnitState.CANCELLED, epoch=units.c.epoch + 1)
    )
    return find_job(connection, job)


def pause(connection: Connection, job: str, *, now: float) -> JobRow:
    """Hand out nothing more of a job; what is handed out is finished.

    :raises FarmError: there is no such job, or it has ended
    """
    step(connection, job, find_job(connection, job).state, JobEvent.PAUSED, now)
    return find_job(connection, job)


def resume(connection: Connection, job: str, *, now: float) -> JobRow:
    """Go on with a paused job.

    :raises FarmError: there is no such job, or it has ended
    """
    step(connection, job, find_job(connection, job).state, JobEvent.RESUMED, now)
    settle(connection, job, now)
    return find_job(connection, job)


def retry(connection: Connection, job: str, *, now: float, most: int = MOST_OPEN_UNITS) -> JobRow:
    """Give quarantined units another three tries; a job that failed or was cancelled is open again.

    :param most: units that all open jobs may have together
    :raises FarmError: there is no such job, it is done, or the farm has too much to do already
    """
    row = find_job(connection, job)
    if row.state is JobState.DONE:
        raise Refused(f"job {job} is done: there is nothing to try again")
    if row.state in (JobState.FAILED, JobState.CANCELLED):
        check_open(connection, row.units, most)
    connection.execute(
        update(units)
        .where(units.c.job == job, units.c.state.in_(units_before(UnitEvent.REOPENED)))
        .values(
            state=case((units.c.kind == UnitKind.RENDER, UnitState.READY), else_=UnitState.WAITING),
            **_FRESH | {"epoch": units.c.epoch + 1},
            not_before=now,
            cause=None,
            message=None,
        )
    )
    if row.rendered == row.finish:
        release(connection, row, now)
    if row.quarantined:
        connection.execute(update(jobs).where(jobs.c.id == job).values(quarantined=0))
        note(connection, now, "units reopened", job=job, units=[(None, {"units": row.quarantined})])
    if row.state in (JobState.FAILED, JobState.CANCELLED):
        step(connection, job, row.state, JobEvent.REOPENED, now, ended=None)
        settle(connection, job, now)
    return find_job(connection, job)


def set_priority(connection: Connection, job: str, priority: int, *, now: float) -> JobRow:
    """Let a job go before or after others of its project: more goes first.

    :raises FarmError: there is no such job
    """
    row = find_job(connection, job)
    connection.execute(update(jobs).where(jobs.c.id == job).values(priority=priority))
    note(connection, now, "job priority", job=job, units=[(None, {"was": row.priority, "is": priority})])
    return find_job(connection, job)
