"""What an operator wants of a machine goes in; the programs of its part of the farm are started, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reelwork_farm import presence, wire
from reelwork_farm.auth import STORE, Role, Tokens, farm_tokens, token_for
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.model import KEEP, Timing, WorkerRow, WorkerState
from reelwork_farm.slot import Slot, slots
from reelwork_farm.supervisor import Program, running, write_programs

#: Seconds that a controller, and then workers, may take to be there.
_PATIENCE: Final = 120.0
#: Seconds that all programs of a machine may take to end, beside the leisure that some have.
_END: Final = 40.0
#: Seconds that workers of a machine which leaves a farm have to finish what they render, before they give it back.
_LEISURE: Final = 60.0
_LOOK: Final = 0.1
#: The link in the farm's folder to Ray's own.
_RAY: Final = "ray"
#: The folder for the files of a machine's workers, in the farm's.
_WORK: Final = "work"
#: How many last lines of its logs an operator is shown when a farm does not come up.
_LINES: Final = 15


@dataclass(frozen=True)
class Wanted:
    """What an operator wants of this machine.

    :param folder: of the farm, or of this machine's part of it
    :param workers: how many; ``None`` for as many as fit
    :param most: workers up to which Ray may add machines; ``None``: it adds none
    :param machines: a file that tells Ray how it gets them
    :param ray: whether Ray places the workers
    :param tags: further capabilities of its workers
    :param memory: bytes that its renders may hold together; ``None`` for most of what there is
    """

    folder: Path
    workers: int | None = None
    most: int | None = None
    machines: Path | None = None
    ray: bool = True
    tags: tuple[str, ...] = ()
    memory: int | None = None

    def slots(self) -> tuple[Slot, ...]:
        """What each worker gets.

        :raises FarmError: the machine is too small for so many
        """
        return slots(self.workers, self.tags, self.memory)


@dataclass(frozen=True)
class Head:
    """What an operator wants of the machine that the controller is on.

    :param port: 0 for one that is free
    :param ray_port: likewise, of the Ray cluster
    :param storage: address of the storage; ``None`` for one in the folder
    :param store: address of the store; ``None`` for one in the folder
    :param keep: days that jobs are kept after their end; 0: for ever
    """

    host: str = "127.0.0.1"
    port: int = 0
    ray_port: int = 0
    storage: str | None = None
    store: str | None = None
    timing: Timing = field(default_factory=Timing)
    keep: float = KEEP


def head_programs(wanted: Wanted, head: Head) -> tuple[Program, ...]:
    """The programs of the machine that the controller is on.

    :raises FarmError: the machine is too small for so many workers, or the port is taken
    """
    port = head.port or free_port(head.host)
    tokens = farm_tokens(wanted.folder)
    given = ["--storage", head.storage] if head.storage else []
    given += ["--timing", wire.dumps(head.timing), "--keep", str(head.keep)]
    address = f"{_local(head.host)}:{port}"
    workers: tuple[Program, ...]
    if wanted.ray:
        cluster = (own_address(head.host), head.ray_port or free_port(head.host))
        given += ["--ray", f"{cluster[0]}:{cluster[1]}"]
        # the keeper hands it on to workers on other machines
        workers = _ray_head(wanted, cluster, f"{_local(cluster[0])}:{port}", tokens.token(Role.WORKER))
    else:
        workers = worker_programs(wanted, address, tokens.token(Role.WORKER))
    controller = Program(
        "controller",
        (*_python("controller"), "--folder", str(wanted.folder), "--host", head.host, "--port", str(port), *given),
        # a password may be in it, which the arguments of a process would show to everybody on the machine
        environment={STORE: head.store} if head.store else {},
    )
    return (controller, *workers)


def _ray_head(wanted: Wanted, cluster: tuple[str, int], address: str, token: str) -> tuple[Program, ...]:
    """Ray itself, and who keeps workers in it."""
    from reelwork_farm import ray_dispatcher

    if (wanted.most is None) != (wanted.machines is None):
        raise FarmError("say both how many workers there may be, --max-workers, and how Ray gets machines, --machines")
    room = wanted.slots()
    temporary = _temporary(wanted.folder)
    environment = ray_dispatcher.environment(token, wanted.folder / _WORK, wanted.tags)
    bounds = ("--bounds", str(len(room)), str(wanted.most)) if wanted.most is not None else ()
    farm = ("--ray", f"{cluster[0]}:{cluster[1]}", "--address", address, "--folder", str(wanted.folder), *bounds)
    return (
        Program(
            "ray",
            ray_dispatcher.start_arguments(
                room,
                head=cluster,
                client_port=free_port("127.0.0.1"),
                temporary=temporary,
                machines=wanted.machines,
            ),
            environment=environment,
            order=1,
            orphaned=signal.SIGTERM,
        ),
        Program(
            "keeper",
            (*_python("ray_dispatcher"), *farm),
            environment={name: value for name, value in environment.items() if name.startswith("RAY_")},
            order=2,
            end=signal.SIGINT,
        ),
    )


def ray_programs(wanted: Wanted, cluster: str, token: str) -> tuple[Program, ...]:
    """The programs of a machine that joins a Ray cluster; who keeps the workers there puts some on it.

    :param cluster: its address
    :param token: a worker's
    """
    from reelwork_farm import ray_dispatcher

    return (
        Program(
            "leaver",
            (*_python("presence"), str(wanted.folder / _WORK)),
            order=2,
            leisure=_LEISURE,
        ),
        Program(
            "ray",
            ray_dispatcher.start_arguments(wanted.slots(), join=cluster),
            environment=ray_dispatcher.environment(token, wanted.folder / _WORK, wanted.tags),
            order=1,
            orphaned=signal.SIGTERM,
        ),
    )


def worker_programs(wanted: Wanted, address: str, token: str, *, joins: bool = False) -> tuple[Program, ...]:
    """The programs of a machine's workers, without Ray.

    :param address: of the controller
    :param token: a worker's
    :param joins: whether the farm goes on without this machine, so that they should finish what they render
    """
    end, leisure = (signal.SIGTERM, _LEISURE) if joins else (signal.SIGINT, None)
    return tuple(
        Program(
            f"worker-{number}",
            (*_python("slot"), "--address", address, "--folder", str(wanted.folder / _WORK), *_slot_arguments(slot)),
            environment={"REELWORK_FARM_TOKEN": token},
            order=1,
            end=end,
            leisure=leisure,
        )
        for number, slot in enumerate(wanted.slots())
    )


def prepare(folder: Path, programs: tuple[Program, ...]) -> None:
    """Leave the programs where the supervisor of a folder finds them, and forget that the machine left a farm."""
    write_programs(folder, programs)
    presence.ask(folder / _WORK, None)


def start(folder: Path, programs: tuple[Program, ...]) -> None:
    """Have programs supervised from now on, beyond the end of this process."""
    prepare(folder, programs)
    (folder / "logs").mkdir(exist_ok=True)
    with (folder / "logs" / "supervisor.log").open("ab") as log:
        subprocess.Popen(
            [*_python("supervisor"), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )


def wait_for_controller(folder: Path) -> str:
    """The farm's address, once its controller answers.

    :raises FarmError: it does not; the message says what the logs say
    """
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        address = address_in(folder)
        if address is not None and FarmClient(address, token_for(address, folder)).healthy():
            return address
        if running(folder) is None and time.monotonic() > end - _PATIENCE + 5.0:
            break
        time.sleep(_LOOK)
    raise FarmError(f"the farm in {folder} did not come up:\n{_last_lines(folder)}")


def wait_for_workers(folder: Path, client: FarmClient, count: int, since: float) -> list[WorkerRow]:
    """The workers that have registered since, once there are enough.

    :param since: seconds since 1970
    :raises FarmError: there are not; the message says what the logs say
    """
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        there = [
            row
            for row in client.workers()
            if row.registered >= since and row.state not in (WorkerState.LOST, WorkerState.GONE)
        ]
        if len(there) >= count:
            return there
        if running(folder) is None:
            break
        time.sleep(_LOOK)
    raise FarmError(f"the farm is up, but not its workers:\n{_last_lines(folder)}")


def wait_for_own_workers(folder: Path, count: int) -> None:
    """Wait until so many workers of a machine that joins a farm have registered there.

    :raises FarmError: they do not; the message says what the logs say
    """
    end = time.monotonic() + _PATIENCE
    while len(presence.present(folder / _WORK)) < count:
        state = running(folder)
        begun = time.monotonic() > end - _PATIENCE + 5.0
        failed = any(state.failures.values()) if state is not None else begun
        if failed or time.monotonic() > end:
            raise FarmError(f"the workers do not come up:\n{_last_lines(folder)}")
        time.sleep(_LOOK)


def end(folder: Path, *, now: bool = False) -> bool:
    """End all programs of this machine; whether there were any.

    :param now: whether workers of a machine that joined give back what they render, instead of finishing it
    :raises FarmError: they do not end
    """
    state = running(folder)
    if state is None:
        return False
    until = time.monotonic() + _LEISURE + _END
    told = 0
    while (state := running(folder)) is not None:
        if state.pid not in (0, told):
            told = state.pid
            with contextlib.suppress(ProcessLookupError):
                os.kill(told, signal.SIGINT if now else signal.SIGTERM)
        if time.monotonic() > until:
            raise FarmError(f"process {state.pid}, which supervises the farm in {folder}, does not end")
        time.sleep(_LOOK)
    _forget_temporary(folder)
    return True


def address_in(folder: Path, *, own: bool = False) -> str | None:
    """The address of the farm whose controller runs in ``folder`` or, unless ``own``, that this machine has joined."""
    for name in ("farm.json",) if own else ("farm.json", "joined.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads((folder / name).read_text(encoding="utf-8"))["address"])
    return None


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def own_address(host: str) -> str:
    """The address under which other machines reach what listens on ``host`` here."""
    if host not in ("", "0.0.0.0", "::"):
        return "127.0.0.1" if host == "localhost" else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; it says through which of its addresses it would
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def worker_token(token: str, folder: Path) -> str:
    """The token that workers show: the worker's that follows from the secret of the farm in ``folder``, or as given."""
    try:
        own = (folder / "token").read_text(encoding="utf-8").strip()
    except OSError:
        return token
    return Tokens(token).token(Role.WORKER) if token == own else token


def _temporary(folder: Path) -> Path:
    """A folder for Ray's sockets, whose names may not be long, and its logs; nobody else may look into it."""
    _forget_temporary(folder)
    made = tempfile.mkdtemp(prefix="reelwork-ray-")
    (folder / _RAY).symlink_to(made)
    return Path(made)


def _forget_temporary(folder: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree((folder / _RAY).readlink(), ignore_errors=True)
        (folder / _RAY).unlink()


def _local(host: str) -> str:
    """How this machine itself reaches what listens on ``host``."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", f"reelwork_farm.{module}")


def _slot_arguments(slot: Slot) -> tuple[str, ...]:
    tags = (argument for tag in slot.tags for argument in ("--tag", tag))
    return ("--cores", str(slot.cores), "--memory", str(slot.memory), *tags)


def _last_lines(folder: Path) -> str:
    found = []
    for path in sorted((folder / "logs").glob("*.log")):
        with contextlib.suppress(OSError):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]
            found += [f"{path}:", *(f"  | {line}" for line in lines)]
    return "\n".join(found)
