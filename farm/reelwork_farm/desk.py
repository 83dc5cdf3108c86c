"""Workers that ask for work wait here together; one plan at a time answers all who are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from reelwork_farm.model import Lease

#: Questions a second that idle workers may put at most, all together; with more workers, each waits longer.
_QUESTIONS: Final = 200.0
#: Seconds for which one who asked waits for others, so that one plan does for all.
_GATHER: Final = 0.005

#: Makes a plan for workers, the longest waiting first.
Plan = Callable[[Sequence[str]], Awaitable[dict[str, Lease]]]


class Desk:
    """A place in one event loop.

    :param poll: seconds that a worker waits for work before it is told that there is none
    """

    def __init__(self, plan: Plan, poll: float) -> None:
        self._plan = plan
        self._poll = poll
        self._asking: dict[str, tuple[asyncio.Future[Lease | None], float]] = {}
        self._wake = asyncio.Event()

    async def lease(self, worker: str) -> Lease | None:
        """Something to do for a worker, or nothing after a while."""
        answer: asyncio.Future[Lease | None] = asyncio.get_running_loop().create_future()
        before = self._asking.pop(worker, None)
        if before is not None and not before[0].done():
            before[0].set_result(None)  # it asks again, since it did not get that answer
        self._asking[worker] = (answer, time.monotonic())
        self._wake.set()
        return await answer

    def changed(self) -> None:
        """Something may be there now that was not there before."""
        if self._asking:
            self._wake.set()

    async def run(self) -> None:
        """Answer, until cancelled."""
        while True:
            await self._until_woken()
            asking = dict(self._asking)
            began = time.monotonic()
            try:
                leases = await self._plan(tuple(asking))
            except Exception as error:
                self._answer_all(asking, error)
            else:
                self._answer(asking, leases)
            # so that whoever reports has at least half of the time
            await asyncio.sleep(max(_GATHER, time.monotonic() - began))

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(self._patience() / 2 if self._asking else None):
                await self._wake.wait()
                await asyncio.sleep(_GATHER)
        except TimeoutError:
            pass
        self._wake.clear()

    def _patience(self) -> float:
        return max(self._poll, len(self._asking) / _QUESTIONS)

    def _answer(self, asking: dict[str, tuple[asyncio.Future[Lease | None], float]], leases: dict[str, Lease]) -> None:
        patience, now = self._patience(), time.monotonic()
        for worker, (answer, since) in asking.items():
            lease = leases.get(worker)
            if lease is None and now - since < patience:
                continue
            if not answer.done():
                answer.set_result(lease)
            if self._asking.get(worker, (None,))[0] is answer:
                del self._asking[worker]

    def _answer_all(self, asking: dict[str, tuple[asyncio.Future[Lease | None], float]], error: Exception) -> None:
        for worker, (answer, _) in asking.items():
            if not answer.done():
                answer.set_exception(error)
            if self._asking.get(worker, (None,))[0] is answer:
                del self._asking[worker]
