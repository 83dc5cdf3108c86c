"""What the store knows of workers: offers and signs of life go in, who is there comes out."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reelwork_farm.errors import UnknownWorker
from reelwork_farm.model import WorkerOffer, WorkerRow, WorkerState
from reelwork_farm.store.rows import note, worker_row, written
from reelwork_farm.store.schema import leases, workers

_WORKER: Final = select(workers).where(workers.c.id == bindparam("id"))
_SEEN: Final = update(workers).where(workers.c.id == bindparam("at_worker")).values(seen=bindparam("at"))


def find_worker(connection: Connection, worker: str) -> Row[Any]:
    """The row of a worker that has registered and has not said goodbye.

    :raises UnknownWorker: there is none
    """
    row = connection.execute(_WORKER, {"id": worker}).one_or_none()
    if row is None or row.state == WorkerState.GONE:
        raise UnknownWorker(f"the farm does not know the worker {worker}: it may register")
    return row


def register(connection: Connection, offer: WorkerOffer, *, now: float) -> str:
    """Take a worker in; the same offer at the same time is the same worker.

    :returns: its id
    """
    text = written(offer)
    mark = hashlib.sha256(f"{text} {now!r}".encode()).hexdigest()[:8]
    worker = f"{re.sub(r'[^A-Za-z0-9.-]', '-', offer.node)[:64]}-{offer.pid}-{mark}"
    if connection.execute(_WORKER, {"id": worker}).one_or_none() is None:
        connection.execute(
            insert(workers).values(id=worker, offer=text, state=WorkerState.IDLE, registered=now, seen=now, faults=0)
        )
        note(connection, now, "worker registered", worker=worker)
    return worker


def seen(connection: Connection, worker: str, *, now: float) -> None:
    """A worker gave a sign of life; one that was lost is found again.

    :raises UnknownWorker: it never registered, or said goodbye
    """
    row = find_worker(connection, worker)
    if row.state == WorkerState.LOST:
        connection.execute(update(workers).where(workers.c.id == worker).values(state=WorkerState.IDLE))
        note(connection, now, "worker found", worker=worker)
    connection.execute(_SEEN, {"at_worker": worker, "at": now})


def set_state(connection: Connection, worker: str, state: WorkerState, *, now: float) -> None:
    """Change what a worker may be given; ``busy`` is the same as ``idle`` here.

    :raises UnknownWorker: it never registered, or said goodbye
    """
    row = find_worker(connection, worker)
    after = WorkerState.IDLE if state is WorkerState.BUSY else state
    if row.state == after:
        return
    connection.execute(update(workers).where(workers.c.id == worker).values(state=after, aside_until=None))
    note(connection, now, f"worker {after}", worker=worker)


def set_aside(connection: Connection, worker: str, *, until: float, now: float) -> None:
    """Give a worker nothing until a time, unless it is not to be given anything already."""
    idle = (workers.c.id == worker) & (workers.c.state == WorkerState.IDLE)
    if connection.execute(update(workers).where(idle).values(state=WorkerState.ASIDE, aside_until=until)).rowcount:
        note(connection, now, f"worker {WorkerState.ASIDE}", worker=worker, units=[(None, {"until": until})])


def every_worker(connection: Connection) -> list[WorkerRow]:
    """All workers, in the order in which they came."""
    busy = set(connection.execute(select(leases.c.worker).distinct()).scalars())
    found = connection.execute(select(workers).order_by(workers.c.registered, workers.c.id))
    return [worker_row(row, busy=row.id in busy) for row in found]
