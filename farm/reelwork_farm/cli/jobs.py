"""``reelwork farm jobs``, ``job``, ``logs``, ``cancel`` and the like: seeing jobs, and steering them."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reelwork.cli.meter import spoken
from reelwork_farm.cli.fleet import asked, farm_option
from reelwork_farm.errors import FarmError

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient
    from reelwork_farm.model import Event, JobRow, UnitRow

#: Seconds between two looks.
_LOOK: Final = 0.5
_STATES: Final = ("blocked", "queued", "running", "paused", "done", "failed", "cancelled")
_PAGE: Final = 1000
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.command("jobs")
@farm_option
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated.")
@click.option(
    "--limit", metavar="N", default=50, show_default=True, type=click.IntRange(1, 10_000), help="The latest so many."
)
@json_option
def jobs(folder: Path | None, address: str | None, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List jobs, the latest first: id, state, how much is done, project, priority, title, and when it came."""
    from reelwork_farm.model import JobState

    client = asked(address, folder)
    rows = client.jobs(states=[JobState(state) for state in states] or None, limit=limit)
    if as_json:
        _print(rows)
        return
    for row in rows:
        click.echo(_line(row, time.time()))


@click.command("job")
@farm_option
@click.argument("job", metavar="ID")
@click.option("--watch", is_flag=True, help="Stay, and show how it goes on, until it ends.")
@click.option(
    "--price", metavar="AMOUNT", type=click.FloatRange(min=0.0), help="Of an hour of one worker, in any currency."
)
@json_option
def job(folder: Path | None, address: str | None, job: str, watch: bool, price: float | None, as_json: bool) -> None:
    """Show a job: how far it is, how long it takes, what it costs, and why it waits.

    The start of its ID will do. With --watch and --json there is a line for each change. A job that has failed, or was
    cancelled, ends --watch with an error.
    """
    from reelwork_farm.cli.view import described, watched

    client = asked(address, folder)
    if watch and as_json:
        row = _lines(client, job)
    elif watch:
        row = watched(client, job, price)
    else:
        view = client.job(job)
        if as_json:
            _print(view)
        else:
            click.echo("\n".join(described(view, price)))
        return
    if row.state != "done":
        raise FarmError(f"job {row.id} {'has failed' if row.state == 'failed' else 'was cancelled'}")


@click.command("logs")
@farm_option
@click.argument("unit", metavar="ID/UNIT")
def logs(folder: Path | None, address: str | None, unit: str) -> None:
    """Print the log of a unit, such as 3f9a/12: what its render wrote on its last try, which is often nothing."""
    from reelwork_farm.cli.view import plain

    start, slash, index = unit.partition("/")
    if not slash or not index.isdigit():
        raise FarmError(f"{unit!r} names no unit: say the job's id, a slash and the unit's number, such as 3f9a/12")
    client = asked(address, folder)
    found = client.log(start, int(index))
    if not found:
        (row,) = client.units(start, first=int(index), limit=1)
        click.echo(_unlogged(row), err=True)
        return
    click.echo("\n".join(plain(line) for line in found.expandtabs().removesuffix("\n").split("\n")))


def _steering(name: str, words: str, ask: Callable[[FarmClient, str], JobRow]) -> click.Command:
    """A command that changes the state of jobs."""

    @click.command(name, help=words)
    @farm_option
    @click.argument("ids", metavar="ID...", nargs=-1, required=True)
    @json_option
    def command(folder: Path | None, address: str | None, ids: tuple[str, ...], as_json: bool) -> None:
        client = asked(address, folder)
        rows = [ask(client, each) for each in ids]
        if as_json:
            _print(rows)
            return
        for row in rows:
            click.echo(f"{row.id} {row.state}")

    return command


cancel = _steering(
    "cancel",
    "End jobs. What is being rendered is given up; what is finished is kept, and used if the job is retried.",
    lambda client, each: client.cancel(each),
)
pause = _steering(
    "pause", "Hand out nothing more of jobs; what is handed out is finished.", lambda client, each: client.pause(each)
)
resume = _steering("resume", "Go on with paused jobs.", lambda client, each: client.resume(each))
retry = _steering(
    "retry",
    "Try the units again that failed too often; open jobs again that were cancelled.",
    lambda client, each: client.retry(each),
)


@click.command("priority")
@farm_option
@click.argument("job", metavar="ID")
@click.argument("priority", type=click.IntRange(-1000, 1000))
@json_option
def priority(folder: Path | None, address: str | None, job: str, priority: int, as_json: bool) -> None:
    """Set a job's PRIORITY among those of its project: higher is earlier, 0 is usual.

    A negative one stands behind --, as in `priority 3f9a -- -5`.
    """
    row = asked(address, folder).set_priority(job, priority)
    if as_json:
        _print(row)
        return
    click.echo(f"{row.id} {row.priority}")


@click.command("events")
@farm_option
@click.option("--job", metavar="ID", help="Only of this job.")
@click.option(
    "--limit", metavar="N", default=50, show_default=True, type=click.IntRange(1, _PAGE), help="The last so many."
)
@click.option("--all", "everything", is_flag=True, help="From the first one on.")
@click.option("--after", metavar="N", type=click.IntRange(min=0), help="All behind the event N.")
@click.option("--follow", is_flag=True, help="Stay, and print what comes.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each.")
def events(
    folder: Path | None,
    address: str | None,
    job: str | None,
    limit: int,
    everything: bool,
    after: int | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Print what happened last to jobs, units and workers, the latest last; each line begins with its number.

    With --all or --after the history is told from there on.
    """
    from reelwork_farm import wire

    if everything and after is not None:
        raise click.UsageError("--all and --after exclude each other")
    client = asked(address, folder)
    latest = [] if everything or after is not None else client.events(job=job, limit=limit, last=True)
    after = latest[-1].id if latest else after or 0
    more = _history(client, job, after, follow) if follow or not latest else ()
    for event in itertools.chain(latest, more):
        click.echo(wire.dumps(event) if as_json else _told(event))


@click.command("frame")
@farm_option
@click.argument("job", metavar="ID")
@click.argument("number", metavar="N", type=click.IntRange(min=0))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The still; ID-N.png without it.")
def frame(folder: Path | None, address: str | None, job: str, number: int, to: Path | None) -> None:
    """Write frame N of a job, counted from 0, as a still: as soon as its unit is finished."""
    from reelwork_farm.partial import write_frame
    from reelwork_farm.storage import reachable

    client = asked(address, folder)
    row = client.job(job).job
    target = Path(f"{row.id}-{number}.png") if to is None else to
    click.echo(write_frame(client, reachable(client.farm().storage, client), row, number, target))


@click.command("partial")
@farm_option
@click.argument("job", metavar="ID")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="The film; ID-part and an ending without it."
)
def partial(folder: Path | None, address: str | None, job: str, to: Path | None) -> None:
    """Write what is finished of a job as a film that can be played, without sound, while the rest is rendered."""
    from reelwork_farm.partial import write_partial
    from reelwork_farm.storage import reachable

    client = asked(address, folder)
    row = client.job(job).job
    target = Path(f"{row.id}-part{Path(row.spec.file).suffix}") if to is None else to
    found = write_partial(client, reachable(client.farm().storage, client), row, target)
    for first, last in found.gaps:
        click.echo(f"frames {first}-{last} are missing", err=True)
    click.echo(target)


@click.command("fetch")
@farm_option
@click.argument("job", metavar="ID")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file; the job's own name without it.")
def fetch(folder: Path | None, address: str | None, job: str, to: Path | None) -> None:
    """Bring the finished file of a job here, or its numbered stills; prints the name, of several the first."""
    from reelwork_farm.fetch import fetch as fetched
    from reelwork_farm.storage import reachable

    client = asked(address, folder)
    row = client.job(job).job
    click.echo(fetched(client, reachable(client.farm().storage, client), row, to))


#: All commands of this module.
COMMANDS: Final = (jobs, job, logs, fetch, frame, partial, cancel, pause, resume, retry, priority, events)


def _history(client: FarmClient, job: str | None, after: int, follow: bool) -> Iterator[Event]:
    while True:
        page = client.events(after=after, job=job, limit=_PAGE)
        yield from page
        if page:
            after = page[-1].id
        elif not follow:
            return
        else:
            time.sleep(_LOOK)


def _lines(client: FarmClient, job: str) -> JobRow:
    """A line of JSON whenever the job is seen to have changed, until it ends."""
    from reelwork_farm import wire
    from reelwork_farm.cli.view import ENDED

    shown = None
    while True:
        view = client.job(job)
        told = (view.job, view.frames_done, view.waiting)
        if told != shown:
            click.echo(wire.dumps(view))
            shown = told
        if view.job.state in ENDED:
            return view.job
        time.sleep(_LOOK)


def _unlogged(row: UnitRow) -> str:
    """Why there is no log of a unit, and what became of it."""
    from reelwork_farm.cli.view import plain

    unit = f"unit {row.index}, " + ("the finish," if row.kind == "finish" else f"frames {row.first}-{row.stop - 1},")
    if row.state == "done":
        seconds = "" if row.seconds is None else f" in {spoken(row.seconds)}"
        return f"{unit} was done{seconds}; its render wrote nothing, or its log is not kept any more"
    if row.state == "leased":
        return f"{unit} is with the worker {row.worker}: its log comes when it is done, or has failed"
    if row.cause is not None:
        return plain(f"{unit} failed, and its render wrote nothing: {row.cause}: {row.message}")
    return f"{unit} has not been rendered: it is {row.state}"


def _line(row: JobRow, now: float) -> str:
    from reelwork_farm.cli.view import plain

    done = f"{row.done / row.units:4.0%}" if row.units else ""
    trouble = f", {row.quarantined} units failed" if row.quarantined else ""
    trouble += f", {row.audits_failed} AUDITS FAILED" if row.audits_failed else ""
    ago, title = f"{spoken(max(0.0, now - row.submitted))} ago", plain(row.spec.title)
    return f"{row.id}  {row.state:9}  {done}  {row.spec.project}  {row.priority:+d}  {title}  {ago}{trouble}"


def _told(event: Event) -> str:
    from reelwork_farm.cli.view import plain

    moment = datetime.fromtimestamp(event.time).isoformat(" ", "milliseconds")
    unit = f"/{event.unit}" if event.unit is not None else ""
    where = f"{event.job}{unit}" if event.job is not None else ""
    detail = "  ".join(f"{key}={_detail(key, value)}" for key, value in event.detail.items())
    words = (str(event.id), moment, event.kind, where, event.worker or "", detail)
    return plain("  ".join(word for word in words if word))


def _detail(key: str, value: object) -> object:
    if not isinstance(value, float):
        return value
    return datetime.fromtimestamp(value).strftime("%H:%M:%S") if key == "until" else f"{value:.1f}"


def _print(value: Any) -> None:
    from reelwork_farm import wire

    click.echo(json.dumps(wire.to_json(value), indent=2, ensure_ascii=False))
