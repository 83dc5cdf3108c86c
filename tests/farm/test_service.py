import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from serving import OFFER, blob, render, spec_of
from storing import end_controllers_connection, make_database

from reelwork_farm.auth import VARIABLE
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.messages import Heartbeat, Holding
from reelwork_farm.model import UnitKind
from reelwork_farm.service import STATE_FILE

TIMING = '{"lease": 3.0, "heartbeat": 0.3, "lost": 6.0, "poll": 0.05}'


@contextmanager
def controller(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A controller in a process of its own, once it listens."""
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        command = [sys.executable, "-m", "reelwork_farm.controller", "--folder", str(folder), "--timing", TIMING]
        process = subprocess.Popen([*command, *options], stderr=log, stdout=log, env=environment)
    try:
        while process.poll() is None and _state(folder).get("pid") != process.pid:
            time.sleep(0.02)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _state(folder: Path) -> dict[str, object]:
    try:
        found: dict[str, object] = json.loads((folder / STATE_FILE).read_text())
    except FileNotFoundError:
        return {}
    return found


def _client(folder: Path) -> FarmClient:
    return FarmClient(str(_state(folder)["address"]), (folder / "token").read_text().strip(), patience=10.0)


def test_a_killed_controller_is_followed_by_one_that_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "farm"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with controller(folder, "--port", port) as first:
        client = _client(folder)
        assert client.farm().name == "farm"
        job = client.submit(spec_of(blob(client, tmp_path, b"lock"), units=4))
        worker = client.register(OFFER).worker
        lease = client.lease(worker)
        assert lease is not None
        render(client, tmp_path, worker, lease)
        held = client.lease(worker)
        assert held is not None
        first.send_signal(signal.SIGKILL)
        first.wait()
        with controller(folder, "--port", port):
            assert client.job(job.id).job.done == len(lease.parts)
            holding = tuple(Holding(held.job, part.index, part.epoch) for part in held.parts)
            assert client.heartbeat(worker, Heartbeat(holding)).revoked == ()
            assert all(render(client, tmp_path, worker, held))  # what was begun before it died counts
            while (lease := client.lease(worker)) is not None and lease.parts[0].kind is UnitKind.RENDER:
                assert all(render(client, tmp_path, worker, lease))
            assert client.job(job.id).job.rendered == 4
            kinds = [event.kind for event in client.events(job=job.id)]
            assert kinds.count("unit committed") == 4


def test_one_controller_in_a_folder_and_a_clean_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = tmp_path / "farm"
    with controller(folder) as first:
        address = str(_state(folder)["address"])
        token = (folder / "token").read_text().strip()
        assert (folder / "token").stat().st_mode & 0o077 == 0
        FarmClient(address).jobs()  # the token is found by commands of the same user on the same machine
        with controller(folder) as second:
            assert second.wait(120) == FarmError.exit_code
        assert "another controller" in (tmp_path / "farm.log").read_text()
        with pytest.raises(FarmError):
            FarmClient(address, "wrong" * 10, patience=1.0).jobs()
        first.send_signal(signal.SIGTERM)
        assert first.wait(120) == 0
    assert not (folder / STATE_FILE).exists()
    with pytest.raises(FarmError, match="token"):
        FarmClient(address)
    assert token not in (tmp_path / "farm.log").read_text()


def test_one_controller_has_a_store(tmp_path: Path, address: str) -> None:
    with controller(tmp_path / "one", "--store", address) as first:
        with controller(tmp_path / "two", "--store", address) as second:
            assert second.wait(120) == FarmError.exit_code
        said = (tmp_path / "two.log").read_text()
        assert "another controller runs in" in said
        assert "farm down" in said
        if "://" in address:
            assert f"in process {first.pid}" in said
        first.send_signal(signal.SIGKILL)
        first.wait()
        with controller(tmp_path / "two", "--store", address):
            assert _client(tmp_path / "two").jobs() == []


def test_a_store_is_one_whatever_leads_to_it(tmp_path: Path) -> None:
    store, link = tmp_path / "shared.sqlite", tmp_path / "elsewhere" / "farm.sqlite"
    link.parent.mkdir()
    link.symlink_to(store)
    with controller(tmp_path / "one", "--store", str(store)):
        for address in (f"sqlite:///{store}", str(link)):
            with controller(tmp_path / "two", "--store", address) as second:
                assert second.wait(120) == FarmError.exit_code
    assert "another controller" in (tmp_path / "two.log").read_text()


def test_a_controller_that_loses_its_store_ends_and_the_next_one_goes_on(tmp_path: Path, postgres: str) -> None:
    make_database(postgres, "lost")
    with controller(tmp_path / "farm", "--store", f"{postgres}/lost") as first:
        client = _client(tmp_path / "farm")
        job = client.submit(spec_of(blob(client, tmp_path, b"lock")))
        end_controllers_connection(postgres, "lost")
        assert first.wait(120) == FarmError.exit_code
    assert "another controller may run by now" in (tmp_path / "farm.log").read_text()
    assert not (tmp_path / "farm" / STATE_FILE).exists()
    with controller(tmp_path / "farm", "--store", f"{postgres}/lost"):
        assert [row.id for row in _client(tmp_path / "farm").jobs()] == [job.id]


@pytest.mark.parametrize(
    "options", [("--timing", "{"), ("--timing", '{"leash": 1}'), ("--store", "mysql://x"), ("--host", "192.0.2.1")]
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    with controller(tmp_path / "farm", *options) as process:
        assert process.wait(120) not in (0, None)
    assert "Traceback" not in (tmp_path / "farm.log").read_text()


def test_connections_on_which_nothing_comes_are_closed_and_strangers_fill_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "farm"
    code = "import sys; from reelwork_farm import service; service._IDLE = 0.5; service.main()"
    monkeypatch.setattr(sys, "executable", str(_script(tmp_path / "python", code)))
    with controller(folder):
        host, _, port = str(_state(folder)["address"]).rpartition(":")
        for said in (b"", b"GET /v1/health HTTP/1.1\r\nHo"):
            with socket.create_connection((host, int(port)), timeout=60.0) as idle:
                idle.sendall(said)
                assert idle.recv(1) == b""
        for said in (b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n", b"\0\0\0", _asking(b"\xff\xfe")):
            with socket.create_connection((host, int(port)), timeout=60.0) as strange:
                strange.sendall(said)
                assert strange.recv(12)[9:] in (b"400", b"401")
        assert _client(folder).healthy()
    assert "Traceback" not in (tmp_path / "farm.log").read_text()


def test_a_controller_may_open_as_many_files_as_the_system_lets_it(tmp_path: Path) -> None:
    with controller(tmp_path / "farm") as process:
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        assert soft == hard


def _asking(token: bytes) -> bytes:
    return b"GET /v1/farm HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + b"\r\n\r\n"


def _script(path: Path, code: str) -> Path:
    """A Python that runs this code in place of the module that it is given."""
    path.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} -c "{code}" "$@"\n')
    path.chmod(0o755)
    return path
