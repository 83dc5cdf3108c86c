"""Compiling takes seconds where nothing is cached: a function goes in, and is told when that begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_EVENT = "numba:compile"  # numba sends it around compiling, and not where its cache had what was asked for


@contextmanager
def compiling_told(tell: Callable[[bool], None]) -> Iterator[None]:
    """While inside, call ``tell(True)`` when kernels begin to be compiled and ``tell(False)`` when they are there."""
    from numba.core import event as events

    event: Any = events  # it has no annotations

    class Teller(events.Listener):
        depth = 0

        def on_start(self, _: object) -> None:
            self.depth += 1
            if self.depth == 1:
                tell(True)

        def on_end(self, _: object) -> None:
            self.depth -= 1
            if self.depth == 0:
                tell(False)

    teller = Teller()
    event.register(_EVENT, teller)
    try:
        yield
    finally:
        event.unregister(_EVENT, teller)
