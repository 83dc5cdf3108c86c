"""``reelwork farm up, join, down, status, workers, drain``: the machines of a farm and who works on them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reelwork.folders import work
from reelwork_farm.errors import FarmError

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient
    from reelwork_farm.fleet import Wanted
    from reelwork_farm.model import WorkerRow
    from reelwork_farm.supervisor import Program

#: The port that a farm listens on unless it is told otherwise.
PORT: Final = 8378
F = TypeVar("F", bound=Callable[..., Any])


def folder_option(command: F) -> F:
    """The option that names the farm's folder."""
    return click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="The farm's folder on this machine; one of this user without it.",
    )(command)


def farm_option(command: F) -> F:
    """The options that say which farm is meant."""
    return click.option(
        "--farm", "address", metavar="ADDRESS", help="The farm's host:port; this machine's without it."
    )(folder_option(command))


def machine_options(command: F) -> F:
    """What is said of a machine that is to work."""
    for option in (
        click.option("--foreground", is_flag=True, help="Stay, for a service manager or a container to look after."),
        click.option("--no-ray", is_flag=True, help="Run workers as plain processes, on this machine alone."),
        click.option(
            "--memory", metavar="GIB", type=click.FloatRange(min=0.5), help="That its renders may hold at most."
        ),
        click.option("--tag", "tags", multiple=True, metavar="TAG", help="What its workers offer, such as gpu."),
        click.option(
            "--workers", metavar="N", type=click.IntRange(min=0), help="How many workers; one for each core without it."
        ),
    ):
        command = option(command)
    return folder_option(command)


@click.command("up")
@machine_options
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option(
    "--machines",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True),
    help="How Ray gets machines and gives them back: a cluster configuration of Ray's.",
)
@click.option(
    "--max-workers",
    "most",
    metavar="N",
    type=click.IntRange(min=0),
    help="Have Ray add machines (--machines) up to so many workers.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for one that is free.")
@click.option("--ray-port", type=click.IntRange(0, 65535), default=0, help="Of the Ray cluster; 0 for a free one.")
@click.option("--storage", metavar="ADDRESS", help="A folder or s3://…, for media, segments and films.")
@click.option("--store", metavar="ADDRESS", help="postgresql://… for the jobs, instead of a file in the folder.")
@click.option(
    "--keep",
    metavar="DAYS",
    type=click.FloatRange(min=0.0),
    default=30.0,
    show_default=True,
    help="How long jobs and what is theirs are kept after their end; 0 for ever.",
)
@click.option("--timing", default="{}", metavar="JSON", help="The farm's times in seconds, such as '{\"lease\": 60}'.")
def up(
    folder: Path | None,
    workers: int | None,
    tags: tuple[str, ...],
    memory: float | None,
    no_ray: bool,
    foreground: bool,
    host: str,
    machines: Path | None,
    most: int | None,
    port: int,
    ray_port: int,
    storage: str | None,
    store: str | None,
    keep: float,
    timing: str,
) -> None:
    """Start a farm on this machine, or go on with the one in the folder; prints its address when it is ready."""
    from reelwork_farm import fleet, wire
    from reelwork_farm.model import Timing
    from reelwork_farm.supervisor import running

    place, storage, store = _made(folder), _whole(storage), _whole(store)
    wanted = fleet.Wanted(place, workers, most, machines, not no_ray, tags, _bytes(memory))
    since = time.time()
    if running(place) is None:
        head = fleet.Head(host, port, ray_port, storage, store, wire.from_json(Timing, wire.loads(timing)), keep)
        _start(wanted, fleet.head_programs(wanted, head), foreground=foreground)
    elif foreground:
        raise FarmError(f"the farm in {place} is up already; `reelwork farm down` ends it")
    else:
        since = 0.0
    address = fleet.wait_for_controller(place)
    _wait_for_workers(wanted, _client(address, place), since)
    click.echo(address)


@click.command("join")
@click.argument("address")
@machine_options
def join(
    address: str,
    folder: Path | None,
    workers: int | None,
    tags: tuple[str, ...],
    memory: float | None,
    no_ray: bool,
    foreground: bool,
) -> None:
    """Have this machine work for the farm at ADDRESS; returns when its workers are there.

    The farm's token for workers (`reelwork farm token worker` prints it there) must be in $REELWORK_FARM_TOKEN.
    """
    from reelwork_farm import fleet
    from reelwork_farm.auth import token_for

    place = _made(folder)
    wanted = fleet.Wanted(place, workers, ray=not no_ray, tags=tags, memory=_bytes(memory))
    own = _is_own(address, place)
    client = _client(address, place if own else None)
    info = client.farm()  # before anything is started: is it there, and does it know the token
    (place / "joined.json").write_text(json.dumps({"address": address}), encoding="utf-8")
    token = fleet.worker_token(token_for(address, place if own else None), place)
    if info.ray is not None and not no_ray:
        programs = fleet.ray_programs(wanted, info.ray, token)
    else:
        programs = fleet.worker_programs(wanted, address, token, joins=True)
    _start(wanted, programs, foreground=foreground)
    fleet.wait_for_own_workers(place, len(wanted.slots()))
    click.echo(address)


@click.command("down")
@click.option("--now", is_flag=True, help="Where this machine joined: do not wait for what is being rendered.")
@folder_option
def down(folder: Path | None, now: bool) -> None:
    """End this machine's part of the farm; what is finished is kept.

    The workers of a machine that joined leave when what they are rendering is finished, but in a minute at the latest;
    where the controller is, it is given up.
    """
    from reelwork_farm import fleet

    place = _place(folder)
    click.echo("down" if fleet.end(place, now=now) else f"nothing was up in {place}", err=True)


@click.command("status")
@farm_option
@click.option("--json", "as_json", is_flag=True, help="As an object.")
def status(folder: Path | None, address: str | None, as_json: bool) -> None:
    """Whether the farm is up, and what it does."""
    from reelwork_farm.supervisor import running

    place = _place(folder)
    client = asked(address, place)
    info = client.farm()
    workers = Counter(str(row.state) for row in client.workers())
    jobs = Counter(str(row.state) for row in client.jobs())
    here = running(place)
    state: dict[str, object] = {
        "address": client.address,
        "name": info.name,
        "version": info.version,
        "storage": info.storage,
        "ray": info.ray,
        "workers": dict(workers),
        "jobs": dict(jobs),
        "programs": here.programs if here is not None else {},
        "failures": here.failures if here is not None else {},
    }
    if as_json:
        click.echo(json.dumps(state, indent=2))
        return
    click.echo(f"{info.name} at {client.address}, version {info.version}")
    click.echo(f"  workers  {_counted(workers)}")
    click.echo(f"  jobs     {_counted(jobs)}")
    click.echo(f"  storage  {info.storage or 'through the controller'}")
    if here is not None:
        click.echo(f"  here     {', '.join(f'{name} ({pid})' for name, pid in here.programs.items())}")


@click.command("workers")
@farm_option
@click.option("--all", "everybody", is_flag=True, help="Also those that are gone or lost.")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects.")
def workers(folder: Path | None, address: str | None, everybody: bool, as_json: bool) -> None:
    """Who works for the farm."""
    rows = [row for row in asked(address, folder).workers() if everybody or _is_there(row)]
    if as_json:
        click.echo(json.dumps([_as_table(row) for row in rows], indent=2))
        return
    now = time.time()
    for row in rows:
        speed = f"{row.speed:6.1f} frames/s" if row.speed else " " * 15
        memory = f"{row.offer.memory / (1 << 30):.1f} GiB"
        seen = f"seen {max(0.0, now - row.seen):.0f} s ago"
        click.echo(f"{row.id}  {row.state:8}  {row.offer.cores} cores, {memory}  {speed}  {seen}")


@click.command("drain")
@farm_option
@click.option("--node", metavar="NAME", help="All workers of this machine.")
@click.option("--all", "everybody", is_flag=True, help="All workers.")
@click.argument("ids", nargs=-1, metavar="[WORKER]...")
def drain(folder: Path | None, address: str | None, node: str | None, everybody: bool, ids: tuple[str, ...]) -> None:
    """Have workers finish what they render and leave, before a machine is stopped or upgraded."""
    client = asked(address, folder)
    there = [row for row in client.workers() if _is_there(row)]
    chosen = [row.id for row in there if everybody or row.offer.node == node or row.id in ids]
    unknown = set(ids) - {row.id for row in there}
    if unknown:
        raise FarmError(f"there is no worker {', '.join(sorted(unknown))}; `reelwork farm workers` lists them")
    if not chosen:
        raise FarmError("say which workers: their ids, --node NAME or --all")
    for worker in chosen:
        client.drain(worker)
        click.echo(worker)


@click.command("token")
@folder_option
@click.argument("role", type=click.Choice(["admin", "worker", "metrics", "webhooks"]), default="worker")
def token(folder: Path | None, role: str) -> None:
    """Print the token that a machine needs to join (worker), to submit and steer (admin), or to read figures (metrics).

    Or the key with which messages at the end of jobs are signed (webhooks).
    """
    from reelwork_farm.auth import VARIABLE, Role, farm_tokens

    place = _place(folder)
    given = VARIABLE in os.environ and (place / "farm.json").exists()  # a farm that got its secret that way
    if not given and not (place / "token").exists():
        raise FarmError(f"there is no farm in {place}; `reelwork farm up` makes one")
    tokens = farm_tokens(place)
    click.echo(tokens.signing.decode() if role == "webhooks" else tokens.token(Role(role)))


#: All commands of this module.
COMMANDS: Final = (up, join, down, status, workers, drain, token)


def _place(folder: Path | None) -> Path:
    return (work() / "farm" if folder is None else folder).absolute()


def _made(folder: Path | None) -> Path:
    place = _place(folder)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FarmError(f"cannot make the folder {place}: {error.strerror or error}") from error
    return place


def _bytes(gibibytes: float | None) -> int | None:
    return None if gibibytes is None else int(gibibytes * (1 << 30))


def _start(wanted: Wanted, programs: tuple[Program, ...], *, foreground: bool) -> None:
    from reelwork_farm import fleet

    if foreground:
        fleet.prepare(wanted.folder, programs)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-P", "-m", "reelwork_farm.supervisor", str(wanted.folder)])
    fleet.start(wanted.folder, programs)


def _wait_for_workers(wanted: Wanted, client: FarmClient, since: float) -> None:
    from reelwork_farm import fleet

    fleet.wait_for_workers(wanted.folder, client, len(wanted.slots()), since)


def _client(address: str, folder: Path | None) -> FarmClient:
    from reelwork_farm.auth import token_for
    from reelwork_farm.client import FarmClient

    return FarmClient(address, token_for(address, folder), patience=5.0)


def asked(address: str | None, folder: Path | None) -> FarmClient:
    """A client of the farm that is meant by :func:`farm_option`.

    :raises FarmError: no farm is up here, and none is named; or there is no token for it
    """
    from reelwork_farm.fleet import address_in

    folder = _place(folder)
    address = address or address_in(folder)
    if address is None:
        raise FarmError(
            f"no farm is up in {folder}: start one with `reelwork farm up`, or say which with --farm ADDRESS"
        )
    return _client(address, folder if _is_own(address, folder) else None)


def _is_own(address: str, folder: Path) -> bool:
    """Whether the farm in a folder is at an address; another one is not shown its token."""
    from reelwork_farm.auth import is_loopback
    from reelwork_farm.fleet import address_in

    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    own_host, _, own_port = (address_in(folder, own=True) or "").rpartition(":")
    return port == own_port and (host == own_host or is_loopback(host))


def _whole(address: str | None) -> str | None:
    """The address of a storage or a store; a path means the same in every folder, as the farm runs in another."""
    return address if address is None or "://" in address else str(Path(address).absolute())


def _is_there(row: WorkerRow) -> bool:
    from reelwork_farm.model import WorkerState

    return row.state not in (WorkerState.LOST, WorkerState.GONE)


def _as_table(row: WorkerRow) -> dict[str, object]:
    from reelwork_farm import wire

    table = wire.to_json(row)
    offer = table.pop("offer")
    return {"id": table.pop("id"), **offer, **table}


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
