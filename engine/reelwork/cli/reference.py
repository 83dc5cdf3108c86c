"""The reference page of the commands, ``python -m reelwork.cli.reference``: the commands go in, Markdown comes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import click

from reelwork.cli.app import cli

_WIDTH: Final = 100
_HEAD: Final = """\
# The command `reelwork`

<!-- Written by `make docs` from the commands themselves; a test fails when it is stale. -->

What a command makes, it names on standard output; everything else it says goes to standard error, so that
`open "$(reelwork render scenes/hello)"` works. On a terminal a bar shows what is done now, how many frames are
finished, how many were made a second of late, and how long the rest takes at that speed; elsewhere a line says so every
few seconds.
"""


def page() -> str:
    """The page, each command's help as the command itself prints it."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield _HEAD
    yield from _help(cli, cli.make_context("reelwork", [], terminal_width=_WIDTH))


def _help(command: click.Command, ctx: click.Context) -> Iterator[str]:
    if ctx.parent:
        yield f"## `{ctx.command_path}`\n"
    yield f"```text\n{command.get_help(ctx)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner:
                yield from _help(inner, inner.make_context(name, [], ctx, resilient_parsing=True))


if __name__ == "__main__":
    sys.stdout.write(page())
