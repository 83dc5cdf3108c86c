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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reelwork_farm import presence, wire
from reelwork_farm.auth import STORE, Role, Tokens, farm_tokens
from reelwork_farm.errors import FarmError
from reelwork_farm.model import KEEP, Timing
from reelwork_farm.slot import Slot, slots
from reelwork_farm.supervisor import Program, running, write_programs
from reelwork_farm.told import Told, remember

#: Seconds that all programs of a machine may take to end, beside the leisure that some have.
_END: Final = 40.0
#: Seconds that workers of a machine which leaves a farm have to finish what they render, before they give it back.
_LEISURE: Final = 60.0
_LOOK: Final = 0.1
#: The file in the farm's folder that its controller leaves when it listens.
_STATE: Final = "farm.json"
#: The link in the farm's folder to Ray's own.
_RAY: Final = "ray"
#: The folder for the files of a machine's workers, in the farm's.
WORK: Final = "work"


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


def settled(head: Head, told: Told) -> Head:
    """The same with ports for those that were left open: where nobody listens now, those that the farm had last.

    :param told: what the machine was told then
    """
    port, ray_port = (_again(head.host, told.port(name)) for name in ("--port", "--ray-port"))
    return replace(
        head, port=head.port or port or free_port(head.host), ray_port=head.ray_port or ray_port or free_port(head.host)
    )


def head_programs(wanted: Wanted, head: Head) -> tuple[Program, ...]:
    """The programs of the machine that the controller is on.

    :raises FarmError: the machine is too small for so many workers, or Ray's port is taken
    """
    head = settled(head, Told())
    port = head.port
    tokens = farm_tokens(wanted.folder)
    given = ["--storage", head.storage] if head.storage else []
    given += ["--timing", wire.dumps(head.timing), "--keep", str(head.keep)]
    address = f"{_local(head.host)}:{port}"
    workers: tuple[Program, ...]
    if wanted.ray:
        cluster = (own_address(head.host), head.ray_port)
        if not _is_free(head.host, head.ray_port):
            raise FarmError(f"something listens on {head.host}:{head.ray_port} already: name another --ray-port")
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
        ready=_STATE,
    )
    return (controller, *workers)


def _ray_head(wanted: Wanted, cluster: tuple[str, int], address: str, token: str) -> tuple[Program, ...]:
    """Ray itself, and who keeps workers in it."""
    from reelwork_farm import ray_dispatcher

    if (wanted.most is None) != (wanted.machines is None):
        raise FarmError("say both how many workers there may be, --max-workers, and how Ray gets machines, --machines")
    room = wanted.slots()
    temporary = _temporary(wanted.folder)
    environment = ray_dispatcher.environment(token, wanted.folder / WORK, wanted.tags)
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
            (*_python("presence"), str(wanted.folder / WORK)),
            order=2,
            leisure=_LEISURE,
        ),
        Program(
            "ray",
            ray_dispatcher.start_arguments(wanted.slots(), join=cluster),
            environment=ray_dispatcher.environment(token, wanted.folder / WORK, wanted.tags),
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
            (*_python("slot"), "--address", address, "--folder", str(wanted.folder / WORK), *_slot_arguments(slot)),
            environment={"REELWORK_FARM_TOKEN": token},
            order=1,
            end=end,
            leisure=leisure,
        )
        for number, slot in enumerate(wanted.slots())
    )


def prepare(folder: Path, programs: tuple[Program, ...], told: Told | None = None) -> None:
    """Leave the programs where the supervisor of a folder finds them, and forget how the machine left a farm.

    :param told: what they follow from
    """
    remember(folder, told or Told())
    write_programs(folder, programs)
    presence.ask(folder / WORK, None)
    presence.refuse(folder / WORK, None)


def start(folder: Path, programs: tuple[Program, ...], told: Told | None = None) -> None:
    """Have programs supervised from now on, beyond the end of this process; see :func:`prepare`."""
    prepare(folder, programs, told)
    (folder / "logs").mkdir(exist_ok=True)
    with (folder / "logs" / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [*_python("supervisor"), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    while running(folder) is None and supervisor.poll() is None:  # until then, it could not be ended
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
    for name in (_STATE,) if own else (_STATE, "joined.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads((folder / name).read_text(encoding="utf-8"))["address"])
    return None


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _again(host: str, port: int) -> int:
    """A port that was had before, if nobody listens on it now; else 0."""
    return port if port and _is_free(host, port) else 0


def _is_free(host: str, port: int) -> bool:
    """Whether nobody listens on a port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


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
