"""The hooks that a plugin may implement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

from reelwork.effect import Extension

if TYPE_CHECKING:
    import click

hookspec = pluggy.HookspecMarker("reelwork")
#: Marks a plugin's implementation of a hook.
hookimpl = pluggy.HookimplMarker("reelwork")


@hookspec
def reelwork_extensions() -> Iterable[type[Extension]]:
    """The effects, merges, generators and transitions that the plugin brings."""
    raise NotImplementedError


@hookspec
def reelwork_commands() -> Iterable[click.Command]:
    """Commands (or groups of commands) that the plugin adds to ``reelwork``."""
    raise NotImplementedError
