"""``reelwork farm up, join, down``: this machine's part of a farm is started and ended."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reelwork_farm.cli.fleet import client_of, folder_option, is_own, place_of
from reelwork_farm.errors import FarmError

if TYPE_CHECKING:
    from reelwork_farm.fleet import Wanted
    from reelwork_farm.supervisor import Program
    from reelwork_farm.told import Told

#: The port that a farm listens on unless it is told otherwise.
PORT: Final = 8378
F = TypeVar("F", bound=Callable[..., Any])


def machine_options(command: F) -> F:
    """What is said of a machine that is to work."""
    for option in (
        click.option(
            "--foreground", is_flag=True, help="Stay until it is ended, for a service manager or a container."
        ),
        click.option("--no-ray", is_flag=True, help="Run the workers as plain processes, without Ray."),
        click.option(
            "--memory",
            metavar="GIB",
            type=click.FloatRange(min=0.5),
            help="Memory that its renders may hold together; most of the machine's without it.",
        ),
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="TAG",
            help="A tag that its workers offer to jobs with such --needs, such as gpu; may be repeated.",
        ),
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
    help="How Ray gets machines and gives them back: a file as for `ray up`.",
)
@click.option(
    "--max-workers",
    "most",
    metavar="N",
    type=click.IntRange(min=0),
    help="Have Ray add machines (--machines) up to so many workers.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="The controller's; 0 for a free one."
)
@click.option(
    "--ray-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The Ray cluster's; without it the one that it had last, or a free one.",
)
@click.option(
    "--storage",
    metavar="ADDRESS",
    help="A folder or s3://…, for media, segments and films; one in the farm's folder without it.",
)
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
    """Start a farm on this machine, or go on with the one in the folder; prints its address when it is ready.

    Where it is up already, that is all; where it is up with other options than are given, it says so and changes
    nothing.
    """
    from reelwork_farm import arrival, fleet, wire
    from reelwork_farm.model import Timing
    from reelwork_farm.supervisor import running
    from reelwork_farm.told import Told, remembered

    if no_ray and (most is not None or machines is not None or ray_port):
        raise click.UsageError("--max-workers, --machines and --ray-port are for Ray: leave them out, or --no-ray")
    place, storage, store = _made(folder), _whole(storage), _whole(store)
    wanted = fleet.Wanted(place, workers, most, machines, not no_ray, _tags(tags), _bytes(memory))
    head = fleet.Head(host, port, ray_port, storage, store, wire.from_json(Timing, wire.loads(timing)), keep)
    options: dict[str, object] = {
        **_of_machine(wanted, memory),
        "--host": host,
        "--port": port,
        "--ray-port": ray_port,
        "--storage": storage,
        "--store": store,
        "--machines": None if machines is None else str(machines),
        "--max-workers": most,
        "--keep": keep,
        "--timing": wire.to_json(head.timing),
    }
    if running(place) is not None:
        if foreground:
            raise FarmError(f"the farm in {place} is up already; `reelwork farm down` ends it")
        _check_same(place, None, options)
        click.echo(arrival.wait_for_controller(place))
        return
    head = fleet.settled(head, remembered(place))
    options |= {"--port": head.port, **({} if no_ray else {"--ray-port": head.ray_port})}
    since = time.time()
    _start(wanted, fleet.head_programs(wanted, head), Told(None, options), foreground=foreground)
    with _ended_unless_it_comes(place):
        address = arrival.wait_for_controller(place, fresh=True)
        count = len(wanted.slots())
        arrival.wait_for_workers(place, client_of(address, place), count, since, fresh=True)
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
    from reelwork_farm import arrival, fleet
    from reelwork_farm.auth import token_for
    from reelwork_farm.supervisor import running
    from reelwork_farm.told import Told

    place = _made(folder)
    wanted = fleet.Wanted(place, workers, ray=not no_ray, tags=_tags(tags), memory=_bytes(memory))
    options = _of_machine(wanted, memory)
    if running(place) is not None:
        _check_same(place, address, options)
        click.echo(address)
        return
    own = is_own(address, place)
    client = client_of(address, place if own else None)
    info = client.farm()  # before anything is started: is it there, and does it know the token
    (place / "joined.json").write_text(json.dumps({"address": address}), encoding="utf-8")
    token = fleet.worker_token(token_for(address, place if own else None), place)
    if info.ray is not None and not no_ray:
        programs = fleet.ray_programs(wanted, info.ray, token)
    else:
        programs = fleet.worker_programs(wanted, address, token, joins=True)
    _start(wanted, programs, Told(address, options), foreground=foreground)
    with _ended_unless_it_comes(place):
        arrival.wait_for_own_workers(place, len(wanted.slots()))
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

    place = place_of(folder)
    click.echo("down" if fleet.end(place, now=now) else f"nothing was up in {place}", err=True)


#: All commands of this module.
COMMANDS: Final = (up, join, down)


def _made(folder: Path | None) -> Path:
    place = place_of(folder)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FarmError(f"cannot make the folder {place}: {error.strerror or error}") from error
    return place


def _bytes(gibibytes: float | None) -> int | None:
    return None if gibibytes is None else int(gibibytes * (1 << 30))


def _whole(address: str | None) -> str | None:
    """The address of a storage or a store; a path means the same in every folder, as the farm runs in another."""
    return address if address is None or "://" in address else str(Path(address).absolute())


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags that workers may offer.

    :raises FarmError: one is written in a way that nobody could ask for it
    """
    from reelwork_farm.capability import check_needs

    check_needs(tags)
    return tags


def _of_machine(wanted: Wanted, memory: float | None) -> dict[str, object]:
    """What :func:`machine_options` came to, by the names of the options."""
    return {
        "--workers": len(wanted.slots()),
        "--tag": wanted.tags,
        "--memory": memory,
        "--no-ray": not wanted.ray,
    }


def _check_same(folder: Path, joined: str | None, options: dict[str, object]) -> None:
    """See that what runs in a folder was told the same as this command; what this one leaves open may be anything.

    :param joined: the farm that this command would have the machine work for; ``None``: it is the controller's
    :raises FarmError: it was not; the message says what to do
    """
    from reelwork_farm.told import remembered

    told = remembered(folder)
    if told.joined != joined:
        what = "a farm is up" if told.joined is None else f"this machine works for the farm at {told.joined}"
        raise FarmError(f"{what}, from {folder}: `reelwork farm down` ends that; or name another --folder")
    context = click.get_current_context()
    given = {
        option: options[option]
        for parameter in context.command.params
        for option in parameter.opts
        if option in options
        and context.get_parameter_source(str(parameter.name)) is click.core.ParameterSource.COMMANDLINE
    }
    differences = told.differences(given)
    if differences:
        raise FarmError(
            f"it is up already in {folder}, {', and '.join(differences)}: to change that, "
            f"`reelwork farm down` and then {context.info_name} again; what is finished is kept"
        )


def _start(wanted: Wanted, programs: tuple[Program, ...], told: Told, *, foreground: bool) -> None:
    from reelwork_farm import fleet

    if foreground:
        fleet.prepare(wanted.folder, programs, told)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-P", "-m", "reelwork_farm.supervisor", str(wanted.folder)])
    fleet.start(wanted.folder, programs, told)


@contextlib.contextmanager
def _ended_unless_it_comes(folder: Path) -> Iterator[None]:
    """Whatever was started in a folder runs on only if what is awaited here comes."""
    from reelwork_farm import fleet

    try:
        yield
    except (FarmError, KeyboardInterrupt):
        fleet.end(folder, now=True)
        raise
