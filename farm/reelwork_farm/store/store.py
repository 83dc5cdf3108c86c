"""The store: what happens on the farm goes in, each thing whole or not at all; what must never be lost comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, insert

from reelwork_farm.errors import NotFound, UnknownWorker
from reelwork_farm.model import (
    Event,
    Failure,
    Figures,
    JobRow,
    JobSpec,
    JobState,
    Part,
    Share,
    Timing,
    UnitKind,
    UnitRow,
    UnitState,
    WorkerOffer,
    WorkerRow,
    WorkerState,
)
from reelwork_farm.store import jobs, leases, looking, retire, rows, verdicts, watch, workers
from reelwork_farm.store.database import Database
from reelwork_farm.store.schema import leases as lease_table
from reelwork_farm.store.schema import shares as share_table


def open_store(address: str, *, alone: bool = False) -> Store:
    """Open a farm's store; make it where there is none, bring it up to date where an older farm wrote it.

    :param address: the path of an SQLite file on a disk of this machine, ``sqlite:///PATH``,
        ``postgresql://USER:PASSWORD@HOST/NAME``, or ``:memory:`` for one that ends with the process
    :param alone: whether nobody else may have it so at the same time, as a controller must
    :raises FarmError: it cannot be opened, is no farm's, was written by a newer farm, or another has it alone
    """
    return Store(Database(address, alone=alone))


class Store:
    """The farm's truth. Each method that changes something is one transaction, which is written whole or not at all.

    It never looks at the clock: ``now`` is in seconds since 1970. All methods may be called from any thread, and raise
    :class:`~reelwork_farm.errors.StoreError` where the database cannot be read or written: nothing is changed then,
    and the same call may be made again later.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def stay_alone(self) -> None:
        """See whether a store that was opened alone is still this process's; to be asked every second or so.

        :raises LostStoreError: another may have it by now; nothing can be written any more
        """
        self._database.stay_alone()

    # -- jobs

    def submit(
        self, spec: JobSpec, *, now: float, files: Iterable[str] = (), most: int = jobs.MOST_OPEN_UNITS
    ) -> JobRow:
        """Take a job in; the same again is the same job, and opens it again where it was cancelled or has failed.

        :param files: digests of the blobs that its bundle names
        :param most: units that all open jobs may have together
        :raises FarmError: it has no frames or too many, comes after a job that the farm does not have, or the farm
            has too many open jobs, or units of them
        """
        with self._database.writing() as connection:
            return jobs.submit(connection, spec, files=files, now=now, most=most)

    def cancel(self, job: str, *, now: float) -> JobRow:
        """End a job: what is handed out is worth nothing any more, what is finished is kept. Twice is once.

        :raises NotFound: there is no such job
        :raises Refused: it is done
        """
        with self._database.writing() as connection:
            return jobs.cancel(connection, job, now=now)

    def pause(self, job: str, *, now: float) -> JobRow:
        """Hand out nothing more of a job; what is handed out is finished. Twice is once.

        :raises NotFound: there is no such job
        :raises Refused: it has ended
        """
        with self._database.writing() as connection:
            return jobs.pause(connection, job, now=now)

    def resume(self, job: str, *, now: float) -> JobRow:
        """Go on with a paused job; one that is not paused stays as it is.

        :raises NotFound: there is no such job
        :raises Refused: it has ended
        """
        with self._database.writing() as connection:
            return jobs.resume(connection, job, now=now)

    def retry(self, job: str, *, now: float, most: int = jobs.MOST_OPEN_UNITS) -> JobRow:
        """Try quarantined units again; a job that has failed or was cancelled is open again.

        :param most: units that all open jobs may have together
        :raises NotFound: there is no such job
        :raises Refused: it is done
        :raises FarmError: the farm has too much to do already
        """
        with self._database.writing() as connection:
            return jobs.retry(connection, job, now=now, most=most)

    def remake(self, lost: str, spec: JobSpec, *, now: float, most: int = jobs.MOST_OPEN_UNITS) -> JobRow:
        """Open a job that is done again, since its file is lost: of what is rendered, it is made once more.

        :param lost: the digest of the file; a job that has another one by now stays as it is
        :param spec: as it is submitted again
        :param most: units that all open jobs may have together
        :raises NotFound: there is no such job
        :raises FarmError: the farm has too much to do already
        """
        with self._database.writing() as connection:
            return verdicts.remake(connection, lost, spec, now=now, most=most)

    def set_priority(self, job: str, priority: int, *, now: float) -> JobRow:
        """Let a job go before (more) or after (less) others of its project.

        :raises NotFound: there is no such job
        """
        with self._database.writing() as connection:
            return jobs.set_priority(connection, job, priority, now=now)

    def job(self, job: str) -> JobRow:
        """One job.

        :raises NotFound: there is none with this id
        """
        with self._database.reading() as connection:
            return rows.find_job(connection, job)

    def jobs(self, *, limit: int = 1000, states: Collection[JobState] | None = None) -> list[JobRow]:
        """Jobs, the newest first."""
        with self._database.reading() as connection:
            return looking.list_jobs(connection, limit=limit, states=states)

    def open_jobs(self) -> list[JobRow]:
        """All jobs that are blocked, queued or running, in the order in which they came."""
        with self._database.reading() as connection:
            return looking.open_jobs(connection)

    # -- units

    def units(
        self, job: str, *, first: int = 0, limit: int = 1000, states: Collection[UnitState] | None = None
    ) -> list[UnitRow]:
        """Units of a job from index ``first`` on, in order; one that two workers have shows its last lease.

        :raises NotFound: there is no such job
        """
        with self._database.reading() as connection:
            return looking.list_units(connection, job, first=first, limit=limit, states=states)

    def unit(self, job: str, index: int) -> UnitRow:
        """One unit.

        :raises NotFound: there is no such job, or it has no such unit
        """
        with self._database.reading() as connection:
            return looking.find_unit(connection, job, index)

    def ready(self, job: str, limit: int, *, now: float) -> list[tuple[int, UnitKind, int, int, tuple[str, ...], bool]]:
        """Units that may be handed out now, in order.

        :returns: index, kind, first frame, one past the last, the workers on which it failed, and whether the last of
            them had too little memory
        """
        with self._database.reading() as connection:
            return looking.ready(connection, job, limit, now=now)

    def held(self) -> list[UnitRow]:
        """All live leases, by worker and in the order in which it got them; a unit that two have is there twice.

        Worker, epoch and end are those of the lease; ``began`` is set on the first of each worker.
        """
        with self._database.reading() as connection:
            return looking.held(connection)

    # -- leases and reports

    def grant(
        self, worker: str, job: str, indexes: Sequence[int], *, until: float, now: float, doubled: bool = False
    ) -> tuple[Part, ...]:
        """Hand units to a worker that is idle or busy: those that are ready and due; doubled, those that others have.

        :param until: when the leases end, if nobody extends them
        :returns: what it got, in order; nothing where the job is not queued or running, or the worker is set aside
        :raises NotFound: there is no such job
        :raises UnknownWorker: there is no such worker
        """
        with self._database.writing() as connection:
            return leases.grant(connection, worker, job, indexes, until=until, now=now, doubled=doubled)

    def grant_all(
        self, grants: Iterable[tuple[str, str, Sequence[int], bool]], *, until: float, now: float
    ) -> list[tuple[Part, ...]]:
        """The same for many workers, in one transaction, which costs far less.

        :param grants: of each its worker, job, indexes, and whether it is doubled
        :returns: what each got, in the same order; nothing where there is no such job or worker
        """
        found: list[tuple[Part, ...]] = []
        with self._database.writing() as connection:
            for worker, job, indexes, doubled in grants:
                try:
                    parts = leases.grant(connection, worker, job, indexes, until=until, now=now, doubled=doubled)
                except (NotFound, UnknownWorker):
                    parts = ()
                found.append(parts)
        return found

    def extend(
        self, worker: str, *, until: float, now: float, holding: Collection[tuple[str, int, int]] | None = None
    ) -> set[tuple[str, int]]:
        """A sign of life: the worker's leases last until ``until``; one that was lost is found again.

        :param holding: job, index and epoch of all that the worker says it has; leases of anything else run out, since
            the answer that handed them out was lost. ``None`` extends all
        :returns: job and index of what it has; what it believes to have beyond that is revoked
        :raises UnknownWorker: it never registered, or said goodbye
        """
        with self._database.writing() as connection:
            workers.seen(connection, worker, now=now)
            return leases.extend(connection, worker, until=until, holding=holding)

    def commit(self, worker: str, job: str, index: int, epoch: int, figures: Figures, *, now: float) -> bool:
        """Take a finished unit in, exactly once; the job's counts and state follow.

        :returns: whether it was taken; ``False`` for a late or repeated report, which the history counts
        """
        with self._database.writing() as connection:
            return leases.commit(connection, worker, job, index, epoch, figures, now=now)

    def fail(
        self,
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
        :returns: whether the worker had the unit under this epoch; ``False`` changes nothing
        """
        with self._database.writing() as connection:
            return leases.fail(connection, worker, job, index, epoch, failure, timing, now=now, spoiled=spoiled)

    def give_back(self, worker: str, parts: Iterable[tuple[str, int]], *, now: float) -> int:
        """Take units (job and index) from a worker that has not begun them; nobody is blamed.

        :returns: how many of them it had
        """
        with self._database.writing() as connection:
            return leases.give_back(connection, worker, parts, now=now)

    # -- workers

    def register(self, offer: WorkerOffer, *, now: float) -> str:
        """Take a worker in; its id."""
        with self._database.writing() as connection:
            return workers.register(connection, offer, now=now)

    def seen(self, worker: str, *, now: float) -> None:
        """A sign of life that extends nothing; one that was lost is found again.

        :raises UnknownWorker: it never registered, or said goodbye
        """
        with self._database.writing() as connection:
            workers.seen(connection, worker, now=now)

    def set_worker(self, worker: str, state: WorkerState, *, now: float) -> None:
        """Drain a worker, take it back, or let it go: then what it has is given back.

        :raises UnknownWorker: it never registered, or said goodbye
        """
        with self._database.writing() as connection:
            workers.set_state(connection, worker, state, now=now)
            if state in (WorkerState.GONE, WorkerState.LOST):
                leases.take_back(connection, lease_table.c.worker == worker, now, "unit given back")

    def set_aside(self, worker: str, *, until: float, now: float) -> None:
        """Give a worker nothing until a time; one that left, was lost or is drained meanwhile stays as it is."""
        with self._database.writing() as connection:
            workers.set_aside(connection, worker, until=until, now=now)

    def workers(self) -> list[WorkerRow]:
        """All workers of the last day, in the order in which they came; busy are those that hold leases."""
        with self._database.reading() as connection:
            return workers.every_worker(connection)

    # -- time

    def expire(self, timing: Timing, *, now: float) -> int:
        """End leases that are past their time, give silent workers up for lost, forgive those whose time aside is over.

        :returns: how many leases ended
        """
        with self._database.writing() as connection:
            return watch.expire(connection, timing, now=now)

    def awake(self, timing: Timing, *, now: float) -> None:
        """A controller starts: leases and signs of life begin anew, since nobody could report while there was none."""
        with self._database.writing() as connection:
            watch.awake(connection, timing, now=now)

    # -- what is let go

    def expired(self, *, before: float, limit: int) -> list[str]:
        """Ids of jobs that ended before a time and that no other one waits for, the oldest first."""
        with self._database.reading() as connection:
            return retire.expired(connection, before=before, limit=limit)

    def remove(self, job: str, *, before: float, now: float) -> bool:
        """Take a job out that is still expired, with its units; its history goes by :meth:`forget`.

        :returns: whether it went
        """
        with self._database.writing() as connection:
            return retire.remove(connection, job, before=before, now=now)

    def forget(self, *, before: float, limit: int) -> int:
        """Take out some lines of the history: of jobs that were removed, and of no job from before a time.

        :param limit: how many of either
        :returns: how many went
        """
        with self._database.writing() as connection:
            return retire.forget(connection, before=before, limit=limit)

    def needed(self, digests: Collection[str]) -> set[str]:
        """Those of the blobs, a thousand at most, that a job refers to."""
        with self._database.reading() as connection:
            return retire.needed(connection, digests)

    # -- history and shares

    def events(
        self, *, after: int = 0, job: str | None = None, limit: int = 1000, kind: str | None = None, last: bool = False
    ) -> list[Event]:
        """Lines of the history after the one with the id ``after``, in order; of one job and kind, or of all.

        :param last: whether of more than ``limit`` the latest are wanted, not the first
        """
        with self._database.reading() as connection:
            return looking.history(connection, after=after, job=job, limit=limit, kind=kind, last=last)

    def set_share(self, project: str, weight: float, cap: int | None) -> None:
        """Say what a project may have: a weight above 0, and the most workers at once."""
        with self._database.writing() as connection:
            connection.execute(delete(share_table).where(share_table.c.project == project))
            connection.execute(insert(share_table).values(project=project, weight=weight, cap=cap))

    def shares(self) -> dict[str, Share]:
        """What each project may have; those that nobody spoke of have a share of weight 1 and no cap."""
        with self._database.reading() as connection:
            return looking.all_shares(connection)
