import json
import os
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

from reelwork_farm.auth import VARIABLE
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.messages import Heartbeat, Holding
from reelwork_farm.model import JobState
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
            while (lease := client.lease(worker)) is not None:
                assert all(render(client, tmp_path, worker, lease))
            assert client.job(job.id).job.state is JobState.DONE
            kinds = [event.kind for event in client.events(job=job.id)]
            assert kinds.count("unit committed") == 5


def test_one_controller_in_a_folder_and_a_clean_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = tmp_path / "farm"
    with controller(folder) as first:
        address = str(_state(folder)["address"])
        token = (folder / "token").read_text().strip()
        assert (folder / "token").stat().st_mode & 0o077 == 0
        FarmClient(address).jobs()  # the token is found by commands of the same user on the same machine
        with controller(folder) as second:
            assert second.wait(20) == FarmError.exit_code
        assert "another controller" in (tmp_path / "farm.log").read_text()
        with pytest.raises(FarmError):
            FarmClient(address, "wrong" * 10, patience=1.0).jobs()
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0
    assert not (folder / STATE_FILE).exists()
    with pytest.raises(FarmError, match="token"):
        FarmClient(address)
    assert token not in (tmp_path / "farm.log").read_text()


@pytest.mark.parametrize(
    "options", [("--timing", "{"), ("--timing", '{"leash": 1}'), ("--store", "mysql://x"), ("--host", "192.0.2.1")]
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    with controller(tmp_path / "farm", *options) as process:
        assert process.wait(20) not in (0, None)
    assert "Traceback" not in (tmp_path / "farm.log").read_text()
