"""The store under writers that are killed, disks that are full, and files that are not its own."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from storing import CRASH, TIMING, check, end_controllers_connection, figures, make_database, render, spec, worker

from reelwork_farm.errors import FarmError, StoreError
from reelwork_farm.model import Cause, Failure, JobState
from reelwork_farm.store import Store, open_store
from reelwork_farm.store.alone import LostStoreError
from reelwork_farm.store.database import Database
from reelwork_farm.store.schema import STEPS, upgrade

KILLED = 12


# -- files that are not what they should be


def test_a_store_of_a_newer_farm_is_refused_and_left_alone(address: str) -> None:
    open_store(address).close()
    database = Database(address)
    with database.writing() as connection:
        connection.execute(text("UPDATE farm_version SET version = 99"))
    database.close()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"newer farm .*99.*upgrade this farm"):
            open_store(address)


def test_an_older_store_is_brought_up_to_date_and_keeps_what_it_has(address: str) -> None:
    def newer(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE jobs ADD COLUMN colour VARCHAR(8) DEFAULT 'red'"))

    store = open_store(address)
    job = store.submit(spec(), now=1.0)
    store.close()
    database = Database(address)
    for _ in range(2):  # the second time there is nothing to do
        with database.writing() as connection:
            upgrade(connection, [*STEPS, newer])
    with database.reading() as connection:
        assert connection.execute(text("SELECT colour FROM jobs")).scalar_one() == "red"
        assert connection.execute(text("SELECT version FROM farm_version")).scalar_one() == len(STEPS) + 1
    assert Store(database).job(job.id) == job
    database.close()


def test_a_store_that_is_not_what_its_version_says_is_refused_and_left_alone(address: str) -> None:
    store = open_store(address)
    job = store.submit(spec(), now=1.0)
    store.close()
    for harm, mend, what in (
        ("ALTER TABLE units RENAME COLUMN maker TO by", "ALTER TABLE units RENAME COLUMN by TO maker", "units.maker"),
        ("ALTER TABLE removed RENAME TO gone", "ALTER TABLE gone RENAME TO removed", "removed.job, removed.last"),
    ):
        database = Database(address)
        with database.writing() as connection:
            connection.execute(text(harm))
        database.close()
        with pytest.raises(StoreError, match=f"lacks {what}: .* name an empty one, or go back to a backup"):
            open_store(address)
        engine = create_engine(
            address.replace("postgresql:", "postgresql+pg8000:") if "://" in address else f"sqlite:///{address}"
        )
        with engine.begin() as connection:
            connection.execute(text(mend))
        engine.dispose()
    store = open_store(address)
    assert store.job(job.id) == job
    store.close()


def test_a_step_that_fails_leaves_the_older_store_as_it_was(address: str) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (made INTEGER)"))
        connection.execute(text("CREATE TABLE jobs (id INTEGER)"))

    open_store(address).close()
    database = Database(address)
    with pytest.raises(StoreError), database.writing() as connection:
        upgrade(connection, [*STEPS, broken])
    with pytest.raises(StoreError), database.reading() as connection:
        connection.execute(text("SELECT * FROM half"))
    database.close()
    open_store(address).close()


def test_what_is_no_store_is_named_and_not_touched(tmp_path: Path) -> None:
    text_file, other = tmp_path / "scene.yaml", tmp_path / "other.db"
    text_file.write_text("reelwork: 1\n" * 1000)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    wrong = {
        str(text_file): "not a database",
        str(other): "not a farm's.*songs",
        str(tmp_path / "nowhere" / "farm.db"): "does not exist",
        str(tmp_path): "cannot be opened",
        "mysql://farm@here/farm": "postgresql",
        "sqlite://": "a store is a file",
        "postgresql://[/farm": "names all of",
        "farm at home://": "not the address",
    }
    for address, message in wrong.items():
        with pytest.raises(StoreError, match=message):
            open_store(address)
    assert text_file.read_text() == "reelwork: 1\n" * 1000


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/farm") as caught:
        open_store("postgresql://farm:open-sesame@127.0.0.1:1/farm")
    assert "open-sesame" not in str(caught.value)


def test_a_second_writer_waits_for_the_first_and_readers_wait_for_nobody(address: str) -> None:
    one, two = open_store(address), open_store(address)
    database = Database(address)
    job = one.submit(spec(), now=1.0).id
    with database.writing() as connection:
        connection.execute(text("UPDATE jobs SET priority = 9"))
        assert two.job(job).priority == 0
    assert two.set_priority(job, 5, now=2.0).priority == 5
    for store in (one, two):
        store.close()
    database.close()


def test_a_server_that_was_restarted_is_found_again(postgres: str) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'farm' AND pid <> pg_backend_pid()"
    store, other = open_store(f"{postgres}/postgres"), Database(f"{postgres}/template1")
    job = store.submit(spec(), now=1.0).id
    with other.reading() as connection:
        connection.execute(text(cut))
    assert store.set_priority(job, 3, now=2.0).priority == 3
    database = Database(f"{postgres}/postgres")

    def cut_off() -> None:
        with database.writing() as connection:
            connection.execute(text("UPDATE jobs SET priority = 9"))
            with other.reading() as killer:
                killer.execute(text(cut))
            connection.execute(text("UPDATE jobs SET priority = 10"))

    with pytest.raises(StoreError):
        cut_off()
    assert store.set_priority(job, 4, now=3.0).spec == spec()
    assert store.events(job=job)[-1].detail == {"was": 3, "is": 4}
    for opened in (store, other, database):
        opened.close()


# -- hostile submits


def test_who_has_a_store_alone_has_it_until_it_lets_go(address: str) -> None:
    store = open_store(address, alone=True)
    job = store.submit(spec(), now=1.0)
    with pytest.raises(FarmError, match=r"another controller runs in .*farm"):
        open_store(address, alone=True)
    store.stay_alone()
    store.close()
    store = open_store(address, alone=True)
    assert store.job(job.id) == job
    store.close()


def test_nothing_is_written_by_one_that_lost_its_lock(postgres: str) -> None:
    make_database(postgres, "lost")
    store = open_store(f"{postgres}/lost", alone=True)
    job = store.submit(spec(), now=1.0)
    end_controllers_connection(postgres, "lost")
    other = open_store(f"{postgres}/lost", alone=True)
    with pytest.raises(LostStoreError, match="another controller may run"):
        store.cancel(job.id, now=2.0)
    with pytest.raises(LostStoreError):
        store.stay_alone()
    assert other.job(job.id).state is JobState.QUEUED
    other.close()
    with pytest.raises(LostStoreError):  # for ever: what it knows is of another time
        store.cancel(job.id, now=3.0)
    store.close()


def test_the_farm_takes_so_many_open_jobs_and_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwork_farm.store.jobs.MOST_OPEN", 5)
    ids = [store.submit(spec(frames), now=1.0).id for frames in range(1, 6)]
    with pytest.raises(FarmError, match="5 open jobs"):
        store.submit(spec(100), now=1.0)
    assert store.submit(spec(1), now=1.0).id == ids[0], "what it has is told all the same"
    store.cancel(ids[0], now=2.0)
    store.submit(spec(100), now=3.0)
    with pytest.raises(FarmError, match="5 open jobs"):
        store.submit(spec(1), now=4.0)
    assert store.job(ids[0]).state is JobState.CANCELLED


def test_texts_that_look_like_statements_are_texts(store: Store) -> None:
    nasty = "'; DROP TABLE jobs; --"
    job = store.submit(spec(title=nasty, project=nasty), now=1.0)
    assert job.spec.title == nasty
    store.set_share(nasty, 1.0, None)
    with pytest.raises(FarmError):
        store.job(nasty)
    with pytest.raises(FarmError):
        store.seen(nasty, now=1.0)
    assert not store.commit(nasty, nasty, 0, 1, figures(), now=1.0)
    check(store)


def test_texts_and_numbers_that_databases_do_not_take_do_no_harm(store: Store) -> None:
    odd = "zero \0 half \ud800 long " + "x" * 10_000
    job, who = store.submit(spec(), now=1.0), worker(store)
    (part,) = store.grant(who, job.id, [0, 2**53], until=9.0, now=2.0)
    assert store.fail(who, job.id, 0, part.epoch, Failure(Cause.MEDIA, odd), TIMING, now=3.0)
    assert (store.unit(job.id, 0).message or "").startswith("zero ? half ? long x")
    for index, epoch in ((2**53, 1), (0, 2**53), (-1, -1)):
        assert not store.commit(who, job.id, index, epoch, figures(), now=4.0)
    assert not store.commit(who, odd.replace("\0", "").replace("\ud800", ""), 0, 1, figures(), now=4.0)
    assert store.set_priority(job.id, -(2**53), now=5.0).priority == -(2**53)
    check(store)


# -- writers that are killed: what follows runs in processes of its own


def act(store: Store, choice: random.Random, told: int) -> None:
    """Write without end; tell of every unit whose commit came back."""
    who, now = worker(store, choice.randrange(1 << 20), now=1.0), 1.0
    while True:
        now += 1.0
        job = store.submit(spec(choice.choice([1, 500, 96 * 30]), bundle=f"{choice.randrange(20):064x}"), now=now).id
        ready = [index for index, *_ in store.ready(job, choice.randrange(1, 30), now=now)]
        for part in store.grant(who, job, ready, until=now + 30, now=now):
            if choice.random() < 0.1:
                store.fail(who, job, part.index, part.epoch, CRASH, TIMING, now=now)
            elif store.commit(who, job, part.index, part.epoch, figures(), now=now):
                os.write(told, f"{job} {part.index}\n".encode())
        if choice.random() < 0.2 and store.job(job).state is not JobState.DONE:
            store.cancel(job, now=now)
            store.retry(job, now=now)
        if choice.random() < 0.2:
            store.expire(TIMING, now=now)


def tear(address: str, rounds: int, seed: int) -> None:
    """Kill a writer again and again, each time at another moment, and look at what it leaves."""
    choice, told = random.Random(seed), set()
    for number in range(rounds):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            store = open_store(address)
            os.write(writer, b"open\n")
            act(store, random.Random(seed + number), writer)
        os.close(writer)
        if number % 3:  # else it may be killed while it opens the store, or makes it
            os.read(reader, len(b"open\n"))
        time.sleep(choice.uniform(0.002, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with open(reader, encoding="ascii") as lines:
            told |= {tuple(line.split()) for line in lines if line.endswith("\n") and line != "open\n"}
        store = open_store(address)
        check(store)
        for job, index in told:
            assert store.unit(job, int(index)).digest is not None, "a unit that was told to be committed is not"
        store.expire(TIMING, now=1e9)
        store.close()
    assert told, "the writers were killed before they wrote anything"


def test_a_writer_that_is_killed_leaves_nothing_half_done(address: str) -> None:
    _alone("tear", address, str(KILLED), "1")
    if "://" not in address:
        with sqlite3.connect(address) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


# -- disks that are full


def fill(folder: str, way: str) -> None:
    """Write until there is no space; then make some, and go on."""
    if way == "disk":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder], check=True)
    ballast = Path(folder, "ballast")
    ballast.write_bytes(bytes(4 << 20))
    store = open_store(f"{folder}/farm.db")
    who, job = worker(store), store.submit(spec(96 * 500), now=1.0).id
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if way == "quota":
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, hard))
    message, made = "", 0
    try:
        for number in range(100_000):
            made += render(store, who, job, now=2.0 + number, most=1)
            store.submit(spec(96 * 3000, bundle=f"{number:064x}"), now=2.0 + number)
    except StoreError as error:
        message = str(error)
    assert ("no space left" if way == "disk" else "disk reports an error") in message, message
    for _ in range(3):
        _refused(store, who)
    check(store)
    before = store.jobs()
    ballast.unlink()
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    check(store)
    assert store.jobs() == before
    assert store.job(job).done == made
    store.expire(TIMING, now=1e6)
    assert render(store, worker(store, 2, now=1e6), job, now=1e6, most=30) == 30
    check(store)
    store.close()
    check(open_store(f"{folder}/farm.db"))


def _refused(store: Store, who: str) -> None:
    try:
        store.submit(spec(96 * 20_000, bundle="f" * 64), now=1e5)
    except StoreError:
        return
    raise AssertionError("there was space after all")


@pytest.mark.parametrize("way", ["disk", "quota"])
def test_a_full_disk_is_an_error_that_changes_nothing_and_ends_with_the_fullness(tmp_path: Path, way: str) -> None:
    _alone("fill", str(tmp_path), way, before=_own_mounts() if way == "disk" else [])


def _own_mounts() -> list[str]:
    before = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*before, "true"], capture_output=True).returncode:
        pytest.skip("a process may not have mounts of its own here")
    return before


def _alone(*arguments: str, before: list[str] | None = None) -> None:
    """Run a function of this module in a process of its own."""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [*(before or []), sys.executable, __file__, *arguments],
        env={**os.environ, "PYTHONPATH": tests},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr[-4000:]


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "tear":
        tear(rest[0], int(rest[1]), int(rest[2]))
    else:
        fill(*rest)
