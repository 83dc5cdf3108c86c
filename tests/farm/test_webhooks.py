import contextlib
import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from serving import OFFER, figures_of, spec_of

from reelwork import JobEvent
from reelwork_farm import webhooks
from reelwork_farm.model import JobRow, Timing
from reelwork_farm.store import Store, open_store
from reelwork_farm.webhooks import FIRST_PAUSE, MOST_TRIES, SIGNATURE, Webhooks, post_once, sign
from reelwork_farm.wire import LONGEST

KEY = b"the farm's key"
Sent = list[tuple[str, bytes, dict[str, str]]]


@pytest.fixture
def history() -> Iterator[Store]:
    store = open_store(":memory:")
    yield store
    store.close()


def ended(store: Store, **changes: object) -> JobRow:
    """A job that ran to its end."""
    job = store.submit(replace(spec_of("b" * 64, units=1), **changes), now=1.0)  # type: ignore[arg-type]
    worker = store.register(OFFER, now=1.0)
    for index in range(2):
        (part,) = store.grant(worker, job.id, [index], until=9.0, now=2.0)
        assert store.commit(worker, job.id, index, part.epoch, figures_of(part, "d" * 64, 1), now=2.0)
    return store.job(job.id)


def test_whoever_asked_is_told_once_with_a_signature(history: Store, tmp_path: Path) -> None:
    sent: Sent = []
    hooks = Webhooks(tmp_path / "hooks", KEY, lambda *message: sent.append(message))
    job = ended(history, notify="http://listener/hook")
    ended(history, title="nobody asked")
    assert hooks.deliver(history, now=3.0) == 0
    assert hooks.deliver(history, now=4.0) == 0
    assert Webhooks(tmp_path / "hooks", KEY, lambda *message: sent.append(message)).deliver(history, now=5.0) == 0
    ((address, body, headers),) = sent
    assert address == "http://listener/hook"
    told = json.loads(body)
    assert (told["job"], told["state"], told["result"], told["ended"]) == (job.id, "done", "d" * 64, 2.0)
    assert headers[SIGNATURE] == "sha256=" + hmac.new(KEY, body, hashlib.sha256).hexdigest()
    assert sign(body + b" ", KEY) != headers[SIGNATURE]


def test_plugins_are_told_once_of_every_job_with_its_frames_and_its_time(history: Store, tmp_path: Path) -> None:
    told: list[JobEvent] = []
    job = ended(history, title="Signs")
    for _ in range(2):  # a controller that starts anew goes on behind what was told
        hooks = Webhooks(tmp_path / "hooks", KEY, lambda *_: None, tell=told.append)
        hooks.deliver(history, now=3.0)
        hooks.deliver(history, now=4.0)
    assert [event.kind for event in told] == ["started", "finished"]
    frames = job.spec.stop - job.spec.first
    wanted = JobEvent("finished", "Signs", job.spec.file, frames, frames, seconds=0.0, job=job.id)
    assert told[1] == wanted
    other = history.submit(replace(spec_of("c" * 64, units=1), title="Left"), now=5.0)
    history.cancel(other.id, now=7.0)
    hooks.deliver(history, now=8.0)
    assert (told[-1].kind, told[-1].title, told[-1].done) == ("cancelled", "Left", 0)


def test_who_is_not_there_is_told_later_and_others_do_not_wait(history: Store, tmp_path: Path) -> None:
    there = False
    sent: Sent = []

    def post(address: str, body: bytes, headers: dict[str, str]) -> None:
        if not there and "away" in address:
            raise ConnectionError("nobody")
        sent.append((address, body, headers))

    hooks = Webhooks(tmp_path / "hooks", KEY, post)
    ended(history, notify="http://away/", title="a")
    ended(history, notify="http://there/", title="b")
    assert hooks.deliver(history, now=10.0) == 1
    assert [address for address, _, _ in sent] == ["http://there/"]
    there = True
    assert hooks.deliver(history, now=10.0 + FIRST_PAUSE / 2) == 1  # not yet
    again = Webhooks(tmp_path / "hooks", KEY, post)  # a controller that starts anew goes on
    assert again.deliver(history, now=10.0 + FIRST_PAUSE) == 0
    assert [address for address, _, _ in sent] == ["http://there/", "http://away/"]


def test_a_message_does_not_wait_for_a_clock_that_was_set_back(history: Store, tmp_path: Path) -> None:
    sent: Sent = []

    def post(address: str, body: bytes, headers: dict[str, str]) -> None:
        sent.append((address, body, headers))
        if len(sent) == 1:
            raise ConnectionError("nobody")

    ended(history, notify="http://away/", title="a")
    assert Webhooks(tmp_path / "hooks", KEY, post).deliver(history, now=1e6) == 1
    assert Webhooks(tmp_path / "hooks", KEY, post).deliver(history, now=10.0) == 0
    assert len(sent) == 2


def test_a_listener_that_is_away_is_asked_once_in_a_turn(history: Store, tmp_path: Path) -> None:
    tried: list[str] = []

    def post(address: str, *_: object) -> None:
        tried.append(address)
        if "away" in address:
            raise OSError("nobody")

    hooks = Webhooks(tmp_path / "hooks", KEY, post)
    for number in range(5):
        ended(history, notify=f"http://away/{number}", title=str(number))
    ended(history, notify="http://there/", title="b")
    assert hooks.deliver(history, now=10.0) == 5
    assert tried == ["http://away/0", "http://there/"]
    hooks.deliver(history, now=10.1)
    assert tried[2:] == ["http://away/1"]


def test_no_more_messages_wait_than_are_read_again(
    history: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(*_: object) -> None:
        raise OSError("nobody")

    assert webhooks.MOST_WAITING <= LONGEST
    monkeypatch.setattr(webhooks, "MOST_WAITING", 3)
    hooks = Webhooks(tmp_path / "hooks", KEY, post)
    for number in range(5):
        ended(history, notify="http://away/", title=str(number))
    assert hooks.deliver(history, now=10.0) == 3
    assert [message.title for message in Webhooks(tmp_path / "hooks", KEY, post)._box.waiting] == ["2", "3", "4"]


def test_pauses_grow_and_end_one_day(history: Store, tmp_path: Path) -> None:
    tries: list[float] = []
    now = 0.0

    def post(*_: object) -> None:
        tries.append(now)
        raise OSError("nobody")

    hooks = Webhooks(tmp_path / "hooks", KEY, post)
    ended(history, notify="http://never/")
    while hooks.deliver(history, now=now):
        now += 20.0
    assert len(tries) == MOST_TRIES
    pauses = [after - before for before, after in itertools.pairwise(tries)]
    assert pauses == sorted(pauses)


def test_cancelled_and_failed_jobs_are_told_as_such(history: Store, tmp_path: Path) -> None:
    sent: Sent = []
    hooks = Webhooks(tmp_path / "hooks", KEY, lambda *message: sent.append(message))
    job = history.submit(spec_of("c" * 64, notify="http://x/"), now=1.0)
    history.cancel(job.id, now=2.0)
    history.expire(Timing(), now=3.0)
    hooks.deliver(history, now=3.0)
    assert [json.loads(body)["state"] for _, body, _ in sent] == ["cancelled"]


class _Listener(BaseHTTPRequestHandler):
    statuses: ClassVar[list[int]] = []
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.statuses.pop(0))
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_only_a_listener_that_says_so_has_taken_it() -> None:
    _Listener.statuses[:] = [204, 500, 302]
    server = HTTPServer(("127.0.0.1", 0), _Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    post_once(address, b"one", {})
    for _ in range(2):  # a fault, and a way elsewhere, which is not followed
        with pytest.raises(OSError, match="status"):
            post_once(address, b"two", {})
    server.shutdown()
    assert _Listener.bodies == [b"one", b"two", b"two"]
    with pytest.raises((OSError, ValueError)):
        post_once("http://[", b"", {})


def test_a_listener_that_drips_its_answer_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(OSError, match="no answer"):
            post_once(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"", {})
        assert time.monotonic() - began < 10.0
