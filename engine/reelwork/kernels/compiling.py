"""Compiling takes seconds where nothing is cached: a function goes in, and is called when that begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_EVENT = "numba:compile"  # numba sends it around compiling, and not where its cache had what was asked for


@contextmanager
def compiling_told(tell: Callable[[], None]) -> Iterator[None]:
    """While inside, call ``tell`` whenever a kernel begins to be compiled."""
    from numba.core import event as events

    event: Any = events  # it has no annotations

    class Teller(events.Listener):
        def on_start(self, _: object) -> None:
            tell()

        def on_end(self, _: object) -> None:
            pass  # another kernel may follow at once

    teller = Teller()
    event.register(_EVENT, teller)
    try:
        yield
    finally:
        event.unregister(_EVENT, teller)
