"""A worker: leases come from the controller, and what is rendered and checked is handed on to be delivered.

The class knows neither Ray nor HTTP; :mod:`reelwork_farm.slot` joins it with both.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from reelwork.errors import ReelworkError
from reelwork_farm.bundle import BundleError
from reelwork_farm.delivery import Delivery, Finished, Receiver, waiting_for
from reelwork_farm.errors import FarmError, UnknownWorker, Unreachable
from reelwork_farm.making import making_folder
from reelwork_farm.materialise import LackingError, materialise
from reelwork_farm.messages import Heartbeat, Holding, Orders, Registration
from reelwork_farm.model import Cause, Failure, Lease, Part, Timing, UnitKind, UnitRow, WorkerOffer
from reelwork_farm.orders import Made
from reelwork_farm.patience import PatientStorage
from reelwork_farm.rendering import NotMade, RenderProcess, Stopped
from reelwork_farm.storage import DamagedBlobError, MissingError, Storage

_log = logging.getLogger(__name__)

#: Seconds between two tries to reach a controller that does not answer.
_AGAIN: Final = 1.0
#: How many units are asked for at once.
_PAGE: Final = 1000


class Controller(Receiver, Protocol):
    """What a worker asks of the farm; :class:`reelwork_farm.client.FarmClient` over a network.

    Every method raises :class:`Unreachable` where nobody answers, and :class:`FarmError` where the answer is no; those
    with a worker's id raise :class:`UnknownWorker` where the farm has given it up.
    """

    def register(self, offer: WorkerOffer) -> Registration:
        """Become a worker."""

    def lease(self, worker: str) -> Lease | None:
        """Something to do, asked for when nothing is held."""

    def heartbeat(self, worker: str, heartbeat: Heartbeat) -> Orders:
        """Say that the worker lives, and what it holds."""

    def bye(self, worker: str) -> None:
        """Leave, and give back what is held."""

    def units(self, job: str, *, first: int = 0, limit: int = _PAGE) -> list[UnitRow]:
        """Units of a job in order."""


class Worker:
    """Renders for a farm, one unit at a time, until it is stopped or drained.

    :param controller: whom it takes leases from
    :param storage: where bundles come from and segments go to
    :param offer: what it brings; its render process may hold ``offer.memory``
    :param folder: for its files; workers of one machine may share it
    """

    def __init__(self, controller: Controller, storage: Storage, offer: WorkerOffer, folder: Path) -> None:
        self._controller, self._storage, self._offer, self._folder = controller, storage, offer, folder
        self._timing = Timing()
        self._lock = threading.Lock()
        self._held: dict[tuple[str, int], int] = {}  # epochs of what it has and has not reported
        self._rendering: tuple[str, int] | None = None
        self._process: RenderProcess | None = None
        self._spare: RenderProcess | None = None  # is ready for the next job
        self._bundle = ""
        self._stop = threading.Event()
        self._drain = threading.Event()
        self._lost = threading.Event()
        self._delivery = Delivery(controller, storage, self, node=offer.node, stop=self._stop)
        self.id = ""  #: under which the controller knows it; empty before it has registered

    def run(self) -> None:
        """Register, and render what is handed out, until the worker is drained or stopped.

        A controller that is away is waited for, while rendering goes on. To be called once.

        :raises FarmError: the farm does not take the worker
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with making_folder(self._folder) as making:
            threads = [
                threading.Thread(target=self._beat, name="heartbeat", daemon=True),
                threading.Thread(target=self._delivery.run, name="deliver", daemon=True),
            ]
            try:
                self._register()
                for thread in threads:
                    thread.start()
                while not (self._stop.is_set() or self._drain.is_set()):
                    self._turn(making)
                self._delivery.wait()
            finally:
                self._stop.set()
                self._delivery.close()
                self._close_process()
                if (spare := self._take_spare()) is not None:
                    spare.close()
                with contextlib.suppress(FarmError):
                    if self.id:
                        self._controller.bye(self.id)

    def drain(self) -> None:
        """Finish the unit that is being rendered, give back the rest, and end :meth:`run`; from any thread."""
        self._drain.set()

    def stop(self) -> None:
        """Give up what is being rendered, give back all, and end :meth:`run`; from any thread."""
        self._drain.set()
        self._stop.set()

    @property
    def draining(self) -> bool:
        """Whether it takes nothing new."""
        return self._drain.is_set()

    def _register(self) -> None:
        while not self._stop.is_set():
            try:
                registration = self._controller.register(self._offer)
            except Unreachable as error:
                _log.warning("%s; trying again", error)
                self._stop.wait(_AGAIN)
                continue
            with self._lock:
                self._held.clear()
                self.id, self._timing = registration.worker, registration.timing
                self._lost.clear()
            _log.info("registered as %s", self.id)
            return

    def _turn(self, making: Path) -> None:
        """Ask for a lease, and render it."""
        if self._lost.is_set():
            self._delivery.wait()
            self._register()
            return
        try:
            lease = self._controller.lease(self.id)
        except UnknownWorker:
            self._lost.set()
            return
        except FarmError as error:
            _log.warning("%s; asking again", error)
            self._stop.wait(_AGAIN)
            return
        if lease is None:
            if self._spare is None:
                self._spare = self._new_process()
            self._stop.wait(self._timing.poll)
            return
        with self._lock:
            self._held.update({(lease.job, part.index): part.epoch for part in lease.parts})
        for part in lease.parts:
            if self._stop.is_set() or self._drain.is_set() or self._lost.is_set():
                return  # what is left is given back with the goodbye, or is another's already
            if self.holds(lease.job, part):
                self._do(lease, part, making)
        self._delivery.wait()

    def _do(self, lease: Lease, part: Part, making: Path) -> None:
        """Render a part, and have it delivered, unless it is revoked meanwhile."""
        result: Made | Failure | None = None
        log = ""
        while result is None and self.holds(lease.job, part) and not self._stop.is_set():
            result = self._made(lease, part, making)
            if isinstance(result, Made):
                log = self._process.log() if self._process is not None else ""
            else:  # what is left of a process that failed is not trusted
                log = self._close_process()
        if isinstance(result, Failure):
            _log.warning("unit %s of job %s: %s: %s", part.index, lease.job, result.cause, result.message)
        if result is not None:
            self._delivery.add(Finished(self.id, lease.job, part, result, log))

    def _made(self, lease: Lease, part: Part, making: Path) -> Made | Failure | None:
        """What came of a try; ``None`` where it was stopped."""
        with self._lock:
            if self._held.get((lease.job, part.index)) != part.epoch:
                return None
            self._rendering = (lease.job, part.index)
        storage = PatientStorage(self._storage, waiting_for(lease.job, part, self, self._stop))
        try:
            process = self._opened(lease, storage, making)
            with self._segments(lease, part, storage, making) as segments:
                return process.make(part, segments)
        except Stopped:
            return None
        except NotMade as error:
            return error.failure
        except BundleError as error:  # whoever tries: it is in what was submitted
            return Failure(Cause.MEDIA, str(error))
        except LackingError as error:
            return Failure(Cause.INFRASTRUCTURE, f"{self._offer.node}: {error}", lacking=error.digests[:_PAGE])
        except (ReelworkError, OSError) as error:
            return Failure(Cause.INFRASTRUCTURE, f"{self._offer.node}: {error}")
        finally:
            with self._lock:
                self._rendering = None

    def _opened(self, lease: Lease, storage: Storage, making: Path) -> RenderProcess:
        """The warm process of the lease's job."""
        if lease.engine != self._offer.engine:
            raise FarmError(
                f"the engine, a plugin or a library differs: {self._offer.engine[:12]} here, {lease.engine[:12]} in "
                "the job; install what the job was submitted with"
            )
        process = self._process
        if process is None or self._bundle != lease.bundle:
            self._close_process()
            folder = materialise(lease.bundle, storage, self._folder)
            process = self._take_spare() or self._new_process()
            process.open(folder, Path(tempfile.mkdtemp(dir=making)))
            with self._lock:
                self._process, self._bundle = process, lease.bundle
                if self._stop.is_set() or self._rendering not in self._held:
                    process.stop()  # the worker was stopped, or the part revoked, while the files came
        return process

    def _take_spare(self) -> RenderProcess | None:
        spare, self._spare = self._spare, None
        if spare is not None and not spare.is_alive:
            spare.close()
            return None
        return spare

    def _new_process(self) -> RenderProcess:
        return RenderProcess(memory=self._offer.memory, standstill=self._timing.standstill)

    @contextlib.contextmanager
    def _segments(self, lease: Lease, part: Part, storage: Storage, making: Path) -> Iterator[Path | None]:
        """A folder of all segments of the job, each under the number of its unit; ``None`` where none are needed.

        :raises NotMade: some are missing or damaged in the storage; the failure names their units
        """
        if part.kind is not UnitKind.FINISH:
            yield None
            return
        with tempfile.TemporaryDirectory(dir=making) as folder:
            first, damaged = 0, []
            while page := self._controller.units(lease.job, first=first, limit=_PAGE):
                for unit in page:
                    if unit.kind is UnitKind.RENDER:
                        if unit.digest is None:
                            raise FarmError(f"unit {unit.index} of job {lease.job} is not done")
                        try:
                            storage.get(unit.digest, Path(folder) / f"{unit.index}.segment")
                        except (MissingError, DamagedBlobError):
                            damaged.append(unit.index)
                first = page[-1].index + 1
            if damaged:
                message = f"segments are missing or damaged in the storage, the first is that of unit {damaged[0]}"
                raise NotMade(Failure(Cause.INFRASTRUCTURE, message, tuple(damaged[:_PAGE])))
            yield Path(folder)

    def _close_process(self) -> str:
        """End the render process, if there is one; comes back with what it printed last."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return ""
        process.close()
        return process.log()

    def holds(self, job: str, part: Part) -> bool:
        """Whether a part is still this worker's."""
        with self._lock:
            return self._held.get((job, part.index)) == part.epoch

    def forget(self, job: str, part: Part) -> None:
        """A part is reported, or given up."""
        with self._lock:
            if self._held.get((job, part.index)) == part.epoch:
                del self._held[job, part.index]

    def _beat(self) -> None:
        """Tell the controller, again and again, what is held, and give up what is not any more."""
        while not self._stop.wait(self._timing.heartbeat):
            if self._lost.is_set():
                continue
            worker = self.id
            try:
                orders = self._controller.heartbeat(worker, self._sign())
            except UnknownWorker:
                self.give_up(worker)
                continue
            except FarmError as error:
                _log.warning("no sign of the controller: %s", error)
                continue
            except Exception:  # whatever it is, the next sign may come through
                _log.exception("no sign of life")
                continue
            with self._lock:
                for lost in orders.revoked:
                    if self._held.get((lost.job, lost.index)) == lost.epoch:
                        del self._held[lost.job, lost.index]
                if self._process is not None and self._rendering is not None and self._rendering not in self._held:
                    self._process.stop()
            if orders.drain:
                self._drain.set()
        with self._lock:
            if self._process is not None:
                self._process.stop()

    def give_up(self, worker: str) -> None:
        """The farm does not know this worker any more, so nothing that it holds is its own.

        :param worker: the id that it does not know; what the worker has got under another one stays
        """
        with self._lock:
            if worker != self.id:
                return
            self._lost.set()
            self._held.clear()
            if self._process is not None and self._rendering is not None:
                self._process.stop()

    def _sign(self) -> Heartbeat:
        with self._lock:
            process, rendering = self._process, self._rendering
            frames = process.frames if process is not None else 0
            holding = tuple(
                Holding(job, index, epoch, frames if (job, index) == rendering else 0)
                for (job, index), epoch in self._held.items()
            )
            return Heartbeat(holding, process.memory if process is not None else 0)
