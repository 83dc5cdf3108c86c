"""What a worker has finished goes in; its segments or files go into the storage, and a report to the controller."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Final, Protocol

from reelwork_farm.errors import FarmError, UnknownWorker, Unreachable
from reelwork_farm.messages import Report
from reelwork_farm.model import Cause, Failure, Figures, Part
from reelwork_farm.orders import Made
from reelwork_farm.patience import PatientStorage
from reelwork_farm.storage import Storage

_log = logging.getLogger(__name__)

#: Finished units that may wait to be put into the storage while the next is rendered.
_WAITING: Final = 4
#: Seconds between two tries to reach a controller that does not answer.
_AGAIN: Final = 1.0


class Receiver(Protocol):
    """Who takes reports: see :class:`reelwork_farm.worker.Controller`."""

    def report(self, worker: str, report: Report) -> bool:
        """Say what became of a part; ``False`` where it was too late."""

    def put_log(self, job: str, index: int, text: str) -> None:
        """Leave what a unit's render printed."""


class Holder(Protocol):
    """What a delivery asks of the worker that it works for; from the delivery's own thread."""

    def holds(self, job: str, part: Part) -> bool:
        """Whether a part is still the worker's."""

    def forget(self, job: str, part: Part) -> None:
        """A part is reported, or given up."""

    def give_up(self, worker: str) -> None:
        """The farm does not know the worker under that id any more."""


@dataclass(frozen=True)
class Finished:
    """A part that was rendered, or not, on its way to the storage and the controller.

    :param worker: the id under which it was leased
    """

    worker: str
    job: str
    part: Part
    result: Made | Failure
    log: str


class Delivery:
    """Delivers what is finished, one after the other, while the next is rendered.

    :param node: the machine's name, for messages
    :param stop: set when nothing is to be delivered any more
    """

    def __init__(
        self, controller: Receiver, storage: Storage, holder: Holder, *, node: str, stop: threading.Event
    ) -> None:
        self._controller, self._storage, self._holder = controller, storage, holder
        self._node, self._stop = node, stop
        self._outbox: Queue[Finished | None] = Queue(_WAITING)

    def add(self, finished: Finished) -> None:
        """Have something delivered; waits where too much is waiting already."""
        self._outbox.put(finished)

    @property
    def waiting(self) -> int:
        """How much is not delivered yet."""
        return self._outbox.unfinished_tasks

    def wait(self) -> None:
        """Wait until all is reported."""
        with self._outbox.all_tasks_done:
            while self._outbox.unfinished_tasks and not self._stop.is_set():
                self._outbox.all_tasks_done.wait(0.1)

    def close(self) -> None:
        """End :meth:`run`, once what waits is delivered."""
        self._outbox.put(None)

    def run(self) -> None:
        """Deliver until it is closed; for a thread of its own."""
        while (finished := self._outbox.get()) is not None:
            try:
                if self._holder.holds(finished.job, finished.part):
                    self._hand_in(finished)
            except FarmError as error:
                _log.error("cannot hand in unit %s of job %s: %s", finished.part.index, finished.job, error)
            except Exception:  # whatever it is, the next unit is not the worse for it
                _log.exception("cannot hand in unit %s of job %s", finished.part.index, finished.job)
            finally:
                self._holder.forget(finished.job, finished.part)
                if isinstance(finished.result, Made):
                    with contextlib.suppress(OSError):
                        Path(finished.result.path).unlink()
                self._outbox.task_done()

    def _hand_in(self, finished: Finished) -> None:
        result: Figures | Failure | None
        if isinstance(finished.result, Failure):
            result = finished.result
        else:
            result = self._put(finished.job, finished.part, finished.result)
        if result is None:
            return
        with contextlib.suppress(FarmError):
            self._controller.put_log(finished.job, finished.part.index, finished.log)
        try:
            self._report(finished, result)
        except UnknownWorker:
            self._holder.give_up(finished.worker)
        except FarmError as error:  # such as: what the storage has is not what was put there
            self._report(finished, Failure(Cause.INFRASTRUCTURE, str(error)))

    def _put(self, job: str, part: Part, made: Made) -> Figures | Failure | None:
        """Put what was made into the storage; ``None`` where the worker is stopped, or its lease ends, meanwhile."""
        path = Path(made.path)
        storage = PatientStorage(self._storage, waiting_for(job, part, self._holder, self._stop))
        try:
            digest, size = storage.put(path), path.stat().st_size
        except (FarmError, OSError) as error:
            if self._stop.is_set() or not self._holder.holds(job, part):
                return None
            return Failure(Cause.INFRASTRUCTURE, f"{self._node}: {error}")
        return Figures(digest, size, made.frames, made.seconds, made.cpu, made.memory, made.heard)

    def _report(self, finished: Finished, result: Figures | Failure) -> None:
        """Report, for as long as it takes to reach the controller."""
        part = finished.part
        figures, failure = (None, result) if isinstance(result, Failure) else (result, None)
        report = Report(finished.job, part.index, part.epoch, figures, failure)
        while not self._stop.is_set():
            try:
                if not self._controller.report(finished.worker, report):
                    _log.info("unit %s of job %s came too late", part.index, finished.job)
                return
            except Unreachable as error:
                _log.warning("%s; reporting again", error)
                self._stop.wait(_AGAIN)


def waiting_for(job: str, part: Part, holder: Holder, stop: threading.Event) -> Callable[[float], bool]:
    """How a :class:`PatientStorage` waits for what a part needs: until it is another's, or the worker is stopped."""
    return lambda seconds: not stop.wait(seconds) and holder.holds(job, part)
