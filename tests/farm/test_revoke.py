"""What is taken back from workers that have more than they need."""

import dataclasses

from scheduling import NOW, fleet, job, view, worker

from reelwork_farm.model import (
    JobState,
    Share,
    Timing,
)
from reelwork_farm.revoke import revoke
from reelwork_farm.view import Load

LOADED = {"seconds": {"a": 4.0, "b": 4.0}, "timing": Timing(heartbeat=5.0)}


def test_idle_workers_get_from_the_end_of_the_longest_load() -> None:
    row = job("a", 11, leased=8, done=2, state=JobState.RUNNING)
    loads = {"w2": Load("a", (0, 1, 2, 3, 4), NOW), "w3": Load("a", (5, 6, 7), NOW)}
    found = view(row, ready={"a": []}, workers=fleet("w1", "w2", "w3"), idle=("w1",), loads=loads, **LOADED)
    (taken,) = revoke(found, NOW)
    assert (taken.worker, taken.job, taken.indexes) == ("w2", "a", (4,))


def test_nothing_is_taken_back_for_slow_workers_nor_for_those_who_may_not_render_it() -> None:
    row = job("a", 11, leased=5, done=5, state=JobState.RUNNING, needs=("gpu",))
    there = fleet("w1", worker("w2", tags=("gpu",)), worker("w3", tags=("gpu",)))
    found = view(row, ready={"a": []}, workers=there, loads={"w2": Load("a", (0, 1, 2, 3, 4), NOW)}, **LOADED)
    assert revoke(dataclasses.replace(found, idle=("w1",)), NOW) == []
    assert revoke(dataclasses.replace(found, idle=("w3",), pace={"w3": 9.0}), NOW) == []
    assert len(revoke(dataclasses.replace(found, idle=("w3",)), NOW)) == 1


def test_workers_that_idle_since_they_fit_nothing_keep_no_job_from_its_right() -> None:
    low = job("a", 1001, leased=5, state=JobState.RUNNING, needs=("gpu",))
    high = job("b", 2, priority=1, needs=("gpu",))
    there = fleet("w1", worker("w2", tags=("gpu",)))
    found = view(low, high, workers=there, idle=("w1",), loads={"w2": Load("a", (0, 1, 2, 3, 4), NOW)}, **LOADED)
    assert [taken.worker for taken in revoke(found, NOW)] == ["w2"]


def test_what_a_worker_may_begin_before_it_hears_of_it_is_left_alone() -> None:
    row = job("a", 11, leased=2, done=8, state=JobState.RUNNING)
    found = view(row, ready={"a": []}, workers=fleet("w1", "w2"), idle=("w1",),
                 loads={"w2": Load("a", (0, 1), NOW)}, **LOADED)  # fmt: skip
    assert revoke(found, NOW) == []
    later = dataclasses.replace(found, timing=Timing(heartbeat=3.0))
    assert [taken.indexes for taken in revoke(later, NOW)] == [(1,)]


def test_a_job_of_higher_priority_gets_workers_at_the_next_unit() -> None:
    low = job("a", 1001, leased=10, state=JobState.RUNNING, submitted=NOW - 5)
    high = job("b", 2, priority=1)
    loads = {"w1": Load("a", (0, 1, 2, 3, 4), NOW), "w2": Load("a", (5, 6, 7, 8, 9), NOW)}
    found = view(low, high, idle=(), loads=loads, **LOADED)
    (taken,) = revoke(found, NOW)
    assert len(taken.indexes) == 3
    soon = loads | {"w1": Load("a", (0,), NOW)}
    assert revoke(dataclasses.replace(found, loads=soon), NOW) == []
    assert revoke(dataclasses.replace(found, jobs=(low, dataclasses.replace(high, priority=0))), NOW) == []


def test_a_project_below_its_share_gets_workers_at_the_next_unit() -> None:
    jobs = job("a", 1001, project="p", leased=20, state=JobState.RUNNING), job("b", 1001, project="q")
    loads = {f"w{n}": Load("a", tuple(range(5 * n, 5 * n + 5)), NOW) for n in range(4)}
    found = view(*jobs, workers=fleet(*loads), idle=(), loads=loads, **LOADED)
    assert len(revoke(found, NOW)) == 2
    weighted = dataclasses.replace(found, shares={"p": Share(3.0)})
    assert len(revoke(weighted, NOW)) == 1
    assert revoke(dataclasses.replace(found, shares={"q": Share(1.0, 0)}), NOW) == []
