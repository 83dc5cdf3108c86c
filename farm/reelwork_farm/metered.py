"""An object goes in; one that stands for it, and counts and times what is asked of it, comes out."""

from __future__ import annotations

import functools
import time
from typing import Any


class Metered:
    """Stands for an object of whose methods it knows how often each was called and how long it took.

    ``spent`` holds, by method, the count of calls and real seconds in them; ``cpu`` is the processor time of all.
    """

    def __init__(self, target: object) -> None:
        self._target = target
        self.spent: dict[str, tuple[int, float]] = {}
        self.cpu = 0.0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        if not callable(method):
            return method

        @functools.wraps(method)
        def metered(*args: Any, **named: Any) -> Any:
            began, cpu = time.perf_counter(), time.thread_time()
            try:
                return method(*args, **named)
            finally:
                self.cpu += time.thread_time() - cpu
                count, seconds = self.spent.get(name, (0, 0.0))
                self.spent[name] = (count + 1, seconds + time.perf_counter() - began)

        self.__dict__[name] = metered
        return metered
