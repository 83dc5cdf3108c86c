"""What clients and workers ask goes in, and the time; the store is changed by the farm's rules, and answers come out.

All truth is in the store, so that a controller may end at any moment and another go on. What it remembers itself only
helps it to judge. Its methods block, and may be called by several threads; :mod:`reelwork_farm.server` puts them on
the network. ``python -m reelwork_farm.controller`` runs one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from reelwork.media.whole import whole_file
from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.checks import Checks, DamagedError
from reelwork_farm.dispatch import Dispatch
from reelwork_farm.errors import NotFound
from reelwork_farm.estimate import estimate
from reelwork_farm.finished import Films
from reelwork_farm.intake import IntakeError, Limits, check_figures, check_heartbeat, check_offer, check_spec
from reelwork_farm.lock import MOST_LOCK, BundleError, parse_lock
from reelwork_farm.messages import Heartbeat, JobView, Orders, Registration, Report
from reelwork_farm.metrics import Metrics
from reelwork_farm.model import (
    KEEP,
    Cause,
    Failure,
    Figures,
    JobRow,
    JobSpec,
    Lease,
    Timing,
    UnitKind,
    UnitRow,
    WorkerOffer,
    WorkerState,
)
from reelwork_farm.retention import Claims, Retention
from reelwork_farm.storage import OpenStorage
from reelwork_farm.store import Store

_log = logging.getLogger(__name__)

#: Files that a worker may name in one report as missing, and how long the storage's are believed to be right, seconds.
_LACKING: Final = 16
_BELIEVED: Final = 600.0
_REMEDY: Final = "submit the same scene again, which uploads what is missing and goes on with the job"
#: Failed audits of which people are told what they found.
_NAMED: Final = 5


class Controller:
    """The farm's rules, applied to its store.

    :param store: the farm's truth; nobody else opens it
    :param storage: where segments and files lie
    :param logs: the folder of the units' logs
    :param keep: days that jobs are kept after their end; 0: for ever
    :param sweep: whether blobs that no job refers to are removed: only where the storage is this farm's alone
    :param limits: how much is taken in
    :param films: looks into finished films; without it they are believed to be what their workers say
    """

    def __init__(
        self,
        store: Store,
        storage: OpenStorage,
        logs: Path,
        timing: Timing,
        *,
        keep: float = KEEP,
        sweep: bool = True,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        films: Films | None = None,
    ) -> None:
        self.store = store
        self.storage = storage
        self.timing = timing
        self.limits = Limits() if limits is None else limits
        self.metrics = Metrics() if metrics is None else metrics
        self._logs = logs
        self._films = films
        self._dispatch = Dispatch(store, timing)
        self._signs: dict[str, Heartbeat] = {}
        self._states: dict[str, WorkerState] = {}
        self._changing = threading.Lock()  # held from a change in the store until signs and states have it
        self._claims = Claims()
        self.checks = Checks(storage, self._claims)
        self._retention = Retention(store, storage, logs, keep, self._claims, self.checks.unmark, sweep=sweep)

    def wake(self, *, now: float) -> None:
        """Begin, or go on where another controller ended: workers get the time of a lease to be heard of again."""
        self.store.awake(self.timing, now=now)

    # -- what clients ask

    def submit(self, spec: JobSpec, *, now: float) -> JobRow:
        """Take a job in. The same one again is the same job, which makes its file again if that is lost.

        :raises FarmError: it cannot be right, the farm has too much already, or something of its bundle is not in the
            storage: it was not uploaded, or removed as too old while its client relied on it
        """
        check_spec(spec)
        with self._claims.claim([spec.bundle]):
            if not self.storage.has(spec.bundle):
                raise IntakeError(f"the bundle {spec.bundle} is not in the storage: upload it first")
            files = self._files(spec.bundle)
            with self._claims.claim(files):
                missing = self.storage.missing(files)
                if missing:
                    raise IntakeError(f"{len(missing)} files of the bundle are not in the storage: upload them again")
                row = self.store.submit(spec, files=files, now=now, most=self.limits.open_units)
                if row.result is None or not row.ended or not self.checks.is_lost(row.result, believed=_BELIEVED):
                    return row
                return self.store.remake(row.result, spec, now=now, most=self.limits.open_units)

    def retry(self, job: str, *, now: float) -> JobRow:
        """Try a job's quarantined units again; one that has failed or was cancelled is open again.

        :raises FarmError: there is no such job, it is done, or the farm has too much to do already
        """
        return self.store.retry(job, now=now, most=self.limits.open_units)

    def _files(self, bundle: str) -> list[str]:
        """The digests of a bundle's files; none where it is no lock, which whoever renders it says."""
        with self.storage.open(bundle) as file:
            text = file.read(MOST_LOCK + 1)
        try:
            return sorted({each.digest for each in parse_lock(text).files})
        except BundleError:
            return []

    def view(self, job: str, *, now: float) -> JobView:
        """A job, what is left of it, and why it waits.

        :raises NotFound: there is no such job
        """
        row = self.store.job(job)
        frames = row.spec.stop - row.spec.first
        whole = UNIT_FRAMES if row.spec.segmented else frames
        begun = self._begun(row, whole)
        left, cost = estimate(row, begun=begun / whole, workers=self._workers_on(job))
        done = frames if row.result is not None else min(frames, row.rendered * whole + begun)
        audits = self._failed_audits(row) if row.audits_failed else ()
        return JobView(row, frames, done, left, cost, self._dispatch.why_waiting(row, now), audits)

    def _begun(self, row: JobRow, whole: int) -> int:
        """Frames in units that are being rendered, as far as workers have told; where two have one, the better counts.

        :param whole: frames that a unit has at most
        """
        most = row.finish if row.spec.segmented else row.units  # the finish and audits add nothing to the film
        begun: dict[int, int] = {}
        for sign in self._signs.copy().values():
            for held in sign.holding:
                if held.job == row.id and held.index < most:
                    begun[held.index] = max(begun.get(held.index, 0), min(held.frames, whole))
        return sum(begun.values())

    def _failed_audits(self, row: JobRow) -> tuple[str, ...]:
        events = self.store.events(job=row.id, kind="audit failed", limit=_NAMED)
        return tuple(
            f"unit {event.unit} was made by {event.detail['made_by']}, and {event.worker} made something else of it"
            for event in events
        )

    def _workers_on(self, job: str) -> int:
        return len({held.worker for held in self.store.held() if held.job == job})

    # -- what workers ask

    def register(self, offer: WorkerOffer, *, now: float) -> Registration:
        """Take a worker in.

        :raises FarmError: it cannot be what it says, or the farm has too many
        """
        check_offer(offer)
        with self._changing:
            if len(self._states) >= self.limits.workers:
                raise IntakeError(f"the farm has {len(self._states)} workers, and takes no more")
            worker = self.store.register(offer, now=now)
            self._states[worker] = WorkerState.IDLE
        self._dispatch.look_again()
        return Registration(worker, self.timing)

    def expect(self, worker: str, *, now: float) -> None:
        """See whether the farm knows a worker; one that was given up for lost is found again.

        :raises UnknownWorker: it does not
        """
        if worker not in self._states:
            with self._changing:
                self.store.seen(worker, now=now)
                self._states[worker] = WorkerState.IDLE
            self._dispatch.look_again()

    def hand_out(self, asking: Sequence[str], *, now: float) -> dict[str, Lease]:
        """Leases for workers that ask for one, since they have nothing left, the longest waiting first.

        :return: by worker; there is nothing for those that are not in it
        """
        with self.metrics.plan_seconds.time():
            leases = self._dispatch.hand_out(asking, now)
        for lease in leases.values():
            for part in lease.parts:
                self.metrics.granted.labels(part.kind).inc()
        return leases

    def heartbeat(self, worker: str, heartbeat: Heartbeat, *, now: float) -> Orders:
        """Take note of a worker's sign of life: what it tells of units that are not its own counts for nothing.

        :raises UnknownWorker: the farm does not know it any more
        :raises FarmError: the sign cannot be right
        """
        check_heartbeat(heartbeat)
        holding = {(held.job, held.index, held.epoch) for held in heartbeat.holding}
        until = now + self.timing.lease
        with self._changing:
            still = self.store.extend(worker, until=until, now=now, holding=holding)
            own = {(held.job, held.index): held for held in heartbeat.holding if (held.job, held.index) in still}
            self._signs[worker] = replace(heartbeat, holding=tuple(own.values()))
            draining = self._states.get(worker) is WorkerState.DRAINING
        revoked = tuple(held for held in heartbeat.holding if (held.job, held.index) not in still)
        return Orders(revoked, draining)

    def report(self, worker: str, report: Report, *, now: float) -> bool:
        """Take in what became of a unit.

        :return: whether it counted; if not, it came late, or for the second time
        :raises DamagedError: the blob is not what the worker says
        :raises FarmError: the report cannot be right
        """
        if (report.figures is None) == (report.failure is None):
            raise IntakeError("a report has either figures or a failure")
        if report.failure is not None:
            failure = self._judged(report.failure)
            spoiled = [index for index in failure.damaged if self._is_spoiled(report.job, index)]
            accepted = self.store.fail(
                worker, report.job, report.index, report.epoch, failure, self.timing, now=now, spoiled=spoiled
            )
            if accepted:
                self.metrics.spoiled.inc(len(spoiled))
                self.metrics.failed.labels(failure.cause).inc()
        else:
            assert report.figures is not None
            accepted = self._commit(worker, report, report.figures, now)
        if not accepted:
            self.metrics.late.inc()
        took = report.figures.seconds if accepted and report.figures is not None else None
        self._dispatch.finished(worker, report.job, report.index, took, now)
        at = (report.job, report.index)
        with self._changing:
            sign = self._signs.get(worker)
            if sign is not None:  # what is reported is not in hand any more
                holding = tuple(held for held in sign.holding if (held.job, held.index) != at)
                self._signs[worker] = replace(sign, holding=holding)
        return accepted

    def _commit(self, worker: str, report: Report, figures: Figures, now: float) -> bool:
        check_figures(figures)
        unit = self.store.unit(report.job, report.index)
        wanted = unit.stop - unit.first
        if unit.kind is not UnitKind.FINISH and figures.frames != wanted:
            raise DamagedError(f"unit {unit.index} has {wanted} frames, the segment has {figures.frames}")
        with self._claims.claim([figures.digest]):
            self.checks.expect(figures.digest, figures.size)
            if unit.kind is UnitKind.FINISH:
                self._look_into_film(unit.job, figures)
            accepted = self.store.commit(worker, report.job, report.index, report.epoch, figures, now=now)
        if accepted:
            self.metrics.committed.labels(unit.kind).inc()
            self.metrics.unit_seconds.labels(unit.kind).observe(figures.seconds)
            if unit.kind is UnitKind.RENDER:
                self.metrics.frames.inc(wanted)
            elif unit.kind is UnitKind.AUDIT:
                self._note_audit(unit, figures.digest)
        return accepted

    def _look_into_film(self, job: str, figures: Figures) -> None:
        spec = self.store.job(job).spec
        if self._films is not None and spec.segmented:
            sound = figures.heard is not None
            self._films.expect(figures.digest, frames=spec.stop - spec.first, fps=spec.fps, sound=sound)

    def _note_audit(self, unit: UnitRow, digest: str) -> None:
        row = self.store.job(unit.job)
        made = self.store.unit(unit.job, unit.first // UNIT_FRAMES - row.spec.first // UNIT_FRAMES)
        failed = made.digest != digest
        self.metrics.audits.labels("failed" if failed else "passed").inc()
        if failed:
            _log.error("job %s: an audit of unit %s found another segment", unit.job, made.index)
            self._dispatch.look_again()  # two workers are under suspicion

    def _is_spoiled(self, job: str, index: int) -> bool:
        """Whether a unit's segment is damaged or missing, as a worker says: a damaged one is taken away."""
        unit = self.store.unit(job, index)
        return unit.kind is UnitKind.RENDER and unit.digest is not None and self.checks.is_lost(unit.digest)

    def _judged(self, failure: Failure) -> Failure:
        """A failure for lack of files is counted as one of the media where the storage has not got them: other workers
        may have copies, but when some have tried, only whoever submitted it can help.
        """
        named = self.store.needed(failure.lacking[:_LACKING])
        if not [digest for digest in sorted(named) if self.checks.is_lost(digest, believed=_BELIEVED)]:
            return failure
        return replace(failure, cause=Cause.MEDIA, message=f"{failure.message}: {_REMEDY}")

    def bye(self, worker: str, *, now: float) -> None:
        """Let a worker go; what it has is given back."""
        with self._changing:
            self.store.set_worker(worker, WorkerState.GONE, now=now)
            self._signs.pop(worker, None)
            self._states.pop(worker, None)
        self._dispatch.look_again()

    def drain(self, worker: str, *, now: float) -> None:
        """Have a worker finish what it has and leave; it hears of it at its next sign of life."""
        with self._changing:
            self.store.set_worker(worker, WorkerState.DRAINING, now=now)
            self._states[worker] = WorkerState.DRAINING
        self._dispatch.look_again()

    # -- logs

    def put_log(self, job: str, index: int, data: bytes) -> None:
        """Keep a unit's log in place of the one before.

        :raises NotFound: there is no such unit
        :raises OutputError: there is no room
        """
        self.store.unit(job, index)
        with whole_file(self._log_path(job, index)) as temporary:
            temporary.write_bytes(data)

    def log(self, job: str, index: int) -> bytes:
        """A unit's log; empty where it has none yet.

        :raises NotFound: there is no such unit
        """
        self.store.unit(job, index)
        try:
            return self._log_path(job, index).read_bytes()
        except FileNotFoundError:
            return b""

    def _log_path(self, job: str, index: int) -> Path:
        return self._logs / job / str(index // 1000) / f"{index}.log"

    # -- time

    def tick(self, *, now: float) -> None:
        """What is to be done every second or so, whether anybody asks or not."""
        self._dispatch.watch(now)
        away = (WorkerState.LOST, WorkerState.GONE)
        with self._changing:
            self._states = {row.id: row.state for row in self.store.workers() if row.state not in away}
            for worker in self._signs.keys() - self._states.keys():
                del self._signs[worker]

    def tidy(self, *, now: float) -> None:
        """Let go of a little of what is not needed any more; like :meth:`tick`, but it may take its time."""
        self._retention.step(now=now)

    def find(self, start: str) -> str:
        """The id of the only job whose id begins like this.

        :raises NotFound: there is none, or more than one
        """
        if len(start) == 16:
            return start
        found = [job.id for job in self.store.jobs(limit=self.limits.listed) if job.id.startswith(start)]
        if len(found) != 1:
            count = "no job" if not found else f"{len(found)} jobs"
            raise NotFound(f"{count} of the farm has an id that begins with {start}")
        return found[0]


if __name__ == "__main__":
    from reelwork_farm.service import main

    main()
