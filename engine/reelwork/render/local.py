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
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

from reelwork import faults, notes
from reelwork.errors import ReelworkError, RenderError
from reelwork.extensions import sources
from reelwork.faults import PluginFault
from reelwork.render import wire
from reelwork.render.job import Job, Lenient, Renderer, Segment, Unit
from reelwork.render.progress import Progress
from reelwork.render.schedule import Schedule

#: How many of the last lines that a worker printed are kept, should it die, and how many of them the error says.
_KEPT_LINES = 200
_TOLD_LINES = 20
#: What glibc's allocator is told, as far as the owner has not told it otherwise: to give a frame's memory back when it
#: is freed, rather than keep it in a heap that has holes. A third of a render's memory (other allocators do so anyway).
ALLOCATION = {
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "MALLOC_ARENA_MAX": "2",
}
#: Seconds to wait for the end of a dead worker's output, which something that a plugin started may hold open.
_PATIENCE = 1.0
#: Seconds between two looks at what runs in workers.
_LOOK = 1.0


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
    ahead: list[_Process] = field(default_factory=list, compare=False)

    @contextlib.contextmanager
    def started_ahead(self) -> Iterator[LocalDispatcher]:
        """The same, with one worker that loads its libraries while it is found out what there is to do.

        It is ended with the context where nothing was to do. There is none where only one core is usable.
        """
        ahead = [_Process()] if usable_cores() > 1 else []
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
        render = _Render(job.renderer, progress)
        workers, died = render.workers, set[Unit]()
        try:
            workers.extend(
                _Worker(number, render.inbox, self.ahead.pop() if self.ahead else _Process()) for number in range(count)
            )
            begin = render.begin()
            for worker in workers:  # only now, so that all of them start at once
                worker.order(begin)
                worker.give(schedule.take(worker.number))
            for worker, news in render.news():
                match news:
                    case wire.Advance(frames):
                        worker.frames += frames
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
                    case None if worker.unit is not None:
                        if worker.unit in died:
                            render.leave_out(worker.obituary())
                        died ^= {worker.unit}  # a first time may have been a whim of the machine
                        render.replace(worker)
        finally:
            for worker in workers:
                worker.kill()
            for worker in workers:
                worker.bury()


class _Render:
    """The workers of a job, what they are told and where their news comes in.

    :param renderer: the job's
    """

    def __init__(self, renderer: Callable[[], Renderer], progress: Progress) -> None:
        self.inbox: queue.SimpleQueue[tuple[_Worker, wire.News | None]] = queue.SimpleQueue()
        self.workers: list[_Worker] = []
        self._renderer, self._progress = renderer, progress

    def begin(self) -> wire.Begin:
        """The first order to a worker."""
        renderer = pickle.dumps(self._renderer, pickle.HIGHEST_PROTOCOL)
        return wire.Begin(tuple(sys.path), renderer, sources.known(renderer))

    def news(self) -> Iterator[tuple[_Worker, wire.News | None]]:
        """What workers say, as long as one has a unit; ``None`` from one that is gone. Meanwhile those whose extensions
        hang are replaced, if the job can do without them.

        :raises PluginFault: it cannot
        """
        looked = time.monotonic()
        while any(worker.unit for worker in self.workers):
            with contextlib.suppress(queue.Empty):
                yield self.inbox.get(timeout=_LOOK)
            if time.monotonic() - looked < _LOOK:
                continue
            looked = time.monotonic()
            for worker in [worker for worker in self.workers if worker.unit]:
                if found := worker.overdue():
                    worker.kill()
                    self.leave_out(found)
                    self.replace(worker)

    def leave_out(self, error: ReelworkError) -> None:
        """From now on, do without what an error names.

        :raises ReelworkError: the error, where that cannot be
        """
        lacking = None
        if isinstance(error, PluginFault) and isinstance(self._renderer, Lenient):
            lacking = self._renderer.without(error.paths)
        if lacking is None:
            raise error
        self._renderer = lacking
        self._progress.leave_out(cast(PluginFault, error))

    def replace(self, worker: _Worker) -> None:
        """Have the unit of a worker that is gone rendered by a new one."""
        self._progress.advance(-worker.frames)
        successor = _Worker(worker.number, self.inbox, _Process())
        self.workers.append(successor)
        successor.order(self.begin())
        successor.give(worker.unit)
        worker.unit = None


class _Process(subprocess.Popen[bytes]):
    """A process for a worker, which waits for its first order; in ``note`` is whose code it runs."""

    def __init__(self) -> None:
        with notes.shared() as (descriptor, self.note):
            super().__init__(
                # -P: what lies in the working folder is no module of ours
                [sys.executable, "-P", "-m", "reelwork.render.worker", str(os.getpid()), str(descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(descriptor,),
                env={**ALLOCATION, **os.environ},
            )


class _Worker:
    """A worker process, as the dispatcher sees it."""

    def __init__(
        self, number: int, inbox: queue.SimpleQueue[tuple[_Worker, wire.News | None]], process: _Process
    ) -> None:
        self.number = number
        self.unit: Unit | None = None
        self.frames = 0  #: of the unit that are finished
        self._watch = notes.Watch(process.note)
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
        self.unit, self.frames = unit, 0
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

    def overdue(self) -> PluginFault | None:
        """What it has run for longer than it may."""
        found = self._watch.overdue()
        return None if found is None else faults.overdue(*found)

    def obituary(self) -> ReelworkError:
        """How it ended, after the end of its news, as one before it did at the same unit."""
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
        died = f"the worker that rendered {self.unit} {how}, a second time"
        seen = notes.read(self._process.note)
        if seen is None and code >= 0 and (seen := notes.last(self._process.note)) is not None:
            died = f"{died}; nothing of plugins ran then, and this had run last"  # it closed what was not its own
        if seen is not None:
            return faults.suspected(seen, died, self._last_words)
        words = "".join(f"\n  | {line}" for line in list(self._last_words)[-_TOLD_LINES:])
        return RenderError(
            f"{died}: {remedy}. What is finished is kept, and the same command goes on from there.{words}"
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
