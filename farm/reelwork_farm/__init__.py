"""The farm: the same film from a cluster. It enters as a plugin, with its commands, where Ray is installed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reelwork import hookimpl

if TYPE_CHECKING:
    import click

    from reelwork.render.remote import Remote


@hookimpl
def reelwork_commands() -> Iterable[click.Command]:
    """The group ``farm``; nothing where the extra ``farm`` is not installed."""
    if find_spec("ray") is None:
        return ()
    from reelwork_farm.commands import farm  # here, since most commands are not the farm's

    return (farm,)


@hookimpl
def reelwork_remote(address: str) -> Remote | None:
    """The farm at an address; nothing where the extra ``farm`` is not installed."""
    if find_spec("ray") is None:
        return None
    from reelwork_farm.client import FarmClient
    from reelwork_farm.submit import FarmRenderer

    return FarmRenderer(FarmClient(address))
