"""``reelwork farm``: what an operator asks of a farm and of the machines in it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from reelwork.errors import ReelworkError
from reelwork_farm.cli import chaos, fleet, jobs, machine, share, submit
from reelwork_farm.protocol import Offer
from reelwork_farm.protocol import offer as own_offer


@click.group("farm")
def farm() -> None:
    """Render on many machines."""


for _command in (submit.command, *jobs.COMMANDS, *machine.COMMANDS, *fleet.COMMANDS, share.command, chaos.command):
    farm.add_command(_command)


@farm.command("offer")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another machine's offer: end with an error unless both would render the same bytes.",
)
def offer(against: Path | None) -> None:
    """Print what this machine would offer a farm, as JSON."""
    mine = own_offer()
    if against is not None:
        objections = mine.objections(_read(against))
        if objections:
            raise ReelworkError("\n".join(objections))
    click.echo(json.dumps(dataclasses.asdict(mine), indent=2))


def _read(path: Path) -> Offer:
    try:
        return Offer(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ReelworkError(f"{path} is not what `reelwork farm offer` prints: {error}") from error
