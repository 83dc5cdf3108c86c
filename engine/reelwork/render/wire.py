"""What the local dispatcher and its workers say to each other: pickled messages, each behind its length, on pipes."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from reelwork.faults import PluginFault
from reelwork.render.job import Segment, Unit

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Begin:
    """To a worker, first: what renders, pickled once the import path stands.

    :param path: the dispatcher's import path, so that a worker finds the same modules
    :param renderer: a pickled ``Callable[[], Renderer]``
    :param folders: that modules of no package come from, as :func:`reelwork.extensions.sources.known` says
    """

    path: tuple[str, ...]
    renderer: bytes
    folders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """From a worker: what it does now."""

    name: str


@dataclass(frozen=True)
class Advance:
    """From a worker: so many more frames are finished."""

    frames: int


@dataclass(frozen=True)
class LeftOut:
    """From a worker: an extension failed, and is left out of a draft."""

    fault: PluginFault


@dataclass(frozen=True)
class Finished:
    """From a worker: a unit's segment is there."""

    segment: Segment


@dataclass(frozen=True)
class Failed:
    """From a worker: a unit, or the renderer itself, could not be made.

    :param error: the exception, or a stand-in where it does not survive pickling
    :param traceback: where it was raised, as text
    """

    error: Exception
    traceback: str


Order = Begin | Unit
News = Stage | Advance | LeftOut | Finished | Failed


def send(stream: BinaryIO, message: Order | News) -> None:
    """Write one message; :class:`OSError` when nobody reads any more."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message; :class:`EOFError` when the other side is gone, even in the middle of one."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)


def portable(error: Exception) -> Exception:
    """The exception if a pickle of it comes back the same, else a stand-in that says what it said."""
    try:
        copy = pickle.loads(pickle.dumps(error))
        if type(copy) is type(error) and str(copy) == str(error):
            return error
    except Exception:  # a stranger's exception may fail in any way when it is copied
        pass
    return RuntimeError(f"{type(error).__name__}: {error}")
