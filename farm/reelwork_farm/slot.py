"""A slot: the part of a machine that one worker has goes in, and a worker comes out that is joined to its farm.

``python -m reelwork_farm.slot`` fills one until it is told to go: SIGTERM drains it (what it renders is finished), and
SIGINT, or a second SIGTERM, stops it.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from reelwork.extensions import registry
from reelwork.render.digests import engine_digest
from reelwork.render.local import usable_cores
from reelwork_farm.auth import Redacted, Tokens, token_for
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError, Unreachable
from reelwork_farm.model import WorkerOffer
from reelwork_farm.presence import Leave, Mark, asked
from reelwork_farm.storage import reachable
from reelwork_farm.worker import Worker

_log = logging.getLogger(__name__)

#: How much of a machine's memory its render processes may hold together; the rest is for the system, its caches of
#: files, and the workers themselves.
_SHARE: Final = 0.85
#: Bytes that a render process needs in any case.
_LEAST: Final = 1 << 29
#: Seconds that a worker's question waits for a controller that does not answer, before it says that it is away.
_PATIENCE: Final = 3.0
#: Seconds between two tries to reach a controller that is not there yet.
_AGAIN: Final = 1.0
#: Seconds between two looks whether the machine leaves.
_LOOK: Final = 0.2


@dataclass(frozen=True)
class Slot:
    """What one worker has of a machine.

    :param cores: that it renders with
    :param memory: bytes that its render process may hold
    :param tags: further capabilities, such as ``gpu``
    """

    cores: int
    memory: int
    tags: tuple[str, ...] = ()


def slots(count: int | None, tags: tuple[str, ...] = (), memory: int | None = None) -> tuple[Slot, ...]:
    """This machine, shared out to workers.

    A render uses little more than one core, so that a worker for each core keeps a machine busy.

    :param count: how many workers; ``None`` for one for each core, as far as the memory allows
    :param memory: bytes that their render processes may hold together; ``None`` for most of what there is
    :raises FarmError: the machine has too little memory for so many
    """
    memory = int(usable_memory() * _SHARE) if memory is None else memory
    most = memory // _LEAST
    if count is None:
        count = max(1, min(usable_cores(), most))
    if count > max(1, most):
        raise FarmError(
            f"{count} workers are too many for {memory / (1 << 30):.1f} GiB of memory: at most {most} have enough"
        )
    return (Slot(max(1, usable_cores() // count), memory // count, tags),) * count if count else ()


def usable_memory() -> int:
    """How much memory this process and its children may use, bytes: the machine's, or its control group's if less."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found = min(found, int(Path(path).read_text()))
        except (OSError, ValueError):  # there is no such group, or it has no limit
            continue
    return found


def worker_for(slot: Slot, address: str, token: str, folder: Path) -> Worker:
    """A worker in this process, which has not registered yet. Waits for a controller that is not there yet.

    :param address: ``host:port`` of the controller
    :param token: a worker's
    :param folder: for its files
    """
    client = FarmClient(address, token, patience=_PATIENCE)
    offer = WorkerOffer(
        node=platform.node(),
        pid=os.getpid(),
        cores=slot.cores,
        memory=slot.memory,
        engine=engine_digest(registry()),
        machine=platform.machine(),
        tags=slot.tags,
    )
    while True:
        try:
            return Worker(client, reachable(client.farm().storage, client), offer, folder)
        except Unreachable as error:
            _log.warning("%s; asking again", error)
            time.sleep(_AGAIN)


def attend(worker: Worker, folder: Path) -> None:
    """Run a worker until it is over, or its machine leaves; the folder says meanwhile that it is there.

    :param folder: of the machine's workers
    :raises FarmError: the farm does not take the worker
    """
    folder.mkdir(parents=True, exist_ok=True)
    if asked(folder) is not None:
        return
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(worker, folder, over), name="presence", daemon=True)
    watching.start()
    try:
        worker.run()
    finally:
        over.set()
        watching.join()


def _watch(worker: Worker, folder: Path, over: threading.Event) -> None:
    with Mark(folder) as mark:
        while not over.wait(_LOOK):
            mark.set(worker.id)
            match asked(folder):
                case Leave.DRAIN:
                    worker.drain()
                case Leave.STOP:
                    worker.stop()


def main(arguments: Sequence[str]) -> int:
    """Fill a slot until it is told to go; 0 where it was, and is not to be filled again."""
    parser = argparse.ArgumentParser(prog="python -m reelwork_farm.slot", description=__doc__)
    parser.add_argument("--address", required=True, help="host:port of the controller")
    parser.add_argument("--folder", type=Path, required=True, help="for the worker's files")
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True, help="bytes that its render process may hold")
    parser.add_argument("--tag", action="append", default=[], help="a further capability, such as gpu")
    given = parser.parse_args(arguments)
    token = token_for(given.address)
    handler = logging.StreamHandler()
    handler.setFormatter(Redacted(Tokens(token)))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        worker = worker_for(Slot(given.cores, given.memory, tuple(given.tag)), given.address, token, given.folder)
        _obey_signals(worker)
        attend(worker, given.folder)
    except FarmError as error:
        _log.error("%s", error)
        return 1
    return 0


def _obey_signals(worker: Worker) -> None:
    def end(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT or worker.draining:
            worker.stop()
        else:
            worker.drain()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
