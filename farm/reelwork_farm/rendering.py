"""A render process as its worker sees it: orders go in, what was made or why it was not comes out, and it is watched.

It is a process of its own, so that a crash, a standstill or too much memory ends it and nothing else, and names the
unit that it was in.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import BinaryIO, Final, cast

from reelwork import faults, notes
from reelwork.render.local import ALLOCATION, signal_name
from reelwork_farm import orders
from reelwork_farm.model import Cause, Failure, Part
from reelwork_farm.wire import WireError

#: How many of the last lines that the process printed are kept, and how many characters of each.
_KEPT_LINES: Final = 400
_KEPT_CHARACTERS: Final = 500
#: How many characters of what it noted of itself are handed on.
_KEPT_WORDS: Final = 8000
#: Seconds between two looks at the process's memory: one that writes zeros as fast as it can takes a gigabyte in that.
_LOOK: Final = 0.1
#: Seconds to wait for the end of a dead process's output, which something that a plugin started may hold open.
_PATIENCE: Final = 1.0
#: What of its environment a worker hands on: where things are and how to compute, and nothing that is a secret.
_HANDED_ON: Final = frozenset(
    (
        "HOME",
        "LANG",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "PATH",
        "REELWORK_HOME",
        "REELWORK_PATIENCE",
        "REELWORK_PICTURE_MEMORY",
        "SHELL",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
    )
)
_HANDED_ON_PREFIXES: Final = ("CUDA_", "LC_", "MALLOC_", "NUMBA_", "NVIDIA_", "PYTHON", "XDG_")
#: Signals by which people and systems end a process (the last where a file or its time got too large for what the
#: machine allows); it is not the process's fault.
_ENDED_BY_OTHERS: Final = frozenset(
    (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGXFSZ, signal.SIGXCPU)
)


class NotMade(Exception):
    """The process could not make what it was asked for, or is gone; it must be closed."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Stopped(Exception):
    """The process was ended by :meth:`RenderProcess.stop`."""


class RenderProcess:
    """A render process, warm until it is closed: it is ready before there is a job, and then renders that one.

    Only the thread that made it may give orders and close it: Linux ends the process with that thread. ``frames``,
    ``stage``, ``memory`` and ``stop`` are for any.

    :param memory: bytes that it may hold; it is ended beyond that
    :param standstill: seconds without a finished frame, after which it is ended
    """

    def __init__(self, *, memory: int, standstill: float) -> None:
        self.frames = 0  #: finished of the part that is being rendered
        self.stage = ""  #: what it does now
        self._memory, self._standstill = memory, standstill
        self._stopped = threading.Event()
        self._words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._news: queue.SimpleQueue[orders.News | None] = queue.SimpleQueue()
        self._oom_kills = _oom_kills()
        with notes.shared() as (descriptor, self._note):
            self._process = subprocess.Popen(
                # -P: what lies in the working folder is no module of ours
                [sys.executable, "-P", "-m", "reelwork_farm.child", str(os.getpid()), str(descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(descriptor,),
                env=clean_environment(dict(os.environ)),
                start_new_session=True,  # so that what a plugin starts can be ended with it
            )
        self._watch = notes.Watch(self._note)
        _prefer_as_victim(self._process.pid)
        self._threads = [
            threading.Thread(target=self._read_news, daemon=True),
            threading.Thread(target=self._read_words, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._open: orders.Open | None = None
        self._into: Path | None = None

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def memory(self) -> int:
        """Bytes that it holds now, shared files not counted; 0 where that cannot be known."""
        return _held_memory(self._process.pid)

    def open(self, folder: Path, into: Path) -> None:
        """Say which job it renders; once.

        :param folder: where the job's bundle lies
        :param into: the folder that what it makes goes to
        """
        self._open = orders.Open(str(folder), str(into))
        self._into = into.resolve()

    def make(self, part: Part, segments: Path | None = None) -> orders.Made:
        """Have a part rendered.

        :param segments: the folder of all finished segments, for the finish
        :raises NotMade: it could not be; the failure says why
        :raises Stopped: :meth:`stop` was called meanwhile
        """
        self.frames = 0
        if self._open is not None:
            self._ask(self._open, "while it read the scene")
            self._open = None
        what = f"while it rendered frames {part.first}-{part.stop - 1}" if segments is None else "while it finished"
        made = self._ask(orders.Make(part, None if segments is None else str(segments)), what)
        if not isinstance(made, orders.Made):
            raise NotMade(Failure(Cause.PLUGIN, f"the render process answered {made!r}"))
        # What is handed in is read, and taken away afterwards: nothing that strangers' files could name is.
        if self._into is None or not Path(made.path).resolve().is_relative_to(self._into):
            raise NotMade(Failure(Cause.PLUGIN, f"the render process made {made.path[:200]!r}, outside of its folder"))
        return made

    def stop(self) -> None:
        """Have the part that is being rendered given up."""
        self._stopped.set()

    def close(self) -> None:
        """End the process and all that it started, whatever it does."""
        self._kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(_PATIENCE)
        with contextlib.suppress(OSError):  # unsent orders to a process that is gone
            cast(BinaryIO, self._process.stdin).close()

    def log(self) -> str:
        """The last lines that it printed since this was last asked for."""
        lines = []
        with contextlib.suppress(IndexError):
            while True:
                lines.append(self._words.popleft())
        return "\n".join(lines)

    def _ask(self, order: orders.Order, doing: str) -> orders.Made | orders.Opened:
        with contextlib.suppress(OSError):  # a process that is gone is noticed by the end of its news
            orders.send(cast(BinaryIO, self._process.stdin), order)
        sign = time.monotonic()
        while True:
            try:
                news = self._news.get(timeout=_LOOK)
            except queue.Empty:
                self._look(doing, time.monotonic() - sign)
                continue
            sign = time.monotonic()
            match news:
                case orders.Advance(frames):
                    self.frames += frames
                    self._look(doing, 0.0)
                case orders.Stage(name):
                    self.stage = name
                case orders.Made() | orders.Opened():
                    return news
                case orders.Failed(cause, message):
                    raise NotMade(Failure(cause, message))
                case None:
                    raise NotMade(self._obituary(doing))

    def _look(self, doing: str, still: float) -> None:
        """End the process where it must not go on."""
        if self._stopped.is_set():
            self._kill()
            raise Stopped
        held = self.memory
        if held > self._memory:
            self._kill()
            message = f"it held {_gigabytes(held)} of memory {doing}, and may hold {_gigabytes(self._memory)}"
            raise NotMade(Failure(Cause.MEMORY, self._suspecting(notes.read(self._note), message)))
        if (found := self._watch.overdue()) is not None:
            self._kill()
            message = f"an effect hung {doing}\n{faults.overdue(*found)}"
            raise NotMade(Failure(Cause.PLUGIN, message[:_KEPT_WORDS]))
        if still > self._standstill:
            where = f" ({self.stage})" if self.stage else ""
            self._kill()
            message = f"it stood still for {still:.0f} s {doing}{where}; an effect or a decoder hangs"
            raise NotMade(Failure(Cause.PLUGIN, self._suspecting(notes.read(self._note), message)))

    def _obituary(self, doing: str) -> Failure:
        """How it ended, after the end of its news."""
        code = self._process.wait()
        self._threads[1].join(_PATIENCE)
        seen = notes.read(self._note)
        if code == -signal.SIGKILL:
            if _oom_kills() == self._oom_kills is not None:
                return Failure(Cause.INFRASTRUCTURE, f"the render process was killed by somebody {doing}")
            what = f"the system killed it {doing}: the machine was out of memory"
            return Failure(Cause.MEMORY, self._suspecting(seen, what))
        if -code in _ENDED_BY_OTHERS:
            return Failure(Cause.INFRASTRUCTURE, f"the render process was ended by {signal_name(-code)} {doing}")
        if code < 0:
            fault = "" if seen else ": a fault in a decoder, an encoder or a plugin"
            return Failure(Cause.PLUGIN, self._suspecting(seen, f"it crashed with {signal_name(-code)} {doing}{fault}"))
        return Failure(Cause.PLUGIN, self._suspecting(seen, f"it ended by itself with code {code} {doing}"))

    def _suspecting(self, seen: notes.Seen | None, what: str) -> str:
        """What happened, with whose code ran meanwhile."""
        if seen is None:
            return what
        return f"{what}\n{faults.suspected(seen, 'this ran at that time', tuple(self._words))}"[:_KEPT_WORDS]

    def _kill(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _read_news(self) -> None:
        with cast(BinaryIO, self._process.stdout) as stream:
            try:
                while True:
                    self._news.put(orders.receive(stream))
            except (EOFError, OSError):
                self._news.put(None)
            except WireError as error:
                self._news.put(orders.Failed(Cause.PLUGIN, f"the render process does not make sense: {error}"))

    def _read_words(self) -> None:
        with cast(BinaryIO, self._process.stderr) as stream:
            while line := stream.readline(_KEPT_CHARACTERS):
                self._words.append(line.decode(errors="replace").rstrip())


def clean_environment(environment: dict[str, str]) -> dict[str, str]:
    """What a render process gets of its worker's environment."""
    kept = {
        name: value for name, value in environment.items() if name in _HANDED_ON or name.startswith(_HANDED_ON_PREFIXES)
    }
    return {**ALLOCATION, **kept}


def _prefer_as_victim(pid: int) -> None:
    """Have the system, when memory is short, end this process rather than its worker."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000")


def _held_memory(pid: int) -> int:
    held = 0
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:")):
                held += int(line.split()[1]) << 10
    return held


def _oom_kills() -> int | None:
    """How many processes the system ended since it started, as memory was short; ``None`` where it does not say."""
    with contextlib.suppress(OSError, ValueError), open("/proc/vmstat") as file:
        for line in file:
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    return None


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.2f} GiB"
