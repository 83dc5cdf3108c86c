"""A farm's controller on a port of this machine, in a thread of the test's own process."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from reelwork_farm.auth import Role, Tokens
from reelwork_farm.client import FarmClient
from reelwork_farm.controller import Controller
from reelwork_farm.intake import Limits
from reelwork_farm.messages import FarmInfo, Report
from reelwork_farm.model import Figures, JobSpec, Lease, Part, Timing, WorkerOffer
from reelwork_farm.server import Server
from reelwork_farm.storage import open_storage
from reelwork_farm.store import open_store

#: Nobody loses a lease on a machine that is slow; whoever tests that moves a clock.
QUICK = Timing(lease=60.0, heartbeat=0.2, lost=120.0, backoff=0.05, poll=0.05)
ENGINE = "e" * 64
OFFER = WorkerOffer("node", 1, 2, 4 << 30, ENGINE, "x86_64")


@dataclass(frozen=True)
class Served:
    """A controller that answers at ``address``."""

    address: str
    controller: Controller
    tokens: Tokens
    routes: frozenset[tuple[str, str]]

    def client(self, role: Role = Role.ADMIN, *, patience: float = 5.0) -> FarmClient:
        return FarmClient(self.address, self.tokens.token(role), patience=patience)


@contextmanager
def served(folder: Path, *, timing: Timing = QUICK, limits: Limits | None = None) -> Iterator[Served]:
    tokens = Tokens("s3cret-" * 8)
    storage = open_storage(str(folder / "storage"))
    store = open_store(str(folder / "farm.sqlite"))
    controller = Controller(store, storage, folder / "logs", timing, limits=limits)
    controller.wake(now=time.time())
    loop = asyncio.new_event_loop()
    found: list[int] = []
    routes: set[tuple[str, str]] = set()
    ready = threading.Event()
    ending = asyncio.Event()

    async def run() -> None:
        info = FarmInfo("test", "0", str(folder / "storage"), None, timing)
        server = Server(controller, tokens, info, folder / "incoming")
        app = server.application()
        routes.update((route.method, route.resource.canonical) for route in app.router.routes() if route.resource)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        found.append(runner.addresses[0][1])
        ready.set()
        while not ending.is_set():
            with suppress(RuntimeError):  # a fault that a test makes may meet this tick rather than a request
                await server.do(lambda: controller.tick(now=time.time()))
            server.desk.changed()
            await asyncio.wait([asyncio.ensure_future(ending.wait())], timeout=0.1)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(120)
    try:
        yield Served(f"127.0.0.1:{found[0]}", controller, tokens, frozenset(routes))
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(120)
        store.close()


def blob(client: FarmClient, folder: Path, data: bytes) -> str:
    """Put some bytes into the storage of a farm; their digest."""
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{digest}.blob"
    path.write_bytes(data)
    client.put_blob(digest, path)
    return digest


def spec_of(bundle: str, units: int = 3, **changes: object) -> JobSpec:
    """A job of so many units of kind render."""
    values: dict[str, object] = {
        "title": "film", "bundle": bundle, "engine": ENGINE, "first": 0, "stop": 96 * units, "fps": "24000/1001",
        "segmented": True, "file": "film.mp4",
    }  # fmt: skip
    return JobSpec(**(values | changes))  # type: ignore[arg-type]


def figures_of(part: Part, digest: str, size: int) -> Figures:
    return Figures(digest, size, part.stop - part.first, 0.1, 0.1, 1)


def render(client: FarmClient, folder: Path, worker: str, lease: Lease) -> list[bool]:
    """Hand in all parts of a lease, each with a segment of its own."""
    found = []
    for part in lease.parts:
        data = f"{lease.job} {part.index}".encode()
        figures = figures_of(part, blob(client, folder, data), len(data))
        found.append(client.report(worker, Report(lease.job, part.index, part.epoch, figures=figures)))
    return found
