"""``reelwork farm chaos``: a throw-away farm on this machine is put through faults, and a table says how it did."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reelwork.errors import ReelworkError
from reelwork_farm.errors import FarmError

if TYPE_CHECKING:
    from reelwork_farm.chaos.fault import Fault, Roughness, Seen


#: Characters of the table's lines where nobody says how wide the terminal is.
_WIDTH: Final = 140


class Failed(FarmError):
    """A farm did not stand a fault."""

    exit_code = 1


@click.command("chaos")
@click.option("--soak", is_flag=True, help="Everything as often as it takes to be sure; less than an hour.")
@click.option("--only", "names", metavar="FAULT", multiple=True, help="This one; may be repeated.")
@click.option("--list", "listed", is_flag=True, help="Only say which faults there are.")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="An empty folder for what is left.")
def command(soak: bool, names: tuple[str, ...], listed: bool, as_json: bool, keep: Path | None) -> None:
    """Put a throw-away farm on this machine through faults, and print how it did. No farm that is up is touched.

    Ends with code 1 if one of them was not stood.
    """
    from reelwork_farm.chaos.fault import SOAK, Roughness
    from reelwork_farm.chaos.table import FAULTS

    if unknown := set(names) - {fault.name for fault in FAULTS}:
        raise FarmError(f"there is no fault {', '.join(sorted(unknown))}; `reelwork farm chaos --list` says which are")
    rough = SOAK if soak else Roughness()
    chosen = [fault for fault in FAULTS if fault.name in names or (not names and (rough.whole or not fault.long))]
    if listed:
        for fault in chosen:
            click.echo(f"{fault.name:18} {fault.what}: {fault.shown}")
        return
    with _ground(keep) as folder:
        results = []
        for fault in chosen:
            began = time.monotonic()
            seen = _tried(fault, folder / fault.name, rough)
            results.append((fault, seen))
            click.echo(f"{_verdict(seen):11} {fault.name}, {time.monotonic() - began:.0f} s: {seen.text}", err=True)
        if as_json:
            rows = [
                {"fault": fault.name, "what": fault.what, "shown": fault.shown, **dataclasses.asdict(seen)}
                for fault, seen in results
            ]
            click.echo(json.dumps(rows, indent=2))
        else:
            _print(results)
        failed = [fault.name for fault, seen in results if seen.passed is False]
        if failed:
            raise Failed(f"not stood: {', '.join(failed)}; what they left is in {folder}")


@contextmanager
def _ground(keep: Path | None) -> Iterator[Path]:
    """The folder for farms; one of our own goes at the end, however that comes, but where a fault was not stood."""
    if keep is not None:
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="reelwork-chaos-"))
    kept = False
    try:
        yield folder
    except Failed:
        kept = True
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _tried(fault: Fault, folder: Path, rough: Roughness) -> Seen:
    from reelwork_farm.chaos.fault import Seen

    folder.mkdir(parents=True)
    try:
        return fault.run(folder, rough)
    except ReelworkError as error:
        return Seen(str(error), "", False)


def _verdict(seen: Seen) -> str:
    return {True: "stood", False: "not stood", None: "not shown"}[seen.passed]


def _print(results: list[tuple[Fault, Seen]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("fault", "to show", "seen", "figure", "")
    for fault, seen in results:
        table.add_row(fault.what, fault.shown, seen.text, seen.figure, _verdict(seen))
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)
