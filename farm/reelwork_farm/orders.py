"""What a worker and its render process say to each other: lines of JSON on pipes, of which nothing is unpickled.

A render process opens files that strangers made; what it says must not be able to run code in the worker, which holds
the farm's token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from reelwork.render.wire import Advance, Stage
from reelwork_farm.model import Cause, Heard, Part
from reelwork_farm.wire import WireError, dumps, from_json, loads

__all__ = ["Advance", "Failed", "Made", "Make", "News", "Open", "Opened", "Order", "Stage", "receive", "send"]

#: Bytes of the longest line.
_LONGEST: Final = 1 << 16


@dataclass(frozen=True)
class Open:
    """To the process, first: the job that it renders for as long as it lives.

    :param folder: where the job's bundle lies, with all its files
    :param into: the folder that what it makes goes to
    """

    folder: str
    into: str


@dataclass(frozen=True)
class Make:
    """To the process: render a part of the job.

    :param segments: the folder of all finished segments, each under the number of its unit, where the part is the
        finish
    """

    part: Part
    segments: str | None = None


@dataclass(frozen=True)
class Opened:
    """From the process: the job is prepared."""


@dataclass(frozen=True)
class Made:
    """From the process: a part is finished, decoded again and counted.

    :param seconds: of wall time
    :param cpu: seconds of processor time
    :param memory: most bytes that the process held
    :param heard: how loud the finished file is
    """

    path: str
    frames: int
    seconds: float
    cpu: float
    memory: int
    heard: Heard | None = None


@dataclass(frozen=True)
class Failed:
    """From the process: the part, or the job itself, cannot be made."""

    cause: Cause
    message: str


Order = Open | Make
News = Stage | Advance | Opened | Made | Failed
_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind for kind in (Open, Make, Stage, Advance, Opened, Made, Failed)
}


def send(stream: BinaryIO, message: Order | News) -> None:
    """Write one message; :class:`OSError` when nobody reads any more."""
    stream.write(f'{{"{type(message).__name__}":{dumps(message)}}}\n'.encode())
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message, an order or news.

    :raises EOFError: the other side is gone, even in the middle of a message
    :raises WireError: what came is no message
    """
    line = stream.readline(_LONGEST)
    if not line:
        raise EOFError
    if not line.endswith(b"\n"):
        if len(line) < _LONGEST:
            raise EOFError
        raise WireError("the line is too long to be a message")
    table = loads(line)
    if not isinstance(table, dict) or len(table) != 1:
        raise WireError(f"this is no message: {json.dumps(table)[:80]}")
    ((name, data),) = table.items()
    if name not in _KINDS:
        raise WireError(f"there is no message {name[:80]!r}")
    return from_json(_KINDS[name], data)
