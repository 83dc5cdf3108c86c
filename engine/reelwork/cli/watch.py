"""Watching a render: its progress goes in, a bar or plain lines come out on standard error."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import click

from reelwork import faults, notes
from reelwork.cli.exits import coloured
from reelwork.cli.meter import Meter, spoken
from reelwork.faults import PluginFault
from reelwork.render.progress import Progress

#: Seconds between two plain lines.
_PAUSE = 5.0
#: Seconds between two looks at what of extensions runs.
_LOOK = 0.5


@contextmanager
def watching() -> Iterator[Progress]:
    """A bar on a terminal, else lines; where the work was done, a last line says how fast.

    An extension that hangs in this very process ends it.
    """
    meter = Meter()
    with hangs_told(), printing_apart():
        yield from _progress(meter)
    if meter.made:
        seconds = meter.seconds
        took = spoken(seconds) if seconds >= 60 else f"{seconds:.1f} s"
        made = f"{meter.made} frame{'s' if meter.made > 1 else ''}"
        click.echo(f"{made} in {took}, {meter.made / seconds:.1f} frames/s", err=True)


def _progress(meter: Meter) -> Iterator[Progress]:
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from reelwork.cli.bar import bar  # here, since a render into a log does not need it

        with bar(meter) as progress:
            yield progress
    else:
        yield Lines(meter)


@contextmanager
def printing_apart() -> Iterator[None]:
    """What plugins print in this process goes to standard error: standard output is for what the command says."""
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def hangs_told() -> Iterator[None]:
    """Look at what of extensions runs here; what takes too long cannot be stopped, but the process can. What crashes it
    is told by Python, with the author's line."""
    if not faulthandler.is_enabled() and sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)
    memory, done = notes.own(), threading.Event()
    watch = notes.Watch(memory)

    def look() -> None:
        while not done.wait(_LOOK):
            if (found := watch.overdue()) is not None:
                click.echo(coloured(str(faults.overdue(*found))), err=True)
                os._exit(PluginFault.exit_code)

    faults.note_in(memory)
    threading.Thread(target=look, name="watching", daemon=True).start()
    try:
        yield
    finally:
        done.set()
        faults.note_in(None)


class Lines:
    """A :class:`Progress` of plain lines: each stage when it first begins, else one every few seconds at most."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._stage = ""
        self._said: set[str] = set()
        self._last = -_PAUSE

    def stage(self, name: str) -> None:
        """Say it, if it was not said before."""
        self._stage = name
        if name not in self._said:
            self._said.add(name)
            self._say()

    def start(self, total: int, *, done: int = 0) -> None:
        """Count from here."""
        self._meter.start(total, done)

    def advance(self, frames: int = 1) -> None:
        """Say how far it is, if there was silence for a while."""
        self._meter.advance(frames)
        if self._meter.now() - self._last >= _PAUSE:
            self._say()

    def leave_out(self, fault: PluginFault) -> None:
        """Say what is left out, and why."""
        click.echo(coloured(fault.warning()), err=True)

    def _say(self) -> None:
        self._last = self._meter.now()
        click.echo(", ".join(filter(None, [self._stage, *self._meter.described()])), err=True)
