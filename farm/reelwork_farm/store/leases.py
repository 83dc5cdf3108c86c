"""What workers do with units: grants and reports go in; each unit is committed once, whoever else reports it later."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Double,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from reelwork_farm.model import Cause, Failure, Figures, JobState, Part, Timing, UnitKind, UnitState, WorkerState
from reelwork_farm.states import Again, JobEvent, Quarantine, UnitEvent, retry, unit_after
from reelwork_farm.store.jobs import step
from reelwork_farm.store.rows import find_job, note, plain, written
from reelwork_farm.store.schema import jobs, leases, units, workers
from reelwork_farm.store.verdicts import go_on, judge, spoil
from reelwork_farm.store.workers import find_worker

#: How far a new unit moves the speed of its worker.
_NEW: Final = 0.3

#: Units that are handed out at once at most: databases bound how much a statement names.
_MOST: Final = 1000

_AT: Final = and_(leases.c.job == bindparam("at_job"), leases.c.number == bindparam("at_number"))
_TAKE: Final = delete(leases).where(
    _AT, leases.c.epoch == bindparam("at_epoch"), leases.c.worker == bindparam("at_worker")
)
_OWN: Final = select(leases.c.job, leases.c.number, leases.c.epoch).where(leases.c.worker == bindparam("at_worker"))
_NUMBERS: Final[BindParameter[Any]] = bindparam("numbers", expanding=True)
_DUE: Final = (
    select(units.c.number, units.c.kind, units.c.first, units.c.stop, units.c.epoch)
    .where(units.c.job == bindparam("at_job"), units.c.number.in_(_NUMBERS), units.c.not_before <= bindparam("at"))
    .where(units.c.state == literal(UnitState.READY.value))
    .order_by(units.c.number)
)
_DOUBLED: Final = (
    select(units.c.number, units.c.kind, units.c.first, units.c.stop, units.c.epoch)
    .where(units.c.job == bindparam("at_job"), units.c.number.in_(_NUMBERS))
    .where(units.c.state == literal(UnitState.LEASED.value))
    .where(
        units.c.number.not_in(
            select(leases.c.number).where(
                leases.c.job == bindparam("at_job"), leases.c.worker == bindparam("at_worker")
            )
        )
    )
    .order_by(units.c.number)
)
_LEASED: Final = (
    update(units)
    .where(units.c.job == bindparam("at_job"), units.c.number.in_(_NUMBERS))
    .values(state=UnitState.LEASED.value, epoch=units.c.epoch + 1)
)
_LEASE: Final = insert(leases)
_MORE: Final = update(jobs).where(jobs.c.id == bindparam("at_job")).values(leased=jobs.c.leased + bindparam("more"))
_ALL: Final = delete(leases).where(_AT)
_UNIT: Final = select(units).where(units.c.job == bindparam("at_job"), units.c.number == bindparam("at_number"))
_DONE: Final = (
    update(units)
    .where(units.c.job == bindparam("at_job"), units.c.number == bindparam("at_number"))
    .values(
        state=UnitState.DONE.value,
        digest=bindparam("made"),
        maker=bindparam("by"),
        seconds=bindparam("took"),
        cause=None,
        message=None,
    )
)
_COUNT: Final = (
    update(jobs)
    .where(jobs.c.id == bindparam("at_job"))
    .values(
        done=jobs.c.done + 1,
        leased=jobs.c.leased - 1,
        seconds=jobs.c.seconds + bindparam("took"),
        squares=jobs.c.squares + bindparam("took_squared"),
    )
    .returning(jobs.c.units - 1 - jobs.c.audits, jobs.c.done, jobs.c.quarantined)
)
_SPEED: Final = bindparam("new_speed", type_=Double)
_REPORTED: Final = (
    update(workers)
    .where(workers.c.id == bindparam("at_worker"))
    .values(
        speed=func.coalesce(workers.c.speed * (1 - _NEW) + _SPEED * _NEW, _SPEED, workers.c.speed),
        faults=case((workers.c.faults > 0, workers.c.faults - 1), else_=0),
        reported=bindparam("at"),
        seen=bindparam("at"),
    )
)
_LONGER: Final = update(leases).where(leases.c.worker == bindparam("at_worker")).values(until=bindparam("at_until"))


def grant(
    connection: Connection, worker: str, job: str, indexes: Sequence[int], *, until: float, now: float, doubled: bool
) -> tuple[Part, ...]:
    """Hand units to a worker: those of them that are ready and due, or, doubled, those that others have.

    :returns: what it got, in order, each under a new epoch
    :raises FarmError: there is no such job or no such worker
    """
    row = find_job(connection, job)
    if find_worker(connection, worker).state != WorkerState.IDLE or row.state not in (
        JobState.QUEUED,
        JobState.RUNNING,
    ):
        return ()
    wanted = {"at_job": job, "numbers": list(indexes[:_MOST])}
    if doubled:
        found = connection.execute(_DOUBLED, wanted | {"at_worker": worker}).all()
    else:
        found = connection.execute(_DUE, wanted | {"at": now}).all()
    if not found:
        return ()
    unit_after(UnitState.LEASED if doubled else UnitState.READY, UnitEvent.GRANTED)
    parts = tuple(Part(unit.number, UnitKind(unit.kind), unit.first, unit.stop, unit.epoch + 1) for unit in found)
    connection.execute(_LEASED, {"at_job": job, "numbers": [part.index for part in parts]})
    connection.execute(
        _LEASE,
        [
            {"job": job, "number": part.index, "epoch": part.epoch, "worker": worker, "granted": now, "until": until}
            for part in parts
        ],
    )
    if not doubled:
        connection.execute(_MORE, {"at_job": job, "more": len(parts)})
    if row.state is JobState.QUEUED:
        step(connection, job, row.state, JobEvent.STARTED, now, started=row.started or now)
    told: list[tuple[int, dict[str, object]]] = [(part.index, {"epoch": part.epoch, "until": until}) for part in parts]
    note(connection, now, "unit doubled" if doubled else "unit leased", job=job, worker=worker, units=told)
    return parts


def commit(
    connection: Connection, worker: str, job: str, index: int, epoch: int, figures: Figures, *, now: float
) -> bool:
    """Take a finished unit in, if the worker still has it under this epoch; nobody else's report of it counts then.

    :returns: whether it was taken; if not, it was late or a duplicate
    """
    at = {"at_job": job, "at_number": index}
    if not _take(connection, worker, job, index, epoch, now, {"digest": figures.digest}):
        return False
    unit = connection.execute(_UNIT, at).one()
    unit_after(UnitState(unit.state), UnitEvent.COMMITTED)
    connection.execute(_DONE, {**at, "made": figures.digest, "by": worker, "took": figures.seconds})
    took = {"took": figures.seconds, "took_squared": figures.seconds**2}
    finish, done, quarantined = connection.execute(_COUNT, {"at_job": job, **took}).one()
    connection.execute(_ALL, at)
    frames = unit.stop - unit.first if unit.kind != UnitKind.FINISH else 0
    speed = frames / figures.seconds if frames and figures.seconds > 0 else None
    connection.execute(_REPORTED, {"at_worker": worker, "new_speed": speed, "at": now})
    told: dict[str, object] = {
        "epoch": epoch,
        "digest": figures.digest,
        "size": figures.size,
        "frames": figures.frames,
        "seconds": figures.seconds,
        "cpu": figures.cpu,
        "memory": figures.memory,
    }
    note(connection, now, "unit committed", job=job, worker=worker, units=[(index, told)])
    if unit.kind == UnitKind.FINISH:
        connection.execute(update(jobs).where(jobs.c.id == job).values(result=figures.digest, heard=_heard(figures)))
    elif unit.kind == UnitKind.AUDIT:
        judge(connection, find_job(connection, job), unit, worker, figures.digest, now)
    if done >= finish or quarantined:
        go_on(connection, job, now)
    return True


def _heard(figures: Figures) -> str | None:
    return None if figures.heard is None else written(figures.heard)


def fail(
    connection: Connection,
    worker: str,
    job: str,
    index: int,
    epoch: int,
    failure: Failure,
    timing: Timing,
    *,
    now: float,
    spoiled: Sequence[int] = (),
) -> bool:
    """Take note that a worker could not finish a unit: it is tried again later, or quarantined.

    :param spoiled: units that are to be rendered again, since their segments are damaged or missing
    :returns: whether the worker had the unit under this epoch
    """
    told: dict[str, object] = {"epoch": epoch, "cause": failure.cause, "message": failure.message}
    if not _take(connection, worker, job, index, epoch, now, told):
        return False
    unit = connection.execute(_UNIT, {"at_job": job, "at_number": index}).one()
    blamed = failure.cause is not Cause.INFRASTRUCTURE
    attempts, losses = unit.attempts + blamed, unit.losses + (not blamed)
    tried = list(dict.fromkeys([*json.loads(unit.tried), worker])) if blamed else json.loads(unit.tried)
    values: dict[str, Any] = {
        "attempts": attempts,
        "losses": losses,
        "tried": json.dumps(tried),
        "cause": failure.cause,
        "message": plain(failure.message),
    }
    note(connection, now, "unit failed", job=job, worker=worker, units=[(index, told)])
    connection.execute(
        update(workers)
        .where(workers.c.id == worker)
        .values(faults=workers.c.faults + int(failure.cause is not Cause.MEDIA), reported=now, seen=now)
    )
    here = and_(leases.c.job == job, leases.c.number == index)
    others = len(tried) - (unit.kind == UnitKind.AUDIT)  # its first is the one that is audited
    verdict = retry(failure.cause, attempts, others, timing, losses=losses)
    if isinstance(verdict, Quarantine):  # whoever else has it would fail as well
        connection.execute(delete(leases).where(here))
    if connection.execute(select(leases.c.epoch).where(here).limit(1)).first() is None:
        event = UnitEvent.RETURNED if isinstance(verdict, Again) else UnitEvent.GIVEN_UP
        values["state"] = unit_after(UnitState(unit.state), event)
        values["epoch"] = unit.epoch + 1
        if isinstance(verdict, Again):
            values["not_before"] = now + verdict.delay
        connection.execute(
            update(jobs)
            .where(jobs.c.id == job)
            .values(leased=jobs.c.leased - 1, quarantined=jobs.c.quarantined + int(event is UnitEvent.GIVEN_UP))
        )
    connection.execute(update(units).where(units.c.job == job, units.c.number == index).values(**values))
    if values.get("state") is UnitState.QUARANTINED:
        note(connection, now, "unit quarantined", job=job, worker=worker, units=[(index, told)])
        go_on(connection, job, now)
    elif spoiled and unit.kind == UnitKind.FINISH:
        spoil(connection, job, spoiled, now)
    return True


def take_back(
    connection: Connection, which: ColumnElement[bool], now: float, kind: str, *, timing: Timing | None = None
) -> list[Row[Any]]:
    """End leases; units that nobody else has are ready again.

    :param which: of the leases
    :param kind: of the events
    :param timing: given where the workers were lost, which counts as infrastructure's fault
    :returns: the leases that ended
    """
    ended = connection.execute(select(leases).where(which).order_by(leases.c.job, leases.c.number)).all()
    if not ended:
        return []
    connection.execute(delete(leases).where(which))
    by_job: dict[str, set[int]] = defaultdict(set)
    for lease in ended:
        by_job[lease.job].add(lease.number)
        note(connection, now, kind, job=lease.job, worker=lease.worker, units=[(lease.number, {"epoch": lease.epoch})])
    for job, numbers in by_job.items():
        for some in _thousands(sorted(numbers)):
            _return(connection, job, some, now, timing)
    return list(ended)


def _return(connection: Connection, job: str, numbers: list[int], now: float, timing: Timing | None) -> None:
    others = select(leases.c.number).where(leases.c.job == job, leases.c.number.in_(numbers))
    here = and_(units.c.job == job, units.c.number.in_(numbers), units.c.number.not_in(others))
    by_delay: dict[float, list[int]] = defaultdict(list)
    for unit in connection.execute(select(units.c.number, units.c.state, units.c.losses).where(here)):
        unit_after(UnitState(unit.state), UnitEvent.RETURNED)
        verdict = retry(Cause.INFRASTRUCTURE, 0, 0, timing, losses=unit.losses + 1) if timing else Again(0.0)
        by_delay[verdict.delay if isinstance(verdict, Again) else 0.0].append(unit.number)
    for delay, some in by_delay.items():
        lost = {"losses": units.c.losses + 1, "cause": Cause.INFRASTRUCTURE, "message": _LOST} if timing else {}
        connection.execute(
            update(units)
            .where(units.c.job == job, units.c.number.in_(some))
            .values(state=UnitState.READY, epoch=units.c.epoch + 1, not_before=now + delay, **lost)
        )
        connection.execute(update(jobs).where(jobs.c.id == job).values(leased=jobs.c.leased - len(some)))


_LOST: Final = "nothing was heard of its worker any more"


def extend(
    connection: Connection, worker: str, *, until: float, holding: Collection[tuple[str, int, int]] | None
) -> set[tuple[str, int]]:
    """Let a worker's leases last longer.

    :param holding: job, index and epoch of what the worker says that it has; leases of anything else are not extended,
        since it never got to know of them. ``None`` for all
    :returns: job and index of what the worker has
    """
    own = [(job, number, epoch) for job, number, epoch in connection.execute(_OWN, {"at_worker": worker})]
    held = own if holding is None else sorted(set(own).intersection(holding))
    if len(held) == len(own):
        connection.execute(_LONGER, {"at_worker": worker, "at_until": until})
    else:
        for some in _thousands(held):
            here = tuple_(leases.c.job, leases.c.number, leases.c.epoch).in_(some)
            connection.execute(update(leases).where(here).values(until=until))
    return {(job, number) for job, number, _ in held}


def give_back(connection: Connection, worker: str, parts: Iterable[tuple[str, int]], *, now: float) -> int:
    """Take units (job and index) from a worker that has not begun them; nobody is blamed.

    :returns: how many of them it had
    """
    count = 0
    for some in _thousands(parts):
        which = and_(leases.c.worker == worker, tuple_(leases.c.job, leases.c.number).in_(some))
        count += len(take_back(connection, which, now, "unit given back"))
    return count


def _take(
    connection: Connection, worker: str, job: str, index: int, epoch: int, now: float, told: dict[str, object]
) -> bool:
    """Take a lease from the worker that reports; ``False``, and a line in the history, where it has none."""
    at = {"at_job": job, "at_number": index, "at_epoch": epoch, "at_worker": worker}
    if connection.execute(_TAKE, at).rowcount == 1:
        return True
    note(connection, now, "late report dropped", job=job, worker=worker, units=[(index, {"epoch": epoch} | told)])
    return False


def _thousands(values: Iterable[Any]) -> list[list[Any]]:
    every = list(values)
    return [every[start : start + _MOST] for start in range(0, len(every), _MOST)]
