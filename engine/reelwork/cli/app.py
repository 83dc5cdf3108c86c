"""The command's frame: finds the command that is meant, loads it alone, and turns every ending into an exit code."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import keyword
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

import reelwork
from reelwork.cli import exits
from reelwork.errors import PluginError

#: The commands, each ``command`` of the module of its name; a plugin's are found through its hook.
COMMANDS: Final = (
    "check",
    "render",
    "frame",
    "sheet",
    "effects",
    "plugins",
    "plugin",
    "probe",
    "import",
    "export",
    "schema",
    "completion",
)


class Root(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The built-in commands in the order of use, then those of plugins."""
        return [*COMMANDS, *_of_plugins()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; plugins are loaded only where it is none of the built-in ones."""
        if cmd_name in COMMANDS:
            name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
            module = importlib.import_module(f"reelwork.cli.{name}")
            command: click.Command = module.command
            return command
        return _of_plugins().get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near:
                raise click.UsageError(f"No such command {args[0]!r}. Did you mean {near[0]!r}?", ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; when whoever reads its output has gone, end quietly with a code that says so."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is not flushed yet
            sys.exit(exits.UNREAD)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and end with the code of what happened; without ``standalone_mode``, return or raise instead."""
        run = functools.partial(super().main, args, prog_name or "reelwork", complete_var, False, **extra)
        if not standalone_mode:
            return run()
        try:
            code: object = run()
        except Exception as error:
            sys.exit(exits.tell(error))
        sys.exit(code if isinstance(code, int) else 0)


@functools.cache
def _of_plugins() -> dict[str, click.Command]:
    """The commands that plugins bring, by name.

    :raises PluginError: a plugin fails at it, or brings a command that is there already
    """
    from reelwork.extensions import registry  # here, since loading every plugin costs time

    commands: dict[str, click.Command] = {}
    for name, plugin in registry().hooks.list_name_plugin():
        hook = getattr(plugin, "reelwork_commands", None)
        if hook is None:
            continue
        try:
            brought = tuple(hook())
        except Exception as error:  # a stranger's plugin may fail in any way
            raise PluginError(f"the plugin {name} cannot name its commands: {type(error).__name__}: {error}") from error
        for command in brought:
            if command.name is None or command.name in COMMANDS or command.name in commands:
                raise PluginError(f"the plugin {name} brings the command {command.name!r}, which is there already")
            commands[command.name] = command
    return dict(sorted(commands.items()))


_EPILOG = f"""SCENE is a scene file, or a folder that holds scene.yaml.

\b
Exit codes:
{exits.listing()}

\b
Environment:
  REELWORK_HOME   a folder for caches and unfinished work, instead of the user's own
  REELWORK_PICTURE_MEMORY   how much of converted pictures each worker holds: 180MB without it
  REELWORK_PATIENCE   seconds after which an effect is taken to hang: 60 without it
  REELWORK_PLUGIN_FOLDERS   folders in which effects/ beside a scene may be loaded as code, as in PATH
  {exits.DEBUG}  1 shows where a fault was raised
"""


@click.group(
    "reelwork",
    cls=Root,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, help="Show the version; with -v, also of what renders.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.pass_context
def cli(ctx: click.Context, version: bool, verbose: bool) -> None:
    """Render films that many hands made, from a scene file and a catalogue."""
    if version:
        click.echo(f"reelwork {reelwork.__version__}")
        if verbose:
            from reelwork.cli.versions import versions

            click.echo("\n".join(f"{name} {number}" for name, number in versions()))
        ctx.exit()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def open_streams() -> None:
    """Give standard input, output and error that the caller closed nothing to read, and nowhere to write to.

    Else a file of ours would take their numbers, and whoever asks whether there is a terminal would have nobody to ask.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which gets the lowest number that is free: this one
            os.set_inheritable(number, True)  # as the others are, for what is started from here
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def main() -> NoReturn:
    """The entry point of the command ``reelwork``."""
    open_streams()
    signal.signal(signal.SIGTERM, _terminated)
    cli.main()
    raise AssertionError("a command ends by itself")


def _terminated(number: int, _: object) -> NoReturn:
    """End in good order, so that the terminal is as it was and no worker is left."""
    sys.exit(128 + number)
