"""The bar: a render's progress goes in, a moving picture of it on a terminal comes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Display
from rich.table import Column
from rich.text import Text

from reelwork.cli.exits import coloured
from reelwork.cli.meter import Meter
from reelwork.faults import PluginFault
from reelwork.render.progress import Progress

#: Columns of the screen that the bar itself takes at most.
_WIDTH: Final = 40


@contextmanager
def bar(meter: Meter, console: Console | None = None) -> Iterator[Progress]:
    """A bar with what is done now, frames, speed and time left; it is gone when the work is done."""
    display = Display(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=None, table_column=Column(ratio=1, max_width=_WIDTH)),
        _Words(meter, table_column=Column(no_wrap=True)),
        console=console or Console(stderr=True),
        expand=True,
        transient=True,
    )
    with display:
        yield _Bar(meter, display, display.add_task("", total=None))


class _Words(ProgressColumn):
    """The meter in words, read whenever the bar is drawn."""

    def __init__(self, meter: Meter, table_column: Column) -> None:
        super().__init__(table_column)
        self._meter = meter

    def render(self, task: Task) -> Text:
        return Text(", ".join(self._meter.described()))


class _Bar:
    """Passes what it is told on to the meter and the display."""

    def __init__(self, meter: Meter, display: Display, task: TaskID) -> None:
        self._meter, self._display, self._task = meter, display, task
        self._said = ""

    def stage(self, name: str) -> None:
        # Beside the bar a sentence would be cut off: it stands above, once.
        if len(name) > self._display.console.width // 2 and name != self._said:
            self._said = name
            self._display.console.print(Text(name))
        self._display.update(self._task, description=name)

    def start(self, total: int, *, done: int = 0) -> None:
        self._meter.start(total, done)
        self._display.update(self._task, total=total, completed=done)

    def advance(self, frames: int = 1) -> None:
        self._meter.advance(frames)
        self._display.update(self._task, completed=self._meter.finished)

    def leave_out(self, fault: PluginFault) -> None:
        self._display.console.print(Text.from_ansi(coloured(fault.warning())))
