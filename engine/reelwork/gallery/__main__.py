"""Writing the gallery: a folder goes in, pages and pictures are in it then, and none that are not named any more."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from PIL import Image

from reelwork.extensions import registry
from reelwork.gallery.pages import Gallery, gallery
from reelwork.gallery.shots import INSTANT, Shot
from reelwork.render import produce
from reelwork.render.prepare import Settings

_WIDTH, _HEIGHT = 320, 180
_QUALITY = 86


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--package", default="reelwork", show_default=True, help="Whose plugins.")
@click.option("--only", help="Only pictures of extensions whose names begin so.")
@click.option("--anew", is_flag=True, help="Also pictures that were drawn of the same scenes.")
def main(folder: Path, package: str, only: str | None, anew: bool) -> None:
    """Write pages of everything that a package's plugins bring to FOLDER, and a picture of each example and preset.

    A picture that is there stays while its scene and the extension's version are the same.
    """
    made = gallery(registry(), package)
    if len(made.pages) == 1:
        raise click.BadParameter(
            f"no plugin of {package!r} is loaded; `reelwork plugins` lists them", param_hint="--package"
        )
    _write_pages(folder, made)
    for path, shot in made.pictures.items():
        if (anew or drawn(folder / path) != shot.digest) and (only is None or Path(path).name.startswith(only)):
            _draw(shot, folder / path)
            click.echo(folder / path)


def drawn(path: Path) -> str:
    """The digest of the shot that a picture was drawn of; empty where there is none."""
    if not path.exists():
        return ""
    with Image.open(path) as picture:
        return bytes(picture.info.get("comment", b"")).decode("ascii", "replace")


def _write_pages(folder: Path, made: Gallery) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.pages.items():
        (folder / name).write_text(text, "utf-8")
    named = {folder / path for path in (*made.pages, *made.pictures)}
    for old in (*folder.glob("*.md"), *folder.glob("pictures/**/*.jpg")):
        if old not in named:
            old.unlink()


def _draw(shot: Shot, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scene, still = Path(name) / "scene.yaml", Path(name) / "still.png"
        for file, text in {**shot.files, scene.name: shot.scene}.items():
            (Path(name) / file).write_text(text, "utf-8")
        produce.frame(scene, Settings(), INSTANT, still)
        with Image.open(still) as picture:
            small = picture.convert("RGB").resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    small.save(path, quality=_QUALITY, optimize=True, comment=shot.digest)


if __name__ == "__main__":
    main()
