"""``reelwork check``: a scene goes in, everything that is wrong or doubtful in it comes out."""

from __future__ import annotations

from pathlib import Path

import click

from reelwork.cli.exits import warn
from reelwork.cli.values import draft_option, scene_argument, settings_option
from reelwork.cli.watch import printing_apart
from reelwork.render import produce
from reelwork.render.prepare import Settings


@click.command("check")
@scene_argument
@settings_option
@draft_option
def command(scene: Path, settings: dict[str, str], draft: bool) -> None:
    """Read a scene and open what it names, without rendering.

    All errors of the scene file are reported at once, each with its place; once it has none, all of what it names.
    Files must be there, effects must take their parameters, fonts must have the characters, and what is used of a
    source must not be longer than the source.
    """
    with printing_apart():
        warnings = produce.check(scene, Settings(settings, draft))
    warn(warnings)
    doubts = f", {len(warnings)} warning{'s' if len(warnings) > 1 else ''}" if warnings else ""
    click.echo(f"{scene}: no errors{doubts}")
