"""The local dispatcher: a job goes in, worker processes of this machine render it, segments come out."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

from reelwork.errors import RenderError
from reelwork.extensions import sources
from reelwork.render import wire
from reelwork.render.job import Job, Segment, Unit
from reelwork.render.progress import Progress
from reelwork.render.schedule import Schedule

#: How many of the last lines that a worker printed are kept for the error, should it die.
_KEPT_LINES = 20
#: What glibc's allocator is told, as far as the owner has not told it otherwise: to give a frame's memory back when it
#: is freed, rather than keep it in a heap that has holes. A third of a render's memory (other allocators do so anyway).
ALLOCATION = {
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "MALLOC_ARENA_MAX": "2",
}
#: Seconds to wait for the end of a dead worker's output, which something that a plugin started may hold open.
_PATIENCE = 1.0


def usable_cores() -> int:
    """How many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class LocalDispatcher:
    """Renders in worker processes of this machine, in one even where one is enough, so that there is one way.

    Workers are processes and not threads, so that a fault in a decoder ends a worker and not the film, and so that
    encoders share nothing. They end with the thread that runs the dispatcher, however it ends.

    :param jobs: how many workers at most
    :param ahead: processes for workers that run already
    """

    jobs: int
    ahead: list[subprocess.Popen[bytes]] = field(default_factory=list, compare=False)

    @contextlib.contextmanager
    def started_ahead(self) -> Iterator[LocalDispatcher]:
        """The same, with one worker that loads its libraries while it is found out what there is to do.

        It is ended with the context where nothing was to do. There is none where only one core is usable.
        """
        ahead = [_process()] if usable_cores() > 1 else []
        try:
            yield replace(self, ahead=ahead)
        finally:
            for process in ahead:
                process.kill()
                with process:  # waits, and closes its pipes
                    pass

    def run(self, job: Job, progress: Progress) -> Generator[Segment]:
        """See :class:`reelwork.render.job.Dispatcher`."""
        count = min(self.jobs, len(job.units))
        if not count:
            return
        schedule = Schedule(job.units, count)
        renderer = pickle.dumps(job.renderer, pickle.HIGHEST_PROTOCOL)
        begin = wire.Begin(tuple(sys.path), renderer, sources.known(renderer))
        inbox: queue.SimpleQueue[tuple[_Worker, wire.News | None]] = queue.SimpleQueue()
        workers: list[_Worker] = []
        try:
            workers.extend(
                _Worker(number, inbox, self.ahead.pop() if self.ahead else _process()) for number in range(count)
            )
            for worker in workers:  # only now, so that all of them start at once
                worker.order(begin)
                worker.give(schedule.take(worker.number))
            while any(worker.unit for worker in workers):
                worker, news = inbox.get()
                match news:
                    case wire.Advance(frames):
                        progress.advance(frames)
                    case wire.Stage(name):
                        progress.stage(name)
                    case wire.LeftOut(fault):
                        progress.leave_out(fault)
                    case wire.Finished(segment):
                        worker.give(schedule.take(worker.number))
                        yield segment
                    case wire.Failed(error, where):
                        error.add_note(f"In a worker process:\n{where}")
                        raise error
                    case None if worker.unit:
                        raise worker.obituary()
        finally:
            for worker in workers:
                worker.kill()
            for worker in workers:
                worker.bury()


def _process() -> subprocess.Popen[bytes]:
    """A process for a worker, which waits for its first order."""
    return subprocess.Popen(
        # -P: what lies in the working folder is no module of ours
        [sys.executable, "-P", "-m", "reelwork.render.worker", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**ALLOCATION, **os.environ},
    )


class _Worker:
    """A worker process, as the dispatcher sees it."""

    def __init__(
        self, number: int, inbox: queue.SimpleQueue[tuple[_Worker, wire.News | None]], process: subprocess.Popen[bytes]
    ) -> None:
        self.number = number
        self.unit: Unit | None = None
        self._last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = process
        self._threads = [
            threading.Thread(target=self._read_news, args=(inbox,), daemon=True),
            threading.Thread(target=self._read_words, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def _orders(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdin)

    def order(self, message: wire.Order) -> None:
        """Send; a worker that is gone is noticed by the end of its news."""
        with contextlib.suppress(OSError):
            wire.send(self._orders, message)

    def give(self, unit: Unit | None) -> None:
        """Have a unit rendered; ``None`` lets the worker end."""
        self.unit = unit
        if unit is not None:
            self.order(unit)
        else:
            self._close(self._orders)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()

    def bury(self) -> None:
        """Wait until the process is gone and let go of its pipes."""
        self._process.wait()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._close(self._orders)

    def obituary(self) -> RenderError:
        """How it ended, after the end of its news."""
        code = self._process.wait()
        self._threads[1].join(_PATIENCE)
        if code < 0:
            name = signal_name(-code)
            how = f"was killed by {name}"
            remedy = (
                "the machine may have run out of memory; try fewer --jobs"
                if name == "SIGKILL"
                else "this is a fault in a decoder, an encoder or a plugin, not in the scene"
            )
        else:
            how = f"ended by itself with code {code}"
            remedy = "this is a fault in a plugin or in Reelwork, not in the scene"
        words = "".join(f"\n  | {line}" for line in self._last_words)
        return RenderError(
            f"the worker that rendered {self.unit} {how}: {remedy}. What is finished is kept, and the same command "
            f"goes on from there.{words}"
        )

    def _read_news(self, inbox: queue.SimpleQueue[tuple[_Worker, wire.News | None]]) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while True:
                inbox.put((self, wire.receive(stream)))
        except EOFError:
            inbox.put((self, None))
        except Exception as error:  # a message that cannot be unpickled here
            inbox.put((self, wire.Failed(error, traceback.format_exc())))
        finally:
            stream.close()

    def _read_words(self) -> None:
        with cast(BinaryIO, self._process.stderr) as stream:
            for line in stream:
                self._last_words.append(line.decode(errors="replace").rstrip())

    @staticmethod
    def _close(stream: BinaryIO) -> None:
        with contextlib.suppress(OSError):  # unsent orders to a worker that is gone
            stream.close()


def signal_name(number: int) -> str:
    """What people call a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return f"signal {number}"
