"""``reelwork farm share``: a project and what it may have go in; what all projects may have comes out."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import click

from reelwork_farm.cli.fleet import asked, farm_option


@click.command("share")
@farm_option
@click.argument("project", required=False)
@click.option(
    "--weight", metavar="W", type=click.FloatRange(min=0.0, min_open=True), help="Of 2 gets twice the workers of 1."
)
@click.option("--cap", metavar="N", type=click.IntRange(min=0), help="The most workers that it may have at once.")
@click.option("--no-cap", is_flag=True, help="It may have any number again.")
@click.option("--json", "as_json", is_flag=True, help="As an object.")
def command(
    folder: Path | None,
    address: str | None,
    project: str | None,
    weight: float | None,
    cap: int | None,
    no_cap: bool,
    as_json: bool,
) -> None:
    """Say what a PROJECT may have of the farm when others want it, too; without one, only say what all may have.

    A project that nobody spoke of has the weight 1 and no cap.
    """
    from reelwork_farm.model import Share

    changed = weight is not None or cap is not None or no_cap
    if changed and project is None:
        raise click.UsageError("say which PROJECT")
    if no_cap and cap is not None:
        raise click.UsageError("--cap and --no-cap exclude each other")
    if weight is not None and not math.isfinite(weight):
        raise click.UsageError("--weight is a number")
    client = asked(address, folder)
    shares = client.shares()
    if project is not None:
        share = shares.get(project, Share())
        if changed:
            share = client.set_share(
                project,
                Share(
                    share.weight if weight is None else weight, None if no_cap else share.cap if cap is None else cap
                ),
            )
        shares = {project: share}
    if as_json:
        click.echo(json.dumps({name: dataclasses.asdict(share) for name, share in sorted(shares.items())}, indent=2))
        return
    for name, share in sorted(shares.items()):
        most = "" if share.cap is None else f", {share.cap} workers at most"
        click.echo(f"{name}  weight {share.weight:g}{most}")
