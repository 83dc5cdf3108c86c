"""What follows from a unit's end: units that waited for it are released, audits are judged, the job ends."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, select, update

from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.capability import SUSPICION
from reelwork_farm.model import JobRow
from reelwork_farm.states import JobEvent
from reelwork_farm.store.jobs import release, release_followers, step
from reelwork_farm.store.rows import find_job, note
from reelwork_farm.store.schema import jobs, units, workers


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
