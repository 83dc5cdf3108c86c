"""``reelwork farm submit``: a scene goes in, a job's id comes out, and nobody waits for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import click

from reelwork.cli.values import (
    FrameRange,
    Percentage,
    draft_option,
    output_option,
    scale_option,
    scene_argument,
    settings_option,
    to_option,
)
from reelwork.cli.watch import watching
from reelwork_farm.cli.fleet import asked, farm_option


def _words(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


@click.command("submit")
@scene_argument
@output_option
@to_option("The name and the ending of the file that the job makes, instead of the output's own.")
@click.option("--frames", type=FrameRange(), help="Only these frames, counted from 0, both included.")
@scale_option
@settings_option
@draft_option
@click.option("--priority", metavar="N", type=int, default=0, help="Within its project; higher is earlier.")
@click.option("--project", metavar="NAME", default="default", help="Whose share of the farm it uses.")
@click.option(
    "--needs", metavar="A,B", default="", callback=_words, help="What its workers must offer, such as gpu,big-memory."
)
@click.option("--after", metavar="JOB", multiple=True, help="Begin when this job is done; may be repeated.")
@click.option("--notify", metavar="URL", help="An address that is told when the job ends.")
@click.option(
    "--audit",
    metavar="1%",
    type=Percentage(),
    default=0.0,
    help="Render such a part of its units again, on other workers than made them, and compare.",
)
@farm_option
def command(
    scene: Path,
    output: str | None,
    to: Path | None,
    frames: tuple[int, int] | None,
    scale: Fraction,
    settings: dict[str, str],
    draft: bool,
    priority: int,
    project: str,
    needs: tuple[str, ...],
    after: tuple[str, ...],
    notify: str | None,
    audit: float,
    address: str | None,
    folder: Path | None,
) -> None:
    """Hand a scene to a farm; prints the job's id.

    The scene's files travel with it, as far as the farm does not have them. The same submit again is the same job;
    `reelwork render --farm` is the one without --project, --needs and --after, waits for it, and brings its file.
    """
    from reelwork.render.prepare import Settings
    from reelwork.render.units import Request
    from reelwork_farm.submit import Terms, submit

    client = asked(address, folder)
    request = Request(output=output, to=to, frames=frames, scale=scale)
    terms = Terms(project, priority, needs, after, notify, audit)
    with watching() as progress:
        row = submit(client, scene, Settings(settings, draft), request, terms, progress)
    click.echo(row.id)
