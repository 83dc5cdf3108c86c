"""What tests of the farm's scheduler share: jobs, workers and views of a farm."""

import dataclasses

from reelwork_farm.capability import Fleet
from reelwork_farm.model import (
    JobRow,
    JobSpec,
    JobState,
    UnitKind,
    WorkerOffer,
    WorkerRow,
    WorkerState,
)
from reelwork_farm.schedule import plan
from reelwork_farm.view import Ready, View

ENGINE = "e" * 64
SPEC = JobSpec("film", "b" * 64, ENGINE, 0, 96, "24", True, "film.mp4")
OFFER = WorkerOffer("node", 1, 2, 4 << 30, ENGINE, "x86_64")
NOW = 10_000.0


def job(name: str = "a", units: int = 11, *, project: str = "default", needs: tuple[str, ...] = (), **values) -> JobRow:
    row = JobRow(name, dataclasses.replace(SPEC, title=f"film {name}", project=project, needs=needs),
                 JobState.QUEUED, 0, NOW, None, None, units, 0, 0, 0, 0.0, None)  # fmt: skip
    return dataclasses.replace(row, **values)


def worker(name: str, *, state: WorkerState = WorkerState.IDLE, faults: int = 0, **offer) -> WorkerRow:
    aside = NOW + 60 if state is WorkerState.ASIDE else None
    return WorkerRow(name, dataclasses.replace(OFFER, **offer), state, 0.0, NOW, None, faults, aside)


def fleet(*rows: WorkerRow | str) -> Fleet:
    return Fleet([worker(row) if isinstance(row, str) else row for row in rows], NOW)


def renders(*indexes: int, tried: tuple[str, ...] = ()) -> list[Ready]:
    return [Ready(index, UnitKind.RENDER, index * 96, index * 96 + 96, tried) for index in indexes]


def view(*jobs: JobRow, ready: dict[str, list[Ready]] | None = None, workers: Fleet | None = None, **values) -> View:
    found = {row.id: renders(*range(row.units - 1)) for row in jobs} if ready is None else ready
    there = workers or fleet("w1", "w2")
    return View(tuple(jobs), found, there, **({"idle": tuple(there.rows)} | values))


def given_to(found: View, now: float = NOW) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {grant.worker: (grant.job, grant.indexes) for grant in plan(found, now)}
