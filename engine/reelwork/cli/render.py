"""``reelwork render``: a scene goes in, a film comes out."""

from __future__ import annotations

from contextlib import ExitStack
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
from reelwork.render.local import LocalDispatcher, usable_cores
from reelwork.render.terms import Terms


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
    with ExitStack() as ahead:
        here = None if farm else ahead.enter_context(LocalDispatcher(jobs or usable_cores()).started_ahead())
        # only now, so that a worker's process loads its libraries while this one loads the engine
        from reelwork.cli import rendering

        request = rendering.Request(
            output=output,
            to=to,
            frames=frames,
            scale=scale,
            jobs=jobs or usable_cores(),
            fresh=fresh,
            verify=verify,
            lenient=draft and farm is None,
        )
        render = rendering.renderer(here, farm, terms, discard=discard)
        rendering.tell(render, scene, rendering.Settings(settings, draft), request)
