"""The farm: plans for many workers, units handed out and taken in each second, jobs submitted, jobs looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reelwork_farm.capability import Fleet
from reelwork_farm.model import JobRow, JobSpec, JobState, Timing, UnitKind, WorkerOffer, WorkerRow, WorkerState
from reelwork_farm.revoke import revoke
from reelwork_farm.schedule import charge, plan
from reelwork_farm.simulate import Scenario, simulate
from reelwork_farm.store import Store, open_store
from reelwork_farm.view import Load, Ready, View

ENGINE = "e" * 64
NOW = 1e9
SPEC = JobSpec("film", "b" * 64, ENGINE, 0, 96, "24", True, "film.mp4")


def farm(workers: int, idle: int, jobs: int, projects: int) -> View:
    offer = WorkerOffer("node", 1, 4, 8 << 30, ENGINE, "x86_64")
    rows = [WorkerRow(f"w{n}", offer, WorkerState.IDLE, 0.0, NOW, 30.0, 0, None) for n in range(workers)]
    names = [row.id for row in rows]
    films = tuple(
        JobRow(f"j{n}", dataclasses.replace(SPEC, project=f"p{n % projects}"), JobState.RUNNING, 0, float(n), 0.0, None,
               1001, 100, 50, 0, 300.0, None)
        for n in range(jobs)
    )  # fmt: skip
    units = [Ready(n, UnitKind.RENDER, 96 * n, 96 * n + 96) for n in range(200, 1000)]
    return View(
        films,
        {film.id: units for film in films},
        Fleet(rows, NOW),
        idle=tuple(names[:idle]),
        loads={name: Load(f"j{n % jobs}", tuple(range(6)), NOW - 1) for n, name in enumerate(names[idle:])},
        seconds={film.id: 3.0 for film in films},
        pace=dict.fromkeys(names, 1.0),
        timing=Timing(),
    )


@pytest.mark.parametrize(
    ("workers", "idle", "jobs", "projects"), [(100, 5, 10, 3), (10_000, 250, 100, 10), (10_000, 10_000, 1000, 100)]
)
def test_plan(benchmark: BenchmarkFixture, workers: int, idle: int, jobs: int, projects: int) -> None:
    view = farm(workers, idle, jobs, projects)
    grants = benchmark(plan, view, NOW)
    benchmark.extra_info["units"] = sum(len(grant.indexes) for grant in grants)
    assert len(grants) == idle


@pytest.mark.parametrize("of", [revoke, lambda view, now: charge(view, 1.0)], ids=["revoke", "charge"])
def test_what_is_looked_at_every_second(benchmark: BenchmarkFixture, of: object) -> None:
    benchmark(of, farm(10_000, 0, 1000, 100), NOW)


@pytest.mark.parametrize("where", ["memory", "file"])
@pytest.mark.parametrize("workers", [10, 1000])
def test_dispatch(benchmark: BenchmarkFixture, tmp_path: Path, workers: int, where: str) -> None:
    """A film of 5,000 units from its submit to its last report; see ``units`` a second in the extra figures."""
    store = str(tmp_path / "farm.sqlite") if where == "file" else ":memory:"
    result = benchmark.pedantic(simulate, (Scenario(workers=workers, units=5000), store), rounds=1)
    benchmark.extra_info["handed out a second of processor time"] = round(result.dispatch_rate)
    benchmark.extra_info["rendered a second of processor time"] = round(result.rate)
    benchmark.extra_info["makespan over the ideal"] = round(result.makespan / result.ideal, 3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "farm.sqlite"))
    yield opened
    opened.close()


def test_submit_100_000_units(benchmark: BenchmarkFixture, store: Store) -> None:
    numbers = iter(range(100))

    def fresh() -> tuple[tuple[JobSpec], dict[str, float]]:
        return (dataclasses.replace(SPEC, title=str(next(numbers)), stop=96 * 100_000),), {"now": NOW}

    benchmark.pedantic(store.submit, setup=fresh, rounds=5)


def test_ready_of_100_000_units(benchmark: BenchmarkFixture, store: Store) -> None:
    job = store.submit(dataclasses.replace(SPEC, stop=96 * 100_000), now=NOW)
    benchmark(lambda: store.ready(job.id, 640, now=NOW))
