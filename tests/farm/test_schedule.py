"""Who gets what: shares, priorities, lease sizes and stragglers."""

import dataclasses
import heapq
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling import ENGINE, NOW, fleet, given_to, job, renders, view, worker

from reelwork_farm.capability import Fleet
from reelwork_farm.model import (
    JobSpec,
    JobState,
    Share,
    Timing,
    UnitKind,
    WorkerState,
)
from reelwork_farm.schedule import LONGEST, charge, plan
from reelwork_farm.view import AGEING, Load, Ready, View

# -- what a plan may never do


@st.composite
def _views(draw: st.DrawFn) -> View:
    workers = [
        worker(
            f"w{number}",
            engine=draw(st.sampled_from([ENGINE, ENGINE, "f" * 64])),
            tags=draw(st.sampled_from([(), ("gpu",)])),
            state=draw(st.sampled_from([WorkerState.IDLE, WorkerState.IDLE, WorkerState.DRAINING, WorkerState.ASIDE])),
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    names = [row.id for row in workers]
    jobs, ready = [], {}
    for number in range(draw(st.integers(1, 5))):
        indexes = draw(st.lists(st.integers(0, 30), unique=True, max_size=25))
        row = job(
            f"j{number}",
            32,
            project=draw(st.sampled_from("pqr")),
            needs=draw(st.sampled_from([(), (), ("gpu",)])),
            priority=draw(st.integers(-3, 3)),
            submitted=NOW - draw(st.floats(0, 9000)),
            done=31 - len(indexes),
        )
        jobs.append(row)
        ready[row.id] = [
            dataclasses.replace(
                renders(index)[0], tried=tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
            )
            for index in sorted(indexes)
        ]
    there = Fleet(workers, NOW)
    idle = draw(st.permutations(sorted(there.rows)))
    busy = idle[: draw(st.integers(0, len(idle)))]
    return View(
        tuple(jobs),
        ready,
        there,
        idle=tuple(name for name in idle if name not in busy),
        loads={name: Load(draw(st.sampled_from(jobs)).id, (31,), NOW - 1) for name in busy},
        shares={name: Share(draw(st.floats(0.1, 9)), draw(st.sampled_from([None, None, 0, 1, 3]))) for name in "pq"},
        seconds={row.id: draw(st.floats(0.001, 100)) for row in jobs if draw(st.booleans())},
        pace={name: draw(st.floats(0.5, 2)) for name in names if draw(st.booleans())},
        last={
            name: (draw(st.sampled_from(jobs)).id, draw(st.integers(0, 30))) for name in names if draw(st.booleans())
        },
    )


@given(_views())
@settings(max_examples=200, deadline=None)
def test_a_plan_keeps_every_rule_and_leaves_nobody_idle_for_whom_there_is_something(found: View) -> None:
    jobs = {row.id: row for row in found.jobs}
    grants = [grant for grant in plan(found, NOW) if not grant.doubled]
    ready = {name: {unit.index: unit for unit in units} for name, units in found.ready.items()}
    used = Counter(jobs[load.job].spec.project for load in found.loads.values())
    handed: set[tuple[str, int]] = set()
    assert len({grant.worker for grant in grants}) == len(grants)
    for grant in grants:
        spec = jobs[grant.job].spec
        assert grant.worker in found.idle
        assert found.fleet.fits(spec, grant.worker)
        assert 1 <= len(grant.indexes) <= LONGEST
        assert list(grant.indexes) == list(range(grant.indexes[0], grant.indexes[-1] + 1))
        for index in grant.indexes:
            assert (grant.job, index) not in handed
            handed.add((grant.job, index))
            tried = ready[grant.job][index].tried
            assert grant.worker not in tried or not found.fleet.others(spec, tried)
        used[spec.project] += 1
    for project, count in used.items():
        cap = found.share(project).cap
        was = sum(jobs[load.job].spec.project == project for load in found.loads.values())
        assert cap is None or count <= max(cap, was)
    for name in set(found.idle) - {grant.worker for grant in grants}:
        for row in found.jobs:
            cap = found.share(row.spec.project).cap
            if not found.fleet.fits(row.spec, name) or (cap is not None and used[row.spec.project] >= cap):
                continue
            for index, unit in ready[row.id].items():
                may = name not in unit.tried or not found.fleet.others(row.spec, unit.tried)
                assert (row.id, index) in handed or not may


# -- order within a project


def test_the_first_job_comes_first_and_priority_goes_before() -> None:
    first, second = job("a", submitted=NOW - 10), job("b", submitted=NOW - 5)
    assert {name for name, _ in given_to(view(second, first)).values()} == {"a"}
    urgent = dataclasses.replace(second, priority=1)
    assert {name for name, _ in given_to(view(urgent, first)).values()} == {"b"}


def test_waiting_outweighs_priority_in_the_end() -> None:
    old, urgent = job("old", submitted=NOW - 3 * AGEING), job("new", priority=2)
    assert {name for name, _ in given_to(view(urgent, old)).values()} == {"old"}


def test_jobs_that_are_blocked_get_nothing() -> None:
    assert given_to(view(job("a", state=JobState.BLOCKED))) == {}


def test_what_the_first_job_has_no_more_of_comes_from_the_next() -> None:
    found = given_to(view(job("a", 2, submitted=NOW - 9), job("b")))
    assert sorted(found.values()) == [("a", (0,)), ("b", (0,))]


# -- lease sizes


def test_one_unit_while_nothing_is_measured_then_as_many_as_fill_a_batch() -> None:
    many = job("a", 1001)
    assert given_to(view(many))["w1"] == ("a", (0,))
    measured = {"seconds": {"a": 4.0}, "pace": {"w1": 1.0, "w2": 2.0}, "timing": Timing(batch=20)}
    found = given_to(view(many, **measured))
    assert found["w1"] == ("a", (0, 1, 2, 3, 4))
    assert found["w2"] == ("a", (5, 6))


def test_leases_shrink_at_the_tail() -> None:
    sizes = []
    row, workers = job("a", 201), fleet("w1")
    left = list(range(200))
    while left:
        loads = {f"other{number}": Load("a", (0,), NOW) for number in range(3)}
        found = view(dataclasses.replace(row, done=200 - len(left)), ready={"a": renders(*left)}, workers=workers,
                     loads=loads, seconds={"a": 1.0}, pace={"w1": 1.0})  # fmt: skip
        (grant,) = plan(found, NOW)
        sizes.append(len(grant.indexes))
        left = left[sizes[-1] :]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 20
    assert sizes[-1] == 1


def test_a_worker_goes_on_after_what_it_rendered_last() -> None:
    found = view(
        job("a", 101), last={"w1": ("a", 49), "w2": ("a", 5)}, ready={"a": renders(*range(40), *range(50, 90))}
    )
    assert given_to(found) == {"w1": ("a", (50,)), "w2": ("a", (6,))}


def test_a_worker_too_slow_to_be_of_use_gets_nothing_while_others_are_at_it() -> None:
    row = job("a", 11, done=6)
    late = {"seconds": {"a": 1.0}, "pace": {"w1": 10.0}, "workers": fleet("w1"), "ready": {"a": renders(6, 7)}}
    busy = {"w2": Load("a", (4,), NOW), "w3": Load("a", (5,), NOW)}
    assert given_to(view(row, **late, loads=busy)) == {}
    assert given_to(view(row, **late)) == {"w1": ("a", (6,))}


def test_the_last_unit_goes_to_a_fast_worker_if_there_is_one() -> None:
    row = job("a", 11, done=10)
    last = {"a": [Ready(10, UnitKind.FINISH, 0, 960)]}
    found = view(row, ready=last, workers=fleet("slow", "fast"), pace={"slow": 9.0}, idle=("slow",))
    assert given_to(found) == {}
    assert given_to(dataclasses.replace(found, idle=("slow", "fast"))) == {"fast": ("a", (10,))}
    assert given_to(view(row, ready=last, workers=fleet("slow"), pace={"slow": 9.0})) == {"slow": ("a", (10,))}


def test_units_that_failed_go_first_and_elsewhere_unless_there_is_nobody_else() -> None:
    ready = {"a": [*renders(0), *renders(7, tried=("w1",))]}
    assert given_to(view(job(), ready=ready)) == {"w1": ("a", (0,)), "w2": ("a", (7,))}
    assert given_to(view(job(), ready=ready, workers=fleet("w1"))) == {"w1": ("a", (7,))}


def test_what_lacked_memory_goes_where_there_is_more_and_waits_for_it() -> None:
    there = fleet("small", "other", worker("big", memory=16 << 30), worker("bit", memory=(4 << 30) + 1))
    short = {"a": [dataclasses.replace(renders(7, tried=("small",))[0], short=True)]}
    found = view(job(), ready=short, workers=there)
    assert given_to(found) == {"big": ("a", (7,))}
    assert given_to(dataclasses.replace(found, idle=("small", "other", "bit"))) == {}
    without = view(job(), ready=short, workers=fleet("small", "other"))
    assert given_to(without) == {"other": ("a", (7,))}
    both = {"a": [dataclasses.replace(renders(7, tried=("small", "big"))[0], short=True)]}
    assert given_to(view(job(), ready=both, workers=fleet("small", worker("big", memory=16 << 30), "other"))) == {
        "other": ("a", (7,))
    }


def test_what_failed_goes_to_a_slow_worker_where_there_is_no_other() -> None:
    slow = {"seconds": {"a": 1.0}, "pace": {"slow": 9.0, "fast": 1.0}, "workers": fleet("fast", "slow")}
    row = job("a", 11, done=9)
    assert given_to(view(row, ready={"a": renders(9, tried=("fast",))}, **slow)) == {"slow": ("a", (9,))}
    last = {"a": [Ready(10, UnitKind.FINISH, 0, 960, ("fast",))]}
    assert given_to(view(job("a", 11, done=10), ready=last, **slow)) == {"slow": ("a", (10,))}


# -- shares


def share_of(workers: int, weights: dict[str, float], seconds: float, *, late: dict[str, float] | None = None,
             caps: dict[str, int] | None = None) -> Counter[str]:  # fmt: skip
    """Worker-seconds that each project got of a small farm where all have endless work, after the last one came."""
    late, caps, chance = late or {}, caps or {}, random.Random(1)
    shares = {name: Share(weight, caps.get(name)) for name, weight in weights.items()}
    there = fleet(*(f"w{number}" for number in range(workers)))
    free = [(0.0, name) for name in there.rows]
    loads: dict[str, Load] = {}
    served: dict[str, float] = {}
    last: dict[str, tuple[str, int]] = {}
    got: Counter[str] = Counter()
    now, since = 0.0, max(late.values(), default=0.0)
    while free[0][0] < seconds:
        before, now = now, free[0][0]
        jobs = tuple(job(name, 10**6, project=name) for name in weights if now >= late.get(name, 0.0))
        moment = View(jobs, {row.id: renders(*range(100)) for row in jobs}, there, loads=dict(loads), shares=shares,
                      served=served, last=last, seconds=dict.fromkeys(weights, 4.0),
                      pace=dict.fromkeys(there.rows, 1.0))  # fmt: skip
        served = charge(moment, now - before)
        idle = []
        while free and free[0][0] <= now:
            idle.append(heapq.heappop(free)[1])
            load = loads.pop(idle[-1], None)
            if load is not None and load.since >= since:
                got[load.job] += now - load.since
        moment = dataclasses.replace(moment, served=served, loads=dict(loads), idle=tuple(idle))
        for grant in plan(moment, now):
            loads[grant.worker] = Load(grant.job, grant.indexes, now)
            last[grant.worker] = (grant.job, grant.indexes[-1])
            took = len(grant.indexes) * 4.0 * chance.uniform(0.7, 1.3)
            heapq.heappush(free, (now + took, grant.worker))
        for name in set(idle) - loads.keys():
            heapq.heappush(free, (now + 1.0, name))
    return got


@pytest.mark.parametrize("workers", [1, 2, 7, 40])
def test_projects_get_their_shares(workers: int) -> None:
    got = share_of(workers, {"a": 60, "b": 30, "c": 10}, 20_000 / workers + 1000)
    parts = {name: got[name] / got.total() for name in "abc"}
    assert parts == pytest.approx({"a": 0.6, "b": 0.3, "c": 0.1}, abs=0.05)


@pytest.mark.parametrize("workers", [2, 20])
def test_a_project_that_comes_late_is_neither_owed_anything_nor_made_to_wait(workers: int) -> None:
    got = share_of(workers, {"a": 1, "b": 1}, 3000, late={"b": 2000})
    assert got["b"] / got.total() == pytest.approx(0.5, abs=0.05)


def test_what_a_capped_project_may_not_have_goes_to_the_others() -> None:
    got = share_of(10, {"a": 60, "b": 30, "c": 10}, 3000, caps={"a": 2})
    assert got["a"] / got.total() == pytest.approx(0.2, abs=0.03)
    assert got["b"] / got["c"] == pytest.approx(3, rel=0.15)


def test_a_worker_stays_with_its_project_as_long_as_that_is_just() -> None:
    jobs = job("a", 1001, project="p"), job("b", 1001, project="q")
    found = view(*jobs, workers=fleet("w1"), last={"w1": ("b", 3)})
    assert given_to(found)["w1"][0] == "b"
    assert given_to(dataclasses.replace(found, served={"q": 1000.0}))["w1"][0] == "a"


@given(st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1e6)), st.floats(0, 1e5))
def test_what_projects_got_fades_and_is_never_below_nothing(served: dict[str, float], seconds: float) -> None:
    moment = view(job("a", project="a"), job("b", project="b"), served=served, loads={"w9": Load("a", (0,), NOW)})
    after = charge(moment, seconds)
    assert after.keys() == {"a", "b"}
    assert min(after.values()) == 0


# -- stragglers


STRAGGLING = {"seconds": {"a": 3.0}, "workers": fleet("w1"), "ready": {"a": []}, "timing": Timing(heartbeat=1.0)}


def straggling(since: float, index: int = 4, done: int = 9, **values) -> View:
    return view(job("a", 11, done=done, leased=1, state=JobState.RUNNING),
                **(STRAGGLING | {"loads": {"w2": Load("a", (index,), since)}} | values))  # fmt: skip


def test_a_unit_that_takes_too_long_is_doubled_once() -> None:
    (grant,) = plan(straggling(NOW - 7), NOW)
    assert (grant.worker, grant.job, grant.indexes, grant.doubled) == ("w1", "a", (4,), True)
    assert plan(straggling(NOW - 3), NOW) == []
    twice = {"w2": Load("a", (4,), NOW - 60), "w3": Load("a", (4,), NOW - 50)}
    assert plan(straggling(NOW, loads=twice), NOW) == []


def test_a_unit_that_will_take_too_long_is_doubled_at_once() -> None:
    assert len(plan(straggling(NOW - 1, pace={"w2": 10.0}), NOW)) == 1


def test_nothing_is_doubled_for_the_last_unit_nor_by_slow_workers_nor_while_there_is_work_nor_past_a_cap() -> None:
    assert plan(straggling(NOW - 900, index=10), NOW) == []
    assert plan(straggling(NOW - 900, pace={"w1": 5.0}), NOW) == []
    assert plan(straggling(NOW - 900, shares={"default": Share(1, 1)}), NOW) == []
    (grant,) = plan(straggling(NOW - 900, ready={"a": renders(7)}, done=8), NOW)
    assert not grant.doubled


def test_what_fits_no_worker_of_a_kind_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count, looked = 300, []
    others = [job(f"a{number}", needs=("gpu",), submitted=NOW - 9e5) for number in range(count)]
    own = [job(f"b{number}", 2) for number in range(count)]
    there = fleet(*(f"w{number}" for number in range(count)))
    fits = Fleet.fits

    def counted(self: Fleet, spec: JobSpec, who: str) -> bool:
        looked.append(who)
        return fits(self, spec, who)

    monkeypatch.setattr(Fleet, "fits", counted)
    assert len(given_to(view(*others, *own, workers=there))) == count
    assert len(looked) < 6 * count
