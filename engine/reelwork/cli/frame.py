"""``reelwork frame``: a scene and an instant go in, a still comes out."""

from __future__ import annotations

from pathlib import Path

import click

from reelwork.cli.values import draft_option, output_option, scene_argument, settings_option, to_option
from reelwork.cli.watch import watching
from reelwork.render import produce
from reelwork.render.prepare import Settings


@click.command("frame")
@scene_argument
@click.argument("time")
@to_option("The still: .png, .jpg, .tiff or .exr, or of an ending that a plugin writes.", required=True)
@output_option
@settings_option
@draft_option
def command(scene: Path, time: str, to: Path, output: str | None, settings: dict[str, str], draft: bool) -> None:
    """Render one frame of a scene as a still.

    TIME is written as in a scene: 2s, 500ms, 36f, 00:00:02:12. Transparency is kept where the background is
    transparent.
    """
    with watching() as progress:
        made = produce.frame(scene, Settings(settings, draft), time, to, output=output, progress=progress, apart=True)
    click.echo(made)
