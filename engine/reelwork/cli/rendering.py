"""What ``reelwork render`` does once it is clear who renders: it is watched, and said what came of it.

This module loads the engine, :mod:`reelwork.cli.render` does not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import click

from reelwork.cli.exits import warn
from reelwork.cli.watch import watching
from reelwork.render import produce
from reelwork.render.job import Dispatcher
from reelwork.render.prepare import Settings
from reelwork.render.produce import Rendered
from reelwork.render.progress import Progress
from reelwork.render.remote import remote
from reelwork.render.terms import Terms
from reelwork.render.units import Request

__all__ = ["Request", "Settings", "renderer", "tell"]

#: Renders an output of a scene.
Renderer: TypeAlias = Callable[[Path, Settings, Request, Progress], Rendered]


def renderer(here: Dispatcher | None, farm: str | None, terms: Terms, *, discard: bool) -> Renderer:
    """What renders a scene: this machine, or the farm at an address.

    :param discard: keep nothing
    """
    if farm is not None:
        return functools.partial(remote(farm).render, terms=terms)
    return functools.partial(produce.discard if discard else produce.render, dispatcher=here)


def tell(render: Renderer, scene: Path, settings: Settings, request: Request) -> None:
    """Render, and say how far it is, what is doubtful in the scene, how loud it is and where the file lies."""
    with watching() as progress:
        rendered = render(scene, settings, request, progress)
    warn(rendered.warnings)
    if rendered.levels is not None:
        click.echo(_loudness(rendered.levels.loudness, rendered.levels.true_peak), err=True)
    if rendered.path is not None:
        click.echo(rendered.path)


def _loudness(loudness: float | None, true_peak: float | None) -> str:
    """How loud a film is, in a line."""
    if true_peak is None:
        return "sound: silence"
    heard = "too short or quiet to be rated" if loudness is None else f"{loudness:.1f} LUFS"
    warning = "; it will distort: lower a gain" if true_peak > 0.0 else ""
    return f"sound: {heard}, true peak {true_peak:.1f} dBTP{warning}"
