"""A worker's render process, ``python -m reelwork_farm.child PARENT``: orders come in on standard input, news goes out.

It lives no longer than the worker that started it. Whatever is printed in it goes to standard error, where the worker
keeps the end of it. It has no connection to the farm and knows no token.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import os
import resource
import signal
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from reelwork import notes
from reelwork.errors import MediaError
from reelwork.faults import PluginFault, note_in
from reelwork.render.worker import Outbox, die_with, spare_old_objects, take_over_pipes
from reelwork_farm import orders
from reelwork_farm.model import Cause, UnitKind

if TYPE_CHECKING:
    from reelwork_farm.work import Work

#: Errors of the machine, whatever is read or written: no room, or no more than a quota, too many open files.
_MACHINES: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ESTALE}
)
#: A disk that fails, unless FFmpeg says so: to it, that is a torn file, too.
_DISKS: Final = frozenset({errno.EIO})
#: What C++ libraries such as OpenEXR have of an error's number is its sentence alone.
_SAID: Final = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class _Outbox(Outbox):
    """The report of a render process on a farm: what a draft leaves out is a line of its worker's log."""

    def leave_out(self, fault: PluginFault) -> None:
        print(fault.warning(), file=sys.stderr, flush=True)


def main(parent: int, note: int | None = None) -> None:
    """Serve the worker in process ``parent`` until it is gone or has nothing more to do.

    :param note: a descriptor of memory in which the worker reads whose code runs here
    """
    faulthandler.enable()
    if note is not None:
        note_in(notes.attached(note))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))  # a unit that crashes is tried again, and would fill the disk
    die_with(parent)
    incoming, news = take_over_pipes()
    outbox = _Outbox(partial(orders.send, news))
    with contextlib.suppress(Exception):  # what is wrong is said when a job is opened
        _get_ready()
    work: Work | None = None
    while True:
        try:
            order = orders.receive(incoming)
        except EOFError:
            return
        try:
            if isinstance(order, orders.Open):
                work = _opened(order, outbox)
                spare_old_objects()
                outbox.send(orders.Opened())
            elif work is not None:
                outbox.send(_made(work, order, outbox))
        except Exception as error:  # strangers' plugins and files: anything may come
            traceback.print_exc()
            said = str(error) if isinstance(error, PluginFault) else f"{type(error).__name__}: {error}"
            outbox.send(orders.Failed(cause_of(error), said[:8000]))


def cause_of(error: BaseException) -> Cause:
    """Whose fault an exception in rendering is."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return Cause.MEMORY
        if _is_of_machine(seen):
            return Cause.INFRASTRUCTURE
        seen = seen.__cause__
    return Cause.MEDIA if isinstance(error, MediaError) else Cause.PLUGIN


def _is_of_machine(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _MACHINES or (error.errno in _DISKS and not isinstance(error, FFmpegError))
    return type(error) is RuntimeError and any(said in str(error) for said in _SAID)


def _get_ready() -> None:
    """Load what takes time, while there is no job yet: numba, PyAV and plugins."""
    from reelwork.extensions import registry
    from reelwork_farm import work  # noqa: F401

    registry()


def _opened(order: orders.Open, outbox: Outbox) -> Work:
    from reelwork_farm.work import open_work

    outbox.stage("reading the scene")
    return open_work(Path(order.folder), Path(order.into))


def _made(work: Work, order: orders.Make, outbox: Outbox) -> orders.Made:
    begun, cpu = time.monotonic(), time.process_time()
    _forget_peak()
    part, heard = order.part, None
    if part.kind is UnitKind.FINISH:
        path, frames = work.finish(_in_order(order.segments), outbox)
        heard = work.heard
    else:
        path, frames = work.render(part, outbox)
    outbox.flush()
    took, cpu = time.monotonic() - begun, time.process_time() - cpu
    return orders.Made(str(path), frames, took, cpu, peak_memory(), heard)


def _in_order(folder: str | None) -> list[Path]:
    return sorted(Path(folder).iterdir(), key=lambda path: int(path.stem)) if folder else []


def _forget_peak() -> None:
    """Have Linux measure the peak anew; elsewhere it is the peak of all units so far."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak_memory() -> int:
    """The most memory that this process held, bytes."""
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
