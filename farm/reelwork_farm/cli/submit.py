"""``reelwork farm submit``: a scene goes in, a job's id comes out, and nobody waits for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import click

from reelwork.cli.values import (
    draft_option,
    frames_option,
    output_option,
    scale_option,
    scene_argument,
    settings_option,
    terms_options,
    to_option,
)
from reelwork.cli.watch import watching
from reelwork.render.terms import Terms
from reelwork_farm.cli.fleet import asked, farm_option


@click.command("submit")
@scene_argument
@output_option
@to_option("The name and the ending of the file that the job makes, instead of the output's own.")
@frames_option
@scale_option
@settings_option
@draft_option
@terms_options
@farm_option
def command(
    scene: Path,
    output: str | None,
    to: Path | None,
    frames: tuple[int, int] | None,
    scale: Fraction,
    settings: dict[str, str],
    draft: bool,
    terms: Terms,
    address: str | None,
    folder: Path | None,
) -> None:
    """Hand a scene to a farm to render, and do not wait; prints the job's id.

    The scene's files travel with it, as far as the farm does not have them. `reelwork farm job ID --watch` shows how
    it goes on, and `reelwork farm fetch ID` brings the file. The same submit again is the same job; with the same
    options, `reelwork render --farm` waits for that job and brings its file.
    """
    from reelwork.render.prepare import Settings
    from reelwork.render.units import Request
    from reelwork_farm.submit import submit

    client = asked(address, folder)
    request = Request(output=output, to=to, frames=frames, scale=scale)
    with watching() as progress:
        row = submit(client, scene, Settings(settings, draft), request, terms, progress)
    click.echo(row.id)
