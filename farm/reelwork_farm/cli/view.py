"""A job as people see it: what the controller says of it goes in, words and a picture that redraws itself come out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from reelwork.cli.meter import spoken
from reelwork_farm.errors import Unreachable
from reelwork_farm.messages import JobView, Measure
from reelwork_farm.model import JobRow, JobState, UnitRow, UnitState

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient

#: States after which nothing more happens, unless somebody asks for it.
ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
#: Seconds between two looks.
_LOOK: Final = 0.5
#: The most units whose states are drawn, and the most that are named.
_DRAWN: Final = 2000
_NAMED: Final = 8
#: Columns of the bar that stands for the units where there are too many.
_WIDTH: Final = 60
_MARKS: Final = {
    UnitState.WAITING: ("·", "dim"),
    UnitState.READY: ("·", ""),
    UnitState.LEASED: ("▒", "yellow"),
    UnitState.DONE: ("█", "green"),
    UnitState.QUARANTINED: ("x", "bold red"),
    UnitState.CANCELLED: ("-", "dim"),
}


def described(view: JobView, price: float | None = None) -> list[str]:
    """What there is to say of a job, line by line.

    :param price: of an hour of one worker
    """
    row, spec = view.job, view.job.spec
    units = [f"{row.done} of {row.units} units", f"{row.leased} being rendered" if row.leased else ""]
    units += [f"{row.quarantined} failed too often" if row.quarantined else ""]
    lines = [
        f"{spec.title}  {row.id}",
        f"  state     {row.state}",
        f"  frames    {view.frames_done} of {view.frames} ({view.frames_done / view.frames:.0%}), {spec.file}",
        f"  units     {', '.join(word for word in units if word)}",
        f"  project   {spec.project}, priority {row.priority}",
    ]
    if row.audits:
        passed = row.audited - row.audits_failed
        failed = f", {row.audits_failed} FAILED" if row.audits_failed else ""
        lines.append(f"  audits    {passed} of {row.audits} passed{failed}")
    lines += [f"  audit     {told}" for told in view.audits]
    if view.waiting is not None:
        lines.append(f"  waits     {view.waiting}")
    if view.left is not None:
        lines.append(f"  left      {_between(view.left, spoken)}")
    if view.cost is not None:
        lines.append(f"  work      {_between(view.cost, spoken)} of one worker")
        if price is not None:
            each = Measure(*(seconds * price / 3600 for seconds in (view.cost.value, view.cost.low, view.cost.high)))
            lines.append(f"  cost      {_between(each, lambda amount: f'{amount:.2f}')}")
    if row.started is not None and row.ended is not None:
        lines.append(f"  took      {spoken(row.ended - row.started)}")
    if row.result is not None:
        lines.append(f"  result    {row.result}")
    return [plain(line) for line in lines]


def watched(client: FarmClient, job: str, price: float | None = None, console: Console | None = None) -> JobRow:
    """Show a job until it ends; comes back with how it ended. A controller that is away for a while is waited for."""
    view = client.job(job)
    with Live(console=console or Console(), auto_refresh=False) as live:
        away = ""
        while True:
            units = client.units(view.job.id, limit=_DRAWN) if view.job.units <= _DRAWN and not away else []
            live.update(_picture(view, units, price, away), refresh=True)
            if view.job.state in ENDED:
                return view.job
            time.sleep(_LOOK)
            try:
                view, away = client.job(view.job.id), ""
            except Unreachable as error:
                away = str(error)


def plain(text: str) -> str:
    """A text on one line, without anything that a terminal would take for an order: it may come from a stranger."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _picture(view: JobView, units: Iterable[UnitRow], price: float | None, away: str) -> Group:
    named = []
    marks = Text()
    for unit in units:
        mark, style = _MARKS[unit.state]
        marks.append(mark, style)
        if unit.state is UnitState.LEASED:
            named.append(f"  unit {unit.index}, {_frames(unit)}: on {unit.worker}")
        elif unit.state is UnitState.QUARANTINED:
            named.append(f"  unit {unit.index}, {_frames(unit)}: {unit.cause}: {plain(unit.message or '')}")
    filled = _WIDTH * view.frames_done // view.frames
    more = [f"  and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return Group(
        *(Text(line) for line in described(view, price)),
        marks or Text("█" * filled + "·" * (_WIDTH - filled), "green"),
        *(Text(line, no_wrap=True, overflow="ellipsis") for line in named[:_NAMED] + more),
        Text(away, style="red"),
    )


def _frames(unit: UnitRow) -> str:
    return f"frames {unit.first}-{unit.stop - 1}"


def _between(measure: Measure, words: Callable[[float], str]) -> str:
    value, low, high = words(measure.value), words(measure.low), words(measure.high)
    return value if low == high else f"{value}, between {low} and {high}"
