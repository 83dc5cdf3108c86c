"""``reelwork plugins``: nothing goes in, the plugins of this machine come out, and what each brings."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from reelwork.extensions import KINDS, Plugin, Registry, clashes, registry
from reelwork.scene.declared import declaration_problems


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
    for line in (*_clashes(known), *_wrong(known)):
        click.echo(f"warning: {line}", err=True)


def _facts(plugin: Plugin) -> dict[str, object]:
    return {
        "name": plugin.name,
        "package": plugin.package,
        "version": plugin.version,
        "module": plugin.module,
        "path": plugin.path,
        **{kind: plugin.names(kind) for kind in KINDS},
        "does": plugin.does(),
        "failure": plugin.failure or None,
    }


def _lines(plugin: Plugin) -> Iterator[str]:
    yield f"{click.style(plugin.name, bold=True)}  {plugin.origin}"
    yield f"  {plugin.path or plugin.module}"
    for kind in KINDS:
        if names := plugin.names(kind):
            yield f"  {kind.replace('_', ' ')}: {', '.join(names)}"
    yield from (f"  {what}" for what in plugin.does())
    if plugin.failure:
        yield click.style(f"  not loaded: {plugin.failure}", fg="red")


def _clashes(known: Registry) -> Iterator[str]:
    for table in known.tables.values():
        for name, full in clashes(table).items():
            yield f"several packages bring {name!r}; scenes write {' or '.join(full)}"
    for offers in (known.readers, known.writers, known.linkers):
        yield from map(str, offers.clashes())


def _wrong(known: Registry) -> Iterator[str]:
    for cls, origin in known.origins.items():
        for problem in declaration_problems(cls, known):
            yield f"of {cls.name!r} of {origin}, {problem}"
