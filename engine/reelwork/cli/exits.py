"""Exit codes: an exception goes in, what the command says about it and the code that it ends with come out."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterable
from typing import Final

import click

from reelwork import errors
from reelwork.errors import Problem, ReelworkError
from reelwork.faults import PluginFault

#: What each kind of error means to a script; the codes are the classes' own.
MEANINGS: Final[dict[type[ReelworkError], str]] = {
    ReelworkError: "it could not be done",
    errors.SceneError: "the scene has errors",
    errors.MediaError: "a file of pictures or sound cannot be read",
    errors.CatalogueError: "the catalogue has errors",
    errors.PluginError: "a plugin cannot be loaded, or it failed",
    errors.OutputError: "the output cannot be made or written",
    errors.RenderError: "a worker died, or failed",
    errors.RemoteError: "a farm refused it, or cannot be reached",
}

USAGE, INTERNAL, INTERRUPTED, UNREAD, TERMINATED = 2, 70, 130, 141, 143

#: Every code that the command ends with, and what it means.
EXIT_CODES: Final[dict[int, str]] = {
    0: "done",
    **{cls.exit_code: meaning for cls, meaning in MEANINGS.items()},
    USAGE: "the command was not understood",
    INTERNAL: "a fault in Reelwork or in a plugin",
    INTERRUPTED: "interrupted by Ctrl-C",
    UNREAD: "whoever read the output went away",
    TERMINATED: "ended by SIGTERM",
}

#: Set to 1, it shows where a fault was raised.
DEBUG: Final = "REELWORK_DEBUG"

# What a terminal takes for an order, or what turns around the text beside it: messages quote scenes, files and farms.
_ORDERS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKS: Final = (
    (re.compile(r"\berror:", re.MULTILINE), "red"),
    (re.compile(r"\bwarning:", re.MULTILINE), "yellow"),
    (re.compile(r"^ +\| +(\^+)$", re.MULTILINE), "green"),
)


def listing() -> str:
    """The exit codes as a table of two columns, one line each."""
    return "\n".join(f"  {code:>3}  {meaning}" for code, meaning in sorted(EXIT_CODES.items()))


def tell(error: BaseException) -> int:
    """Say what went wrong, on standard error; give the code to end with."""
    debug = os.environ.get(DEBUG, "") not in ("", "0")
    if isinstance(error, ReelworkError):
        if debug and isinstance(error, PluginFault):
            click.echo(error.trace, err=True)
        click.echo(coloured(str(error)), err=True)
        return error.exit_code
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    if isinstance(error, OSError) and error.strerror:  # a full disk, a missing permission: the machine's, not a fault
        click.echo(f"reelwork: {f'{error.filename}: ' if error.filename else ''}{error.strerror}", err=True)
        return ReelworkError.exit_code
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    else:
        words = " ".join(str(error).split())
        what = f"{type(error).__name__}: {words}" if words else type(error).__name__
        click.echo(f"reelwork: a fault in Reelwork or in a plugin: {what} (set {DEBUG}=1 to see where)", err=True)
    return INTERNAL


def warn(problems: Iterable[Problem]) -> None:
    """Show what is doubtful, on standard error."""
    for problem in problems:
        click.echo(coloured(str(problem)) + "\n", err=True)


def coloured(text: str) -> str:
    """The text with its marks styled, which :func:`click.echo` takes out again where there is no terminal.

    Nothing else in it gives orders to a terminal.
    """
    text = _ORDERS.sub(" ", text)
    for pattern, colour in _MARKS:
        text = pattern.sub(lambda match, fg=colour: click.style(match[0], fg=fg, bold=True), text)  # type: ignore[misc]
    return text
