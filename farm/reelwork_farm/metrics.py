"""What the controller does goes in, and the farm's state when asked; figures come out as Prometheus reads them."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from reelwork_farm.model import JobRow, JobState, WorkerRow, WorkerState

#: The type of what :meth:`Metrics.text` gives.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_UNIT_SECONDS: Final = (0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1280)
_REQUEST_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_OPEN: Final = (JobState.BLOCKED, JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)


class Farm(Protocol):
    """What of a store is needed here."""

    def open_jobs(self) -> list[JobRow]:
        """Jobs that have not ended."""
        ...

    def workers(self) -> list[WorkerRow]:
        """All workers."""
        ...


class Metrics:
    """The figures of one controller; they begin at zero with it. May be used by several threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("reelwork_requests", "Answered questions", ["route", "status"], registry=self._registry)
        self.request_seconds = Histogram(
            "reelwork_request_seconds", "Until an answer", ["route"], buckets=_REQUEST_SECONDS, registry=self._registry
        )
        self.plan_seconds = Histogram(
            "reelwork_plan_seconds", "To hand out work once", buckets=_REQUEST_SECONDS, registry=self._registry
        )
        self.granted = Counter("reelwork_units_granted", "Units handed out", ["kind"], registry=self._registry)
        self.committed = Counter("reelwork_units_committed", "Units finished", ["kind"], registry=self._registry)
        self.failed = Counter("reelwork_units_failed", "Tries that failed", ["cause"], registry=self._registry)
        self.late = Counter("reelwork_reports_late", "Reports thrown away, late or twice", registry=self._registry)
        self.audits = Counter("reelwork_audits", "Units rendered again", ["result"], registry=self._registry)
        self.spoiled = Counter("reelwork_segments_spoiled", "Segments found damaged", registry=self._registry)
        self.unit_seconds = Histogram(
            "reelwork_unit_seconds", "To render a unit", ["kind"], buckets=_UNIT_SECONDS, registry=self._registry
        )
        self.frames = Counter("reelwork_frames", "Frames of finished units", registry=self._registry)
        self.blob_bytes = Counter(
            "reelwork_blob_bytes", "Moved through the controller", ["direction"], registry=self._registry
        )
        self.errors = Counter("reelwork_errors", "Faults of the controller", ["place"], registry=self._registry)

    def text(self, farm: Farm) -> bytes:
        """All figures, those of the farm's state among them.

        :raises StoreError: the store cannot be read
        """
        state = CollectorRegistry()
        state.register(_Gauges(list(_state(farm))))
        return generate_latest(self._registry) + generate_latest(state)


class _Gauges(Collector):
    """Gauges that were read a moment ago."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        return self._found


def _state(farm: Farm) -> Iterator[Metric]:
    jobs, workers = farm.open_jobs(), farm.workers()
    yield _gauge("jobs", "Jobs that have not ended", "state", _OPEN, Tally(job.state for job in jobs))
    yield _gauge("workers", "Workers", "state", WorkerState, Tally(worker.state for worker in workers))
    counts: dict[str, Callable[[JobRow], int]] = {
        "waiting": lambda job: job.units - job.done - job.leased - job.quarantined,
        "leased": lambda job: job.leased,
        "done": lambda job: job.done,
        "quarantined": lambda job: job.quarantined,
    }
    family = GaugeMetricFamily("reelwork_units", "Units of jobs that have not ended", labels=["project", "state"])
    for project in sorted({job.spec.project for job in jobs}):
        for state, count in counts.items():
            family.add_metric([project, state], sum(count(job) for job in jobs if job.spec.project == project))
    yield family
    audits = GaugeMetricFamily(
        "reelwork_audits_failed", "Failed audits of jobs that have not ended", labels=["project"]
    )
    for project in sorted({job.spec.project for job in jobs}):
        audits.add_metric([project], sum(job.audits_failed for job in jobs if job.spec.project == project))
    yield audits


def _gauge(name: str, text: str, label: str, values: Iterable[str], found: Tally[str]) -> Metric:
    family = GaugeMetricFamily(f"reelwork_{name}", text, labels=[label])
    for value in values:
        family.add_metric([str(value)], found[value])
    return family
