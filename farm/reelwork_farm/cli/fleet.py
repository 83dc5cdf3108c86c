"""``reelwork farm status, workers, drain, token``: who works for a farm, and what others need to."""

from __future__ import annotations

import json
import os
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
    from reelwork_farm.model import WorkerRow

F = TypeVar("F", bound=Callable[..., Any])


def folder_option(command: F) -> F:
    """The option that names the farm's folder."""
    return click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="The folder of the farm, or of this machine's part of it; one of this user's own without it.",
    )(command)


def farm_option(command: F) -> F:
    """The options that say which farm is meant."""
    return click.option(
        "--farm",
        "address",
        metavar="HOST:PORT",
        help="The farm's address; without it the farm that is up in the folder, or that this machine has joined.",
    )(folder_option(command))


@click.command("status")
@farm_option
@click.option("--json", "as_json", is_flag=True, help="As an object.")
def status(folder: Path | None, address: str | None, as_json: bool) -> None:
    """Say whether the farm is up, how many workers and jobs it has, and which of its programs run here."""
    from reelwork_farm.cli.view import plain
    from reelwork_farm.supervisor import running

    place = place_of(folder)
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
        "words": here.words if here is not None else {},
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
        for name, words in here.words.items():
            last = plain(str(words).rpartition("\n")[2])
            click.echo(f"  failed   {name}, {here.failures.get(name)} times, at last with: {last}")


@click.command("workers")
@farm_option
@click.option("--all", "everybody", is_flag=True, help="Also those that are gone or lost.")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects.")
def workers(folder: Path | None, address: str | None, everybody: bool, as_json: bool) -> None:
    """List the workers of the farm: state, what each has of its machine, how fast it was lately, and its tags."""
    rows = [row for row in asked(address, folder).workers() if everybody or is_there(row)]
    if as_json:
        click.echo(json.dumps([as_table(row) for row in rows], indent=2))
        return
    now, wide = time.time(), max((len(row.id) for row in rows), default=0)
    for row in rows:
        speed = f"{row.speed:6.1f} frames/s" if row.speed else " " * 15
        memory = f"{row.offer.memory / (1 << 30):.1f} GiB"
        seen = f"seen {max(0.0, now - row.seen):.0f} s ago"
        cores = f"{row.offer.cores} core{'s' if row.offer.cores > 1 else ''}"
        tags = f"  {', '.join(row.offer.tags)}" if row.offer.tags else ""
        click.echo(f"{row.id:<{wide}}  {row.state:8}  {cores:>8}, {memory:>9}  {speed}  {seen}{tags}")


@click.command("drain")
@farm_option
@click.option("--node", metavar="NAME", help="All workers of the machine with this name.")
@click.option("--all", "everybody", is_flag=True, help="All workers of the farm.")
@click.argument("ids", nargs=-1, metavar="[WORKER]...")
def drain(folder: Path | None, address: str | None, node: str | None, everybody: bool, ids: tuple[str, ...]) -> None:
    """Have workers finish what they render and leave, before a machine is stopped or upgraded.

    They do not come back by themselves: on their machine, `reelwork farm down` and then `up` or `join` starts new ones.
    """
    client = asked(address, folder)
    there = [row for row in client.workers() if is_there(row)]
    chosen = [row.id for row in there if everybody or row.offer.node == node or row.id in ids]
    unknown = set(ids) - {row.id for row in there}
    if unknown:
        raise FarmError(f"there is no worker {', '.join(sorted(unknown))}; `reelwork farm workers` lists them")
    if not chosen and not everybody and node is None:
        raise click.UsageError("say which workers: their ids, --node NAME or --all")
    if not chosen:
        nodes = ", ".join(sorted({row.offer.node for row in there}))
        raise FarmError(f"there are workers on {nodes}, and on no other machine" if there else "there are no workers")
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

    place = place_of(folder)
    given = VARIABLE in os.environ and (place / "farm.json").exists()  # a farm that got its secret that way
    if not given and not (place / "token").exists():
        raise FarmError(f"there is no farm in {place}; `reelwork farm up` makes one")
    tokens = farm_tokens(place)
    click.echo(tokens.signing.decode() if role == "webhooks" else tokens.token(Role(role)))


#: All commands of this module.
COMMANDS: Final = (status, workers, drain, token)


def place_of(folder: Path | None) -> Path:
    """The folder of :func:`folder_option`."""
    return (work() / "farm" if folder is None else folder).absolute()


def client_of(address: str, folder: Path | None) -> FarmClient:
    """A client of the farm at an address.

    :param folder: the farm's, if its token may be shown there
    """
    from reelwork_farm.auth import token_for
    from reelwork_farm.client import FarmClient

    return FarmClient(address, token_for(address, folder), patience=5.0)


def asked(address: str | None, folder: Path | None) -> FarmClient:
    """A client of the farm that is meant by :func:`farm_option`.

    :raises FarmError: no farm is up here, and none is named; or there is no token for it
    """
    from reelwork_farm.fleet import address_in

    folder = place_of(folder)
    address = address or address_in(folder)
    if address is None:
        raise FarmError(
            f"no farm is up in {folder}: start one with `reelwork farm up`, or say which with --farm ADDRESS"
        )
    return client_of(address, folder if is_own(address, folder) else None)


def is_own(address: str, folder: Path) -> bool:
    """Whether the farm in a folder is at an address; another one is not shown its token."""
    from reelwork_farm.auth import is_loopback
    from reelwork_farm.fleet import address_in

    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    own_host, _, own_port = (address_in(folder, own=True) or "").rpartition(":")
    return port == own_port and (host == own_host or is_loopback(host))


def is_there(row: WorkerRow) -> bool:
    """Whether a worker has not left, and was not given up."""
    from reelwork_farm.model import WorkerState

    return row.state not in (WorkerState.LOST, WorkerState.GONE)


def as_table(row: WorkerRow) -> dict[str, object]:
    """A worker as JSON, with what it offers beside its id."""
    from reelwork_farm import wire

    table = wire.to_json(row)
    offer = table.pop("offer")
    return {"id": table.pop("id"), **offer, **table}


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none"
