import contextlib
import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from serving import OFFER, Served, blob, figures_of, render, served, spec_of

from reelwork_farm import blobs
from reelwork_farm.auth import Role
from reelwork_farm.client import FarmClient, RefusedError
from reelwork_farm.errors import FarmError, UnknownWorker
from reelwork_farm.intake import Limits
from reelwork_farm.messages import Heartbeat, Holding, Report
from reelwork_farm.model import Cause, Failure, JobState, UnitState, WorkerState
from reelwork_farm.storage import MissingError
from reelwork_farm.wire import to_json

#: Every route, and who may take it.
ROUTES = [
    ("GET", "/metrics", {Role.ADMIN, Role.WORKER, Role.METRICS}),
    ("GET", "/v1/farm", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/jobs", {Role.ADMIN}),
    ("GET", "/v1/jobs", {Role.ADMIN}),
    ("GET", "/v1/jobs/{job}", {Role.ADMIN}),
    ("POST", "/v1/jobs/{job}/{verb}", {Role.ADMIN}),
    ("POST", "/v1/jobs/{job}/priority", {Role.ADMIN}),
    ("GET", "/v1/jobs/{job}/units", {Role.ADMIN, Role.WORKER}),
    ("PUT", "/v1/jobs/{job}/units/{index}/log", {Role.ADMIN, Role.WORKER}),
    ("GET", "/v1/jobs/{job}/units/{index}/log", {Role.ADMIN}),
    ("GET", "/v1/events", {Role.ADMIN}),
    ("GET", "/v1/shares", {Role.ADMIN}),
    ("PUT", "/v1/shares/{project}", {Role.ADMIN}),
    ("GET", "/v1/workers", {Role.ADMIN}),
    ("POST", "/v1/workers", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/workers/{worker}/lease", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/workers/{worker}/heartbeat", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/workers/{worker}/report", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/workers/{worker}/bye", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/workers/{worker}/drain", {Role.ADMIN}),
    ("HEAD", "/v1/blobs/{digest}", {Role.ADMIN, Role.WORKER}),
    ("GET", "/v1/blobs/{digest}", {Role.ADMIN, Role.WORKER}),
    ("PUT", "/v1/blobs/{digest}", {Role.ADMIN, Role.WORKER}),
    ("POST", "/v1/blobs/missing", {Role.ADMIN, Role.WORKER}),
]
FILLED = {"job": "0123", "project": "p", "verb": "cancel", "index": "1", "worker": "w", "digest": "0" * 64}


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = Limits(blob=4 << 20, body=1 << 18, log=1 << 16, workers=50)
    with served(tmp_path_factory.mktemp("farm"), limits=limits) as found:
        yield found


@pytest.fixture
def client(farm: Served) -> FarmClient:
    return farm.client()


def raw(farm: Served, method: str, path: str, token: str | None = None, **more: object) -> requests.Response:
    token = farm.tokens.token(Role.ADMIN) if token is None else token
    headers = {"Authorization": f"Bearer {token}"} | dict(more.pop("headers", {}))  # type: ignore[call-overload]
    return requests.request(method, f"http://{farm.address}{path}", headers=headers, timeout=20, **more)  # type: ignore[arg-type]


# What works.


def test_a_job_is_rendered_by_a_worker_over_the_network(client: FarmClient, tmp_path: Path) -> None:
    bundle = blob(client, tmp_path, b"the lock")
    job = client.submit(spec_of(bundle, units=5, title="five"))
    assert client.submit(spec_of(bundle, units=5, title="five")) == job
    assert "no workers" in (client.job(job.id).waiting or "")
    worker = client.register(OFFER).worker
    while (lease := client.lease(worker)) is not None:
        assert (lease.job, lease.bundle, lease.engine) == (job.id, bundle, OFFER.engine)
        assert all(render(client, tmp_path, worker, lease))
        assert not any(render(client, tmp_path, worker, lease))  # once more, for an answer that was lost
    view = client.job(job.id)
    assert (view.job.state, view.job.done, view.frames, view.frames_done) == (JobState.DONE, 6, 480, 480)
    assert view.waiting is None
    assert view.job.result == hashlib.sha256(f"{job.id} 5".encode()).hexdigest()
    assert {unit.state for unit in client.units(job.id)} == {UnitState.DONE}
    kinds = [event.kind for event in client.events(job=job.id)]
    assert (kinds[0], kinds.count("unit committed"), kinds.count("late report dropped")) == ("job submitted", 6, 6)
    assert client.job(job.id[:6]).job == view.job
    assert job.id in [row.id for row in client.jobs(states=[JobState.DONE])]
    assert job.id not in [row.id for row in client.jobs(states=[JobState.RUNNING])]
    assert "reelwork_units_committed_total" in client.metrics()
    client.bye(worker)
    with pytest.raises(UnknownWorker):
        client.lease(worker)


def test_steering_a_job(client: FarmClient, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"steered"), title="steered"))
    assert client.pause(job.id).state is JobState.PAUSED
    assert "paused" in (client.job(job.id).waiting or "")
    assert client.resume(job.id).state is JobState.QUEUED
    assert client.set_priority(job.id, 7).priority == 7
    assert client.cancel(job.id).state is JobState.CANCELLED
    assert client.retry(job.id).state is JobState.QUEUED
    assert client.cancel(job.id).state is JobState.CANCELLED


def test_a_cancelled_job_is_revoked_and_late_results_are_fenced(client: FarmClient, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"revoked"), title="revoked"))
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    holding = tuple(Holding(lease.job, part.index, part.epoch) for part in lease.parts)
    assert client.heartbeat(worker, Heartbeat(holding)).revoked == ()
    client.cancel(job.id)
    assert client.heartbeat(worker, Heartbeat(holding)).revoked == holding
    assert not any(render(client, tmp_path, worker, lease))
    client.bye(worker)


def test_a_lease_whose_answer_was_lost_is_handed_out_again(client: FarmClient, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"lost"), title="lost", units=1))
    worker = client.register(OFFER).worker
    first, second = client.lease(worker), client.lease(worker)
    assert first is not None
    assert second is not None
    assert [part.index for part in first.parts] == [part.index for part in second.parts]
    assert not any(render(client, tmp_path, worker, first))
    assert all(render(client, tmp_path, worker, second))
    client.cancel(job.id)
    client.bye(worker)


def test_a_draining_worker_is_told_and_gets_nothing(client: FarmClient, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"drained"), title="drained"))
    worker = client.register(OFFER).worker
    client.drain(worker)
    assert client.heartbeat(worker, Heartbeat()).drain
    assert client.lease(worker) is None
    assert [row.state for row in client.workers() if row.id == worker] == [WorkerState.DRAINING]
    client.bye(worker)
    client.cancel(job.id)


def test_failures_are_counted_and_logs_are_kept(client: FarmClient, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"failing"), title="failing", units=1))
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    part = lease.parts[0]
    failure = Failure(Cause.PLUGIN, "exposure.py fell over")
    client.put_log(job.id, part.index, "first line\nlast line ü\n")
    assert client.report(worker, Report(job.id, part.index, part.epoch, failure=failure))
    unit = client.units(job.id)[0]
    assert (unit.state, unit.attempts, unit.message) == (UnitState.READY, 1, "exposure.py fell over")
    assert client.log(job.id, part.index) == "first line\nlast line ü\n"
    assert client.log(job.id, 1) == ""
    client.put_log(job.id, part.index, "x" * 100 + "the end")
    assert client.log(job.id, part.index).endswith("the end")
    client.cancel(job.id)
    client.bye(worker)


def test_blobs_pass_through_whole_or_not_at_all(client: FarmClient, farm: Served, tmp_path: Path) -> None:
    data = bytes(range(256)) * 12_000
    digest = hashlib.sha256(data).hexdigest()
    assert not client.has_blob(digest)
    assert client.missing_blobs([digest]) == {digest}
    with pytest.raises(MissingError):
        client.get_blob(digest, tmp_path / "none")
    assert blob(client, tmp_path, data) == digest
    assert client.has_blob(digest)
    assert client.missing_blobs([digest, "0" * 64]) == {"0" * 64}
    client.get_blob(digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data
    with pytest.raises(RefusedError, match="digest"):
        client.put_blob("1" * 64, tmp_path / "back")
    assert not client.has_blob("1" * 64)


def test_a_result_that_is_not_in_the_storage_does_not_count(client: FarmClient, farm: Served, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"unverified"), title="unverified", units=1))
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    part = lease.parts[0]
    data = b"a segment"
    digest = hashlib.sha256(data).hexdigest()

    def report(**changes: object) -> bool:
        figures = to_json(figures_of(part, digest, len(data))) | changes
        return client.report(
            worker, Report(job.id, part.index, part.epoch, figures=type(figures_of(part, "", 0))(**figures))
        )

    with pytest.raises(RefusedError, match="not in the storage"):
        report()
    blob(client, tmp_path, data)
    with pytest.raises(RefusedError, match="bytes"):
        report(size=8)
    with pytest.raises(RefusedError, match="frames"):
        report(frames=95)
    assert client.units(job.id)[0].state is UnitState.LEASED
    assert report()
    client.cancel(job.id)
    client.bye(worker)


def test_a_result_that_was_damaged_on_its_way_is_taken_away(client: FarmClient, farm: Served, tmp_path: Path) -> None:
    job = client.submit(spec_of(blob(client, tmp_path, b"damaged"), title="damaged", units=1))
    worker = client.register(OFFER).worker
    lease = client.lease(worker)
    assert lease is not None
    data = b"what a worker wrote into the storage by itself"
    digest = hashlib.sha256(data).hexdigest()
    place = farm.controller.storage.path(digest)  # type: ignore[attr-defined]
    place.parent.mkdir(parents=True)
    place.write_bytes(b"W" + data[1:])
    part = lease.parts[0]
    report = Report(job.id, part.index, part.epoch, figures=figures_of(part, digest, len(data)))
    with pytest.raises(RefusedError, match="damaged"):
        client.report(worker, report)
    assert not client.has_blob(digest)
    place.write_bytes(data)
    assert client.report(worker, report)
    client.cancel(job.id)
    client.bye(worker)


# Who is let in.


@pytest.mark.parametrize(("method", "path", "roles"), ROUTES)
def test_a_token_opens_the_routes_of_its_role_alone(farm: Served, method: str, path: str, roles: set[Role]) -> None:
    path = path.format(**FILLED)
    for role in Role:
        status = raw(farm, method, path, farm.tokens.token(role)).status_code
        assert (status not in (401, 403)) == (role in roles)
    for wrong in ("", "x", farm.tokens.secret[:-1], farm.tokens.secret + "x", "ü".encode().decode("latin1")):
        assert raw(farm, method, path, wrong).status_code == 401
    headers = {"Authorization": f"Basic {farm.tokens.secret}"}
    assert requests.request(method, f"http://{farm.address}{path}", headers=headers, timeout=20).status_code == 401


def test_all_routes_but_one_ask_for_a_token(farm: Served) -> None:
    assert requests.get(f"http://{farm.address}/v1/health", timeout=20).text == "well"
    assert {(method, path) for method, path, _ in ROUTES} | {("GET", "/v1/health")} == farm.routes


# What a hostile client tries.


@pytest.mark.parametrize(
    "digest", ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "0" * 63, "A" * 64, "0" * 62 + "%00", "%2e%2e", "0" * 65]
)
@pytest.mark.parametrize("method", ["HEAD", "GET", "PUT"])
def test_nothing_but_a_digest_names_a_blob(farm: Served, method: str, digest: str) -> None:
    assert raw(farm, method, f"/v1/blobs/{digest}", data=b"x" if method == "PUT" else None).status_code in (
        400,
        404,
        503,
    )


@pytest.mark.parametrize("job", ["..", "%2e%2e%2f%2e%2e", "xyz", "0" * 17, "0123456789abcdeF", "%00"])
def test_nothing_but_an_id_names_a_job(farm: Served, job: str) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/units"),
        ("PUT", "/units/0/log"),
        ("GET", "/units/0/log"),
        ("POST", "/cancel"),
    ):
        assert raw(farm, method, f"/v1/jobs/{job}{path}", data=b"x" if method == "PUT" else None).status_code in (
            400,
            404,
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"bundle": "../../x"}, {"bundle": "A" * 64}, {"bundle": "1" * 64}, {"engine": "e"}, {"first": -1}, {"stop": 0},
        {"stop": 2**53}, {"stop": 96 * 2_000_000}, {"fps": "0"}, {"fps": "1/0"}, {"fps": "nan"}, {"fps": "9" * 5000},
        {"file": "../film.mp4"}, {"file": "/etc/passwd"}, {"file": ".."}, {"file": ""}, {"file": "a\nb"},
        {"title": ""}, {"title": "x" * 20_000}, {"title": "\x1b[2J"}, {"project": "../x"}, {"project": ""},
        {"priority": 10**6}, {"priority": True}, {"needs": ["$(reboot)"]}, {"needs": ["a"] * 1000}, {"needs": "gpu"},
        {"after": ["0" * 16]}, {"after": ["../.."]}, {"after": ["0" * 16] * 1000}, {"notify": "file:///etc/passwd"},
        {"notify": "http://user:pass@host/"}, {"notify": "http://"}, {"notify": "gopher://x"}, {"notify": "http://[::"},
        {"machine": "x" * 100}, {"segmented": 1}, {"unknown": 1}, {"title": None},
    ],
)  # fmt: skip
def test_a_job_that_cannot_be_right_is_refused_with_a_reason(
    farm: Served, client: FarmClient, tmp_path: Path, changes: dict[str, object]
) -> None:
    good = to_json(spec_of(blob(client, tmp_path, b"a good one")))
    answer = raw(farm, "POST", "/v1/jobs", json=good | changes)
    assert answer.status_code in (400, 404)
    assert 10 < len(answer.text) < 1000
    assert next(iter(changes)) in answer.text or changes.keys() & {
        "bundle",
        "engine",
        "stop",
        "first",
        "needs",
        "after",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"[" * 200_000, b'{"a":' * 40_000, b'{"title": 1, "title": 2}', b"\xff" * 100,
        b"9" * 100_000, b"NaN",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/v1/jobs", "/v1/workers", "/v1/workers/w/heartbeat", "/v1/workers/w/report", "/v1/blobs/missing"]
)
def test_bodies_that_are_no_messages_are_refused(farm: Served, path: str, body: bytes) -> None:
    if not (path == "/v1/blobs/missing" and body == b"[]"):
        assert raw(farm, "POST", path, data=body).status_code == 400


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/blobs/missing"])
def test_huge_bodies_are_refused(farm: Served, path: str) -> None:
    assert raw(farm, "POST", path, data=b" " * (farm.controller.limits.body + 1)).status_code == 413
    packed = gzip.compress(b" " * (64 << 20))
    assert raw(farm, "POST", path, data=packed, headers={"Content-Encoding": "gzip"}).status_code == 415


def test_huge_files_are_refused_whether_they_say_so_or_not(farm: Served, client: FarmClient) -> None:
    size = farm.controller.limits.blob + 1
    digest = hashlib.sha256(b"\0" * size).hexdigest()
    for data in (b"\0" * size, (b"\0" * (1 << 18) for _ in range(size // (1 << 18) + 1))):
        with contextlib.suppress(requests.ConnectionError):  # the answer may come while the rest is still being sent
            assert raw(farm, "PUT", f"/v1/blobs/{digest}", data=data).status_code == 413
    assert not client.has_blob(digest)
    assert not list(Path(farm.controller.storage._root.parent / "incoming").iterdir())  # type: ignore[attr-defined]


def test_an_upload_that_breaks_off_leaves_nothing(farm: Served, client: FarmClient, tmp_path: Path) -> None:
    data = b"half of it" * 1000
    digest = hashlib.sha256(data).hexdigest()
    host, port = farm.address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = (
            f"PUT /v1/blobs/{digest} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {farm.tokens.secret}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        connection.sendall(head.encode() + data[:4000])
    assert not client.has_blob(digest)
    assert blob(client, tmp_path, data) == digest
    assert not list(Path(farm.controller.storage._root.parent / "incoming").iterdir())  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "limit=" + "9" * 100, "state=rendered", "state="])
def test_questions_that_make_no_sense_are_refused(farm: Served, query: str) -> None:
    assert raw(farm, "GET", f"/v1/jobs?{query}").status_code == 400


def test_answers_are_bounded(farm: Served) -> None:
    assert raw(farm, "GET", "/v1/events?limit=999999999").status_code == 200
    assert len(raw(farm, "GET", "/v1/events?limit=999999999").json()) <= farm.controller.limits.listed


def test_workers_beyond_what_the_farm_takes_are_refused(farm: Served, client: FarmClient) -> None:
    with contextlib.suppress(FarmError):
        for _ in range(farm.controller.limits.workers + 1):
            client.register(OFFER)
    with pytest.raises(RefusedError, match="no more"):
        client.register(OFFER)
    for row in client.workers():
        if row.state is not WorkerState.GONE:
            client.bye(row.id)


@pytest.mark.parametrize(
    "changes", [{"cores": 0}, {"memory": -1}, {"engine": "x"}, {"tags": ["$"]}, {"node": "a/b"}, {"pid": 0}]
)
def test_a_worker_that_cannot_be_is_refused(farm: Served, changes: dict[str, object]) -> None:
    assert raw(farm, "POST", "/v1/workers", json=to_json(OFFER) | changes).status_code == 400


def test_what_goes_wrong_inside_is_not_told_to_strangers(farm: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault() -> object:
        raise RuntimeError("postgresql://farm:password@db")

    monkeypatch.setattr(farm.controller.store, "workers", fault)
    answer = raw(farm, "GET", "/v1/workers")
    assert answer.status_code == 500
    assert "password" not in answer.text


def test_many_idle_workers_are_answered_together(farm: Served, client: FarmClient, tmp_path: Path) -> None:
    workers = [client.register(OFFER).worker for _ in range(12)]
    job = client.submit(spec_of(blob(client, tmp_path, b"crowd"), title="crowd", units=12))
    found: list[tuple[str, int]] = []

    def ask(worker: str) -> None:
        lease = client.lease(worker)
        if lease is not None:
            found.extend((lease.job, part.index) for part in lease.parts)

    threads = [threading.Thread(target=ask, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(job.id, index) for index in range(12)]  # each unit once
    client.cancel(job.id)
    for worker in workers:
        client.bye(worker)


def test_json_is_what_scripts_get(farm: Served) -> None:
    assert json.loads(raw(farm, "GET", "/v1/farm").content)["timing"]["poll"] == farm.controller.timing.poll


def test_files_that_drip_in_leave_room_for_others_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "PATIENCE", 1.0)
    with served(tmp_path / "farm", limits=Limits(uploads=1)) as farm, contextlib.ExitStack() as held:
        host, _, port = farm.address.rpartition(":")
        head = f"Host: x\r\nAuthorization: Bearer {farm.tokens.token(Role.WORKER)}\r\nContent-Length: 1000000\r\n\r\n"
        dripping = [held.enter_context(socket.create_connection((host, int(port)), timeout=10.0)) for _ in range(8)]
        for number, each in enumerate(dripping):
            each.sendall(f"PUT /v1/blobs/{number:064x} HTTP/1.1\r\n{head}".encode())
        assert farm.client().has_blob(blob(farm.client(), tmp_path, b"of another"))
        answers: dict[socket.socket, bytes] = {}
        end = time.monotonic() + 10.0
        for each in dripping:
            each.setblocking(False)
        while len(answers) < len(dripping) and time.monotonic() < end:
            for each in dripping:
                with contextlib.suppress(BlockingIOError):
                    answers.setdefault(each, each.recv(12))
                with contextlib.suppress(OSError):
                    each.send(b"x")
            time.sleep(0.1)
        assert set(answers.values()) == {b"HTTP/1.1 408"}
        assert len(answers) == 8
