"""What a farm lets go, and that it is never anything that is needed."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import OFFER, QUICK, figures_of, spec_of
from sqlalchemy import text
from storing import CRASH, TIMING, check, kinds, render, spec, worker

from reelwork_farm.controller import Controller
from reelwork_farm.errors import FarmError, NotFound
from reelwork_farm.intake import IntakeError
from reelwork_farm.lock import File, Lock, lock_bytes
from reelwork_farm.messages import Report
from reelwork_farm.model import JobRow, JobState, UnitKind
from reelwork_farm.retention import Claims
from reelwork_farm.storage import FolderStorage, OpenStorage, open_storage
from reelwork_farm.store import Store, open_store

DAY = 86_400.0
KEEP = 10.0


class Storage(FolderStorage):
    """A storage whose blobs are as old as a clock that is moved by hand says."""

    now = 1e9

    def put(self, path: Path) -> str:
        digest = super().put(path)
        os.utime(self.path(digest), (self.now, self.now))
        return digest


class Farm:
    """A controller without a network, and a clock."""

    def __init__(self, folder: Path, keep: float = KEEP) -> None:
        self.folder = folder
        self.storage = Storage(folder / "storage")
        self.store = open_store(":memory:")
        self.workers = 0
        self.controller = Controller(self.store, self.storage, folder / "logs", QUICK, keep=keep)

    @property
    def now(self) -> float:
        return self.storage.now

    def put(self, data: bytes) -> str:
        path = self.folder / "file"
        path.write_bytes(data)
        return self.storage.put(path)

    def upload(self, number: int, *, again: bool = False) -> str:
        """A bundle of two files, one of which others have, too: only what is missing travels."""
        contents = [b"shared", b"own %d" % number]
        files = tuple(File(f"f{place}", sha(data), len(data)) for place, data in enumerate(contents))
        lock = Lock("f0", None, "film.mp4", 0, 96, "1", False, (), "e" * 64, "x86_64", (), (), files)
        for data in [*contents, lock_bytes(lock)]:
            if again or not self.storage.has(sha(data)):
                self.put(data)
        return sha(lock_bytes(lock))

    def submit(self, bundle: str, units: int = 2, **changes: object) -> JobRow:
        return self.controller.submit(spec_of(bundle, units=units, **changes), now=self.now)

    def render(self, most: int = 100) -> None:
        """Have a worker make so many units, which are the same for all jobs of a size."""
        self.workers += 1
        who = self.controller.register(replace(OFFER, pid=self.workers), now=self.now).worker
        while most > 0 and (lease := self.controller.hand_out([who], now=self.now).get(who)):
            for part in lease.parts[:most]:
                data = f"{part.first}-{part.stop} {part.kind is UnitKind.FINISH}".encode()
                figures = figures_of(part, self.put(data), len(data))
                self.controller.report(who, Report(lease.job, part.index, part.epoch, figures), now=self.now)
                self.controller.put_log(lease.job, part.index, b"words")
                most -= 1
        self.controller.bye(who, now=self.now)

    def tidy(self, steps: int = 3) -> None:
        self.storage.now += 3600.0  # a round of blobs begins
        for _ in range(steps):
            self.controller.tidy(now=self.now)

    def blobs(self) -> dict[str, float]:
        return dict(self.storage.listed())

    def needed(self) -> set[str]:
        """What the jobs that are left refer to, found without the store's own question."""
        found = set()
        for job in self.store.jobs(limit=10_000):
            found |= {job.spec.bundle, *self.controller._files(job.spec.bundle)}
            found |= {unit.digest for unit in self.store.units(job.id) if unit.digest is not None}
        return found


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    found = Farm(tmp_path)
    yield found
    found.store.close()


def test_an_old_job_goes_with_all_that_is_its_own(farm: Farm) -> None:
    job = farm.submit(farm.upload(1))
    farm.render()
    farm.storage.now += 5 * DAY
    other = farm.submit(farm.upload(2), title="later")
    farm.tidy()
    assert set(farm.blobs()) == farm.needed()
    farm.storage.now += 6 * DAY
    farm.tidy(5)
    with pytest.raises(NotFound):
        farm.store.job(job.id)
    assert farm.store.events(job=job.id) == []
    assert not (farm.folder / "logs" / job.id).exists()
    assert set(farm.blobs()) == farm.needed()
    assert sha(b"shared") in farm.blobs()
    assert sha(b"own 1") not in farm.blobs()
    assert other.id in {row.id for row in farm.store.jobs()}
    (told,) = [event for event in farm.store.events(limit=10_000) if event.kind == "job removed"]
    assert (told.detail["job"], told.detail["state"]) == (job.id, JobState.DONE)
    again = farm.submit(farm.upload(1))
    assert (again.id, again.done) == (job.id, 0)


def test_nothing_goes_where_all_is_kept(tmp_path: Path) -> None:
    farm = Farm(tmp_path, keep=0)
    farm.submit(farm.upload(1))
    farm.render()
    farm.upload(2)
    farm.storage.now += 1000 * DAY
    before = farm.blobs()
    farm.tidy(20)
    assert farm.blobs() == before
    assert len(farm.store.jobs()) == 1
    farm.store.close()


def test_what_is_removed_between_the_question_and_the_submit_is_asked_for_again(farm: Farm) -> None:
    farm.upload(1)
    farm.storage.now += 2 * DAY
    bundle = farm.upload(1)  # nothing travels: all is there
    farm.tidy()
    assert farm.blobs() == {}
    with pytest.raises(IntakeError, match="upload it"):
        farm.submit(bundle)
    farm.upload(1)
    farm.storage.discard(sha(b"own 1"))
    with pytest.raises(IntakeError, match="1 files of the bundle"):
        farm.submit(bundle)
    farm.upload(1)
    farm.submit(bundle)
    farm.storage.now += 2 * DAY
    farm.tidy()
    assert set(farm.blobs()) == farm.needed()


def test_what_somebody_is_about_to_refer_to_stays(farm: Farm) -> None:
    digest = farm.put(b"a segment")
    farm.storage.now += 2 * DAY
    with farm.controller._claims.claim([digest]):
        farm.tidy()
        assert farm.storage.has(digest)
    farm.tidy()
    assert not farm.storage.has(digest)


def test_two_claims_are_more_than_one() -> None:
    claims, done = Claims(), []
    with claims.claim(["a"]):
        with claims.claim(["a", "b"]):
            pass
        claims.unless_claimed("a", lambda: done.append("a"))
        claims.unless_claimed("b", lambda: done.append("b"))
    assert done == ["b"]


@pytest.mark.parametrize("address", ["{folder}", "memory://{name}/farm"])
def test_storages_list_what_they_have_and_since_when(tmp_path: Path, address: str) -> None:
    storage: OpenStorage = open_storage(address.format(folder=tmp_path / "s", name=tmp_path.name))
    (tmp_path / "file").write_bytes(b"1")
    begun = (tmp_path / "file").stat().st_mtime
    digests = set()
    for number in range(20):
        (tmp_path / "file").write_bytes(b"%d" % number)
        digests.add(storage.put(tmp_path / "file"))
    found = dict(storage.listed())
    assert set(found) == digests
    assert all(begun - 5 <= changed <= begun + 60 for changed in found.values())
    storage.discard(sorted(digests)[0])
    assert len(dict(storage.listed())) == 19


@pytest.mark.parametrize("address", ["{folder}", "memory://{name}/owned"])
def test_a_storage_is_kept_tidy_by_its_first_farm_alone(tmp_path: Path, address: str) -> None:
    place = address.format(folder=tmp_path / "s", name=tmp_path.name)
    assert open_storage(place).owner("one") == "one"
    assert open_storage(place).owner("other") == "one"
    assert open_storage(place).owner("one") == "one"
    assert dict(open_storage(place).listed()) == {}


def test_a_farm_in_the_storage_of_another_lets_its_jobs_go_but_no_blob(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    farm.controller = Controller(farm.store, farm.storage, tmp_path / "logs", QUICK, keep=KEEP, sweep=False)
    farm.submit(farm.upload(1))
    farm.render()
    before = farm.blobs()
    farm.storage.now += 2 * KEEP * DAY
    farm.tidy(5)
    assert farm.store.jobs() == []
    assert farm.blobs() == before
    farm.store.close()


class History:
    """Turns numbers into what happens to a farm, and looks after each whether all that is needed is there."""

    def __init__(self, folder: Path) -> None:
        self.farm = Farm(folder)
        self.uploaded: list[str] = []

    def step(self, what: str, number: int) -> None:
        farm = self.farm
        jobs = farm.store.jobs()
        before = farm.blobs()
        if what == "upload":
            self.uploaded.append(farm.upload(number % 3))
        elif what == "submit" and self.uploaded:
            self.submit(self.uploaded[number % len(self.uploaded)], number)
        elif what == "render":
            farm.render(1 + number % 5)
        elif what == "steer" and jobs:
            verb = (farm.store.cancel, farm.store.retry, farm.store.pause, farm.store.resume)[number % 4]
            self.allowed(lambda: verb(jobs[number // 4 % len(jobs)].id, now=farm.now))
        elif what == "fail" and jobs:
            self.fail(jobs[number % len(jobs)])
        elif what == "wait":
            farm.storage.now += (0.2, 0.9, 3.0, 7.0)[number % 4] * DAY
        elif what == "tidy":
            farm.tidy(1 + number % 4)
        after = farm.blobs()
        assert farm.needed() <= set(after), "something is gone that a job needs"
        young = {digest for digest, changed in before.items() if farm.now - changed < DAY}
        assert young <= set(after), "something is gone that was put there today"
        check(farm.store)

    def submit(self, bundle: str, number: int) -> None:
        """As a client does it: what is not there is sent again."""
        jobs = self.farm.store.jobs()
        after = (jobs[number % len(jobs)].id,) if number % 3 == 0 and jobs else ()
        changes = {"title": f"film {number % 4}", "after": after, "audit": 50.0 * (number % 2)}
        try:
            self.farm.submit(bundle, **changes)
        except IntakeError:
            for each in range(3):
                self.farm.upload(each)
            self.farm.submit(bundle, **changes)

    def fail(self, job: JobRow) -> None:
        who = self.farm.store.register(replace(OFFER, node="bad"), now=self.farm.now)
        (index, *_), *_ = self.farm.store.ready(job.id, 1, now=self.farm.now) or [(0,)]
        for _ in range(6):
            for part in self.farm.store.grant(who, job.id, [index], until=self.farm.now + 9.0, now=self.farm.now):
                self.farm.store.fail(who, job.id, index, part.epoch, CRASH, TIMING, now=self.farm.now)
            self.farm.storage.now += 1000.0

    @staticmethod
    def allowed(action) -> None:  # type: ignore[no-untyped-def]
        with contextlib.suppress(FarmError):
            action()


STEPS = st.sampled_from(
    ["upload", "submit", "submit", "render", "render", "steer", "fail", "wait", "wait", "tidy", "tidy", "tidy"]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(STEPS, st.integers(0, 100)), max_size=16))
def test_nothing_that_is_needed_is_ever_removed_and_in_the_end_all_that_is_not(steps: list[tuple[str, int]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        history = History(folder)
        for what, number in steps:
            history.step(what, number)
        farm = history.farm
        for job in farm.store.jobs():
            if not job.ended:
                farm.store.cancel(job.id, now=farm.now)
        farm.storage.now += (KEEP + 1) * DAY
        farm.tidy(20)
        farm.tidy(5)
        assert farm.store.jobs() == []
        assert farm.blobs() == {}
        assert not list((folder / "logs").glob("*/*"))
        farm.storage.now += 2 * KEEP * DAY
        farm.tidy(5)
        assert farm.store.events() == []
        farm.store.close()
    finally:
        shutil.rmtree(folder)


# -- the store, of both kinds


def test_what_failed_stays_as_long_as_another_job_comes_after_it(store: Store) -> None:
    first = store.submit(spec(100), now=1.0)
    second = store.submit(spec(200, after=(first.id,)), now=1.0)
    store.cancel(first.id, now=2.0)
    assert store.expired(before=5.0, limit=9) == []
    assert not store.remove(first.id, before=5.0, now=6.0)
    store.cancel(second.id, now=3.0)
    assert store.expired(before=2.5, limit=9) == []
    assert store.expired(before=5.0, limit=9) == [second.id]
    assert store.remove(second.id, before=5.0, now=6.0)
    assert store.expired(before=5.0, limit=9) == [first.id]
    assert store.remove(first.id, before=5.0, now=6.0)
    assert store.jobs() == []


def test_a_job_that_was_opened_again_does_not_go(store: Store) -> None:
    job = store.submit(spec(100), now=1.0)
    store.cancel(job.id, now=2.0)
    assert store.expired(before=5.0, limit=9) == [job.id]
    store.retry(job.id, now=6.0)
    assert not store.remove(job.id, before=5.0, now=7.0)
    check(store)


def test_the_history_of_a_job_that_came_again_is_its_own(store: Store) -> None:
    job, who = store.submit(spec(), now=1.0), worker(store)
    render(store, who, job.id, now=2.0)
    assert store.remove(job.id, before=5.0, now=6.0)
    assert store.submit(spec(), now=7.0).id == job.id
    while store.forget(before=0.0, limit=3):
        pass
    assert kinds(store, job.id) == {"job submitted": 1, "job unblocked": 1}
    check(store)


def test_old_lines_of_no_job_go_and_young_ones_stay(store: Store) -> None:
    for number in range(10):
        worker(store, number, now=float(number))
    job = store.submit(spec(), now=1.0)
    assert store.forget(before=5.0, limit=3) == 3
    assert store.forget(before=5.0, limit=100) == 2
    assert store.forget(before=5.0, limit=100) == 0
    assert kinds(store)["worker registered"] == 5
    assert kinds(store, job.id)["job submitted"] == 1


def test_a_file_is_needed_as_long_as_one_job_has_it(store: Store) -> None:
    one = store.submit(spec(100), now=1.0, files=["1" * 64, "2" * 64])
    other = store.submit(spec(200, bundle="c" * 64), now=1.0, files=["2" * 64])
    asked = ["1" * 64, "2" * 64, "3" * 64, "b" * 64, "c" * 64, "d" * 64]
    assert store.needed(asked) == {"1" * 64, "2" * 64, "b" * 64, "c" * 64}
    render(store, worker(store), other.id, now=2.0)
    assert "d" * 64 in store.needed(asked)
    store.cancel(one.id, now=2.0)
    store.remove(one.id, before=5.0, now=6.0)
    assert store.needed(asked) == {"2" * 64, "c" * 64, "d" * 64}


def test_what_is_asked_each_second_reads_no_table_from_end_to_end(tmp_path: Path) -> None:
    from reelwork_farm.store import retire
    from reelwork_farm.store.database import Database

    database = Database(str(tmp_path / "farm.db"))
    plans: list[str] = []

    class Watched:
        """A connection that notes how each question would be answered."""

        def __init__(self, connection) -> None:  # type: ignore[no-untyped-def]
            self._connection = connection

        def execute(self, statement, *arguments):  # type: ignore[no-untyped-def]
            if statement.is_select:
                compiled = statement.compile(self._connection.engine, compile_kwargs={"literal_binds": True})
                plans.extend(row[3] for row in self._connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
            return self._connection.execute(statement, *arguments)

    with database.reading() as connection:
        retire.expired(Watched(connection), before=9.0, limit=1)  # type: ignore[arg-type]
        retire.needed(Watched(connection), ["a" * 64, "b" * 64])  # type: ignore[arg-type]
        retire.forget(Watched(connection), before=9.0, limit=10)  # type: ignore[arg-type]
    database.close()
    scans = [plan for plan in plans if plan.startswith("SCAN")]
    assert all("removed" in plan for plan in scans), scans
    assert any("units_by_digest" in plan for plan in plans), plans


def test_a_job_of_another_bundle_keeps_its_own(farm: Farm) -> None:
    plain = farm.put(b"no lock at all")
    job = farm.submit(plain)
    farm.storage.now += 2 * DAY
    farm.tidy()
    assert set(farm.blobs()) == {plain}
    assert replace(job, state=job.state) == farm.store.job(job.id)
