"""An object goes in; one that stands for it, and counts and times what is asked of it, comes out."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spent:
    """What calls of one method took.

    :param calls: how many there were
    :param seconds: of real time in them
    :param cpu: seconds of processor time; for the rest they waited, for the disk or for the processor
    """

    calls: int = 0
    seconds: float = 0.0
    cpu: float = 0.0


class Metered:
    """Stands for an object; ``spent`` says, by method, what was spent in it."""

    def __init__(self, target: object) -> None:
        self._target = target
        self.spent: dict[str, Spent] = {}

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
                known = self.spent.get(name, Spent())
                self.spent[name] = Spent(
                    known.calls + 1,
                    known.seconds + time.perf_counter() - began,
                    known.cpu + time.thread_time() - cpu,
                )

        self.__dict__[name] = metered
        return metered
