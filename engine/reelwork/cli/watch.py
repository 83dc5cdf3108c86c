"""Watching a render: its progress goes in, a bar or plain lines come out on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reelwork.cli.meter import Meter, spoken
from reelwork.render.progress import Progress

#: Seconds between two plain lines.
_PAUSE = 5.0


@contextmanager
def watching() -> Iterator[Progress]:
    """A bar on a terminal, else lines; where the work was done, a last line says how fast."""
    meter = Meter()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from reelwork.cli.bar import bar  # here, since a render into a log does not need it

        with bar(meter) as progress:
            yield progress
    else:
        yield Lines(meter)
    if meter.made:
        seconds = meter.seconds
        took = spoken(seconds) if seconds >= 60 else f"{seconds:.1f} s"
        click.echo(f"{meter.made} frames in {took}, {meter.made / seconds:.1f} frames/s", err=True)


class Lines:
    """A :class:`Progress` of plain lines, one every few seconds at most."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._stage = ""
        self._last: float | None = None

    def stage(self, name: str) -> None:
        """Say it, if there was silence for a while."""
        if name != self._stage:
            self._stage = name
            self._say()

    def start(self, total: int, *, done: int = 0) -> None:
        """Count from here."""
        self._meter.start(total, done)
        self._say()

    def advance(self, frames: int = 1) -> None:
        """Say how far it is, if there was silence for a while."""
        self._meter.advance(frames)
        self._say()

    def _say(self) -> None:
        now = self._meter.now()
        if self._last is None or now - self._last >= _PAUSE:
            self._last = now
            click.echo(", ".join(filter(None, [self._stage, *self._meter.described()])), err=True)
