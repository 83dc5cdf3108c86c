"""Whole farms in their own time, on the real controller, scheduler and store: they end, justly, and near the ideal."""

import dataclasses
from pathlib import Path

import pytest

from reelwork_farm.model import JobState, Timing
from reelwork_farm.simulate import Scenario, main, simulate, table
from reelwork_farm.store import open_store

SMALL = Scenario(workers=6, units=120, jobs=2)


@pytest.mark.parametrize(("workers", "units", "jobs"), [(1, 20, 1), (6, 120, 2), (30, 200, 1), (12, 5, 1), (5, 60, 30)])
def test_a_healthy_farm_does_everything_once_and_wastes_no_time(workers: int, units: int, jobs: int) -> None:
    result = simulate(Scenario(workers=workers, units=units, jobs=jobs, spread=0.1))
    assert result.done == result.granted == units + jobs
    assert result.ended == {JobState.DONE: jobs}
    assert result.wasted == 0
    one = 3.0 * 1.3  # at the end some must wait for one who has begun a unit, and jobs for their last unit
    assert result.makespan <= 1.05 * result.ideal + 2 * one + 1


@pytest.mark.parametrize(("workers", "units"), [(3, 45), (10, 100), (16, 64)])
def test_a_slow_worker_holds_nobody_up(workers: int, units: int) -> None:
    with_it = simulate(Scenario(workers=workers, units=units, slow=1))
    without = simulate(Scenario(workers=workers - 1, units=units))
    assert with_it.done == units + 1
    assert with_it.makespan <= 1.3 * without.makespan


def test_projects_get_their_shares() -> None:
    result = simulate(Scenario(workers=12, units=450, projects={"a": 60, "b": 30, "c": 10}))
    assert result.shares == pytest.approx({"a": 0.6, "b": 0.3, "c": 0.1}, abs=0.05)


def test_what_fails_is_tried_again() -> None:
    result = simulate(dataclasses.replace(SMALL, failures=0.05, timing=Timing(backoff=1.0)))
    assert result.ended == {JobState.DONE: 2}
    assert result.granted > result.done == 122
    assert 0 < result.wasted < 0.2 * result.rendered


def test_jobs_that_nobody_can_render_end() -> None:
    result = simulate(Scenario(workers=3, units=4, failures=1.0, timing=Timing(backoff=1.0)))
    assert result.ended == {JobState.FAILED: 1}
    assert result.done == 0


def test_workers_that_go_without_a_word_cost_what_they_were_at_and_no_more() -> None:
    result = simulate(dataclasses.replace(SMALL, units=200, losses=90.0))
    assert result.ended == {JobState.DONE: 2}
    assert result.done == 202
    assert 0 < result.wasted < 0.1 * result.rendered
    assert result.makespan <= 1.3 * result.ideal


def test_everything_at_once() -> None:
    rough = dataclasses.replace(SMALL, units=200, slow=1, failures=0.02, losses=30.0, projects={"a": 2.0, "b": 1.0})
    result = simulate(rough)
    assert result.ended == {JobState.DONE: 4}
    assert result.done == 204


def test_the_same_seed_is_the_same_farm() -> None:
    rough = dataclasses.replace(SMALL, slow=1, failures=0.05, losses=20.0)
    first, second = simulate(rough), simulate(rough)
    assert (first.makespan, first.granted, first.wasted) == (second.makespan, second.granted, second.wasted)
    other = simulate(dataclasses.replace(rough, seed=2))
    assert (first.makespan, first.wasted) != (other.makespan, other.wasted)


def test_it_ends_when_its_time_is_over() -> None:
    result = simulate(SMALL, until=10.0)
    assert 0 < result.done < 122
    assert result.ended == {JobState.RUNNING: 2} or JobState.QUEUED in result.ended


def test_the_store_holds_what_happened(tmp_path: Path) -> None:
    result = simulate(SMALL, str(tmp_path / "farm.sqlite"))
    store = open_store(str(tmp_path / "farm.sqlite"))
    try:
        jobs = store.jobs()
        events = store.events(limit=10_000)
    finally:
        store.close()
    assert sum(job.done for job in jobs) == result.done
    assert sum(event.kind == "unit committed" for event in events) == result.done


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--workers", "2", "--units", "6", "--projects", "a:2,b"])
    out = capsys.readouterr().out
    assert "2, 6 of 3 s" in out
    assert "store.commit" in out
    assert "2 done" in out
    assert "\nshares" in out
    assert "\nshares" not in table(SMALL, simulate(Scenario(workers=1, units=1)))
