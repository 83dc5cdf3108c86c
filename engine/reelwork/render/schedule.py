"""Who renders which unit next: a run of units goes in, each worker's next one comes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


class Schedule(Generic[T]):
    """Shares consecutive units out to workers.

    Each worker begins with a run of its own, so that it reads its sources forward and decoders stay open. One that has
    finished its run takes the later half of the longest run that is left, so that all are busy to the end.
    """

    def __init__(self, units: Sequence[T], workers: int) -> None:
        cuts = [len(units) * worker // workers for worker in range(workers + 1)]
        self._runs = [deque(units[start:stop]) for start, stop in pairwise(cuts)]

    def take(self, worker: int) -> T | None:
        """The worker's next unit; ``None`` when none is left for anybody."""
        run = self._runs[worker]
        if not run:
            longest = max(self._runs, key=len)
            for _ in range((len(longest) + 1) // 2):
                run.appendleft(longest.pop())
        return run.popleft() if run else None
