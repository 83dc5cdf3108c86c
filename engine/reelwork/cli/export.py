"""``reelwork export``: a scene goes in, a timeline for editors comes out, and what it lacks is said."""

from __future__ import annotations

from pathlib import Path

import click

from reelwork.cli.reporting import report_option, tell
from reelwork.cli.values import draft_option, output_option, scene_argument, settings_option, to_option
from reelwork.exchange.bringing import take_out
from reelwork.exchange.report import Report
from reelwork.render.prepare import Settings


@click.command("export")
@scene_argument
@to_option("The timeline: .otio, .otioz (with its media), .edl, .fcpxml, or .xml (Final Cut Pro 7).", required=True)
@output_option
@settings_option
@draft_option
@report_option
def command(
    scene: Path, to: Path, output: str | None, settings: dict[str, str], draft: bool, report_to: Path | None
) -> None:
    """Make a timeline of a scene, for editors.

    Media are referred to from where the timeline lies. What could not be carried is printed: its place, what it was,
    and what was done instead.
    """
    report = Report()
    take_out(scene, to, output, Settings(settings, draft), report)
    tell(report, report_to, scene, to)
    click.echo(str(to))
