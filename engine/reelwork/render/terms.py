"""How a job on a farm is to be treated beside others, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """How a job is to be treated beside others.

    :param project: whose share of the farm it uses
    :param priority: within its project, -1000 to 1000; higher is earlier
    :param needs: what its workers must offer, such as ``gpu``
    :param after: ids of jobs that must be done first, or unmistakable beginnings of them
    :param notify: an address that is told when it ends
    :param audit: how many per cent of its units are rendered again by other workers and compared, 0 to 100
    """

    project: str = "default"
    priority: int = 0
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    notify: str | None = None
    audit: float = 0.0
