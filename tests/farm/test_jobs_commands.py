import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from serving import OFFER, Served, blob, render, served, spec_of

from reelwork_farm import auth
from reelwork_farm.cli.view import described, watched
from reelwork_farm.client import FarmClient
from reelwork_farm.commands import farm as group
from reelwork_farm.errors import FarmError
from reelwork_farm.messages import Report
from reelwork_farm.model import Cause, Failure, JobRow

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("farm")) as found:
        yield found


@pytest.fixture
def run(farm: Served, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(auth.VARIABLE, farm.tokens.secret)

    def invoke(command: str, *arguments: str) -> Result:
        result = CliRunner().invoke(group, [command, "--farm", farm.address, *arguments])
        if result.exception is not None and not isinstance(result.exception, FarmError | SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def job(farm: Served, tmp_path: Path) -> JobRow:
    client = farm.client()
    return client.submit(spec_of(blob(client, tmp_path, tmp_path.name.encode()), title=tmp_path.name))


def finish(client: FarmClient, folder: Path, job: str) -> None:
    """Have a worker render all of a farm's open jobs."""
    worker = client.register(OFFER).worker
    while not client.job(job).job.ended:
        lease = client.lease(worker)
        if lease is not None:
            render(client, folder, worker, lease)
    client.bye(worker)


def test_jobs_are_listed_for_people_and_for_scripts(run: Run, job: JobRow) -> None:
    listed = run("jobs").stdout
    assert job.id in listed
    assert job.spec.title in listed
    assert job.id in [row["id"] for row in json.loads(run("jobs", "--json").stdout)]
    assert job.id not in run("jobs", "--state", "done").stdout
    assert len(run("jobs", "--limit", "1").stdout.splitlines()) == 1


def test_a_job_is_shown_with_what_it_waits_for(run: Run, job: JobRow) -> None:
    shown = run("job", job.id[:8]).stdout
    assert "0 of 288 (0%)" in shown
    assert "no workers" in shown
    assert json.loads(run("job", job.id, "--json").stdout)["job"]["id"] == job.id


@pytest.mark.parametrize(
    "verb", [("cancel", "cancelled"), ("pause", "paused"), ("resume", "queued"), ("retry", "queued")]
)
def test_jobs_are_steered(run: Run, job: JobRow, verb: tuple[str, str]) -> None:
    assert run(verb[0], job.id).stdout == f"{job.id} {verb[1]}\n"
    assert json.loads(run(verb[0], job.id, "--json").stdout)[0]["state"] == verb[1]


def test_priority_is_set(run: Run, job: JobRow) -> None:
    assert run("priority", job.id, "5").stdout == f"{job.id} 5\n"
    assert json.loads(run("priority", job.id, "--json", "--", "-5").stdout)["priority"] == -5
    assert run("priority", job.id, "1000000").exit_code == 2


def test_the_history_is_told(run: Run, job: JobRow) -> None:
    run("pause", job.id)
    kinds = [json.loads(line)["kind"] for line in run("events", "--job", job.id, "--json").stdout.splitlines()]
    assert kinds[0] == "job submitted"
    assert kinds[-1] == "job paused"
    first = json.loads(run("events", "--job", job.id, "--json").stdout.splitlines()[0])["id"]
    assert "job submitted" not in run("events", "--job", job.id, "--after", str(first)).stdout


def client_of_one_job(farm: Served, job: JobRow) -> FarmClient:
    """A client of the farm, after all open jobs but one were cancelled."""
    client = farm.client()
    for other in client.jobs():
        if other.id != job.id and not other.ended:
            client.cancel(other.id)
    return client


def test_logs_and_what_strangers_wrote_are_told_without_orders_to_the_terminal(
    run: Run, job: JobRow, farm: Served
) -> None:
    client = client_of_one_job(farm, job)
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    part = lease.parts[0]
    client.put_log(job.id, part.index, "it\tfell \x1b]0;x\x9b1m over\r\nthere\n")
    failure = Failure(Cause.MEDIA, "a \x1b[2J\x07 file")
    client.report(worker, Report(job.id, part.index, part.epoch, failure=failure))
    client.bye(worker)
    assert run("logs", f"{job.id[:6]}/{part.index}").stdout == "it      fell  ]0;x 1m over \nthere\n"
    assert "frames 96-191, has not been rendered: it is ready" in run("logs", f"{job.id}/1").stderr
    assert "worker" in run("events", "--limit", "1").stdout  # the goodbye, and not what was first
    told = run("events", "--job", job.id).stdout
    assert "a  [2J  file" in told
    assert "\x1b" not in told


def test_where_there_is_no_log_it_is_said_what_became_of_the_unit(
    run: Run, job: JobRow, farm: Served, tmp_path: Path
) -> None:
    client = client_of_one_job(farm, job)
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    assert f"is with the worker {worker}" in run("logs", f"{job.id}/{lease.parts[0].index}").stderr
    client.bye(worker)
    finish(client, tmp_path, job.id)
    said = run("logs", f"{job.id}/0")
    assert (said.stdout, said.exit_code) == ("", 0)
    assert "unit 0, frames 0-95, was done in " in said.stderr
    assert "the finish, was done" in run("logs", f"{job.id}/{client.job(job.id).job.finish}").stderr


def test_the_history_shows_what_came_last_unless_all_is_asked_for(run: Run, job: JobRow) -> None:
    for _ in range(3):
        run("pause", job.id)
        run("resume", job.id)

    def kinds(*arguments: str) -> list[str]:
        lines = run("events", "--job", job.id, "--json", *arguments).stdout.splitlines()
        return [json.loads(line)["kind"] for line in lines]

    everything = kinds("--all")
    assert everything[0] == "job submitted"
    assert len(everything) > 6
    assert kinds("--limit", "3") == everything[-3:]
    assert kinds("--limit", "100") == kinds("--after", "0") == everything
    assert run("events", "--all", "--after", "1").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("job", "ffff"),
        ("logs", "ffff"),
        ("logs", "ffff/x"),
        ("cancel", "0" * 16),
        ("events", "--job", "zz"),
        ("job", ".."),
    ],
)
def test_what_is_not_there_is_said(run: Run, arguments: tuple[str, ...]) -> None:
    assert isinstance(run(*arguments).exception, FarmError)


def test_a_job_is_watched_to_its_end(run: Run, job: JobRow, farm: Served, tmp_path: Path) -> None:
    client = farm.client()
    worker = threading.Thread(target=finish, args=(client, tmp_path, job.id))
    worker.start()
    lines = [json.loads(line) for line in run("job", job.id, "--watch", "--json").stdout.splitlines()]
    worker.join()
    assert lines[-1]["job"]["state"] == "done"
    assert lines[-1]["frames_done"] == 288
    screen = io.StringIO()
    row = watched(farm.client(), job.id, 2.0, Console(file=screen, width=100, force_terminal=True))
    assert row.state == "done"
    assert "█" in screen.getvalue()
    assert "288 of 288 (100%)" in "\n".join(described(client.job(job.id), 2.0))


def test_watching_a_job_that_was_cancelled_ends_with_an_error(run: Run, job: JobRow) -> None:
    run("cancel", job.id)
    assert isinstance(run("job", job.id, "--watch").exception, FarmError)
