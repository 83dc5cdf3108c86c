"""What the store lets go of: jobs that ended long ago, and lines of the history that nobody is to read any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select

from reelwork_farm.model import JobState
from reelwork_farm.store.rows import find_job, note
from reelwork_farm.store.schema import edges, events, files, jobs, removed, units

_ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def expired(connection: Connection, *, before: float, limit: int) -> list[str]:
    """Ids of jobs that ended before a time and that no other one waits for; the oldest first."""
    query = select(jobs.c.id).where(_expired(before)).order_by(jobs.c.submitted).limit(limit)
    return list(connection.execute(query).scalars())


def _expired(before: float) -> ColumnElement[bool]:
    followed = exists(select(edges.c.job).where(edges.c.after == jobs.c.id))
    return and_(
        jobs.c.state.in_(_ENDED),
        jobs.c.submitted <= before,  # which is looked up, as the end is not, and cannot be later
        jobs.c.ended <= before,
        or_(jobs.c.state == JobState.DONE, ~followed),
    )


def remove(connection: Connection, job: str, *, before: float, now: float) -> bool:
    """Take a job out with its units; lines of its history go later, by :func:`forget`.

    :returns: whether it was there, and may go
    """
    if connection.execute(select(jobs.c.id).where(jobs.c.id == job, _expired(before))).first() is None:
        return False
    row = find_job(connection, job)
    last = connection.execute(select(func.max(events.c.id)).where(events.c.job == job)).scalar_one()
    if last is not None:
        connection.execute(delete(removed).where(removed.c.job == job))
        connection.execute(insert(removed).values(job=job, last=last))
    connection.execute(delete(edges).where(or_(edges.c.job == job, edges.c.after == job)))
    for table in (files, units):
        connection.execute(delete(table).where(table.c.job == job))
    connection.execute(delete(jobs).where(jobs.c.id == job))
    told: dict[str, object] = {"job": job, "title": row.spec.title, "state": row.state, "ended": row.ended}
    note(connection, now, "job removed", units=[(None, told)])
    return True


def forget(connection: Connection, *, before: float, limit: int) -> int:
    """Take out some lines of the history: those of jobs that were removed, and old ones that are of no job.

    :param limit: how many of either
    :returns: how many went
    """
    found: list[int] = []
    gone = connection.execute(select(removed).order_by(removed.c.job).limit(1)).one_or_none()
    if gone is not None:
        lines = select(events.c.id).where(events.c.job == gone.job, events.c.id <= gone.last)
        found = list(connection.execute(lines.order_by(events.c.id).limit(limit)).scalars())
        if len(found) < limit:
            connection.execute(delete(removed).where(removed.c.job == gone.job))
    query = select(events.c.id, events.c.time).where(events.c.job.is_(None)).order_by(events.c.id).limit(limit)
    found += [line.id for line in connection.execute(query) if line.time < before]
    for start in range(0, len(found), 1000):
        connection.execute(delete(events).where(events.c.id.in_(found[start : start + 1000])))
    return len(found)


def needed(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of the blobs that a job refers to: its bundle and the files in it, segments, and finished files."""
    wanted = list(digests)
    found: set[str] = set()
    for table in (files, units):
        found.update(connection.execute(select(table.c.digest).where(table.c.digest.in_(wanted))).scalars())
    return found


def keep_files(connection: Connection, job: str, digests: Iterable[str]) -> None:
    """Note which blobs a new job needs."""
    rows: list[dict[str, Any]] = [{"job": job, "digest": digest} for digest in sorted(set(digests))]
    connection.execute(insert(files), rows)
