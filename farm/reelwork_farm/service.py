"""A farm's folder goes in; its controller runs, answers on the network, and keeps time until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import hashlib
import json
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from aiohttp import web

from reelwork.errors import ReelworkError
from reelwork.extensions import registry
from reelwork.extensions.events import tell
from reelwork.media.whole import whole_file
from reelwork_farm import auth, wire
from reelwork_farm.clock import now
from reelwork_farm.controller import Controller
from reelwork_farm.errors import FarmError
from reelwork_farm.finished import Films
from reelwork_farm.messages import FarmInfo
from reelwork_farm.model import KEEP, Timing
from reelwork_farm.server import Server
from reelwork_farm.storage import OpenStorage, open_storage
from reelwork_farm.store import open_store
from reelwork_farm.store.alone import lock_file
from reelwork_farm.webhooks import Webhooks

_log = logging.getLogger(__name__)

#: The file in a farm's folder that says where its controller listens.
STATE_FILE: Final = "farm.json"
#: Seconds between two looks at what is past its time; less where the farm's times are shorter.
_TICK: Final = 1.0
#: Seconds after which a connection on which nothing, or half a question, came is closed.
_IDLE: Final = 60.0


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    storage: str | None = None,
    store: str | None = None,
    ray: str | None = None,
    timing: Timing | None = None,
    keep: float = KEEP,
) -> None:
    """Run the controller of the farm in ``folder`` until the process is asked to end.

    When it listens, ``farm.json`` in the folder holds its ``address``, ``pid`` and ``storage``.

    :param port: 0 for one that is free
    :param storage: address of the storage; ``None`` for ``storage`` in the folder
    :param store: address of the store; ``None`` for ``farm.sqlite`` in the folder
    :param ray: address of the Ray cluster, which clients are told
    :param keep: days that jobs are kept after their end; 0: for ever
    :raises FarmError: another controller runs there or has the store, or it cannot listen, or store or storage cannot
        be opened
    :raises LostStoreError: the store may have another controller by now
    """
    timing = Timing() if timing is None else timing
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FarmError(f"cannot make the folder {folder}: {error.strerror or error}") from error
    _open_more_files()
    store = str(folder / "farm.sqlite") if store is None else store
    with lock_file(folder / "lock", folder):
        tokens = auth.farm_tokens(folder)
        _log_redacted(tokens)
        address = str((folder / "storage").absolute()) if storage is None else storage
        opened = open_store(store, alone=True)
        try:
            blobs = open_storage(address)
            sweep = _is_own(blobs, tokens, address)
            controller = Controller(opened, blobs, folder / "logs", timing, keep=keep, sweep=sweep, films=Films(blobs))
            controller.wake(now=now())
            info = FarmInfo(folder.name, version("reelwork"), address, ray, timing)
            hooks = Webhooks(folder / "webhooks.json", tokens.signing, tell=functools.partial(tell, registry()))
            asyncio.run(_run(folder, controller, tokens, info, hooks, host, port))
        finally:
            opened.close()


async def _run(
    folder: Path,
    controller: Controller,
    tokens: auth.Tokens,
    info: FarmInfo,
    hooks: Webhooks,
    host: str,
    port: int,
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = Server(controller, tokens, info, folder / "incoming")
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=2.0, keepalive_timeout=_IDLE)
    await runner.setup()
    try:
        listening = _listen(host, port)
        await web.SockSite(runner, listening).start()
        address = _address(host, listening.getsockname()[1])
        auth.remember(address, tokens.secret)
        with whole_file(folder / STATE_FILE) as temporary:
            temporary.write_text(json.dumps({"address": address, "pid": os.getpid(), "storage": info.storage}))
        _log.info("listening on %s", address)
        tasks = [
            asyncio.create_task(_keep_time(controller, server)),
            asyncio.create_task(_tell(controller, hooks)),
            asyncio.create_task(_tidy(controller)),
        ]
        alone = asyncio.create_task(_stay_alone(controller))
        ended = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((alone, ended), return_when=asyncio.FIRST_COMPLETED)
            if alone.done():
                alone.result()
        finally:
            for task in (*tasks, alone, ended):
                task.cancel()
            await asyncio.gather(*tasks, alone, ended, return_exceptions=True)
            auth.forget(address)
            (folder / STATE_FILE).unlink(missing_ok=True)
    finally:
        await runner.cleanup()


async def _keep_time(controller: Controller, server: Server) -> None:
    timing = controller.timing
    pause = min(_TICK, timing.heartbeat, timing.lease / 10)
    while True:
        with _outlived("the clock"):
            await server.do(lambda: controller.tick(now=now()))
            server.desk.changed()
        await asyncio.sleep(pause)


async def _stay_alone(controller: Controller) -> None:
    """Runs for as long as no other controller can have the store.

    :raises LostStoreError: one may have it
    """
    while True:
        await asyncio.sleep(_TICK)
        await asyncio.to_thread(controller.store.stay_alone)


async def _tell(controller: Controller, hooks: Webhooks) -> None:
    while True:
        with _outlived("telling of ended jobs"):
            await asyncio.to_thread(lambda: hooks.deliver(controller.store, now=now()))
        await asyncio.sleep(_TICK)


async def _tidy(controller: Controller) -> None:
    while True:
        await asyncio.sleep(_TICK)
        with _outlived("removing what is old"):
            await asyncio.to_thread(lambda: controller.tidy(now=now()))


@contextlib.contextmanager
def _outlived(what: str) -> Iterator[None]:
    """A fault, such as a full disk, is written down, and the next time may be better."""
    try:
        yield
    except FarmError as error:
        _log.error("%s: %s", what, error)
    except Exception:
        _log.exception("%s", what)


def _is_own(blobs: OpenStorage, tokens: auth.Tokens, address: str) -> bool:
    """Whether this farm was the first in a storage. In that of another nothing is removed: nobody knows whose it is."""
    own = hashlib.sha256(f"storage {tokens.secret}".encode()).hexdigest()[:32]
    if blobs.owner(own) == own:
        return True
    _log.warning("another farm keeps its files in %s, too: this one removes none from there", address)
    return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        raise FarmError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listening


def _open_more_files() -> None:
    """Each worker has some connections open; many systems let a process have 1024 unless it asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _address(host: str, port: int) -> str:
    """What others call the farm: where it listens on all of its machine's addresses, the machine's name."""
    name = socket.gethostname() if host in ("", "0.0.0.0", "::") else host
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _log_redacted(tokens: auth.Tokens) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(auth.Redacted(tokens))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # It writes down each question that is no HTTP, with a traceback, so that anybody could fill the disk; what goes
    # wrong in an answer is written down by the server itself.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def main() -> None:
    """``python -m reelwork_farm.controller``: run a controller; a :class:`FarmError` ends it with its message."""
    parser = argparse.ArgumentParser(prog="reelwork_farm.controller", description=serve.__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--storage")
    parser.add_argument("--store", help=f"instead of the one in ${auth.STORE}")
    parser.add_argument("--ray")
    parser.add_argument("--timing", default="{}", help="the farm's times, as JSON")
    parser.add_argument("--keep", type=float, default=KEEP, help="days that jobs are kept after their end; 0: for ever")
    given = parser.parse_args()
    try:
        serve(
            given.folder,
            host=given.host,
            port=given.port,
            storage=given.storage,
            store=given.store or os.environ.get(auth.STORE),
            ray=given.ray,
            timing=wire.from_json(Timing, wire.loads(given.timing)),
            keep=given.keep,
        )
    except ReelworkError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
