"""``reelwork effects``: a name goes in, or none; what the plugins of this machine bring comes out."""

from __future__ import annotations

import dataclasses
import difflib
import json
import shutil
from collections.abc import Iterator, Sequence
from typing import Final

import click
from click.shell_completion import CompletionItem

from reelwork.extensions import Registry, bearers, registry
from reelwork.scene.documentation import plain, wrapped
from reelwork.scene.facts import COVERAGES, ExtensionFacts, ParameterFacts, facts, written

_WIDEST: Final = 100
_HEAD: Final = ("parameter", "kind", "unit", "range", "default", "keyframes")


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in _names(registry()) if name.startswith(incomplete)]


@click.command("effects")
@click.argument("name", required=False, shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="As a list of objects, for scripts.")
def command(name: str | None, as_json: bool) -> None:
    """List everything that plugins bring to scenes; with NAME, document one.

    Of each parameter it says in which unit and range it is written, and whether it can be keyframed.
    """
    known = registry()
    found = list(_all(known) if name is None else _named(name, known))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(each) for each in found], indent=2, ensure_ascii=False))
    elif name is None:
        click.echo("\n\n".join(_sections(found)))
    else:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        click.echo("\n\n".join("\n".join(_page(each, width)) for each in found))
    for plugin, reason in known.failures:
        click.echo(f"warning: the plugin {plugin} could not be loaded: {reason}", err=True)


def _names(known: Registry) -> list[str]:
    return sorted({name for table in known.tables.values() for name in table})


def _all(known: Registry) -> Iterator[ExtensionFacts]:
    for table in known.tables.values():
        for name, cls in table.items():
            yield facts(name, cls, known)


def _named(name: str, known: Registry) -> Iterator[ExtensionFacts]:
    """What bears a name, of each kind.

    :raises click.BadParameter: nothing bears it; the message says what does nearly
    """
    found = False
    for table in known.tables.values():
        clashing = bearers(table, name)
        for full in clashing if len(clashing) > 1 else (name,):
            if full in table:
                found = True
                yield facts(full, table[full], known)
    if not found:
        near = difflib.get_close_matches(name, _names(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`reelwork effects` lists what there is"
        raise click.BadParameter(f"there is nothing called {name!r}; {known.lost(name) or hint}", param_hint="NAME")


def _sections(found: list[ExtensionFacts]) -> Iterator[str]:
    for kind in dict.fromkeys(each.kind for each in found):
        of_kind = [each for each in found if each.kind == kind]
        width = max(len(each.name) for each in of_kind)
        lines = (f"  {each.name:<{width}}  {plain(each.title)}{_stranger(each)}" for each in of_kind)
        yield "\n".join([click.style(f"{kind}s", bold=True), *lines])


def _stranger(each: ExtensionFacts) -> str:
    return "" if each.package.startswith("reelwork ") else f" [{each.package}]"


def _page(each: ExtensionFacts, width: int) -> Iterator[str]:
    yield f"{click.style(each.name, bold=True)} ({each.kind}, version {each.version}, of {each.package})"
    for paragraph in (each.title, *each.text):
        yield from wrapped(paragraph, width, "  ")
        yield ""
    if each.coverage:
        yield from (*wrapped(f"Coverage is {each.coverage}: {COVERAGES[each.coverage]}.", width, "  "), "")
    yield from _table(each.parameters, width) if each.parameters else ("  It has no parameters.",)
    if each.presets:
        yield from (
            "",
            *_columns([("preset", "sets"), *((name, written(values)) for name, values in each.presets.items())]),
        )
    if each.renamed:
        yield ""
        yield from (f"  {old} is called {new} now." for old, new in each.renamed.items())


def _table(parameters: Sequence[ParameterFacts], width: int) -> Iterator[str]:
    """A row of facts for each parameter; under it, what it does."""
    helps = [each.told for each in parameters]
    head, *rows = _columns([_HEAD, *map(_row, parameters)])
    yield head
    for row, text in zip(rows, helps, strict=True):
        yield row
        yield from wrapped(text, width, "      ")


def _row(each: ParameterFacts) -> tuple[str, ...]:
    default = "needed" if each.required else each.default or "–"
    return (each.name, each.kind, each.unit, each.range, default, "yes" if each.keyframes else "no")


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows with their columns under each other; the first is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        yield f"  {line if number else click.style(line, bold=True)}"
