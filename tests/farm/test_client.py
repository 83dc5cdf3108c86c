import hashlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from serving import OFFER, blob, render, served, spec_of

from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError, Unreachable
from reelwork_farm.messages import Heartbeat
from reelwork_farm.model import JobState
from reelwork_farm.storage import MissingError

TOKEN = "t" * 40


@contextmanager
def lossy(address: str) -> Iterator[str]:
    """Stands between client and controller, and cuts each connection somewhere in its first few thousand bytes."""
    host, port = address.split(":")
    listening = socket.create_server(("127.0.0.1", 0))
    random = Random(1)

    def carry(near: socket.socket, budget: int) -> None:
        with near, socket.create_connection((host, int(port))) as far:
            while budget > 0:
                readable, _, _ = select.select([near, far], [], [], 10.0)
                for source in readable:
                    data = source.recv(min(budget, 65536))
                    if not data:
                        return
                    (far if source is near else near).sendall(data)
                    budget -= len(data)

    def run() -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                threading.Thread(target=carry, args=(near, random.randrange(100, 6000)), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def test_lost_questions_and_lost_answers_change_nothing(tmp_path: Path) -> None:
    with served(tmp_path / "farm") as farm, lossy(farm.address) as address:
        client = FarmClient(address, farm.tokens.secret, patience=10.0)
        job = client.submit(spec_of(blob(client, tmp_path, b"lock"), units=6))
        assert client.submit(spec_of(job.spec.bundle, units=6)).id == job.id
        worker = client.register(OFFER).worker
        for _ in range(50):
            lease = client.lease(worker)
            if lease is not None:
                render(client, tmp_path, worker, lease)
            if client.job(job.id).job.state is JobState.DONE:
                break
        events = farm.client().events(job=job.id, limit=10_000)
        assert client.job(job.id).job.state is JobState.DONE
        assert sum(event.kind == "unit committed" for event in events) == 7
        assert sum(event.kind == "job submitted" for event in events) == 1


def test_nobody_there_is_said_when_patience_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = FarmClient(f"127.0.0.1:{port}", TOKEN, patience=0.2)
    with pytest.raises(Unreachable, match="does not answer") as raised:
        client.jobs()
    assert TOKEN not in str(raised.value)
    assert not client.healthy()


def test_a_wrong_token_is_refused_at_once_and_not_shown(tmp_path: Path) -> None:
    with served(tmp_path) as farm:
        client = FarmClient(farm.address, TOKEN, patience=60.0)
        with pytest.raises(FarmError, match="token") as raised:
            client.jobs()
        assert TOKEN not in str(raised.value)
        assert client.healthy()


class _Answers:
    """A server that answers each connection with the next of some bytes."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        for answer in self._answers:
            connection, _ = self._listening.accept()
            with connection:
                self.heard.append(connection.recv(65536))
                connection.sendall(answer)


def _whole(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def test_a_blob_that_breaks_off_is_fetched_again_and_never_seen_half(tmp_path: Path) -> None:
    data = b"segment" * 1000
    digest = hashlib.sha256(data).hexdigest()
    half = _whole("200 OK", data)[: -len(data) // 2]
    server = _Answers(half, _whole("503 Service Unavailable", b"no space is left"), _whole("200 OK", data))
    client = FarmClient(server.address, TOKEN, patience=5.0)
    client.get_blob(digest, tmp_path / "blob")
    assert (tmp_path / "blob").read_bytes() == data
    assert len(server.heard) == 3


def test_a_damaged_blob_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    server = _Answers(_whole("200 OK", b"other bytes"))
    with pytest.raises(FarmError, match="damaged"):
        FarmClient(server.address, TOKEN, patience=0.1).get_blob("0" * 64, tmp_path / "blob")
    assert not list(tmp_path.iterdir())


def test_a_digest_that_is_a_path_is_not_even_asked_for(tmp_path: Path) -> None:
    client = FarmClient("127.0.0.1:1", TOKEN, patience=0.1)
    for ask in (client.has_blob, lambda digest: client.get_blob(digest, tmp_path / "blob")):
        with pytest.raises(FarmError, match="digest"):
            ask("../../etc/passwd")


def test_the_token_is_not_taken_elsewhere() -> None:
    trap = _Answers(_whole("200 OK", b"[]"))
    server = _Answers(_whole("302 Found", b"", f"Location: http://{trap.address}/v1/jobs"))
    with pytest.raises(FarmError):
        FarmClient(server.address, TOKEN, patience=0.1).jobs()
    assert TOKEN.encode() in server.heard[0]
    assert not trap.heard


def test_an_answer_of_a_newer_farm_is_understood() -> None:
    answer = b'{"accepted": true, "why": "newer"}'
    server = _Answers(_whole("200 OK", b'{"revoked": [], "drain": true, "tomorrow": 1}'), _whole("200 OK", answer))
    client = FarmClient(server.address, TOKEN, patience=0.1)
    assert client.heartbeat("w", Heartbeat()).drain


def test_what_is_missing_is_said_as_such(tmp_path: Path) -> None:
    with served(tmp_path) as farm, pytest.raises(MissingError):
        farm.client().get_blob("0" * 64, tmp_path / "blob")
