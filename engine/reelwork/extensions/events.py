"""Telling plugins what happens to jobs: an event goes in; what fails in a plugin is reported, and stops nothing."""

from __future__ import annotations

import logging
from typing import Final

from reelwork.extensions.manager import Registry
from reelwork.job_event import JobEvent

_log: Final = logging.getLogger(__name__)


def tell(known: Registry, event: JobEvent) -> None:
    """Call every plugin's ``reelwork_job_event``; one that fails is written to the log, and the next one is called."""
    if known.hooks is None:
        return
    for implementation in known.hooks.hook.reelwork_job_event.get_hookimpls():
        try:
            implementation.function(*(event for _ in implementation.argnames))
        except Exception as error:  # a stranger's plugin may fail in any way
            said = f"{type(error).__name__}: {error}"
            _log.warning("the plugin %s failed when it was told of a job: %s", implementation.plugin_name, said)
