"""``reelwork sheet``: a scene goes in, a contact sheet comes out."""

from __future__ import annotations

from pathlib import Path

import click

from reelwork.cli.values import draft_option, output_option, scene_argument, settings_option, to_option
from reelwork.cli.watch import watching
from reelwork.render import produce
from reelwork.render.prepare import Settings


@click.command("sheet")
@scene_argument
@to_option("The sheet, .png; out/SCENE-sheet.png without it.")
@output_option
@click.option("--pictures", type=click.IntRange(1, 400), default=24, show_default=True, help="How many.")
@click.option("--width", type=click.IntRange(16, 4096), default=480, show_default=True, help="Of each, in pixels.")
@settings_option
@draft_option
def command(
    scene: Path,
    to: Path | None,
    output: str | None,
    pictures: int,
    width: int,
    settings: dict[str, str],
    draft: bool,
) -> None:
    """Render a contact sheet: frames from all over the scene on one PNG."""
    if to is None:
        to = Path("out", f"{_name(scene.resolve())}-sheet.png")
    with watching() as progress:
        asked = Settings(settings, draft)
        path = produce.sheet(scene, asked, to, progress, output=output, pictures=pictures, width=width, apart=True)
    click.echo(path)


def _name(scene: Path) -> str:
    """What a scene is called: its folder, or its file where that has a name of its own."""
    if scene.is_dir():
        return scene.name
    return scene.parent.name if scene.name == "scene.yaml" else scene.stem
