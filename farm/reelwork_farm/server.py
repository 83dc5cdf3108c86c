"""A controller goes in; the web application that clients and workers speak to comes out.

Whoever asks shows a token first. What is sent is bounded, read strictly, and nothing of it is ever unpickled or run.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

from aiohttp import web

from reelwork.errors import OutputError
from reelwork_farm import wire
from reelwork_farm.auth import Role, Tokens
from reelwork_farm.blobs import Blobs
from reelwork_farm.checks import DamagedError
from reelwork_farm.clock import now
from reelwork_farm.controller import Controller
from reelwork_farm.desk import Desk
from reelwork_farm.errors import FarmError, NotFound, Refused, StoreError, UnknownWorker
from reelwork_farm.intake import IntakeError, check_id, check_priority, check_share
from reelwork_farm.messages import FarmInfo, Heartbeat, Priority, Report
from reelwork_farm.metrics import CONTENT_TYPE
from reelwork_farm.model import JobSpec, JobState, Share, UnitState, WorkerOffer
from reelwork_farm.storage import MissingError, StorageError

_log = logging.getLogger(__name__)
T = TypeVar("T")
E = TypeVar("E", bound=Enum)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_JSON: Final = "application/json"
#: Seconds for which a message, or the next part of a file, may fail to come.
_PATIENCE: Final = 30.0
#: The status of each kind of error; the first that fits. Clients ask again after 503.
_STATUS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (NotFound, 404),
    (MissingError, 404),
    (UnknownWorker, 410),
    (Refused, 409),
    (DamagedError, 409),
    (StoreError, 503),
    (IntakeError, 400),
    (wire.WireError, 400),
    (StorageError, 503),
    (OutputError, 503),
    (FarmError, 400),
)

_WORKER: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
_JOB: Final = re.compile(r"[0-9a-f]{1,16}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")

_EVERYBODY: Final = frozenset(Role)
_BOTH: Final = frozenset({Role.ADMIN, Role.WORKER})
_ADMIN: Final = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class _Route:
    method: str
    path: str
    handler: Handler
    roles: frozenset[Role] | None  # None: whoever asks


class Server:
    """The routes of one farm.

    :param info: what clients are told of the farm
    :param incoming: a folder for files on their way into the storage, on a disk with room for them
    """

    def __init__(self, controller: Controller, tokens: Tokens, info: FarmInfo, incoming: Path) -> None:
        self._controller = controller
        self._tokens = tokens
        self._info = info
        self._limits = controller.limits
        # Questions to the store do not wait for files on their way: these have a pool of their own.
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="store")
        right = controller.checks.mark_right
        self._blobs = Blobs(controller.storage, incoming, self._limits, controller.metrics, right)
        self.desk = Desk(self._plan, controller.timing.poll)

    def application(self) -> web.Application:
        """The application, to be run in the event loop in which it is made."""
        app = web.Application(client_max_size=self._limits.body, middlewares=[self._guarded])
        for route in self._routes():
            app.router.add_route(route.method, route.path, self._let_in(route))
        app.cleanup_ctx.append(self._answering)
        return app

    def _routes(self) -> Iterable[_Route]:
        worker, job, blob = "/v1/workers/{worker}", "/v1/jobs/{job}", "/v1/blobs/{digest}"
        return (
            _Route("GET", "/v1/health", self._health, None),
            _Route("GET", "/metrics", self._metrics, _EVERYBODY),
            _Route("GET", "/v1/farm", self._farm, _BOTH),
            _Route("POST", "/v1/jobs", self._submit, _ADMIN),
            _Route("GET", "/v1/jobs", self._jobs, _ADMIN),
            _Route("GET", job, self._job, _ADMIN),
            _Route("POST", job + "/{verb:cancel|pause|resume|retry}", self._steer, _ADMIN),
            _Route("POST", job + "/priority", self._priority, _ADMIN),
            _Route("GET", job + "/units", self._units, _BOTH),
            _Route("PUT", job + "/units/{index:[0-9]{1,9}}/log", self._put_log, _BOTH),
            _Route("GET", job + "/units/{index:[0-9]{1,9}}/log", self._log, _ADMIN),
            _Route("GET", "/v1/events", self._events, _ADMIN),
            _Route("GET", "/v1/shares", self._shares, _ADMIN),
            _Route("PUT", "/v1/shares/{project}", self._set_share, _ADMIN),
            _Route("GET", "/v1/workers", self._workers, _ADMIN),
            _Route("POST", "/v1/workers", self._register, _BOTH),
            _Route("POST", worker + "/lease", self._lease, _BOTH),
            _Route("POST", worker + "/heartbeat", self._heartbeat, _BOTH),
            _Route("POST", worker + "/report", self._report, _BOTH),
            _Route("POST", worker + "/bye", self._bye, _BOTH),
            _Route("POST", worker + "/drain", self._drain, _ADMIN),
            _Route("HEAD", blob, self._blobs.has, _BOTH),
            _Route("GET", blob, self._blobs.get, _BOTH),
            _Route("PUT", blob, self._blobs.put, _BOTH),
            _Route("POST", "/v1/blobs/missing", self._missing, _BOTH),
        )

    # -- before and after each question

    def _let_in(self, route: _Route) -> Handler:
        """The handler behind its door: who shows no token of the right role does not get to it."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if route.roles is not None:
                kind, _, shown = request.headers.get("Authorization", "").partition(" ")
                role = self._tokens.role(shown.strip()) if kind.lower() == "bearer" else None
                if role is None:
                    return _text(401, "show the farm's token", {"WWW-Authenticate": "Bearer"})
                if role not in route.roles:
                    return _text(403, f"a token of role {role} is not for this")
            if "Content-Encoding" in request.headers:
                return _text(415, "send it as it is, not packed")
            return await route.handler(request)

        return guarded

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What goes wrong becomes an answer; what should never go wrong is written down, and not told to strangers."""
        began = time.monotonic()
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            answer = _text(error.status, error.reason)
        except TimeoutError:
            answer = _text(408, "nothing came for too long")
        except ConnectionError:
            answer = _text(400, "the connection was lost")  # which nobody reads, but the figures count it
        except Exception as error:
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
            if status == 500:
                _log.exception("%s %s", request.method, request.path)
                self._controller.metrics.errors.labels("server").inc()
            answer = _text(status, str(error) if status != 500 else "the controller has a fault; its log says more")
        metrics, route = self._controller.metrics, _route(request)
        metrics.requests.labels(route, str(answer.status)).inc()
        metrics.request_seconds.labels(route).observe(time.monotonic() - began)
        return answer

    async def _answering(self, _app: web.Application) -> Any:
        """Runs beside the application: the desk at which leases are handed out."""
        task = asyncio.create_task(self.desk.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._blobs.close()

    async def do(self, action: Callable[[], T]) -> T:
        """Do something with the store, which may take a moment."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, action)

    async def _told(self, action: Callable[[], object]) -> web.Response:
        """The answer of the store, as JSON."""
        text = await self.do(lambda: wire.dumps(action()))
        return web.Response(text=text, content_type=_JSON)

    async def _read(self, request: web.Request, kind: type[T]) -> T:
        async with asyncio.timeout(_PATIENCE):
            data = await request.read()
        return wire.from_json(kind, wire.loads(data))

    async def _missing(self, request: web.Request) -> web.Response:
        missing = await self._blobs.missing(await self._read(request, list[str]))
        return web.Response(text=wire.dumps(missing), content_type=_JSON)

    async def _plan(self, asking: Iterable[str]) -> Any:
        workers = tuple(asking)
        return await self.do(lambda: self._controller.hand_out(workers, now=now())) if workers else {}

    # -- the farm

    async def _health(self, _request: web.Request) -> web.Response:
        return _text(200, "well")

    async def _metrics(self, _request: web.Request) -> web.Response:
        data = await self.do(lambda: self._controller.metrics.text(self._controller.store))
        return web.Response(body=data, headers={"Content-Type": CONTENT_TYPE})

    async def _farm(self, _request: web.Request) -> web.Response:
        return web.Response(text=wire.dumps(self._info), content_type=_JSON)

    # -- jobs

    async def _submit(self, request: web.Request) -> web.Response:
        spec = await self._read(request, JobSpec)
        # in the pool of the blobs, since the file of a job that is done is read, which takes its time
        text = await self._blobs.do(lambda: wire.dumps(self._controller.submit(spec, now=now())))
        self.desk.changed()
        return web.Response(text=text, content_type=_JSON)

    async def _jobs(self, request: web.Request) -> web.Response:
        states, limit = _states(request, JobState), self._limit(request)
        return await self._told(lambda: self._controller.store.jobs(limit=limit, states=states))

    async def _job(self, request: web.Request) -> web.Response:
        return await self._told(lambda: self._controller.view(self._id(request), now=now()))

    async def _steer(self, request: web.Request) -> web.Response:
        store, retry = self._controller.store, self._controller.retry
        verbs = {"cancel": store.cancel, "pause": store.pause, "resume": store.resume, "retry": retry}
        verb = verbs[request.match_info["verb"]]
        answer = await self._told(lambda: verb(self._id(request), now=now()))
        self.desk.changed()
        return answer

    async def _priority(self, request: web.Request) -> web.Response:
        wanted = await self._read(request, Priority)
        check_priority(wanted.priority)
        store = self._controller.store
        return await self._told(lambda: store.set_priority(self._id(request), wanted.priority, now=now()))

    async def _units(self, request: web.Request) -> web.Response:
        first, limit, states = _number(request, "first", 0), self._limit(request), _states(request, UnitState)
        store = self._controller.store
        return await self._told(lambda: store.units(self._id(request), first=first, limit=limit, states=states))

    async def _put_log(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > self._limits.log:
            return _text(413, f"a log has at most {self._limits.log} bytes")
        async with asyncio.timeout(_PATIENCE):
            data = await request.read()
        job, index = self._id(request), int(request.match_info["index"])
        await self.do(lambda: self._controller.put_log(job, index, data))
        return _text(200, "")

    async def _log(self, request: web.Request) -> web.Response:
        index = int(request.match_info["index"])
        data = await self.do(lambda: self._controller.log(self._id(request), index))
        return web.Response(body=data, headers={"Content-Type": "text/plain; charset=utf-8"})

    async def _events(self, request: web.Request) -> web.Response:
        after, limit = _number(request, "after", 0), self._limit(request)
        asked, last = request.query.get("job"), "last" in request.query
        find, store = self._controller.find, self._controller.store
        return await self._told(
            lambda: store.events(after=after, limit=limit, job=None if asked is None else find(_hex(asked)), last=last)
        )

    async def _shares(self, _request: web.Request) -> web.Response:
        return await self._told(self._controller.store.shares)

    async def _set_share(self, request: web.Request) -> web.Response:
        share, project = await self._read(request, Share), request.match_info["project"]
        check_share(project, share)
        await self.do(lambda: self._controller.store.set_share(project, share.weight, share.cap))
        return web.Response(text=wire.dumps(share), content_type=_JSON)

    def _id(self, request: web.Request) -> str:
        """The id of the job that the path names, by its start perhaps; to be called where the store may be."""
        return self._controller.find(_hex(request.match_info["job"]))

    def _limit(self, request: web.Request) -> int:
        return min(max(1, _number(request, "limit", 1000)), self._limits.listed)

    # -- workers

    async def _workers(self, _request: web.Request) -> web.Response:
        return await self._told(self._controller.store.workers)

    async def _register(self, request: web.Request) -> web.Response:
        offer = await self._read(request, WorkerOffer)
        return await self._told(lambda: self._controller.register(offer, now=now()))

    async def _lease(self, request: web.Request) -> web.Response:
        worker = _worker(request)
        await self.do(lambda: self._controller.expect(worker, now=now()))
        lease = await self.desk.lease(worker)
        return web.Response(text=wire.dumps(lease), content_type=_JSON)

    async def _heartbeat(self, request: web.Request) -> web.Response:
        sign = await self._read(request, Heartbeat)
        return await self._told(lambda: self._controller.heartbeat(_worker(request), sign, now=now()))

    async def _report(self, request: web.Request) -> web.Response:
        report = await self._read(request, Report)
        check_id(report.job)
        # in the pool of the blobs, since the blob is read, which takes its time
        accepted = await self._blobs.do(lambda: self._controller.report(_worker(request), report, now=now()))
        self.desk.changed()
        return web.Response(text=json.dumps({"accepted": accepted}), content_type=_JSON)

    async def _bye(self, request: web.Request) -> web.Response:
        await self.do(lambda: self._controller.bye(_worker(request), now=now()))
        self.desk.changed()
        return _text(200, "")

    async def _drain(self, request: web.Request) -> web.Response:
        await self.do(lambda: self._controller.drain(_worker(request), now=now()))
        return _text(200, "")


def _worker(request: web.Request) -> str:
    worker = request.match_info["worker"]
    if not _WORKER.fullmatch(worker):
        raise NotFound("this is no worker's id")
    return worker


def _hex(job: str) -> str:
    if not _JOB.fullmatch(job):
        raise NotFound("a job's id is 16 hexadecimal digits; the first few will do")
    return job


def _states(request: web.Request, kind: type[E]) -> tuple[E, ...] | None:
    asked = request.query.get("state")
    if asked is None:
        return None
    return wire.from_json(tuple[kind, ...], asked.split(","))  # type: ignore[valid-type]


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not _NUMBER.fullmatch(text):
        raise IntakeError(f"{name}: {text[:80]!r} is not taken; it is a whole number, 0 or more")
    return int(text)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "other" if resource is None else resource.canonical


def _text(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text, headers=headers)
