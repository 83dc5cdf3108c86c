"""``reelwork render``: a scene goes in, a film comes out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import click

from reelwork.cli.exits import warn
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
from reelwork.render import produce
from reelwork.render.local import usable_cores
from reelwork.render.prepare import Settings
from reelwork.render.produce import Rendered
from reelwork.render.progress import Progress
from reelwork.render.remote import remote
from reelwork.render.terms import Terms
from reelwork.render.units import Request


@click.command("render")
@scene_argument
@output_option
@to_option("Where the file goes, instead of the output's own place in out/.")
@frames_option
@scale_option
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="How many workers; one for each core without it.")
@settings_option
@draft_option
@click.option("--fresh", is_flag=True, help="Render again what an earlier render left finished.")
@click.option("--discard", is_flag=True, help="Render everything, keep nothing, and say how fast it went.")
@click.option("--verify", is_flag=True, help="Decode the film and every unit of it, and count, as a farm does.")
@click.option(
    "--farm",
    metavar="HOST:PORT",
    help="Have the farm at this address render it; the file comes here. The options below go with it.",
)
@terms_options
def command(
    scene: Path,
    output: str | None,
    to: Path | None,
    frames: tuple[int, int] | None,
    scale: Fraction,
    jobs: int | None,
    settings: dict[str, str],
    draft: bool,
    fresh: bool,
    discard: bool,
    verify: bool,
    farm: str | None,
    terms: Terms,
) -> None:
    """Render an output of a scene.

    What is finished is kept: after Ctrl-C, a crash or a power cut, the same command goes on where it stopped. The
    file appears under its name when it is whole.
    """
    if farm is not None and (jobs is not None or fresh):
        raise click.UsageError("--jobs and --fresh are for renders on this machine, not on a farm")
    if farm is None and terms != Terms():
        raise click.UsageError(
            "--project, --priority, --needs, --after, --notify and --audit say how a farm treats a job: "
            "they go with --farm"
        )
    if discard and (to is not None or fresh or verify or farm is not None):
        raise click.UsageError(
            "--discard keeps no file, and nothing of earlier renders: leave out --to, --fresh, --verify and --farm"
        )
    request = Request(
        output=output,
        to=to,
        frames=frames,
        scale=scale,
        jobs=jobs or usable_cores(),
        fresh=fresh,
        verify=verify,
    )
    render = _renderer(discard, farm, terms)
    with watching() as progress:
        rendered = render(scene, Settings(settings, draft), request, progress)
    warn(rendered.warnings)
    if rendered.levels is not None:
        click.echo(_loudness(rendered.levels.loudness, rendered.levels.true_peak), err=True)
    if rendered.path is not None:
        click.echo(rendered.path)


def _renderer(discard: bool, farm: str | None, terms: Terms) -> Callable[[Path, Settings, Request, Progress], Rendered]:
    """What renders a scene."""
    if discard:
        return produce.discard
    return produce.render if farm is None else functools.partial(remote(farm).render, terms=terms)


def _loudness(loudness: float | None, true_peak: float | None) -> str:
    """How loud a film is, in a line."""
    if true_peak is None:
        return "sound: silence"
    heard = "too short or quiet to be rated" if loudness is None else f"{loudness:.1f} LUFS"
    warning = "; it will distort: lower a gain" if true_peak > 0.0 else ""
    return f"sound: {heard}, true peak {true_peak:.1f} dBTP{warning}"
