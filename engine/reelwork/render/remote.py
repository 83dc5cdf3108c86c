"""Rendering elsewhere: an address goes in, what renders there comes out, if a plugin of this machine knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from reelwork.errors import PluginError
from reelwork.extensions import registry
from reelwork.render.prepare import Settings
from reelwork.render.produce import Rendered
from reelwork.render.progress import Progress
from reelwork.render.terms import Terms
from reelwork.render.units import Request


class Remote(Protocol):
    """Renders on other machines what :func:`reelwork.render.produce.render` renders on this one."""

    def render(
        self, path: Path, settings: Settings, request: Request, progress: Progress, terms: Terms | None = None
    ) -> Rendered:
        """Render an output of a scene; its file is then where a render on this machine puts it.

        :param terms: how the job is treated beside others there
        :raises SceneError: the scene is wrong
        :raises ReelworkError: it cannot be rendered, here or there
        """
        ...


def remote(address: str) -> Remote:
    """What renders at an address.

    :raises PluginError: no plugin of this machine knows it
    """
    known = registry()
    found: Remote | None = known.hooks.hook.reelwork_remote(address=address)
    if found is None:
        raise PluginError(f"nothing here can render at {address}: install the farm with `pip install reelwork[farm]`")
    return found
