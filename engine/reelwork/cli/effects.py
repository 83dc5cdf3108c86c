"""``reelwork effects``: a name goes in, or none; what the plugins of this machine bring comes out."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator, Mapping

import click
from click.shell_completion import CompletionItem

from reelwork import kinds
from reelwork.cli.words import value_words
from reelwork.effect import Extension
from reelwork.extensions import Registry, bearers, registry
from reelwork.kinds import REQUIRED, OneOf, Param, Struct
from reelwork.scene.wording import describe


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = sorted({name for _, table in registry().tables.items() for name in table})
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("effects")
@click.argument("name", required=False, shell_complete=_complete)
def command(name: str | None) -> None:
    """List effects, merges, generators and transitions; with NAME, document one."""
    known = registry()
    if name is None:
        click.echo("\n\n".join(_section(title, table, known) for title, table in known.tables.items() if table))
    else:
        click.echo("\n\n".join(_pages(name, known)))
    for plugin, reason in known.failures:
        click.echo(f"warning: the plugin {plugin} could not be loaded: {reason}", err=True)


def _section(title: str, table: Mapping[str, type[Extension]], known: Registry) -> str:
    width = max(map(len, table))
    lines = [click.style(title, bold=True)]
    for name, cls in table.items():
        line = f"  {name:<{width}}  {_documentation(cls)[0]}"
        lines.append(line + _stranger(cls, known))
    return "\n".join(lines)


def _pages(name: str, known: Registry) -> Iterator[str]:
    """What is known of a name, once for each kind of thing that bears it.

    :raises click.BadParameter: nothing bears it; the message says what does nearly
    """
    found = [
        (title, table[full])
        for title, table in known.tables.items()
        for full in bearers(table, name) or (name,)
        if full in table
    ]
    if not found:
        names = sorted({name for _, table in known.tables.items() for name in table})
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; `reelwork effects` lists what there is"
        raise click.BadParameter(f"there is nothing called {name!r}{hint}", param_hint="NAME")
    for title, cls in found:
        first, rest = _documentation(cls)
        head = (
            f"{click.style(name, bold=True)} ({title.removesuffix('s')}, version {cls.version}){_stranger(cls, known)}"
        )
        yield "\n".join([head, f"  {first}", *([""] if rest else []), *(f"  {line}".rstrip() for line in rest)])
        if cls.params():
            yield "\n".join(_parameters(cls.params()))


def _parameters(params: Mapping[str, Param]) -> Iterator[str]:
    rows = list(_rows(params, ""))
    width = max(len(name) for name, _, _ in rows)
    yield click.style("parameters", bold=True)
    for name, words, text in rows:
        yield f"  {name:<{width}}  {words}"
        if text:
            yield f"  {'':<{width}}  {text}"


def _rows(params: Mapping[str, Param], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Name, what may be written, and what it does; keys of a mapping stand below it, as ``stroke.width``."""
    for name, param in params.items():
        words = [describe(param.kind)]
        if param.default is REQUIRED:
            words.append("required")
        elif param.default is not None:
            words.append(f"default {value_words(param.default, param.kind)}")
        if not isinstance(param.kind, Struct):
            words.append("may be animated" if param.animated else "fixed")
        if param.later:
            words.append("not available yet")
        yield prefix + name, "; ".join(words), param.help
        for option in param.kind.options if isinstance(param.kind, OneOf) else (param.kind,):
            if isinstance(option, Struct):
                yield from _rows(kinds.params(option.model), f"{prefix}{name}.")


def _documentation(cls: type[Extension]) -> tuple[str, list[str]]:
    """The first line of a class's documentation, and the lines after it without examples."""
    lines = (inspect.getdoc(cls) or "").splitlines() or [""]
    rest = list(_without_examples(lines[1:]))
    while rest and not rest[0]:
        rest.pop(0)
    while rest and not rest[-1]:
        rest.pop()
    return lines[0], rest


def _without_examples(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        example = line.startswith(">>>") or (inside and bool(line))
        if not example and not inside:
            yield line
        inside = example


def _stranger(cls: type[Extension], known: Registry) -> str:
    origin = known.origins[cls]
    return "" if origin.startswith("reelwork ") else f" [{origin}]"
