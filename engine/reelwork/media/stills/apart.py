"""Drawing apart: what is to be drawn goes to a process beside this one, which may fail alone; its pixels come back.

A drawing or a page is a program of a kind: a few of its words can ask for more work than anybody waits for, or for more
memory than there is. The process beside is started when it is first needed, draws one thing at a time, and ends with
this one. While it draws it is watched from here: the memory that it holds, and the time that the processor gave it, not
the clock's, so that a busy machine draws what an idle one does. Limits that a system sets would not do: they count
addresses, not memory, and libraries leave out of a picture what they were refused the memory for.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

#: Processor seconds that a thing may take.
SECONDS: Final = 10.0
#: Bytes that the process may hold. It is ended an eighth before that: it goes on while nobody looks.
MEMORY: Final = 1 << 30
#: Pixels that are drawn at most, for which the memory is enough.
MOST_DRAWN: Final = 1 << 26
#: How often it is looked at, seconds.
_WATCH: Final = 0.01
#: Bytes that a process may still hold when it has nothing to do; else the next thing gets a new one.
_IDLE: Final = 256 << 20
_HEAD: Final = struct.Struct(">IQ")
_REPLY: Final = struct.Struct(">?Q")
_LOCK: Final = threading.Lock()
_CHILD: list[subprocess.Popen[bytes]] = []

#: Draws what a request says, from its words and its data.
Draw = Callable[[Mapping[str, Any], bytes], bytes]


class ApartError(Exception):
    """It could not be drawn; the text says why."""


def drawn_apart(draw: str, words: Mapping[str, Any], data: bytes = b"") -> bytes:
    """What a function gives that draws.

    :param draw: the function, as ``module:name``; it takes ``words`` and ``data``
    :param words: what it is told, plain data
    :raises ApartError: it fails, takes too long or too much memory
    """
    said = json.dumps({"draw": draw, "words": dict(words)}).encode()
    with _LOCK:
        child = _child()
        assert child.stdin is not None
        assert child.stdout is not None
        why: list[str] = []
        try:
            with _watched(child, why):
                child.stdin.write(_HEAD.pack(len(said), len(data)) + said)
                child.stdin.write(data)
                child.stdin.flush()
                right, size = _REPLY.unpack(_exactly(child.stdout, _REPLY.size))
                reply = _exactly(child.stdout, size)
        except (OSError, EOFError) as error:
            _end()
            raise ApartError(f"it {why[0] if why else 'breaks what draws it'}; simplify it") from error
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
            _limit()
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


@contextmanager
def _watched(child: subprocess.Popen[bytes], why: list[str]) -> Iterator[None]:
    """While inside, end a process that takes too much, and say what that was."""
    import psutil

    process = psutil.Process(child.pid)
    begun = sum(process.cpu_times()[:2])
    ready = threading.Event()

    def watch() -> None:
        while not ready.wait(_WATCH):
            with suppress(psutil.Error):
                if process.memory_info().rss > MEMORY - MEMORY // 8:
                    why.append(f"takes more than {MEMORY >> 20} MiB of memory to draw")
                elif sum(process.cpu_times()[:2]) - begun > SECONDS:
                    why.append(f"takes more than {SECONDS:g} s of processor time to draw")
            if why:
                child.kill()
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        ready.set()
        watching.join()
    with suppress(psutil.Error):
        if process.memory_info().rss > _IDLE:
            _end()


def _limit() -> None:
    """Limits of the system for a process that nobody watches any more."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):  # where the system allows less already
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + 2 * SECONDS) + 1, most))
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
