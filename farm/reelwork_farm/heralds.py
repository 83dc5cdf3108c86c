"""A line of the farm's history and its job go in; what plugins are told of it comes out."""

from __future__ import annotations

from typing import Final

from reelwork.job_event import JobEvent, Kind
from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.model import Event, JobRow

_KINDS: Final[dict[str, Kind]] = {
    "job started": "started",
    "job finished": "finished",
    "job gave up": "failed",
    "job cancelled": "cancelled",
}
#: The kinds of lines of which plugins are told.
TOLD: Final = tuple(_KINDS)


def job_event(event: Event, job: JobRow) -> JobEvent:
    """What plugins are told of a line, one of :data:`TOLD`."""
    kind, frames = _KINDS[event.kind], job.spec.stop - job.spec.first
    rendered = min(frames, job.rendered * UNIT_FRAMES) if job.spec.segmented else 0
    failed = f"{job.quarantined} of its {job.units} units could not be rendered" if kind == "failed" else ""
    return JobEvent(
        kind,
        title=job.spec.title,
        file=job.spec.file,
        frames=frames,
        done=frames if kind == "finished" else rendered,
        seconds=event.time - (event.time if job.started is None else job.started),
        job=job.id,
        error=failed,
    )
