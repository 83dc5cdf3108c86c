"""Why a job waits, in words."""

import dataclasses

import pytest
from scheduling import NOW, fleet, job, view, worker

from reelwork_farm.model import (
    JobState,
    Share,
    WorkerState,
)
from reelwork_farm.view import Load, View
from reelwork_farm.waiting import why_waiting

BUSY = {"w1": Load("a", (0,), NOW), "w2": Load("a", (1,), NOW)}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (view(job(state=JobState.PAUSED)), "it is paused: `reelwork farm resume a`"),
        (view(job(done=8, quarantined=2), ready={}), "2 units of it failed too often: `reelwork farm retry a`"),
        (view(job(), workers=fleet(worker("w", state=WorkerState.LOST))), "the farm has no workers"),
        (view(job(), workers=fleet(worker("w", state=WorkerState.ASIDE))), "are aside, and are handed nothing"),
        (view(job(needs=("gpu",))), "none of the 2 workers may render it; of 2 of them: it offers no gpu"),
        (view(job(), workers=fleet(worker("w", engine="f" * 64))), "`reelwork farm down` and `reelwork farm up`"),
        (view(job(), shares={"default": Share(1, 0)}), "has 0 workers, and may have no more than 0"),
        (view(job("b"), job("a", submitted=0.0)), "1 other jobs of the project default have their turn first, film a"),
        (
            view(job("b", project="q"), job("a", 3, leased=2), loads=BUSY, shares={"default": Share(3)}),
            "all 2 workers that may render it are busy; the project q has 0 of them, its share is 25%",
        ),
        (view(job()), "it is next"),
    ],
)
def test_a_job_that_waits_says_why(found: View, said: str) -> None:
    assert said in str(why_waiting(found, found.jobs[0]))


def test_a_job_whose_units_failed_says_so_and_one_that_is_handed_out_just_now_does_not() -> None:
    found = view(job(), ready={})
    assert "2 units of it failed and are left alone for a moment" in str(why_waiting(found, found.jobs[0], 2))
    assert "failed" not in str(why_waiting(found, found.jobs[0]))


def test_a_blocked_job_names_what_it_comes_after() -> None:
    blocked = job("b", state=JobState.BLOCKED)
    blocked = dataclasses.replace(blocked, spec=dataclasses.replace(blocked.spec, after=("a",)))
    assert "it comes after film a (a, queued)" in str(why_waiting(view(blocked, job("a")), blocked))
    assert "what has become of a" in str(why_waiting(view(blocked), blocked))


def test_a_job_that_is_rendered_or_over_does_not_wait() -> None:
    for row in (job(leased=1, state=JobState.RUNNING), job(state=JobState.DONE), job(state=JobState.CANCELLED)):
        assert why_waiting(view(row), row) is None
