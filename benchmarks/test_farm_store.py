"""The farm's store: taking in a long film, jobs beside ten million events, units handed out and committed."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import text
from storing import address_of, figures, postgres, render, spec, worker

from reelwork_farm.model import JobState
from reelwork_farm.store import Store, open_store
from reelwork_farm.store.database import Database

__all__ = ["postgres"]

EVENTS, JOBS, UNITS = 10_000_000, 10_000, 100_000
LONG = spec(96 * (UNITS - 1))
HISTORY = """
INSERT INTO events (time, kind, job, unit, worker, detail)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :some)
SELECT i, 'unit leased', CAST(:job AS VARCHAR(16)), i, 'node-1-101-00000000', '{"epoch": 1, "until": 1700000000.0}'
FROM n
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An empty store."""
    store = open_store(address_of(request, tmp_path))
    yield store
    store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def old(request, tmp_path_factory):
    """A store with ten thousand jobs, all but a hundred of which have ended, and ten million events."""
    address = address_of(request, tmp_path_factory.mktemp("store"), "old")
    store = open_store(address)
    for number in range(JOBS):
        job = store.submit(spec(bundle=f"{number:064x}"), now=float(number)).id
        if number < JOBS - 100:
            store.cancel(job, now=float(number))
    database = Database(address)
    for row in store.jobs(limit=50):
        with database.writing() as connection:
            connection.execute(text(HISTORY), {"some": EVENTS // 50, "job": row.id})
    with database.writing() as connection:
        connection.execute(text("ANALYZE"))
    database.close()
    yield store
    store.close()


def test_submit(benchmark, empty: Store):
    """A job of a hundred thousand units."""
    number = count()

    def submit() -> int:
        film = spec(96 * (UNITS - 1), bundle=f"{next(number):064x}")
        return empty.submit(film, now=1.0).units

    assert benchmark.pedantic(submit, rounds=5) == UNITS


def test_units_of_a_long_film(benchmark, empty: Store):
    """A thousand units of a film of a hundred thousand, handed out by twenty and committed one by one."""
    job, who = empty.submit(LONG, now=1.0).id, worker(empty)
    made = benchmark.pedantic(render, (empty, who, job), {"now": 2.0, "most": 1000}, rounds=5, warmup_rounds=1)
    assert made == 1000
    benchmark.extra_info["units a second"] = round(made / benchmark.stats.stats.median)


def test_jobs_beside_ten_million_events(benchmark, old: Store):
    """The newest thousand jobs."""
    assert len(benchmark(old.jobs)) == 1000


def test_open_jobs_beside_ten_million_events(benchmark, old: Store):
    """What the scheduler asks for at each tick."""
    assert len(benchmark(old.open_jobs)) == 100


def test_events_of_a_job_beside_ten_million_others(benchmark, old: Store):
    """A job's history."""
    job = old.jobs(limit=1)[0]
    assert len(benchmark(lambda: old.events(job=job.id))) == 1000


def test_a_unit_beside_ten_million_events(benchmark, old: Store):
    """One unit handed out and committed."""
    who = worker(old)
    ready = ((job.id, unit[0]) for job in old.open_jobs() for unit in old.ready(job.id, 5, now=1e6))

    def unit() -> bool:
        job, index = next(ready)
        (part,) = old.grant(who, job, [index], until=2e6, now=1e6)
        return old.commit(who, job, index, part.epoch, figures(), now=1e6)

    assert benchmark.pedantic(unit, rounds=400)
    assert old.jobs(limit=1)[0].state is not JobState.CANCELLED
