"""Ray: a cluster goes in, and on every machine of it one warm worker for each slot comes out, and is kept there.

Ray places workers, starts them again when they die, and adds and removes machines. What must never be lost lies in the
farm's store: workers ask its controller for units themselves, and no pixel goes through Ray. ``python -m
reelwork_farm.ray_dispatcher`` keeps a farm's workers; it may end at any time, and another goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import hmac
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, Final, cast

import ray
from ray.autoscaler.sdk import request_resources
from ray.exceptions import GetTimeoutError, RayError
from ray.util import list_named_actors
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from reelwork_farm.auth import VARIABLE, Redacted, Tokens, token_for
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.model import JobState
from reelwork_farm.placing import Node, place, wanted_workers
from reelwork_farm.presence import refuse
from reelwork_farm.slot import Slot, attend, worker_for
from reelwork_farm.worker import Worker

_log = logging.getLogger(__name__)

#: The resource of which a machine has as much as workers.
RESOURCE: Final = "reelwork_slot"
#: The resource that says that somebody had a machine join, and not Ray.
STAYS: Final = "reelwork_stays"
#: What workers with a GPU offer.
GPU: Final = "gpu"
#: The environment variable with the folder for the files of a machine's workers.
FOLDER: Final = "REELWORK_FARM_WORK"
#: The environment variable with what a machine's workers offer beside, with commas between.
TAGS: Final = "REELWORK_FARM_TAGS"
_NAMESPACE: Final = "reelwork"
#: Seconds between two looks at the cluster, and for an actor's answer.
_LOOK, _ANSWER = 1.0, 5.0
#: Seconds before a worker that the farm does not take tries it again.
_AGAIN: Final = 10.0
#: Bytes of Ray's object store, the least that it takes: no pixels go through it.
_OBJECTS: Final = 80 << 20
_OPEN: Final = (JobState.QUEUED, JobState.RUNNING)


class SlotActor:
    """A worker that Ray keeps running: a plain :class:`reelwork_farm.worker.Worker` in a thread of an actor.

    :param slot: without the tags that its machine is known by
    :param address: of the controller
    :param gpu: whether it has a GPU to itself; ``None`` where Ray found none on its machine, whose tags then say
        whether there is one
    """

    def __init__(self, slot: Slot, address: str, gpu: bool | None = None) -> None:
        token = token_for(address)
        handler = logging.StreamHandler()
        handler.setFormatter(Redacted(Tokens(token)))
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        self._over = threading.Event()
        self._drain = threading.Event()
        self._stop = threading.Event()
        folder = Path(os.environ[FOLDER])
        tags = offered(os.environ.get(TAGS, ""), gpu)
        given = (dataclasses.replace(slot, tags=tags), address, token, folder)
        threading.Thread(target=self._run, args=given, name="worker", daemon=True).start()

    def drain(self) -> None:
        """Have the unit that is being rendered finished, and nothing new taken."""
        self._drain.set()

    def stop(self) -> None:
        """Give up what is being rendered, say goodbye, and be over."""
        self._stop.set()
        self._drain.set()
        self._over.wait(_ANSWER)

    def over(self) -> bool:
        """Whether it was drained, and has ended."""
        return self._over.is_set()

    def _run(self, slot: Slot, address: str, token: str, folder: Path) -> None:
        try:
            worker = worker_for(slot, address, token, folder)
            threading.Thread(target=self._pass_on, args=(worker,), name="drain", daemon=True).start()
            attend(worker, folder)
            self._over.set()
        except Exception as error:
            _log.exception("the worker ended")
            if isinstance(error, FarmError):
                with contextlib.suppress(OSError):
                    refuse(folder, str(error))  # for whoever has the machine join, who sees no logs of Ray's
            time.sleep(_AGAIN)
            os._exit(1)  # Ray starts it again

    def _pass_on(self, worker: Worker) -> None:
        self._drain.wait()
        worker.drain()
        self._stop.wait()
        worker.stop()


def offered(tags: str, gpu: bool | None) -> tuple[str, ...]:
    """What a worker offers beside cores and memory.

    :param tags: its machine's, with commas between
    :param gpu: whether it has a GPU to itself; ``None`` where its machine's tags say that
    """
    found = dict.fromkeys(tag for tag in tags.split(",") if tag)
    if gpu is not None:
        found.pop(GPU, None)
    return (*found, GPU) if gpu else tuple(found)


def start_arguments(
    slots: Sequence[Slot],
    *,
    head: tuple[str, int] | None = None,
    client_port: int = 0,
    join: str | None = None,
    temporary: Path | None = None,
    machines: Path | None = None,
) -> tuple[str, ...]:
    """The command that makes this machine part of a Ray cluster, for as long as it runs.

    :param slots: the workers that it has room for, all alike
    :param head: address and port, if the cluster begins here
    :param client_port: a port that Ray then listens on for clients of its own, of which a farm has none
    :param join: ``host:port`` of the cluster, if it is there already
    :param temporary: a folder for Ray's sockets and logs, with a short name; of the head only
    :param machines: a file that tells Ray how it gets more machines, and gives them back; of the head only
    """
    cores = sum(slot.cores for slot in slots)
    memory = sum(slot.memory for slot in slots)
    given = [f"--num-cpus={cores}", f"--memory={max(memory, _OBJECTS)}", f"--object-store-memory={_OBJECTS}"]
    if slots:
        given.append(f"--resources={json.dumps({RESOURCE: len(slots), STAYS: 1})}")
    if head is not None:
        given += ["--head", f"--node-ip-address={head[0]}", f"--port={head[1]}", "--include-dashboard=false"]
        if find_spec("grpc") is not None:  # else Ray has no server for clients, and takes the option for a mistake
            given.append(f"--ray-client-server-port={client_port}")
    if temporary is not None:
        given.append(f"--temp-dir={temporary}")
    if machines is not None:
        given.append(f"--autoscaling-config={machines}")
    if join is not None:
        given.append(f"--address={join}")
    given += [
        "--dashboard-agent-listen-port=0",
        "--block",
        "--disable-usage-stats",
        "--include-log-monitor=false",
        "--log-style=record",
    ]
    return (sys.executable, "-P", "-m", "ray.scripts.scripts", "start", *given)


def environment(token: str, folder: Path, tags: Sequence[str] = ()) -> dict[str, object]:
    """What Ray's programs on a machine are told.

    Ray asks everybody who connects for a token, which follows from the farm's token for workers.

    :param token: a worker's
    :param folder: for the files of this machine's workers
    :param tags: that this machine's workers offer
    """
    secret = hmac.new(token.encode(), b"reelwork farm ray", hashlib.sha256).hexdigest()
    return {
        VARIABLE: token,
        FOLDER: str(folder),
        TAGS: ",".join(tags),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secret,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_memory_monitor_refresh_ms": "0",  # workers watch their memory themselves, and name the unit
        "RAY_worker_niceness": "0",  # signs of life must not wait for what renders
        "RAY_enable_metrics_collection": "0",
        "RAY_BACKEND_LOG_LEVEL": "warning",
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",  # workers have left before it ends
        "RAY_gcs_rpc_server_reconnect_timeout_s": "10",  # a cluster whose head was lost begins anew
    }


class Keeper:
    """Keeps one worker in every slot of a cluster.

    :param cluster: address of the Ray cluster
    :param client: of the controller, to be asked how much is to be done
    :param bounds: how many workers at least and at most, where machines come and go by need; ``None``: as many as
        there is room for
    """

    def __init__(self, cluster: str, client: FarmClient, bounds: tuple[int, int] | None) -> None:
        self._client, self._bounds = client, bounds
        self._asked: int | None = None  # what the keeper before asked for may still stand
        self._drained: set[str] = set()
        ray.init(address=cluster, namespace=_NAMESPACE, log_to_driver=False, logging_level=logging.WARNING)

    def look(self) -> None:
        """Start the workers that are missing, and let go of those that are too many."""
        nodes = _nodes()
        there = _named()
        gone = {name for name in there if not any(name in node.names() for node in nodes)}
        for name in gone:  # with their machine
            _end(name)
        placement = place(nodes, there - gone, self._wanted())
        for name, node in placement.start:
            self._drained.discard(name)
            _start(name, node, self._client.address)
            _log.info("started %s", name)
        for name in placement.drain:
            self._let_go(name)

    def end(self) -> None:
        """Have all workers give back what they hold, and end."""
        names = _named()
        with contextlib.suppress(RayError, GetTimeoutError, ValueError):
            ray.get([ray.get_actor(name).stop.remote() for name in names], timeout=_ANSWER)
        for name in names:
            _end(name)

    def _wanted(self) -> int | None:
        if self._bounds is None:
            return None
        units = sum(job.units - job.done for job in self._client.jobs(states=_OPEN))
        wanted = wanted_workers(units, *self._bounds)
        if wanted != self._asked:
            request_resources(bundles=[{RESOURCE: 1}] * wanted)
            self._asked = wanted
        return wanted

    def _let_go(self, name: str) -> None:
        """Have a worker drained, and end it when it is."""
        with contextlib.suppress(ValueError, RayError, GetTimeoutError):
            actor = ray.get_actor(name)
            if name not in self._drained:
                ray.get(actor.drain.remote(), timeout=_ANSWER)
                self._drained.add(name)
            elif ray.get(actor.over.remote(), timeout=_ANSWER):
                _end(name)


def _nodes() -> list[Node]:
    found = []
    for node in cast(list[dict[str, Any]], ray.nodes()):  # type: ignore[no-untyped-call]
        resources: dict[str, float] = node["Resources"] if node["Alive"] else {}
        count = int(resources.get(RESOURCE, 0))
        if count:
            slot = Slot(max(1, int(resources["CPU"] // count)), int(resources["memory"] // count))
            gpus = int(resources.get("GPU", 0))
            found.append(Node(node["NodeID"], count, slot, STAYS in resources, gpus))
    return found


def _named() -> set[str]:
    return {str(name) for name in list_named_actors() if str(name).startswith("worker-")}


def _start(name: str, node: Node, address: str) -> None:
    actor: Any = ray.remote(SlotActor)
    gpu = name in node.with_gpu() if node.gpus else None
    actor.options(
        name=name,
        get_if_exists=True,
        lifetime="detached",
        num_cpus=node.slot.cores,
        num_gpus=1 if gpu else 0,
        memory=node.slot.memory,
        resources={RESOURCE: 1},
        max_restarts=-1,
        max_task_retries=0,  # the store decides what is done again
        max_concurrency=2,
        scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
    ).remote(node.slot, address, gpu)


def _end(name: str) -> None:
    with contextlib.suppress(ValueError, RayError):
        ray.kill(ray.get_actor(name), no_restart=True)


def main(arguments: Sequence[str]) -> None:
    """Keep a farm's workers in its Ray cluster, until SIGTERM, when they stay, or SIGINT, when they end, too."""
    parser = argparse.ArgumentParser(prog="python -m reelwork_farm.ray_dispatcher", description=main.__doc__)
    parser.add_argument("--ray", required=True, help="host:port of the Ray cluster")
    parser.add_argument("--address", required=True, help="host:port of the controller")
    parser.add_argument("--folder", type=Path, required=True, help="the farm's")
    parser.add_argument("--bounds", type=int, nargs=2, help="how many workers, at least and at most")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    client = FarmClient(given.address, token_for(given.address, given.folder), patience=5.0)
    over = threading.Event()
    keeper = Keeper(given.ray, client, tuple(given.bounds) if given.bounds else None)
    told: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        told.append(number)
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)  # after Ray, which would catch them itself
    while not over.is_set():
        try:
            keeper.look()
        except FarmError as error:
            _log.warning("%s", error)
        over.wait(_LOOK)
    if signal.SIGINT in told:
        keeper.end()


if __name__ == "__main__":
    from reelwork_farm import ray_dispatcher  # so that actors find the class in the module of its own name

    ray_dispatcher.main(sys.argv[1:])
