import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork_farm.errors import Refused
from reelwork_farm.model import Cause, JobState, Timing, UnitState
from reelwork_farm.states import (
    LOSSES,
    TRIES,
    TRIES_ON_ONE,
    Again,
    JobEvent,
    Quarantine,
    UnitEvent,
    job_after,
    retry,
    unit_after,
    units_before,
)

U, V, J, K = UnitState, UnitEvent, JobState, JobEvent

UNIT = {
    (U.WAITING, V.RELEASED): U.READY,
    (U.WAITING, V.CANCELLED): U.CANCELLED,
    (U.READY, V.GRANTED): U.LEASED,
    (U.READY, V.CANCELLED): U.CANCELLED,
    (U.LEASED, V.GRANTED): U.LEASED,
    (U.LEASED, V.COMMITTED): U.DONE,
    (U.LEASED, V.RETURNED): U.READY,
    (U.LEASED, V.GIVEN_UP): U.QUARANTINED,
    (U.LEASED, V.HELD_BACK): U.WAITING,
    (U.READY, V.HELD_BACK): U.WAITING,
    (U.QUARANTINED, V.HELD_BACK): U.WAITING,
    (U.DONE, V.SPOILED): U.READY,
    (U.DONE, V.GIVEN_UP): U.QUARANTINED,
    (U.LEASED, V.CANCELLED): U.CANCELLED,
    (U.QUARANTINED, V.REOPENED): U.WAITING,
    (U.QUARANTINED, V.CANCELLED): U.CANCELLED,
    (U.CANCELLED, V.REOPENED): U.WAITING,
    (U.CANCELLED, V.CANCELLED): U.CANCELLED,
}
JOB = {
    (J.BLOCKED, K.UNBLOCKED): J.QUEUED,
    (J.BLOCKED, K.PAUSED): J.PAUSED,
    (J.BLOCKED, K.RESUMED): J.BLOCKED,
    (J.BLOCKED, K.CANCELLED): J.CANCELLED,
    (J.QUEUED, K.STARTED): J.RUNNING,
    (J.QUEUED, K.PAUSED): J.PAUSED,
    (J.QUEUED, K.RESUMED): J.QUEUED,
    (J.QUEUED, K.CANCELLED): J.CANCELLED,
    (J.RUNNING, K.STARTED): J.RUNNING,
    (J.RUNNING, K.PAUSED): J.PAUSED,
    (J.RUNNING, K.RESUMED): J.RUNNING,
    (J.RUNNING, K.FINISHED): J.DONE,
    (J.RUNNING, K.GAVE_UP): J.FAILED,
    (J.RUNNING, K.CANCELLED): J.CANCELLED,
    (J.DONE, K.REOPENED): J.BLOCKED,
    (J.PAUSED, K.PAUSED): J.PAUSED,
    (J.PAUSED, K.RESUMED): J.BLOCKED,
    (J.PAUSED, K.FINISHED): J.DONE,
    (J.PAUSED, K.GAVE_UP): J.FAILED,
    (J.PAUSED, K.CANCELLED): J.CANCELLED,
    (J.FAILED, K.REOPENED): J.BLOCKED,
    (J.FAILED, K.CANCELLED): J.CANCELLED,
    (J.CANCELLED, K.REOPENED): J.BLOCKED,
    (J.CANCELLED, K.CANCELLED): J.CANCELLED,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(UnitState, UnitEvent)))
def test_every_event_in_every_state_of_a_unit_changes_it_or_is_refused(state: UnitState, event: UnitEvent) -> None:
    if (state, event) in UNIT:
        assert unit_after(state, event) is UNIT[state, event]
        assert state in units_before(event)
    else:
        assert state not in units_before(event)
        with pytest.raises(Refused, match=f"a unit that is {state} cannot be {event}"):
            unit_after(state, event)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(JobState, JobEvent)))
def test_every_event_in_every_state_of_a_job_changes_it_or_is_refused(state: JobState, event: JobEvent) -> None:
    if (state, event) in JOB:
        assert job_after(state, event) is JOB[state, event]
    else:
        with pytest.raises(Refused, match=f"a job that is {state}"):
            job_after(state, event)


def test_nothing_happens_any_more_to_what_is_done_unless_what_it_made_is_lost() -> None:
    assert {event for state, event in UNIT if state is U.DONE} == {V.SPOILED, V.GIVEN_UP}
    assert [event for state, event in JOB if state is J.DONE] == [K.REOPENED]


@pytest.mark.parametrize(("table", "end"), [(UNIT, U.DONE), (JOB, J.DONE)])
def test_whatever_happened_it_can_still_be_done(table: dict[tuple[object, object], object], end: object) -> None:
    ends, before = {end}, set()
    while ends != before:
        before = set(ends)
        ends |= {state for (state, _), after in table.items() if after in ends}
    assert ends == set(type(end))


@given(
    st.sampled_from([cause for cause in Cause if cause is not Cause.INFRASTRUCTURE]),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_a_unit_is_quarantined_after_three_tries_on_two_workers_or_six_on_one(
    cause: Cause, attempts: int, workers: int
) -> None:
    verdict = retry(cause, attempts, workers, Timing())
    enough = attempts >= (TRIES if workers >= 2 else TRIES_ON_ONE)
    assert isinstance(verdict, Quarantine) == enough
    if isinstance(verdict, Again):
        assert verdict.delay >= Timing().backoff


def test_the_wait_doubles_with_each_try() -> None:
    waits = [retry(Cause.PLUGIN, attempts, 1, Timing(backoff=2.0)) for attempts in (1, 2, 3)]
    assert waits == [Again(2.0), Again(4.0), Again(8.0)]


@given(st.integers(1, 10_000))
def test_infrastructure_never_quarantines_and_a_unit_that_is_lost_often_waits(losses: int) -> None:
    verdict = retry(Cause.INFRASTRUCTURE, 0, 0, Timing(), losses=losses)
    assert isinstance(verdict, Again)
    assert (verdict.delay == 0.0) == (losses <= LOSSES)
    assert verdict.delay <= 32 * Timing().backoff
