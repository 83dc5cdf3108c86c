"""The hooks that a plugin may implement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

from reelwork.effect import Extension

if TYPE_CHECKING:
    import click

    from reelwork.film import FilmWriter
    from reelwork.footage import FootageReader
    from reelwork.job_event import JobEvent
    from reelwork.linker import Linker
    from reelwork.render.remote import Remote
    from reelwork.still import StillReader, StillWriter

hookspec = pluggy.HookspecMarker("reelwork")
#: Marks a plugin's implementation of a hook.
hookimpl = pluggy.HookimplMarker("reelwork")


@hookspec
def reelwork_extensions() -> Iterable[type[Extension]]:
    """The effects, merges, generators, transitions and sound effects that the plugin brings."""
    raise NotImplementedError


@hookspec
def reelwork_readers() -> Iterable[StillReader]:
    """Readers of stills in formats that the engine does not know; each is chosen by the ending of a file's name."""
    raise NotImplementedError


@hookspec
def reelwork_writers() -> Iterable[StillWriter]:
    """Writers of stills in formats that the engine does not know, for outputs of these endings."""
    raise NotImplementedError


@hookspec
def reelwork_footage_readers() -> Iterable[FootageReader]:
    """Readers of moving pictures in formats that the engine does not know, and of numbered files; each is chosen by the
    ending of a file's name."""
    raise NotImplementedError


@hookspec
def reelwork_film_writers() -> Iterable[FilmWriter]:
    """Writers of films, and of anything else that is made of all frames in order, for outputs of endings that the
    engine does not write."""
    raise NotImplementedError


@hookspec
def reelwork_linkers() -> Iterable[Linker]:
    """Linkers: each finds the files that names of a scheme stand for, such as ``asset: studio:shot-12``."""
    raise NotImplementedError


@hookspec
def reelwork_commands() -> Iterable[click.Command]:
    """Commands (or groups of commands) that the plugin adds to ``reelwork``."""
    raise NotImplementedError


@hookspec
def reelwork_job_event(event: JobEvent) -> None:
    """Called when a job starts, is finished, fails or is cancelled: by ``reelwork render`` for its own, by a farm's
    controller for those of the farm. It runs in their process and they wait for it, so it should be quick; an error in
    it is reported and stops nothing. A controller that starts anew may tell the last events again.

    :param event: what happened, to which job
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def reelwork_remote(address: str) -> Remote | None:
    """What renders on the machines behind an address such as ``host:port``; ``None`` if the plugin does not do that.

    :param address: as the person wrote it after ``--farm``
    """
    raise NotImplementedError
