"""Messages of workers go in, and go on to the controller, if they are lucky: some are lost, doubled or held back.

``python -m reelwork_farm.chaos.lossy PORT CONTROLLER`` stands between them; what it did is printed when it is told to
end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web

#: Seconds that a message is held back at most, while the next ones overtake it.
_HELD: Final = 1.0
#: What may happen to a message, each as often.
_MISFORTUNES: Final = ("question lost", "answer lost", "doubled", "held back")
_HOP_BY_HOP: Final = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length", "host"))


class _Line:
    """A bad line to the controller.

    :param loss: part of the messages that meet each misfortune
    :param signs: whether signs of life go through
    """

    def __init__(self, session: ClientSession, controller: str, loss: float, signs: bool) -> None:
        self._session, self._controller, self._loss, self._signs = session, controller, loss, signs
        self._chance = random.Random(1)
        self._late: set[asyncio.Task[None]] = set()
        self.met: Counter[str] = Counter()

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Answer a worker, or break the line off."""
        data = await request.read()
        fate = self._fate(request)
        self.met[fate or "well"] += 1
        if fate == "question lost":
            return _broken(request)
        if fate == "held back":  # the worker asks again, and the first question comes after the second
            task = asyncio.create_task(self._later(request, data))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return _broken(request)
        try:
            answer = await self._ask(request, data)
            if fate == "doubled":
                answer = await self._ask(request, data)
        except ClientError:
            return _broken(request)
        return _broken(request) if fate == "answer lost" else answer

    def hang_up(self) -> None:
        """Let go of what is held back."""
        for task in self._late:
            task.cancel()

    def _fate(self, request: web.Request) -> str:
        """What happens to a message; nothing to most, and to those that carry files."""
        if request.method != "POST":
            return ""
        if request.path.endswith("/heartbeat") and not self._signs:
            return _MISFORTUNES[0]
        number = int(self._chance.random() / self._loss) if self._loss else len(_MISFORTUNES)
        return _MISFORTUNES[number] if number < len(_MISFORTUNES) else ""

    async def _ask(self, request: web.Request, data: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = f"http://{self._controller}{request.rel_url}"
        async with self._session.request(request.method, url, data=data, headers=headers) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _later(self, request: web.Request, data: bytes) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, _HELD))
        try:
            await self._ask(request, data)
        except ClientError:
            self.met["held back too long"] += 1


def _broken(request: web.Request) -> web.StreamResponse:
    """No answer, as when a connection is lost."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def main(arguments: Sequence[str]) -> None:
    """Stand between workers and a controller until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m reelwork_farm.chaos.lossy", description=__doc__)
    parser.add_argument("port", type=int, help="to listen on")
    parser.add_argument("controller", help="host:port")
    parser.add_argument("--loss", type=float, default=0.0, help="part of the messages that meet each misfortune")
    parser.add_argument("--no-signs", action="store_true", help="let no sign of life through")
    given = parser.parse_args(arguments)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with ClientSession(timeout=ClientTimeout(total=60)) as session:
        line = _Line(session, given.controller, given.loss, not given.no_signs)
        application = web.Application(client_max_size=1 << 30)
        application.router.add_route("*", "/{rest:.*}", line.pass_on)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", given.port).start()
        await stop.wait()
        await runner.cleanup()
        line.hang_up()
    print(json.dumps(line.met))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
