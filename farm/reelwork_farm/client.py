"""A farm's address goes in, and answers of its controller come out: what clients, operators and workers call."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar

import requests

from reelwork_farm import wire
from reelwork_farm.auth import token_for
from reelwork_farm.errors import FarmError, Refused, UnknownWorker, Unreachable
from reelwork_farm.messages import FarmInfo, Heartbeat, JobView, Orders, Priority, Registration, Report
from reelwork_farm.model import (
    Event,
    JobRow,
    JobSpec,
    JobState,
    Lease,
    Share,
    UnitRow,
    UnitState,
    WorkerOffer,
    WorkerRow,
)
from reelwork_farm.storage import BLOCK, MissingError, checked, save

if TYPE_CHECKING:
    from requests import Response, Session

T = TypeVar("T")

#: Answers after which the same question is asked again: the controller, or what stands before it, is not ready.
_PASSING: Final = frozenset({502, 503, 504})
#: The answer to a worker that the farm does not know any more.
GONE: Final = 410
NOT_FOUND: Final = 404
#: Blobs that are asked for at once.
_MANY: Final = 10_000


class RefusedError(Refused):
    """The controller says no. Asking again does not help.

    :param status: of HTTP: 400 the question is wrong, 401 or 403 the token is, 404 no such thing, 409 not now,
        413 too much
    """

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


class FarmClient:
    """One method for each route of the controller. May be used by several threads at once.

    Every question may be asked twice without harm, so that whatever was lost on the way is asked again, with growing
    pauses, until ``patience`` is over. Any method raises :class:`Unreachable` then, and :class:`RefusedError` when the
    controller says no.

    :param address: ``host:port`` of the controller, or its address with ``http://`` or ``https://``
    :param token: shown to the controller; ``None``: this machine's own, see :func:`reelwork_farm.auth.token_for`
    :param patience: seconds that lost connections are put up with
    """

    def __init__(self, address: str, token: str | None = None, *, patience: float = 60.0) -> None:
        self.address = address.removeprefix("http://").rstrip("/")
        self._base = self.address if "://" in self.address else f"http://{self.address}"
        self._token = token_for(self.address) if token is None else token
        self.patience = patience
        self._own = threading.local()

    # What clients and operators ask.

    def farm(self) -> FarmInfo:
        """What the farm is, and its times."""
        return self._ask(FarmInfo, "GET", "/v1/farm")

    def submit(self, spec: JobSpec) -> JobRow:
        """Hand in a job whose bundle is in the storage; the same one twice is one job."""
        return self._ask(JobRow, "POST", "/v1/jobs", spec)

    def jobs(self, *, states: Iterable[JobState] | None = None, limit: int = 1000) -> list[JobRow]:
        """Jobs, the latest first."""
        return self._ask(list[JobRow], "GET", "/v1/jobs", params={"state": _joined(states), "limit": limit})

    def job(self, job: str) -> JobView:
        """A job with its progress, what is left, and why it waits; the start of an id that only one job has will do."""
        return self._ask(JobView, "GET", f"/v1/jobs/{job}")

    def cancel(self, job: str) -> JobRow:
        """End a job; what it has rendered stays in the storage."""
        return self._ask(JobRow, "POST", f"/v1/jobs/{job}/cancel")

    def pause(self, job: str) -> JobRow:
        """Hand out nothing more of a job."""
        return self._ask(JobRow, "POST", f"/v1/jobs/{job}/pause")

    def resume(self, job: str) -> JobRow:
        """Go on with a paused job."""
        return self._ask(JobRow, "POST", f"/v1/jobs/{job}/resume")

    def retry(self, job: str) -> JobRow:
        """Try the quarantined units of a job again, from the first attempt on."""
        return self._ask(JobRow, "POST", f"/v1/jobs/{job}/retry")

    def set_priority(self, job: str, priority: int) -> JobRow:
        """Set a job's priority among those of its project."""
        return self._ask(JobRow, "POST", f"/v1/jobs/{job}/priority", Priority(priority))

    def units(
        self, job: str, *, first: int = 0, limit: int = 1000, states: Iterable[UnitState] | None = None
    ) -> list[UnitRow]:
        """Units of a job in order, from index ``first`` on."""
        asked = {"first": first, "limit": limit, "state": _joined(states)}
        return self._ask(list[UnitRow], "GET", f"/v1/jobs/{job}/units", params=asked)

    def events(self, *, after: int = 0, job: str | None = None, limit: int = 1000, last: bool = False) -> list[Event]:
        """The history in order, from the event behind ``after`` on.

        :param last: whether of more than ``limit`` the latest are wanted, not the first
        """
        asked = {"after": after, "job": job, "limit": limit, "last": 1 if last else None}
        return self._ask(list[Event], "GET", "/v1/events", params=asked)

    def shares(self) -> dict[str, Share]:
        """What each project may have; one that is not there has a share of weight 1."""
        tables = self._ask(dict[str, object], "GET", "/v1/shares")
        return {name: wire.from_json(Share, table, strict=False) for name, table in tables.items()}

    def set_share(self, project: str, share: Share) -> Share:
        """Say what a project may have from now on."""
        return self._ask(Share, "PUT", f"/v1/shares/{project}", share)

    def workers(self) -> list[WorkerRow]:
        """All workers that the farm remembers."""
        return self._ask(list[WorkerRow], "GET", "/v1/workers")

    def drain(self, worker: str) -> None:
        """Have a worker finish what it holds and leave."""
        self._call("POST", f"/v1/workers/{worker}/drain")

    # What workers ask.

    def register(self, offer: WorkerOffer) -> Registration:
        """Become a worker.

        :raises RefusedError: the farm does not take such workers
        """
        return self._ask(Registration, "POST", "/v1/workers", offer)

    def lease(self, worker: str) -> Lease | None:
        """Ask for something to do, when nothing is held any more; ``None`` where there is nothing (waits a moment).

        What the store thinks that the worker holds is taken back: the answer that handed it out was lost.

        :raises UnknownWorker: the farm does not know the worker any more: it registers again
        """
        return self._ask(Lease | None, "POST", f"/v1/workers/{worker}/lease")  # type: ignore[arg-type]

    def heartbeat(self, worker: str, heartbeat: Heartbeat) -> Orders:
        """Say that the worker lives and what it holds; its leases last longer by that.

        :raises UnknownWorker: the farm gave it up
        """
        return self._ask(Orders, "POST", f"/v1/workers/{worker}/heartbeat", heartbeat)

    def report(self, worker: str, report: Report) -> bool:
        """Say what became of a part; ``False`` where somebody else was earlier or the lease is lost.

        :raises RefusedError: with status 409 the blob is not in the storage, or is another one
        """
        return bool(self._call("POST", f"/v1/workers/{worker}/report", report).json()["accepted"])

    def bye(self, worker: str) -> None:
        """Leave; whatever is still held goes back."""
        self._call("POST", f"/v1/workers/{worker}/bye")

    def put_log(self, job: str, index: int, text: str) -> None:
        """Leave a unit's log, of which the last MiB is kept."""
        self._call("PUT", f"/v1/jobs/{job}/units/{index}/log", body=text.encode(errors="replace")[-(1 << 20) :])

    def log(self, job: str, index: int) -> str:
        """A unit's log; empty where there is none."""
        return self._call("GET", f"/v1/jobs/{job}/units/{index}/log").content.decode(errors="replace")

    # The content-addressed storage, as far as it is reached through the controller.

    def has_blob(self, digest: str) -> bool:
        """Whether the storage has a blob."""
        try:
            self._call("HEAD", f"/v1/blobs/{checked(digest)}")
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return False
            raise
        return True

    def missing_blobs(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of the blobs that the storage does not have."""
        wanted = sorted(set(digests))
        found: set[str] = set()
        for start in range(0, len(wanted), _MANY):
            found.update(self._ask(list[str], "POST", "/v1/blobs/missing", wanted[start : start + _MANY]))
        return frozenset(found)

    def put_blob(self, digest: str, path: Path) -> None:
        """Put a file, whose sha256 the digest is, into the storage.

        :raises FarmError: the file cannot be read, is another one, or the storage is full
        """
        try:
            with path.open("rb") as file:
                self._call("PUT", f"/v1/blobs/{checked(digest)}", body=file)
        except OSError as error:
            raise FarmError(f"cannot read {path}: {error.strerror or error}") from error

    def get_blob(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """Fetch a blob into the file ``to``, which appears only when it is whole and its digest is right.

        :param most: bytes that it may have
        :raises MissingError: there is no such blob
        :raises FarmError: it arrives damaged, or the file cannot be written
        """

        def fetch() -> None:
            with self._send("GET", f"/v1/blobs/{checked(digest)}") as answer:
                save(_blocks(answer), digest, to, most=most)

        try:
            self._patiently(fetch)
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                raise MissingError(str(refusal)) from None
            raise

    # What operators' systems ask.

    def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        return self._call("GET", "/metrics").text

    def healthy(self) -> bool:
        """Whether the controller answers at all, asked once."""
        try:
            return self._session().get(f"{self._base}/v1/health", timeout=5.0).status_code == 200
        except requests.RequestException:
            return False

    def _ask(
        self,
        kind: type[T],
        method: str,
        route: str,
        message: object = None,
        *,
        params: dict[str, str | int | None] | None = None,
    ) -> T:
        """A question and its answer, read as ``kind``."""
        answer = self._call(method, route, message, params=params)
        try:
            return wire.from_json(kind, wire.loads(answer.content), strict=False)
        except wire.WireError as error:
            raise FarmError(f"what answers at {self.address} is no farm, or a much newer one: {error}") from None

    def _call(
        self,
        method: str,
        route: str,
        message: object = None,
        *,
        body: bytes | IO[bytes] | None = None,
        params: dict[str, str | int | None] | None = None,
    ) -> Response:
        data = wire.dumps(message).encode() if message is not None else body

        def call() -> Response:
            if data is not None and not isinstance(data, bytes):
                data.seek(0)
            with self._send(method, route, data, params) as answer:
                _ = answer.content  # read as a whole while a lost connection is still put up with
                return answer

        return self._patiently(call)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """What the attempt brings, once one gets through."""
        end = time.monotonic() + self.patience
        pause = 0.05
        while True:
            try:
                return attempt()
            except (requests.RequestException, _PassingError) as error:
                if time.monotonic() + pause > end:
                    raise Unreachable(self._gone_wrong(error)) from error
            time.sleep(pause * random.uniform(0.5, 1.0))  # so that many who lost it do not come back at once
            pause = min(pause * 2, 5.0)

    def _gone_wrong(self, error: Exception) -> str:
        if isinstance(error, _PassingError):
            return f"the farm at {self.address} is in trouble: {error}"
        return (
            f"the farm at {self.address} does not answer ({_reason(error)}): "
            "see whether its controller runs, and whether the address is right"
        )

    def _send(
        self,
        method: str,
        route: str,
        data: bytes | IO[bytes] | None = None,
        params: dict[str, str | int | None] | None = None,
    ) -> Response:
        """One attempt.

        :raises requests.RequestException: the connection was lost
        """
        answer: Response = self._session().request(
            method,
            self._base + route,
            data=data,
            params=params,
            stream=True,
            timeout=(5.0, 60.0),
            allow_redirects=False,  # nobody else is shown the token
        )
        framed = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
        if not framed and method != "HEAD":
            answer.close()
            raise _PassingError("an answer broke off")  # in its head, which the library takes for a whole one
        if 200 <= answer.status_code < 300:
            return answer
        with answer:
            text = answer.text.strip()
        if answer.status_code in _PASSING:
            raise _PassingError(text or f"status {answer.status_code}")
        if answer.status_code == GONE:
            raise UnknownWorker(text)
        raise RefusedError(
            text or f"the farm at {self.address} answers with status {answer.status_code}", answer.status_code
        )

    def _session(self) -> Session:
        session: Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.trust_env = False  # else ~/.netrc may put another's name in place of the token
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session


class _PassingError(Exception):
    """Something that may be well again when it is tried again."""


def _blocks(answer: Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(BLOCK)
    except requests.RequestException as error:  # an OSError, too, for which the file would get the blame
        raise _PassingError(str(error)) from error


def _joined(states: Iterable[JobState] | Iterable[UnitState] | None) -> str | None:
    return None if states is None else ",".join(state.value for state in states)


def _reason(error: Exception) -> str:
    """The innermost of the reasons that a lost connection gives, which is the one that says something."""
    found: BaseException = error
    while (inner := found.__context__) is not None:
        found = inner
    return str(getattr(found, "strerror", None) or found)[:200]
