"""Drawing apart: what is to be drawn goes to a process beside this one, which may fail alone; its pixels come back.

A drawing or a page is a program of a kind: a few of its words can ask for more work than anybody waits for, or for more
memory than there is. The process beside is started when it is first needed, draws one thing at a time, and ends with
this one. What takes too long there is ended by the system, by the time that the processor gave it and not by the
clock, so that a busy machine draws what an idle one does.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, Final

#: Processor seconds that a thing may take, and those for each million of its pixels.
SECONDS: Final = 5.0
SECONDS_A_MILLION: Final = 1.0
#: Bytes that the process may ask for.
_MEMORY: Final = 4 << 30
_HEAD: Final = struct.Struct(">IQ")
_REPLY: Final = struct.Struct(">?Q")
_LOCK: Final = threading.Lock()
_CHILD: list[subprocess.Popen[bytes]] = []

#: Draws what a request says, from its words and its data.
Draw = Callable[[Mapping[str, Any], bytes], bytes]


class ApartError(Exception):
    """It could not be drawn; the text says why."""


def drawn_apart(draw: str, words: Mapping[str, Any], data: bytes = b"", *, pixels: int) -> bytes:
    """What a function gives that draws.

    :param draw: the function, as ``module:name``; it takes ``words`` and ``data``
    :param words: what it is told, plain data
    :param pixels: how many are drawn
    :raises ApartError: it fails, takes too long or too much memory
    """
    seconds = SECONDS + SECONDS_A_MILLION * pixels / 1e6
    said = json.dumps({"draw": draw, "seconds": seconds, "words": dict(words)}).encode()
    with _LOCK:
        child = _child()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(_HEAD.pack(len(said), len(data)) + said)
            child.stdin.write(data)
            child.stdin.flush()
            right, size = _REPLY.unpack(_exactly(child.stdout, _REPLY.size))
            reply = _exactly(child.stdout, size)
        except (OSError, EOFError) as error:
            _end()
            limits = f"{seconds:.0f} s and {_MEMORY >> 30} GiB"
            raise ApartError(f"it takes more than {limits} to draw, or breaks what draws it; simplify it") from error
        except BaseException:
            _end()
            raise
    if not right:
        raise ApartError(reply.decode("utf-8", "replace"))
    return reply


def serve() -> None:
    """Be the process beside: draw what is asked for on the standard input until it ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    while head := sys.stdin.buffer.read(_HEAD.size):
        said_size, data_size = _HEAD.unpack(head)
        said = json.loads(_exactly(sys.stdin.buffer, said_size))
        data = _exactly(sys.stdin.buffer, data_size)
        try:
            draw = _function(said["draw"])
            _limit(said["seconds"])
            reply, right = draw(said["words"], data), True
        except Exception as error:  # a library may fail in any way
            reply, right = str(error).encode(), False
        out.write(_REPLY.pack(right, len(reply)) + reply)
        out.flush()


def _function(name: str) -> Draw:
    from importlib import import_module

    module, _, function = name.partition(":")
    draw: Draw = getattr(import_module(module), function)
    return draw


def _limit(seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, most))
    with suppress(ValueError, OSError):  # where the system allows less already, or does not know it
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


def _child() -> subprocess.Popen[bytes]:
    if _CHILD and _CHILD[0].poll() is not None:
        _end()
    if not _CHILD:
        code = "from reelwork.media.stills.apart import serve; serve()"
        _CHILD.append(
            subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        )
        atexit.register(_end)
    return _CHILD[0]


def _end() -> None:
    while _CHILD:
        child = _CHILD.pop()
        child.kill()
        child.communicate()


def _forget() -> None:
    """In a process that was forked, the one beside belongs to another."""
    _CHILD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
