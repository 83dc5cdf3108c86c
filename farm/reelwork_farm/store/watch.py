"""What time does to the store: leases past their time end, workers that say nothing are lost, bad ones are forgiven."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, and_, case, delete, select, update

from reelwork_farm.model import Timing, UnitState, WorkerState
from reelwork_farm.states import longest_wait
from reelwork_farm.store.jobs import OPEN
from reelwork_farm.store.leases import take_back
from reelwork_farm.store.rows import note
from reelwork_farm.store.schema import events, jobs, leases, units, workers

#: Workers that are not there any more are forgotten after a day; the history still names them.
_FORGOTTEN: Final = 86_400.0
_AWAY: Final = (WorkerState.LOST, WorkerState.GONE)


def expire(connection: Connection, timing: Timing, *, now: float) -> int:
    """Look at what is past its time.

    :returns: how many leases ended
    """
    silent = (
        connection.execute(
            select(workers.c.id).where(workers.c.state.not_in(_AWAY), workers.c.seen <= now - timing.lost)
        )
        .scalars()
        .all()
    )
    ended = 0
    for worker in silent:
        connection.execute(update(workers).where(workers.c.id == worker).values(state=WorkerState.LOST))
        note(connection, now, "worker lost", worker=worker)
        ended += len(take_back(connection, leases.c.worker == worker, now, "lease lost", timing=timing))
    lapsed = take_back(connection, leases.c.until <= now, now, "lease lost", timing=timing)
    for worker in {lease.worker for lease in lapsed}:
        connection.execute(update(workers).where(workers.c.id == worker).values(faults=workers.c.faults + 1))
    forgiven = and_(workers.c.state == WorkerState.ASIDE, workers.c.aside_until <= now)
    for worker in connection.execute(select(workers.c.id).where(forgiven)).scalars().all():
        connection.execute(
            update(workers).where(workers.c.id == worker).values(state=WorkerState.IDLE, aside_until=None, faults=0)
        )
        note(connection, now, "worker forgiven", worker=worker)
    connection.execute(delete(workers).where(workers.c.state.in_(_AWAY), workers.c.seen <= now - _FORGOTTEN))
    return ended + len(lapsed)


def awake(connection: Connection, timing: Timing, *, now: float) -> None:
    """A controller starts: nobody could report while there was none, so all leases and signs of life begin anew.

    Where the clock was set back meanwhile, nothing waits for the time that it showed before.
    """
    last = connection.execute(select(events.c.time).order_by(events.c.id.desc()).limit(1)).scalar_one_or_none()
    if last is not None and last > now:
        _set_back(connection, timing, now, last - now)
    connection.execute(update(leases).values(until=now + timing.lease))
    connection.execute(update(workers).where(workers.c.state.not_in(_AWAY)).values(seen=now))


def _set_back(connection: Connection, timing: Timing, now: float, seconds: float) -> None:
    """Bring times that have not come yet down to what the farm's rules allow; jobs keep their turns.

    :param seconds: that the clock showed more when the history was last written
    """
    latest = now + longest_wait(timing)
    never_failed = units.c.attempts + units.c.losses == 0
    soon = case((never_failed, now), (units.c.not_before > latest, latest), else_=units.c.not_before)
    open_jobs = select(jobs.c.id).where(jobs.c.state.in_(OPEN))
    waiting = units.c.state.in_((UnitState.READY, UnitState.WAITING))
    connection.execute(
        update(units).where(units.c.job.in_(open_jobs), waiting, units.c.not_before > now).values(not_before=soon)
    )
    later = jobs.c.submitted - seconds
    connection.execute(update(jobs).where(jobs.c.state.in_(OPEN), jobs.c.submitted > now).values(submitted=later))
    connection.execute(update(leases).where(leases.c.granted > now).values(granted=now))
    for column, most in ((workers.c.seen, now), (workers.c.reported, now), (workers.c.aside_until, now + timing.aside)):
        connection.execute(update(workers).where(column > most).values({column: most}))
    note(connection, now, "clock set back", units=[(None, {"seconds": seconds})])
