"""What plugins are told of jobs: one value for each thing that happens to one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["started", "finished", "failed", "cancelled"]


@dataclass(frozen=True)
class JobEvent:
    """Something that happened to a job: to one output of one scene that is rendered, here or on a farm.

    :param kind: what happened. On a farm a job may start again, after it was paused or failed
    :param title: of the production
    :param file: the name of the file that is made; of numbered stills with the number's place
    :param frames: how many there are
    :param done: how many of them are finished
    :param seconds: since the job started
    :param job: the farm's name for it; empty for a render on this machine
    :param path: where the finished file lies on this machine; ``None`` where there is none, or not here
    :param error: why it failed, in words; empty where it did not
    """

    kind: Kind
    title: str
    file: str
    frames: int
    done: int
    seconds: float
    job: str = ""
    path: Path | None = None
    error: str = ""
