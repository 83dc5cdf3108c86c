"""``reelwork plugin try``: an extension goes in, a contact sheet comes out; and again whenever it is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from reelwork.cli.exits import coloured
from reelwork.cli.values import set_option, to_option
from reelwork.cli.watch import hangs_told, printing_apart
from reelwork.errors import OutputError, ReelworkError
from reelwork.extensions.beside import PACKAGE
from reelwork.extensions.trying import Manuscript, Written
from reelwork.faults import PluginFault, code_of

#: Seconds between two looks at the files.
_PAUSE: Final = 0.25


@click.command("try")
@click.argument("name")
@click.option(
    "--on", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A picture; without it, a sample."
)
@click.option(
    "--sweep",
    "sweeps",
    metavar="PARAM[=A..B]",
    multiple=True,
    help="A row of pictures: over the parameter's range, from A to B, or of values A,B,C; may be repeated. Without it, "
    "every parameter that has a range.",
)
@set_option("Give a parameter a value in all pictures; may be repeated.")
@to_option("The sheet, .png; out/NAME-try.png without it.")
@click.option("--steps", type=click.IntRange(2, 24), default=5, show_default=True, help="Pictures in a row.")
@click.option("--width", type=click.IntRange(16, 1920), default=240, show_default=True, help="Of each, in pixels.")
@click.option("--watch", is_flag=True, help="Do it again whenever a file of the plugin is saved, until Ctrl-C.")
def command(
    name: str,
    on: Path | None,
    sweeps: tuple[str, ...],
    settings: dict[str, str],
    to: Path | None,
    steps: int,
    width: int,
    watch: bool,
) -> None:
    """Try an effect, generator, transition or merge: a contact sheet of its parameters.

    NAME is what scenes call it, or the path of a Python file that nothing has installed, such as ./film_burn.py. The
    file is run: it is code.
    """
    sys.dont_write_bytecode = True  # two saves within a second must not be taken for one
    manuscript = Manuscript(name)
    to = to or Path("out", f"{_stem(name)}-try.png")
    if to.suffix.lower() != ".png":
        raise OutputError(f"cannot write {str(to)!r}: a contact sheet is a PNG; end its name in .png")
    while True:
        seen = _saved(manuscript)
        try:
            _sheet(manuscript.load(), on, sweeps, settings, to, steps, width)
        except (ReelworkError, click.UsageError) as error:
            if not watch:
                raise
            said = error.format_message() if isinstance(error, click.UsageError) else str(error)
            click.echo(coloured(said), err=True)
        if not watch:
            return
        click.echo("watching; Ctrl-C ends it", err=True)
        while _saved(manuscript) == seen:
            time.sleep(_PAUSE)


def _sheet(
    written: Written,
    on: Path | None,
    sweeps: Sequence[str],
    settings: Mapping[str, str],
    to: Path,
    steps: int,
    width: int,
) -> None:
    from reelwork.gallery.sweeps import default_rows, needed, row  # here, as numba and PyAV below
    from reelwork.gallery.trial import Trial, try_out
    from reelwork.media.whole import whole_file

    cls = written.extension
    unknown = [name for name in settings if name not in cls.params()]
    if unknown:
        known = ", ".join(cls.params()) or "none"
        raise click.UsageError(f"{cls.name} has no parameter {unknown[0]!r}; it has {known}")
    try:
        rows = [row(cls, sweep, steps) for sweep in sweeps] or default_rows(cls, steps)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    fixed = {**needed(cls), **settings}
    with hangs_told(), printing_apart():
        try:
            tried = try_out(Trial(written.name, cls, written.known, rows, fixed, on, width))
        except PluginFault as fault:
            raise fault.known(_origins(written), lambda path: "") from fault
    to.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(to) as making:
        tried.sheet.save(making, "PNG")
    own = ""
    if tried.own is not None:
        each = tried.own * 1e9 / (tried.size[0] * tried.size[1])
        own = f", {tried.own * 1000:.1f} ms of it for {cls.name} ({each:.1f} ns for a pixel)"
    frame = f"a frame of {tried.size[0]}×{tried.size[1]} takes {tried.seconds * 1000:.1f} ms on one core{own}"
    click.echo(f"{cls.name} {cls.version}: {tried.pictures} pictures; {frame}", err=True)
    click.echo(to)


def _origins(written: Written) -> dict[str, str]:
    """What each class is said to be of: its package, or the file that is tried."""
    origins = {code_of(cls): origin for cls, origin in written.known.origins.items()}
    if written.name.startswith(f"{PACKAGE}:"):
        origins[code_of(written.extension)] = Path(sys.modules[written.extension.__module__].__file__ or "").name
    return origins


def _stem(name: str) -> str:
    """What a sheet is called after."""
    return Path(name).stem if ".py" in name else name.rpartition(":")[2]


def _saved(manuscript: Manuscript) -> dict[Path, int]:
    """When each file was saved last."""
    found = {}
    for path in manuscript.files():
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:  # between two saves
            continue
    return found
