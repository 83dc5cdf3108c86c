"""``reelwork import``: an editor's timeline, or a layered picture, goes in; a scene comes out, and what it lacks."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import click

from reelwork.cli.exits import warn
from reelwork.cli.reporting import report_option, tell
from reelwork.exchange.bringing import Wishes, bring_in
from reelwork.exchange.report import Report
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.timecode import parse_rate


class Rate(click.ParamType[Fraction]):
    """Frames a second: ``24``, ``23.976``, ``30000/1001``."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The exact rate."""
        try:
            return parse_rate(str(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


class Size(click.ParamType[tuple[int, int]]):
    """``1920x1080``."""

    name = "WxH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Columns and rows."""
        match = re.match(r"(\d{1,5})[x×](\d{1,5})\Z", str(value))
        if match is None or not all(0 < int(part) <= 16_384 for part in match.groups()):
            self.fail(f"{value!r} is not a size such as 1920x1080", param, ctx)
        return (int(match[1]), int(match[2]))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="The scene's folder."
)
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A folder in which media are looked for, by their place and by their name; may be repeated.",
)
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The catalogue; files of its records become `asset:`.",
)
@click.option(
    "--missing",
    type=click.Choice(("slot", "error")),
    default="slot",
    show_default=True,
    help="What becomes of media that are not there.",
)
@click.option("--copy", is_flag=True, help="Copy media from elsewhere into the scene's folder.")
@click.option("--fps", type=Rate(), help="Frames a second of the timeline, for files that do not say it.")
@click.option("--size", type=Size(), help="The canvas. Default: what the file says, or the size of most of the media.")
@click.option(
    "--text",
    type=click.Choice(("pixels", "live")),
    default="pixels",
    show_default=True,
    help="Whether words of layered pictures stay as they look, or become text.",
)
@click.option("--chapters", is_flag=True, help="Make a chapter of every marker, not only of those that are chapters.")
@click.option("--overwrite", is_flag=True, help="Replace a scene.yaml that is there.")
@report_option
def command(
    file: Path,
    folder: Path,
    media: tuple[Path, ...],
    catalogue: Path | None,
    missing: str,
    copy: bool,
    fps: Fraction | None,
    size: tuple[int, int] | None,
    text: str,
    chapters: bool,
    overwrite: bool,
    report_to: Path | None,
) -> None:
    """Make a scene of an editor's timeline or of a layered picture.

    FILE is a timeline (.otio, .otioz, .edl, .fcpxml, or Final Cut Pro 7's .xml) or a picture with layers (.psd, .psb).
    What could not be carried is printed: its place, what it was, and what was done instead.
    """
    report = Report()
    wishes = Wishes(media, catalogue, missing, copy, overwrite, fps, size, text == "live", chapters)
    brought = bring_in(file, folder, wishes, report)
    tell(report, report_to, file, brought.scene)
    if brought.outside:
        folders = ":".join(str(place) for place in brought.outside)
        click.echo(f"it reads media outside its folder: set REELWORK_ROOTS={folders}, or import with --copy", err=True)
    else:
        warn(produce.check(brought.scene, Settings(draft=True)))
    click.echo(str(brought.scene))
