"""A job's measured units go in; what is left of it and what it costs come out, with error bars."""

from __future__ import annotations

import math

from reelwork_farm.messages import Measure
from reelwork_farm.model import JobRow, JobState

#: Standard deviations to both sides between which nine of ten results lie.
_NINE_OF_TEN = 1.645


def estimate(job: JobRow, *, begun: float, workers: int) -> tuple[Measure | None, Measure | None]:
    """Seconds until a job is done, and worker-seconds that it takes as a whole, spent ones included.

    Two things make them uncertain: units differ from each other, and so far only some have been measured.

    :param begun: of the units that are being rendered, how many units' worth is done, fractions added up
    :param workers: how many render it now
    :return: ``None`` for what cannot be said: nothing is measured yet; or no time, since nobody renders it
    """
    left = max(0.0, job.units - job.done - job.quarantined - begun)
    if job.done == 0:
        return None, None
    mean = job.seconds / job.done
    spread = max(0.0, job.squares - job.seconds * mean)
    # one unit tells nothing about how much they differ
    deviation = math.sqrt(spread / (job.done - 1)) if job.done > 1 else mean
    work = left * mean
    error = _NINE_OF_TEN * deviation * math.sqrt(left + left * left / job.done)
    spent = job.seconds + begun * mean
    cost = Measure(spent + work, max(spent, spent + work - error), spent + work + error)
    if job.state is not JobState.RUNNING or workers == 0:
        return None, cost
    hands = max(1.0, min(workers, math.ceil(left)))
    return Measure(work / hands, max(0.0, work - error) / hands, (work + error) / hands), cost
