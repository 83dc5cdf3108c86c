"""A local worker, ``python -m reelwork.render.worker PARENT``: units come in on standard input, news goes out.

It lives exactly as long as the process that started it. Whatever is printed in it goes to standard error, where the
dispatcher keeps the end of it.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import pickle
import queue
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from reelwork import notes
from reelwork.extensions import sources
from reelwork.faults import PluginFault, note_in
from reelwork.render import wire
from reelwork.render.job import Unit

#: Seconds between two messages about finished frames.
_QUIET = 0.1


class Outbox:
    """The :class:`reelwork.render.progress.Report` of a render process, which sends what it is told to who started it.

    :param send: writes a message; raises :class:`OSError` when nobody reads any more, which ends the process
    """

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._stage = ""
        self._frames = 0
        self._sent = 0.0

    def send(self, news: Any) -> None:
        """Send any message of the process."""
        try:
            self._send(news)
        except OSError:
            os._exit(1)

    def stage(self, name: str) -> None:
        """Send what is being done, once."""
        if name != self._stage:
            self._stage = name
            self.send(wire.Stage(name))

    def advance(self, frames: int = 1) -> None:
        """Count finished frames, and send their number now and then."""
        self._frames += frames
        if time.monotonic() - self._sent >= _QUIET:
            self.flush()

    def leave_out(self, fault: PluginFault) -> None:
        """Send what failed and is left out."""
        self.send(wire.LeftOut(fault))

    def flush(self) -> None:
        """Send what is counted."""
        if self._frames:
            self.send(wire.Advance(self._frames))
        self._frames, self._sent = 0, time.monotonic()


def main(parent: int, note: int | None = None) -> None:
    """Serve the dispatcher in process ``parent`` until it is gone or has nothing more to do.

    :param note: a descriptor of memory in which the dispatcher reads whose code runs here
    """
    faulthandler.enable()
    if note is not None:
        note_in(notes.attached(note))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the dispatcher decides
    die_with(parent)
    orders, news = take_over_pipes()
    outbox = Outbox(partial(wire.send, news))
    if not select.select([orders], [], [], 0)[0]:
        _load_ahead()
    try:
        begin = wire.receive(orders)
    except EOFError:
        return
    units = _listen(orders)
    try:
        sys.path[:] = begin.path
        sources.restore(begin.folders)
        renderer = pickle.loads(begin.renderer)()
    except Exception as error:
        outbox.send(wire.Failed(wire.portable(error), traceback.format_exc()))
        return
    spare_old_objects()
    while True:
        unit = units.get()
        try:
            segment = renderer.render(unit, outbox)
        except Exception as error:
            outbox.send(wire.Failed(wire.portable(error), traceback.format_exc()))
            return
        outbox.flush()
        outbox.send(wire.Finished(segment))


def _load_ahead() -> None:
    """Load what every renderer of ours needs, while the dispatcher still finds out what there is to do."""
    from reelwork.kernels import native

    importlib.import_module("reelwork.render.unit")
    native.warm_up()


def spare_old_objects() -> None:
    """What is there now stays: do not have it looked through for cycles again and again while frames are painted."""
    gc.collect()
    gc.freeze()


def die_with(parent: int) -> None:
    """Ask Linux to kill this process with its parent, even in the middle of a call that holds the interpreter."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the request was made
            os._exit(1)


def take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Orders and news on descriptors of their own; standard input is empty and standard output is standard error."""
    orders, news = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return orders, news


def _listen(orders: BinaryIO) -> queue.SimpleQueue[Unit]:
    """Units as they are handed out. A thread waits for them, so that the end of the pipe ends the process at once."""
    units: queue.SimpleQueue[Unit] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                units.put(wire.receive(orders))
        except (EOFError, OSError):
            os._exit(0)  # nothing more to do, or nobody to do it for

    threading.Thread(target=listen, name="orders", daemon=True).start()
    return units


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
