"""``reelwork plugins``: nothing goes in, the plugins of this machine come out, and what each brings."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from reelwork.effect import Effect, Extension, Generator, Merge, Transition
from reelwork.extensions import Plugin, Registry, registry
from reelwork.extensions.names import Names

_KINDS = ((Effect, "effects"), (Merge, "merges"), (Generator, "generators"), (Transition, "transitions"))


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects, for scripts.")
def command(as_json: bool) -> None:
    """List plugins: their packages and versions, where they were loaded from, and what each brings.

    A plugin that could not be loaded is listed with the reason. Where several packages bring a thing of the same name,
    scenes name it as PACKAGE:NAME.
    """
    known = registry()
    if as_json:
        click.echo(json.dumps([_facts(plugin) for plugin in known.plugins], indent=2))
        return
    click.echo("\n\n".join("\n".join(_lines(plugin)) for plugin in known.plugins))
    for line in _clashes(known):
        click.echo(f"warning: {line}", err=True)


def _facts(plugin: Plugin) -> dict[str, object]:
    return {
        "name": plugin.name,
        "package": plugin.package,
        "version": plugin.version,
        "module": plugin.module,
        "path": plugin.path,
        **{word: _names(plugin, base) for base, word in _KINDS},
        "failure": plugin.failure or None,
    }


def _lines(plugin: Plugin) -> Iterator[str]:
    yield f"{click.style(plugin.name, bold=True)}  {plugin.origin}"
    yield f"  {plugin.path or plugin.module}"
    for base, word in _KINDS:
        names = _names(plugin, base)
        if names:
            yield f"  {word}: {', '.join(names)}"
    if plugin.failure:
        yield click.style(f"  not loaded: {plugin.failure}", fg="red")


def _names(plugin: Plugin, base: type[Extension]) -> list[str]:
    return sorted(cls.name for cls in plugin.brings if issubclass(cls, base))


def _clashes(known: Registry) -> Iterator[str]:
    for table in (known.effects, known.merges, known.generators, known.transitions):
        if isinstance(table, Names):
            for name in sorted({full.partition(":")[2] for full in table if ":" in full}):
                yield f"several packages bring {name!r}; scenes write {' or '.join(table.bearers(name))}"
